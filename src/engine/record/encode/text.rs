//! JSON text to text columns, and base64 text to binary columns.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::builder::{GenericBinaryBuilder, GenericStringBuilder};
use arrow_array::{
    ArrayRef, FixedSizeBinaryArray, GenericBinaryArray, GenericStringArray, OffsetSizeTrait,
};
use arrow_schema::DataType;
use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use super::batch::Strictness;
use super::column::validity;
use super::gather::Cell;
use crate::engine::record::misfit::{Misfit, Reason};

/// The standard alphabet; padding may be left out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Builds a text array.
pub(super) fn texts<O: OffsetSizeTrait>(
    cells: &[Cell<'_>],
    strictness: Strictness,
) -> Result<ArrayRef, Misfit> {
    let bytes = text_bytes::<O>(cells)?;
    let mut builder = GenericStringBuilder::<O>::with_capacity(cells.len(), bytes);
    for (row, cell) in cells.iter().enumerate() {
        match cell {
            Some(value) => {
                let expected = GenericStringArray::<O>::DATA_TYPE;
                let text = text(value, strictness);
                let misfit = || Misfit::at(row, Reason::wrong_type(&expected, value));
                builder.append_value(text.ok_or_else(misfit)?);
            }
            None => builder.append_null(),
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// Returns the text that a value is, or, if coerced, the text of a number or of `true`/`false`.
fn text(value: &Value, strictness: Strictness) -> Option<Cow<'_, str>> {
    match (value, strictness) {
        (Value::String(text), _) => Some(Cow::Borrowed(text)),
        (Value::Number(number), Strictness::Coerce) => Some(Cow::Owned(number.to_string())),
        (Value::Bool(value), Strictness::Coerce) => Some(Cow::Owned(value.to_string())),
        _ => None,
    }
}

/// Bytes that the longest text of a JSON number takes.
const NUMBER_BYTES: usize = 25;

/// Bounds the bytes of a text column, or refuses what its offsets cannot count.
fn text_bytes<O: OffsetSizeTrait>(cells: &[Cell<'_>]) -> Result<usize, Misfit> {
    let bytes = cells.iter().flatten().map(|value| match value {
        Value::String(text) => text.len(),
        _ => NUMBER_BYTES,
    });
    let bytes = bytes.sum();
    let fits = O::from_usize(bytes).is_some();
    fits.then_some(bytes).ok_or_else(|| Misfit::at(0, Reason::TooLarge))
}

/// Builds a binary array from base64 text.
pub(super) fn binaries<O: OffsetSizeTrait>(cells: &[Cell<'_>]) -> Result<ArrayRef, Misfit> {
    let bytes = text_bytes::<O>(cells)?;
    let mut builder = GenericBinaryBuilder::<O>::with_capacity(cells.len(), bytes / 4 * 3);
    for (row, cell) in cells.iter().enumerate() {
        match cell {
            Some(value) => {
                let bytes = binary(&GenericBinaryArray::<O>::DATA_TYPE, value);
                builder.append_value(bytes.map_err(|reason| Misfit::at(row, reason))?);
            }
            None => builder.append_null(),
        }
    }
    Ok(Arc::new(builder.finish()))
}

/// Builds a binary array of one width from base64 text.
pub(super) fn fixed_binaries(width: i32, cells: &[Cell<'_>]) -> Result<ArrayRef, Misfit> {
    let expected = usize::try_from(width).unwrap_or_default();
    let mut bytes = Vec::with_capacity(cells.len() * expected);
    for (row, cell) in cells.iter().enumerate() {
        let Some(value) = cell else {
            bytes.resize(bytes.len() + expected, 0);
            continue;
        };
        let value = binary(&DataType::FixedSizeBinary(width), value);
        let value = value.map_err(|reason| Misfit::at(row, reason))?;
        if value.len() != expected {
            return Err(Misfit::at(row, Reason::WrongLength { expected, found: value.len() }));
        }
        bytes.extend(value);
    }
    FixedSizeBinaryArray::try_new(width, bytes.into(), validity(cells))
        .map(|array| Arc::new(array) as ArrayRef)
        .map_err(|error| Misfit::at(0, error))
}

fn binary(expected: &DataType, value: &Value) -> Result<Vec<u8>, Reason> {
    let Value::String(text) = value else {
        return Err(Reason::wrong_type(expected, value));
    };
    BASE64.decode(text).map_err(|_| Reason::out_of_range(expected, value))
}
