//! A text that is looked for, and whether a record has it.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, SchemaRef};

use super::cell::Cell;
use super::node::{Kind, Node, text_at};

/// A text to look for: with capitals it is meant as it is written, without it is found in any case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Needle {
    text: String,
    exact: bool,
}

impl Needle {
    /// What was typed; none where that is nothing.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let exact = text.chars().any(char::is_uppercase);
        (!text.is_empty()).then(|| Self { text: text.into(), exact })
    }

    /// What was typed.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether a text has it.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        match (self.exact, self.text.is_ascii()) {
            (true, _) => text.contains(&self.text),
            (false, true) => has_ascii(text.as_bytes(), self.text.as_bytes()),
            (false, false) => text.to_lowercase().contains(&self.text),
        }
    }

    /// Where a text has it first.
    pub(crate) fn find(&self, text: &str) -> Option<Range<usize>> {
        if self.exact {
            let start = text.find(&self.text)?;
            return Some(start..start + self.text.len());
        }
        text.char_indices().find_map(|(start, _)| {
            let rest = text.get(start..)?;
            let mut lower = rest.char_indices().flat_map(|(at, c)| {
                let end = at + c.len_utf8();
                c.to_lowercase().map(move |c| (end, c))
            });
            let mut end = 0;
            for wanted in self.text.chars() {
                let (behind, found) = lower.next()?;
                if found != wanted {
                    return None;
                }
                end = behind;
            }
            Some(start..start + end)
        })
    }

    /// Whether a cell has it as it is shown.
    pub(crate) fn is_in_cell(&self, cell: &Cell) -> bool {
        cell.is_searched() && self.is_in(&cell.text())
    }

    /// The rows of a batch that have it in one of their values, in order; values are looked at
    /// whole, however much of them a table shows.
    pub(crate) fn rows(&self, batch: &RecordBatch) -> Vec<usize> {
        let mut found = vec![false; batch.num_rows()];
        for column in batch.columns() {
            self.mark(column, &mut found);
        }
        found.iter().enumerate().filter(|(_, found)| **found).map(|(row, _)| row).collect()
    }

    /// The first field of a row that has it.
    pub(crate) fn field(&self, batch: &RecordBatch, row: usize) -> Option<String> {
        let schema = batch.schema();
        let mut columns = schema.fields().iter().zip(batch.columns());
        let has_it = |column: &ArrayRef| {
            let mut found = [false];
            self.mark(&column.slice(row, 1), &mut found);
            found == [true]
        };
        columns.find(|(_, column)| has_it(column)).map(|(field, _)| field.name().clone())
    }

    fn mark(&self, column: &ArrayRef, found: &mut [bool]) {
        let undecided = found.iter_mut().enumerate().filter(|(_, found)| !**found);
        match column.data_type() {
            kind if !is_searched(kind) => {}
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                for (row, found) in undecided.filter(|(row, _)| column.is_valid(*row)) {
                    *found = text_at(column, row).is_some_and(|text| self.is_in(text));
                }
            }
            DataType::Dictionary(..) => {
                let dictionary = column.as_any_dictionary();
                let mut values = vec![false; dictionary.values().len()];
                self.mark(dictionary.values(), &mut values);
                let keys = dictionary.normalized_keys();
                for (row, found) in undecided.filter(|(row, _)| column.is_valid(*row)) {
                    *found = keys.get(row).and_then(|key| values.get(*key)) == Some(&true);
                }
            }
            kind if kind.is_nested() => {
                for (row, found) in undecided {
                    *found = self.is_in_node(&Node::of_value(column, row));
                }
            }
            _ => {
                let cells = Cell::of_column(column);
                for ((_, found), cell) in found.iter_mut().enumerate().zip(cells) {
                    *found |= cell != Cell::Null && self.is_in(&cell.text());
                }
            }
        }
    }

    fn is_in_node(&self, node: &Node) -> bool {
        match node.kind() {
            Kind::Null | Kind::Bytes(_) | Kind::Numbers(_) | Kind::Unread(_) => false,
            Kind::Leaf { text, .. } => self.is_in(&text),
            Kind::Text(text) => self.is_in(text),
            Kind::Items(_) | Kind::Fields(_) => {
                node.inside(usize::MAX).iter().any(|inside| self.is_in_node(inside))
            }
            Kind::Entries(..) => {
                let entries = node.inside(usize::MAX);
                entries.iter().any(|entry| self.is_in(&entry.name) || self.is_in_node(entry))
            }
        }
    }
}

