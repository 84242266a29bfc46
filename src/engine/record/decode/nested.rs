//! The readers of structs, lists, maps and dictionaries.

use arrow_array::cast::AsArray as _;
use arrow_array::{
    Array, FixedSizeListArray, GenericListArray, MapArray, OffsetSizeTrait, StructArray,
};
use arrow_buffer::OffsetBuffer;
use serde_json::Value;

use super::decoder::{NonFinite, Reader};
use super::scalar::reader;

/// Reads a struct as an object, in schema order.
pub(super) fn structs(array: &StructArray, non_finite: &NonFinite) -> Reader {
    let fields = array.fields().iter().zip(array.columns());
    let fields: Vec<(String, Reader)> =
        fields.map(|(field, column)| (field.name().clone(), reader(column, non_finite))).collect();
    Box::new(move |row| fields.iter().map(|(name, read)| (name.clone(), read(row))).collect())
}

/// Reads a list as a list.
pub(super) fn lists<O: OffsetSizeTrait>(
    array: &GenericListArray<O>,
    non_finite: &NonFinite,
) -> Reader {
    let read = reader(array.values(), non_finite);
    let offsets = array.offsets().clone();
    Box::new(move |row| range(&offsets, row).map(&read).collect())
}

/// Reads a vector as a list.
pub(super) fn vectors(array: &FixedSizeListArray, non_finite: &NonFinite) -> Reader {
    let read = reader(array.values(), non_finite);
    let length = usize::try_from(array.value_length()).unwrap_or_default();
    Box::new(move |row| (row * length..(row + 1) * length).map(&read).collect())
}

/// Reads a map as a list of pairs.
pub(super) fn maps(array: &MapArray, non_finite: &NonFinite) -> Reader {
    let keys = reader(array.keys(), non_finite);
    let values = reader(array.values(), non_finite);
    let offsets = array.offsets().clone();
    let pair = move |entry| Value::Array(vec![keys(entry), values(entry)]);
    Box::new(move |row| range(&offsets, row).map(&pair).collect())
}

/// Reads a dictionary's entries as their values.
pub(super) fn dictionaries(array: &dyn Array, non_finite: &NonFinite) -> Reader {
    let dictionary = array.as_any_dictionary();
    if dictionary.values().is_empty() {
        return Box::new(|_| Value::Null);
    }
    let read = reader(dictionary.values(), non_finite);
    let keys = dictionary.normalized_keys();
    Box::new(move |row| keys.get(row).map_or(Value::Null, |key| read(*key)))
}

/// Returns where a list's items are; none beyond the last list.
fn range<O: OffsetSizeTrait>(offsets: &OffsetBuffer<O>, row: usize) -> std::ops::Range<usize> {
    match (offsets.get(row), offsets.get(row + 1)) {
        (Some(start), Some(end)) => start.as_usize()..end.as_usize(),
        _ => 0..0,
    }
}
