//! Cells to an array: which builder makes the array of which type.

use std::sync::Arc;

use arrow_array::types::{
    Decimal128Type, Decimal256Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{ArrayRef, ArrowPrimitiveType, BooleanArray, NullArray, PrimitiveArray};
use arrow_buffer::{NullBuffer, NullBufferBuilder};
use arrow_cast::cast;
use arrow_schema::{DataType, Field};
use serde_json::Value;

use super::batch::Strictness;
use super::gather::Cell;
use super::{decimal, list, map, number, temporal, text};
use crate::engine::record::misfit::{Misfit, Reason};
use crate::engine::record::schema::type_text;

/// Builds the array of one field.
///
/// `parents` tells which rows have something around the field at all: a field that is not nullable
/// may be empty where its parent is null.
pub(super) fn column(
    field: &Field,
    cells: &[Cell<'_>],
    parents: Option<&NullBuffer>,
    strictness: Strictness,
) -> Result<ArrayRef, Misfit> {
    if !field.is_nullable() {
        require_values(field, cells, parents)?;
    }
    array(field.data_type(), cells, strictness)
}

fn require_values(
    field: &Field,
    cells: &[Cell<'_>],
    parents: Option<&NullBuffer>,
) -> Result<(), Misfit> {
    let has_parent = |row| parents.is_none_or(|parents| parents.is_valid(row));
    let missing = cells.iter().enumerate().find(|(row, cell)| cell.is_none() && has_parent(*row));
    missing.map_or(Ok(()), |(row, _)| {
        Err(Misfit::at(row, Reason::Missing { expected: type_text(field.data_type()) }))
    })
}

/// Builds the array of one type.
pub(super) fn array(
    data_type: &DataType,
    cells: &[Cell<'_>],
    strictness: Strictness,
) -> Result<ArrayRef, Misfit> {
    match data_type {
        DataType::Null => nulls_only(cells),
        DataType::Boolean => booleans(cells),
        DataType::Int8 => number::integers::<Int8Type>(cells, strictness),
        DataType::Int16 => number::integers::<Int16Type>(cells, strictness),
        DataType::Int32 => number::integers::<Int32Type>(cells, strictness),
        DataType::Int64 => number::integers::<Int64Type>(cells, strictness),
        DataType::UInt8 => number::integers::<UInt8Type>(cells, strictness),
        DataType::UInt16 => number::integers::<UInt16Type>(cells, strictness),
        DataType::UInt32 => number::integers::<UInt32Type>(cells, strictness),
        DataType::UInt64 => number::integers::<UInt64Type>(cells, strictness),
        DataType::Float16 => number::reals::<Float16Type>(cells, strictness),
        DataType::Float32 => number::reals::<Float32Type>(cells, strictness),
        DataType::Float64 => number::reals::<Float64Type>(cells, strictness),
        DataType::Decimal128(..) => decimal::decimals::<Decimal128Type>(data_type, cells),
        DataType::Decimal256(..) => decimal::decimals::<Decimal256Type>(data_type, cells),
        DataType::Utf8 => text::texts::<i32>(cells, strictness),
        DataType::LargeUtf8 => text::texts::<i64>(cells, strictness),
        DataType::Binary => text::binaries::<i32>(cells),
        DataType::LargeBinary => text::binaries::<i64>(cells),
        DataType::FixedSizeBinary(width) => text::fixed_binaries(*width, cells),
        DataType::Date32
        | DataType::Date64
        | DataType::Time32(_)
        | DataType::Time64(_)
        | DataType::Timestamp(..)
        | DataType::Duration(_) => temporal::moments(data_type, cells),
        DataType::Struct(fields) => map::structs(fields, cells, strictness),
        DataType::Map(entries, _) => map::maps(entries, cells, strictness),
        DataType::List(item) => list::lists::<i32>(item, cells, strictness),
        DataType::LargeList(item) => list::lists::<i64>(item, cells, strictness),
        DataType::FixedSizeList(item, size) => list::vectors(item, *size, cells, strictness),
        DataType::Dictionary(_, value_type) => {
            let values = array(value_type, cells, strictness)?;
            cast(&values, data_type).map_err(|error| Misfit::at(0, error))
        }
        other => Err(Misfit::at(0, Reason::Unsupported { data_type: type_text(other) })),
    }
}

/// Builds a primitive array with a reader for one value.
pub(super) fn primitives<T: ArrowPrimitiveType>(
    cells: &[Cell<'_>],
    read: impl Fn(&Value) -> Result<T::Native, Reason>,
) -> Result<PrimitiveArray<T>, Misfit> {
    let mut nulls = NullBufferBuilder::new(cells.len());
    let mut values = Vec::with_capacity(cells.len());
    for (row, cell) in cells.iter().enumerate() {
        nulls.append(cell.is_some());
        values.push(match cell {
            Some(value) => read(value).map_err(|reason| Misfit::at(row, reason))?,
            None => T::Native::default(),
        });
    }
    Ok(PrimitiveArray::new(values.into(), nulls.finish()))
}

fn booleans(cells: &[Cell<'_>]) -> Result<ArrayRef, Misfit> {
    let mut values = Vec::with_capacity(cells.len());
    for (row, cell) in cells.iter().enumerate() {
        values.push(match cell {
            Some(Value::Bool(value)) => Some(*value),
            None => None,
            Some(value) => {
                return Err(Misfit::at(row, Reason::wrong_type(&DataType::Boolean, value)));
            }
        });
    }
    Ok(Arc::new(BooleanArray::from(values)))
}

fn nulls_only(cells: &[Cell<'_>]) -> Result<ArrayRef, Misfit> {
    let value = cells.iter().enumerate().find_map(|(row, cell)| Some((row, (*cell)?)));
    match value {
        Some((row, value)) => Err(Misfit::at(row, Reason::wrong_type(&DataType::Null, value))),
        None => Ok(Arc::new(NullArray::new(cells.len()))),
    }
}

/// Tells which rows have a value; nothing where all have.
pub(super) fn validity(cells: &[Cell<'_>]) -> Option<NullBuffer> {
    let mut nulls = NullBufferBuilder::new(cells.len());
    for cell in cells {
        nulls.append(cell.is_some());
    }
    nulls.finish()
}
