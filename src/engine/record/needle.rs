//! A text that is looked for, and whether a record has it.

use std::ops::Range;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, GenericListArray, OffsetSizeTrait, RecordBatch};
use arrow_schema::{DataType, Schema};
use serde_json::Value;

use super::decode::reader_of;

/// A list of so many reals is a vector: nobody looks for a text in it.
const VECTOR: usize = 8;

/// A text to look for: with capitals it is meant as it is written, without it is found in any case.
///
/// A record has it where one of its values does: a text, or the text that JSON has for a number, a flag, a date or a time
/// (in a time, a blank stands for the `T` as well), also inside of lists, objects and maps. Bytes and vectors (lists of
/// eight reals or more) are not looked at, nor are the names of fields, but for the keys of a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    text: String,
    exact: bool,
}

impl Needle {
    /// A text to look for; none where it is empty.
    pub fn new(text: &str) -> Option<Self> {
        let exact = text.chars().any(char::is_uppercase);
        (!text.is_empty()).then(|| Self { text: text.into(), exact })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether another text has it.
    pub fn is_in(&self, text: &str) -> bool {
        match (self.exact, self.text.is_ascii()) {
            (true, _) => text.contains(&self.text),
            (false, true) => has_ascii(text.as_bytes(), self.text.as_bytes()),
            (false, false) => text.to_lowercase().contains(&self.text),
        }
    }

    /// Where another text has it first, in bytes.
    pub fn find(&self, text: &str) -> Option<Range<usize>> {
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

    /// The rows of a batch that have it, ascending.
    pub fn rows(&self, batch: &RecordBatch) -> Vec<usize> {
        let flags = self.matches(batch);
        flags.iter().enumerate().filter(|(_, found)| **found).map(|(row, _)| row).collect()
    }

    /// The first field of a row that has it.
    pub fn field(&self, batch: &RecordBatch, row: usize) -> Option<String> {
        let schema = batch.schema();
        let mut columns = schema.fields().iter().zip(batch.columns());
        let has_it = |column: &ArrayRef| self.flags(&column.slice(row, 1)) == [true];
        columns.find(|(_, column)| has_it(column)).map(|(field, _)| field.name().clone())
    }

    /// The columns of a schema in which it can be found: all but bytes and vectors.
    pub fn searched(schema: &Schema) -> Vec<String> {
        let fields = schema.fields().iter().filter(|field| is_searched(field.data_type()));
        fields.map(|field| field.name().clone()).collect()
    }

    /// Whether each row of a batch has it.
    pub(crate) fn matches(&self, batch: &RecordBatch) -> Vec<bool> {
        let mut found = vec![false; batch.num_rows()];
        batch.columns().iter().for_each(|column| either(&mut found, self.flags(column)));
        found
    }

    /// Whether each value of an array has it.
    fn flags(&self, array: &ArrayRef) -> Vec<bool> {
        let flags = match array.data_type() {
            kind if !is_searched(kind) => return vec![false; array.len()],
            DataType::Utf8 => self.texts(array.as_string::<i32>().iter()),
            DataType::LargeUtf8 => self.texts(array.as_string::<i64>().iter()),
            DataType::Utf8View => self.texts(array.as_string_view().iter()),
            DataType::Dictionary(..) => self.in_dictionary(array),
            DataType::List(_) => self.in_lists(array.as_list::<i32>()),
            DataType::LargeList(_) => self.in_lists(array.as_list::<i64>()),
            DataType::FixedSizeList(_, length) => {
                let length = usize::try_from(*length).unwrap_or_default();
                let starts = (0..array.len()).map(|row| row * length..(row + 1) * length);
                self.in_parts(array.as_fixed_size_list().values(), starts)
            }
            DataType::Struct(_) => {
                let mut found = vec![false; array.len()];
                let fields = array.as_struct().columns().iter();
                fields.for_each(|field| either(&mut found, self.flags(field)));
                found
            }
            DataType::Map(..) => {
                let map = array.as_map();
                let entries: ArrayRef = std::sync::Arc::new(map.entries().clone());
                self.in_parts(&entries, parts(map.value_offsets()))
            }
            kind if !self.could_be_in(kind) => return vec![false; array.len()],
            _ => self.in_scalars(array),
        };
        (0..).zip(flags).map(|(row, found)| found && array.is_valid(row)).collect()
    }

    fn texts<'a>(&self, texts: impl Iterator<Item = Option<&'a str>>) -> Vec<bool> {
        texts.map(|text| text.is_some_and(|text| self.is_in(text))).collect()
    }

    fn in_dictionary(&self, array: &ArrayRef) -> Vec<bool> {
        let dictionary = array.as_any_dictionary();
        if dictionary.values().is_empty() {
            return vec![false; array.len()];
        }
        let values = self.flags(dictionary.values());
        let keys = dictionary.normalized_keys().into_iter();
        keys.map(|key| values.get(key).copied().unwrap_or_default()).collect()
    }

    fn in_lists<O: OffsetSizeTrait>(&self, lists: &GenericListArray<O>) -> Vec<bool> {
        let is_real = lists.values().data_type().is_floating();
        let parts = parts(lists.value_offsets());
        self.in_parts(
            lists.values(),
            parts.map(|part| if is_real && part.len() >= VECTOR { 0..0 } else { part }),
        )
    }

    /// Whether one of the values in each part of an array has it.
    fn in_parts(&self, values: &ArrayRef, parts: impl Iterator<Item = Range<usize>>) -> Vec<bool> {
        let parts: Vec<Range<usize>> = parts.collect();
        let there = parts.iter().filter(|part| !part.is_empty());
        let start = there.clone().map(|part| part.start).min().unwrap_or_default();
        let end = there.map(|part| part.end).max().unwrap_or_default();
        let flags = self.flags(&values.slice(start, end - start));
        let any = |part: &Range<usize>| {
            let part = part.start.saturating_sub(start)..part.end.saturating_sub(start);
            flags.get(part).is_some_and(|flags| flags.contains(&true))
        };
        parts.iter().map(any).collect()
    }

    /// Whether a number, a flag or a time of this type can have it: most texts have letters, and are in none.
    fn could_be_in(&self, kind: &DataType) -> bool {
        let only = |signs: &str| self.text.chars().all(|c| c.is_ascii_digit() || signs.contains(c));
        match kind {
            DataType::Null => false,
            kind if kind.is_numeric() => only("+-.eE"),
            kind if kind.is_temporal() => only("+-.:tTzZ "),
            _ => true,
        }
    }

    fn in_scalars(&self, array: &ArrayRef) -> Vec<bool> {
        let is_moment = matches!(array.data_type(), DataType::Timestamp(..));
        let read = reader_of(array);
        let has_it = |row| match read(row) {
            Value::Null => false,
            Value::String(text) if is_moment => {
                self.is_in(&text) || self.is_in(&text.replacen('T', " ", 1))
            }
            Value::String(text) => self.is_in(&text),
            other => self.is_in(&other.to_string()),
        };
        (0..array.len()).map(has_it).collect()
    }
}

/// The parts that the offsets of a list say.
fn parts<O: OffsetSizeTrait>(offsets: &[O]) -> impl Iterator<Item = Range<usize>> {
    offsets.windows(2).map(|ends| match ends {
        [start, end] => start.as_usize()..end.as_usize(),
        _ => 0..0,
    })
}

fn either(found: &mut [bool], flags: Vec<bool>) {
    found.iter_mut().zip(flags).for_each(|(found, flag)| *found |= flag);
}

fn is_searched(kind: &DataType) -> bool {
    match kind {
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

    use arrow_array::builder::{MapBuilder, StringBuilder};
    use arrow_array::types::{Float32Type, Float64Type, Int32Type};
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

    fn batch() -> RecordBatch {
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
        let reals: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Float64Type, _, _>([
            Some(vec![Some(99.5); 8]),
            Some(vec![Some(31.25)]),
            None,
        ]));
        let mut map = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
        for entry in [None, Some(("host", "alpha")), Some(("port", "80"))] {
            if let Some((key, value)) = entry {
                map.keys().append_value(key);
                map.values().append_value(value);
            }
            map.append(entry.is_some()).unwrap();
        }
        let map: ArrayRef = Arc::new(map.finish());
        let columns = [("w", words), ("k", kinds), ("n", numbers), ("f", flags), ("t", times)];
        let more = [("d", deep), ("v", vectors), ("r", reals), ("m", map)];
        let columns = columns.into_iter().chain(more).map(|(name, column)| (name, column, true));
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    }

    #[test]
    fn a_record_has_a_text_in_any_value_but_vectors() {
        let batch = batch();
        for (text, rows) in [
            ("a1", vec![0]),
            ("blue", vec![1]),
            ("12", vec![0]),
            ("false", vec![1]),
            ("1970-01-02 00", vec![2]),
            ("1970-01-02T00", vec![2]),
            ("66", vec![2]),
            ("99.5", vec![]),
            ("31.2", vec![1]),
            ("alpha", vec![1]),
            ("port", vec![2]),
            ("null", vec![]),
        ] {
            let found = needle(text).rows(&batch);
            assert_eq!(found, rows, "{text}");
            let field = rows.first().and_then(|row| needle(text).field(&batch, *row));
            assert_eq!(field.is_some(), !rows.is_empty(), "{text}");
        }
        assert_eq!(needle("66").field(&batch, 2).as_deref(), Some("d"));
        assert!(!Needle::searched(&batch.schema()).contains(&"v".to_owned()));
    }

    #[test]
    fn a_part_of_a_batch_has_what_its_own_rows_have() {
        let batch = batch();
        for text in ["66", "port", "blue", "31.2"] {
            let whole = needle(text).matches(&batch);
            for (row, matches) in whole.into_iter().enumerate() {
                assert_eq!(needle(text).matches(&batch.slice(row, 1)), [matches], "{text} {row}");
            }
        }
    }
}