/// The columns in which a text can be found: all but bytes and vectors.
pub(crate) fn searched(schema: &SchemaRef) -> Vec<String> {
    let fields = schema.fields().iter().filter(|field| is_searched(field.data_type()));
    fields.map(|field| field.name().clone()).collect()
}

fn is_searched(data_type: &DataType) -> bool {
    match data_type {
        DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => false,
        DataType::FixedSizeList(item, _) => !item.data_type().is_floating(),
        _ => true,
    }
}

/// Whether a text has a lower-case ASCII text in any case.
fn has_ascii(text: &[u8], wanted: &[u8]) -> bool {
    let Some(first) = wanted.first() else { return true };
    let starts = text.iter().enumerate().filter(|(_, byte)| byte.eq_ignore_ascii_case(first));
    starts.map(|(at, _)| at).any(|at| {
        text.get(at..at + wanted.len()).is_some_and(|part| part.eq_ignore_ascii_case(wanted))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::{Float32Type, Int32Type};
    use arrow_array::{
        BooleanArray, DictionaryArray, FixedSizeListArray, Int64Array, ListArray, StringArray,
        StructArray, TimestampMillisecondArray,
    };
    use arrow_schema::Field;

    use super::*;

    fn needle(text: &str) -> Needle {
        Needle::new(text).unwrap()
    }

    #[test]
    fn a_text_without_capitals_is_found_in_any_case() {
        for (wanted, text, place) in [
            ("bug", "Find the BUG here", Some(9..12)),
            ("Bug", "Find the BUG here", None),
            ("BUG", "Find the BUG here", Some(9..12)),
            ("größe", "die GRÖßE", Some(4..11)),
            ("x", "", None),
            ("aab", "aaab", Some(1..4)),
            ("漢", "a漢字", Some(1..4)),
        ] {
            assert_eq!(needle(wanted).find(text), place, "{wanted} in {text}");
            assert_eq!(needle(wanted).is_in(text), place.is_some(), "{wanted} in {text}");
        }
        assert_eq!(Needle::new(""), None);
    }

    #[test]
    fn a_record_has_a_text_in_any_value_but_vectors() {
        let words: ArrayRef = Arc::new(StringArray::from(vec![Some("a1"), None, Some("b")]));
        let kinds: ArrayRef =
            Arc::new(DictionaryArray::<Int32Type>::from_iter([Some("red"), Some("blue"), None]));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(120), Some(7), None]));
        let flags: ArrayRef = Arc::new(BooleanArray::from(vec![true, false, true]));
        let times: ArrayRef =
            Arc::new(TimestampMillisecondArray::from(vec![0, 1, 86_400_000]).with_timezone_utc());
        let lists: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([
            Some(vec![Some(55)]),
            None,
            Some(vec![Some(5), Some(66)]),
        ]));
        let deep: ArrayRef = Arc::new(StructArray::from(vec![(
            Arc::new(Field::new("in", lists.data_type().clone(), true)),
            lists,
        )]));
        let vectors: ArrayRef =
            Arc::new(FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(
                [Some([Some(99.5)]), Some([Some(99.5)]), None],
                1,
            ));
        let columns = [("w", words), ("k", kinds), ("n", numbers), ("f", flags), ("t", times)];
        let columns = columns.into_iter().chain([("d", deep), ("v", vectors)]);
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        for (text, rows) in [
            ("a1", vec![0]),
            ("blue", vec![1]),
            ("12", vec![0]),
            ("false", vec![1]),
            ("1970-01-02 00", vec![2]),
            ("66", vec![2]),
            ("99.5", vec![]),
            ("∅", vec![]),
        ] {
            assert_eq!(needle(text).rows(&batch), rows, "{text}");
            let field = rows.first().and_then(|row| needle(text).field(&batch, *row));
            assert_eq!(field.is_some(), !rows.is_empty(), "{text}");
        }
        assert_eq!(needle("66").field(&batch, 2).as_deref(), Some("d"));
        assert!(!searched(&batch.schema()).contains(&"v".to_owned()));
    }
}
