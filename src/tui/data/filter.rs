//! What of a topic is shown: conditions that all must hold, taken off one by one.

use crate::Needle;
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
}

#[cfg(test)]
mod tests {
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
