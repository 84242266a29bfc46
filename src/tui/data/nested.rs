//! Writes one nested Arrow value like compact JSON, only as far as the receiver takes it.
//!
//! Names that are plain words stand without quotes, so that more fits in.

use std::fmt::{self, Write};

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::DataType;
use serde_json::Value;

use super::cell::{LOOKED_AT, stopped};

/// Writes the value; ends early with an error where the receiver is full.
pub(super) fn write_json(out: &mut dyn Write, column: &ArrayRef, row: usize) -> fmt::Result {
    if column.is_null(row) {
        return out.write_str("null");
    }
    match column.data_type() {
        DataType::Struct(_) => write_object(out, column, row),
        DataType::List(_) => write_list(out, &column.as_list::<i32>().value(row)),
        DataType::LargeList(_) => write_list(out, &column.as_list::<i64>().value(row)),
        DataType::FixedSizeList(_, _) => write_list(out, &column.as_fixed_size_list().value(row)),
        DataType::Map(_, _) => write_pairs(out, column, row),
        _ => write_leaf(out, column, row),
    }
}

fn write_object(out: &mut dyn Write, column: &ArrayRef, row: usize) -> fmt::Result {
    let object = column.as_struct();
    for (index, (field, values)) in object.fields().iter().zip(object.columns()).enumerate() {
        out.write_str(if index == 0 { "{" } else { ", " })?;
        write_name(out, field.name())?;
        out.write_str(": ")?;
        write_json(out, values, row)?;
    }
    out.write_str(if object.num_columns() == 0 { "{}" } else { "}" })
}

fn write_list(out: &mut dyn Write, values: &ArrayRef) -> fmt::Result {
    out.write_char('[')?;
    for row in 0..values.len() {
        if row > 0 {
            out.write_str(", ")?;
        }
        write_json(out, values, row)?;
    }
    out.write_char(']')
}

fn write_pairs(out: &mut dyn Write, column: &ArrayRef, row: usize) -> fmt::Result {
    let entries = column.as_map().value(row);
    let [keys, values] = entries.columns() else {
        return out.write_str("[]");
    };
    out.write_char('[')?;
    for row in 0..entries.len() {
        out.write_str(if row == 0 { "[" } else { ", [" })?;
        write_json(out, keys, row)?;
        out.write_str(", ")?;
        write_json(out, values, row)?;
        out.write_char(']')?;
    }
    out.write_char(']')
}

fn write_leaf(out: &mut dyn Write, column: &ArrayRef, row: usize) -> fmt::Result {
    let bare = column.data_type().is_numeric() || *column.data_type() == DataType::Boolean;
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(column, &options).map_err(stopped)?;
    if bare {
        return formatter.value(row).write(out).map_err(stopped);
    }
    let text = formatter.value(row).try_to_string().map_err(stopped)?;
    write_text(out, &text)
}

fn write_name(out: &mut dyn Write, name: &str) -> fmt::Result {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_bare = name.chars().all(is_word) && name.starts_with(|c: char| !c.is_ascii_digit());
    if is_bare { out.write_str(name) } else { write_text(out, name) }
}

fn write_text(out: &mut dyn Write, text: &str) -> fmt::Result {
    let text: String = text.chars().take(LOOKED_AT).collect();
    write!(out, "{}", Value::String(text))
}
