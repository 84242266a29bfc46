//! What of a topic is shown: conditions that all must hold, taken off one by one.

use super::needle::Needle;
use super::path_column::PathColumn;
use super::rows::Rows;
use crate::Chunk;
use crate::tui::text::sanitize;

/// Cells of a condition that are shown.
const LONGEST: u16 = 40;

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Chip {
    /// A text that one of the fields has.
    Text(Needle),
    /// A condition in SQL, and how it is shown.
    Sql { condition: String, label: String },
}

impl Chip {
    /// What was typed: a condition in SQL where it compares something, else a text; quotes make it a text in any case.
    /// None where nothing was typed.
    pub(crate) fn typed(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(quoted) = text.strip_prefix('"') {
            return Needle::new(quoted.strip_suffix('"').unwrap_or(quoted)).map(Self::Text);
        }
        if compares(text) {
            return Some(Self::sql(text.into(), text));
        }
        Needle::new(text).map(Self::Text)
    }

    /// A condition in SQL that is shown in other words.
    pub(crate) fn sql(condition: String, label: &str) -> Self {
        Self::Sql { condition, label: label.into() }
    }

    /// As it is shown.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Text(needle) => sanitize::clip(&format!("“{}”", needle.text()), LONGEST),
            Self::Sql { label, .. } => sanitize::clip(label, LONGEST),
        }
    }
}

/// Whether a text reads as a comparison. No more than a guess at what was meant: what it means, Lance decides.
pub(crate) fn compares(text: &str) -> bool {
    const WORDS: [&str; 5] = ["like", "in", "is", "between", "not"];
    const SIGNS: [char; 4] = ['=', '<', '>', '('];
    let is_word = |word: &str| WORDS.iter().any(|known| word.eq_ignore_ascii_case(known));
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    // One word that only is one of these is a text, and so is a sentence that begins otherwise.
    let named = text.split_whitespace().count() > 2 && words.next().is_some_and(is_word);
    text.contains(SIGNS) || named || first.eq_ignore_ascii_case("not") && text.len() > 3
}

/// All conditions, in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter(Vec<Chip>);

impl Filter {
    /// The conditions.
    pub(crate) fn chips(&self) -> &[Chip] {
        &self.0
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds one; one that is there already comes last now.
    pub(crate) fn add(&mut self, chip: Chip) {
        self.0.retain(|known| *known != chip);
        self.0.push(chip);
    }

    /// Takes the last one off.
    pub(crate) fn pop(&mut self) -> Option<Chip> {
        self.0.pop()
    }

    /// Those in SQL.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|chip| match chip {
            Chip::Sql { condition, .. } => Some(condition.as_str()),
            Chip::Text(_) => None,
        })
    }

    /// The texts.
    pub(crate) fn needles(&self) -> impl Iterator<Item = &Needle> {
        self.0.iter().filter_map(|chip| match chip {
            Chip::Text(needle) => Some(needle),
            Chip::Sql { .. } => None,
        })
    }

    /// The rows of a chunk that have all texts, in order.
    pub(crate) fn rows(&self, chunk: &Chunk) -> Vec<usize> {
        let mut rows: Vec<usize> = (0..chunk.offsets.len()).collect();
        for needle in self.needles() {
            let found = needle.rows(&chunk.batch);
            rows.retain(|row| found.binary_search(row).is_ok());
        }
        rows
    }

    /// What is shown of those rows of a chunk that have all texts.
    pub(crate) fn shown(&self, chunk: &Chunk, inner: &[PathColumn]) -> Rows {
        let mut shown = Rows::of_chunk(chunk, inner);
        if self.needles().next().is_some() {
            let keep = self.rows(chunk);
            let mut row = 0;
            shown.rows.retain(|_| {
                row += 1;
                keep.binary_search(&(row - 1)).is_ok()
            });
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};

    use super::*;

    #[test]
    fn what_compares_is_a_condition_and_anything_else_a_text() {
        for (text, is_sql) in [
            ("latency_ms > 90", true),
            ("model='opus'", true),
            ("model like 'o%'", true),
            ("model is null", true),
            ("id in (1, 2)", true),
            ("year BETWEEN 1 and 2", true),
            ("not (a = 1)", true),
            ("timeout", false),
            ("in", false),
            ("what is this", true),
            ("the bug is here", false),
            ("not", false),
            ("\"a = 1\"", false),
        ] {
            let chip = Chip::typed(text).unwrap();
            assert_eq!(matches!(chip, Chip::Sql { .. }), is_sql, "{text}");
        }
        assert_eq!(Chip::typed("  "), None);
        assert_eq!(Chip::typed("\"a = 1\""), Needle::new("a = 1").map(Chip::Text));
    }

    #[test]
    fn all_texts_must_be_in_a_record_each_in_whichever_field() {
        let words: ArrayRef = Arc::new(StringArray::from(vec!["red cat", "red dog", "blue dog"]));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![17, 27, 17]));
        let batch = RecordBatch::try_from_iter([("w", words), ("n", numbers)]).unwrap();
        let chunk = Chunk { bucket: 1, offsets: vec![5, 6, 7], buffered: false, batch };
        for (texts, offsets) in [
            (&["red"][..], &[5, 6][..]),
            (&["red", "7"], &[5, 6]),
            (&["17", "dog"], &[7]),
            (&["17", "bird"], &[]),
            (&[], &[5, 6, 7]),
        ] {
            let mut filter = Filter::default();
            texts.iter().filter_map(|text| Chip::typed(text)).for_each(|chip| filter.add(chip));
            let shown: Vec<u64> =
                filter.shown(&chunk, &[]).rows.iter().map(|row| row.offset).collect();
            assert_eq!(shown, offsets, "{texts:?}");
        }
    }

    #[test]
    fn conditions_come_off_one_by_one_and_are_there_once() {
        let mut filter = Filter::default();
        for text in ["a", "b > 1", "a"] {
            filter.add(Chip::typed(text).unwrap());
        }
        let labels: Vec<String> = filter.chips().iter().map(Chip::label).collect();
        assert_eq!(labels, ["b > 1", "“a”"]);
        assert_eq!(filter.conditions().collect::<Vec<_>>(), ["b > 1"]);
        assert_eq!(filter.pop().map(|chip| chip.label()).as_deref(), Some("“a”"));
        assert!(filter.pop().is_some() && filter.is_empty() && filter.pop().is_none());
    }
}
