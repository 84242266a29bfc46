//! A value of a record as a node of a tree: what it is, and what lies inside it.
//!
//! A node shares the buffers of its record; nothing is copied before it is shown.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float16Type, Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef, RecordBatch, StructArray, new_null_array};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, TimeUnit};
use serde_json::Value;

use super::weight::weight;
use crate::tui::theme::Meaning;

/// A list of so many reals is shown as a vector.
const VECTOR: usize = 8;

/// One value, and the name that it has in what it lies in.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) name: String,
    values: ArrayRef,
    row: usize,
    /// Its bytes, where it was not read.
    unread: Option<u64>,
}

/// What a node is.
#[derive(Debug)]
pub(crate) enum Kind<'a> {
    /// No value.
    Null,
    /// One value that takes one line: its text, how to show it, and what is to be said of it.
    Leaf { text: String, meaning: Meaning, note: Option<String> },
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Reals: a vector.
    Numbers(ArrayRef),
    /// A list.
    Items(ArrayRef),
    /// An object.
    Fields(&'a StructArray),
    /// A map: keys and values.
    Entries(ArrayRef, ArrayRef),
    /// So many bytes that were not read.
    Unread(u64),
}

impl Node {
    /// The fields of a row.
    pub(crate) fn of_row(batch: &RecordBatch, row: usize) -> Vec<Self> {
        let schema = batch.schema();
        let columns = schema.fields().iter().zip(batch.columns());
        columns.map(|(field, values)| Self::new(field.name().clone(), values, row)).collect()
    }

    /// A value of so many bytes that was not read.
    pub(super) fn unread(name: String, bytes: u64) -> Self {
        Self { name, values: new_null_array(&DataType::Null, 1), row: 0, unread: Some(bytes) }
    }

    /// The value of an array's row; that of a dictionary's entry is the one it stands for.
    fn new(name: String, values: &ArrayRef, row: usize) -> Self {
        let (mut values, mut row) = (values.clone(), row);
        while let Some(dictionary) = values.as_any_dictionary_opt() {
            if dictionary.is_null(row) || dictionary.values().is_empty() {
                break;
            }
            let key = dictionary.normalized_keys().get(row).copied().unwrap_or_default();
            (values, row) = (dictionary.values().clone(), key);
        }
        Self { name, values, row, unread: None }
    }

