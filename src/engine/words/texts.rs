//! The texts in a value, wherever it has them: itself, the items of a list, the fields of an object.

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, GenericListArray, OffsetSizeTrait};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;

/// A step on the way from a column to a text in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<'a> {
    Field(&'a str),
    Item(usize),
}

/// Whether values of a type have texts.
pub(crate) fn has_texts(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => has_texts(values),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            has_texts(item.data_type())
        }
        DataType::Struct(fields) => fields.iter().any(|field| has_texts(field.data_type())),
        DataType::Map(entries, _) => has_texts(entries.data_type()),
        _ => false,
    }
}

/// Whether Lance makes an index of the words of such values: texts, and lists of them.
pub(crate) fn can_be_indexed(kind: &DataType) -> bool {
    let is_text = |kind: &DataType| matches!(kind, DataType::Utf8 | DataType::LargeUtf8);
    match kind {
        DataType::List(item) | DataType::LargeList(item) => is_text(item.data_type()),
        kind => is_text(kind),
    }
}

/// Hands on each text of a row, with the way to it; of a map, keys and values.
pub(super) fn each_text<'a>(
    array: &'a dyn Array,
    row: usize,
    way: &mut Vec<Step<'a>>,
    take: &mut dyn FnMut(&[Step<'a>], &'a str),
) {
    if row >= array.len() || array.is_null(row) || !has_texts(array.data_type()) {
        return;
    }
    match array.data_type() {
        DataType::Utf8 => take(way, array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => take(way, array.as_string::<i64>().value(row)),
        DataType::Utf8View => take(way, array.as_string_view().value(row)),
        DataType::Dictionary(..) => {
            let values = array.as_any_dictionary().values();
            // Without values there are no keys that could be looked at.
            if let Some(key) = (!values.is_empty()).then(|| key(array, row)).flatten() {
                each_text(values.as_ref(), key, way, take);
            }
        }
        DataType::List(_) => each_item(array.as_list::<i32>(), row, way, take),
        DataType::LargeList(_) => each_item(array.as_list::<i64>(), row, way, take),
        DataType::FixedSizeList(_, length) => {
            let length = usize::try_from(*length).unwrap_or_default();
            let values = array.as_fixed_size_list().values();
            items(values.as_ref(), row * length..(row + 1) * length, way, take);
        }
        DataType::Struct(fields) => {
            for (field, column) in fields.iter().zip(array.as_struct().columns()) {
                way.push(Step::Field(field.name()));
                each_text(column.as_ref(), row, way, take);
                way.pop();
            }
        }
        DataType::Map(..) => {
            let map = array.as_map();
            if let Some([start, end]) = map.value_offsets().get(row..row + 2) {
                let entries = map.entries().columns();
                pairs(entries, start.as_usize()..end.as_usize(), way, take);
            }
        }
        _ => {}
    }
}

/// Which value of a dictionary a row has.
fn key(dictionary: &dyn Array, row: usize) -> Option<usize> {
    let one = dictionary.slice(row, 1);
    one.as_any_dictionary().normalized_keys().first().copied()
}

fn each_item<'a, O: OffsetSizeTrait>(
    lists: &'a GenericListArray<O>,
    row: usize,
    way: &mut Vec<Step<'a>>,
    take: &mut dyn FnMut(&[Step<'a>], &'a str),
) {
    if let Some([start, end]) = lists.value_offsets().get(row..row + 2) {
        items(lists.values().as_ref(), start.as_usize()..end.as_usize(), way, take);
    }
}

fn items<'a>(
    values: &'a dyn Array,
    rows: std::ops::Range<usize>,
    way: &mut Vec<Step<'a>>,
    take: &mut dyn FnMut(&[Step<'a>], &'a str),
) {
    for (number, row) in rows.enumerate() {
        way.push(Step::Item(number));
        each_text(values, row, way, take);
        way.pop();
    }
}

/// The entries of a map, which JSON has as a list of pairs.
fn pairs<'a>(
    entries: &'a [ArrayRef],
    rows: std::ops::Range<usize>,
    way: &mut Vec<Step<'a>>,
    take: &mut dyn FnMut(&[Step<'a>], &'a str),
) {
    for (number, row) in rows.enumerate() {
        way.push(Step::Item(number));
        for (part, values) in entries.iter().enumerate() {
            way.push(Step::Item(part));
            each_text(values.as_ref(), row, way, take);
            way.pop();
        }
        way.pop();
    }
}

/// A way as people write it: `turns[0].text`.
pub(super) fn path(column: &str, way: &[Step<'_>]) -> String {
    let mut path = column.to_owned();
    for step in way {
        match step {
            Step::Field(name) => path.extend([".", name]),
            Step::Item(number) => path.extend(["[", &number.to_string(), "]"]),
        }
    }
    path
}