    /// What it is.
    pub(crate) fn kind(&self) -> Kind<'_> {
        let (values, row) = (&self.values, self.row);
        if let Some(bytes) = self.unread {
            return Kind::Unread(bytes);
        }
        if values.is_null(row) {
            return Kind::Null;
        }
        if let Some(text) = text_at(values, row) {
            return Kind::Text(text);
        }
        if let Some(bytes) = bytes_at(values, row) {
            return Kind::Bytes(bytes);
        }
        match values.data_type() {
            DataType::Null => Kind::Null,
            DataType::Struct(_) => Kind::Fields(values.as_struct()),
            DataType::List(_) => list(values.as_list::<i32>().value(row)),
            DataType::LargeList(_) => list(values.as_list::<i64>().value(row)),
            DataType::FixedSizeList(item, _) if item.data_type().is_floating() => {
                Kind::Numbers(values.as_fixed_size_list().value(row))
            }
            DataType::FixedSizeList(..) => Kind::Items(values.as_fixed_size_list().value(row)),
            DataType::Map(..) => {
                let entries = values.as_map().value(row);
                match entries.columns() {
                    [keys, of] => Kind::Entries(keys.clone(), of.clone()),
                    _ => Kind::Null,
                }
            }
            _ => leaf(values, row),
        }
    }

    /// What lies inside, from the first on, at most so many.
    pub(crate) fn inside(&self, limit: usize) -> Vec<Self> {
        match self.kind() {
            Kind::Items(items) => {
                let rows = 0..items.len().min(limit);
                rows.map(|row| Self::new(row.to_string(), &items, row)).collect()
            }
            Kind::Fields(object) => {
                let columns = object.fields().iter().zip(object.columns()).take(limit);
                columns.map(|(f, values)| Self::new(f.name().clone(), values, self.row)).collect()
            }
            Kind::Entries(keys, of) => {
                let rows = 0..keys.len().min(limit);
                rows.map(|row| Self::new(key_text(&keys, row), &of, row)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// How many bytes it has.
    pub(crate) fn weight(&self) -> u64 {
        self.unread.unwrap_or_else(|| weight(&self.values.slice(self.row, 1)))
    }

    /// The value as JSON.
    pub(crate) fn value(&self) -> Value {
        crate::value(&self.values.slice(self.row, 1), 0)
    }

    /// The value as compact JSON, cut to what a preview can show.
    pub(crate) fn preview(&self) -> String {
        super::cell::preview_json(&self.values, self.row)
    }
}

/// A list of many reals is a vector; any other is a list of items.
fn list(items: ArrayRef) -> Kind<'static> {
    let is_vector =
        items.data_type().is_floating() && items.len() >= VECTOR && items.null_count() == 0;
    if is_vector { Kind::Numbers(items) } else { Kind::Items(items) }
}

/// The key of an entry as a name.
pub(super) fn key_text(keys: &ArrayRef, row: usize) -> String {
    match crate::value(&keys.slice(row, 1), 0) {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// The text of a row, where it is one.
pub(super) fn text_at(values: &ArrayRef, row: usize) -> Option<&str> {
    match values.data_type() {
        DataType::Utf8 => Some(values.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Some(values.as_string::<i64>().value(row)),
        DataType::Utf8View => Some(values.as_string_view().value(row)),
        _ => None,
    }
}

fn bytes_at(values: &ArrayRef, row: usize) -> Option<&[u8]> {
    match values.data_type() {
        DataType::Binary => Some(values.as_binary::<i32>().value(row)),
        DataType::LargeBinary => Some(values.as_binary::<i64>().value(row)),
        DataType::BinaryView => Some(values.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => Some(values.as_fixed_size_binary().value(row)),
        _ => None,
    }
}

fn leaf(values: &ArrayRef, row: usize) -> Kind<'static> {
    let data_type = values.data_type();
    if data_type.is_floating() {
        let text = real_texts(&values.slice(row, 1)).concat();
        return Kind::Leaf { text, meaning: Meaning::Number, note: None };
    }
    if let DataType::Duration(unit) = data_type {
        return duration(values, row, *unit);
    }
    let is_number = data_type.is_numeric() || *data_type == DataType::Boolean;
    let meaning = if is_number { Meaning::Number } else { Meaning::Plain };
    let text = match crate::value(&values.slice(row, 1), 0) {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Kind::Leaf { text, meaning, note: zone(data_type) }
}

/// A span of time as ISO 8601 writes it, and the number that it is kept as.
fn duration(values: &ArrayRef, row: usize, unit: TimeUnit) -> Kind<'static> {
    let kept = crate::value(&values.slice(row, 1), 0).to_string();
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(values, &options);
    let text = formatter.ok().and_then(|formatter| formatter.value(row).try_to_string().ok());
    let unit = match unit {
        TimeUnit::Second => "s",
        TimeUnit::Millisecond => "ms",
        TimeUnit::Microsecond => "µs",
        TimeUnit::Nanosecond => "ns",
    };
    let note = Some(format!("{kept} {unit}"));
    Kind::Leaf { text: text.unwrap_or_else(|| kept.clone()), meaning: Meaning::Plain, note }
}

/// What is to be said of the zone of a time: nothing where its text says all.
fn zone(data_type: &DataType) -> Option<String> {
    match data_type {
        DataType::Timestamp(_, None) => Some("no zone".into()),
        DataType::Timestamp(_, Some(zone)) if is_utc(zone) => None,
        DataType::Timestamp(_, Some(zone)) => Some(format!("in UTC; kept as {zone}")),
        _ => None,
    }
}

pub(super) fn is_utc(zone: &Arc<str>) -> bool {
    matches!(zone.as_ref(), "UTC" | "Z" | "+00:00" | "Etc/UTC")
}

/// The reals of an array.
pub(crate) fn reals(values: &ArrayRef) -> Vec<f64> {
    match values.data_type() {
        DataType::Float16 => {
            values.as_primitive::<Float16Type>().values().iter().map(|v| v.to_f64()).collect()
        }
        DataType::Float32 => {
            values.as_primitive::<Float32Type>().values().iter().map(|v| f64::from(*v)).collect()
        }
        DataType::Float64 => values.as_primitive::<Float64Type>().values().to_vec(),
        _ => Vec::new(),
    }
}

/// The reals of an array as the shortest texts that read back the same.
pub(crate) fn real_texts(values: &ArrayRef) -> Vec<String> {
    fn texts<T: std::fmt::Debug>(reals: impl Iterator<Item = T>) -> Vec<String> {
        reals.map(|real| format!("{real:?}")).collect()
    }
    match values.data_type() {
        // Through 32 bits it would have digits that 16 do not hold.
        DataType::Float16 => {
            (0..values.len()).map(|row| crate::value(values, row).to_string()).collect()
        }
        DataType::Float32 => texts(values.as_primitive::<Float32Type>().values().iter()),
        DataType::Float64 => texts(values.as_primitive::<Float64Type>().values().iter()),
        _ => Vec::new(),
    }
}
