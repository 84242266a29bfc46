//! Which reader reads which Arrow type, and the readers of single values.

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, DecimalType, Float16Type,
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType};
use arrow_cast::cast;
use arrow_cast::display::array_value_to_string;
use arrow_schema::DataType;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use super::decoder::{NonFinite, Reader};
use super::{nested, real};
use crate::engine::record::moment::Clock;

/// Returns the reader of an array: null where the array has no value, else what its type says.
pub(super) fn reader(array: &dyn Array, non_finite: &NonFinite) -> Reader {
    let read = present(array, non_finite);
    match array.logical_nulls().filter(|nulls| nulls.null_count() > 0) {
        Some(nulls) => {
            Box::new(move |row| if nulls.is_null(row) { Value::Null } else { read(row) })
        }
        None => read,
    }
}

/// Returns the reader of the values that are there.
fn present(array: &dyn Array, non_finite: &NonFinite) -> Reader {
    match array.data_type() {
        DataType::Null => Box::new(|_| Value::Null),
        DataType::Boolean => read(array.as_boolean(), |array, row| array.value(row).into()),
        DataType::Int8 => integers::<Int8Type>(array),
        DataType::Int16 => integers::<Int16Type>(array),
        DataType::Int32 => integers::<Int32Type>(array),
        DataType::Int64 => integers::<Int64Type>(array),
        DataType::UInt8 => integers::<UInt8Type>(array),
        DataType::UInt16 => integers::<UInt16Type>(array),
        DataType::UInt32 => integers::<UInt32Type>(array),
        DataType::UInt64 => integers::<UInt64Type>(array),
        DataType::Float16 => real::reader::<Float16Type>(array, non_finite),
        DataType::Float32 => real::reader::<Float32Type>(array, non_finite),
        DataType::Float64 => real::reader::<Float64Type>(array, non_finite),
        DataType::Decimal32(..) => decimals::<Decimal32Type>(array),
        DataType::Decimal64(..) => decimals::<Decimal64Type>(array),
        DataType::Decimal128(..) => decimals::<Decimal128Type>(array),
        DataType::Decimal256(..) => decimals::<Decimal256Type>(array),
        DataType::Utf8 => read(array.as_string::<i32>(), |array, row| array.value(row).into()),
        DataType::LargeUtf8 => read(array.as_string::<i64>(), |array, row| array.value(row).into()),
        DataType::Utf8View => read(array.as_string_view(), |array, row| array.value(row).into()),
        DataType::Binary => read(array.as_binary::<i32>(), |array, row| base64(array.value(row))),
        DataType::LargeBinary => {
            read(array.as_binary::<i64>(), |array, row| base64(array.value(row)))
        }
        DataType::BinaryView => read(array.as_binary_view(), |array, row| base64(array.value(row))),
        DataType::FixedSizeBinary(_) => {
            read(array.as_fixed_size_binary(), |array, row| base64(array.value(row)))
        }
        DataType::Struct(_) => nested::structs(array.as_struct(), non_finite),
        DataType::List(_) => nested::lists(array.as_list::<i32>(), non_finite),
        DataType::LargeList(_) => nested::lists(array.as_list::<i64>(), non_finite),
        DataType::FixedSizeList(..) => nested::vectors(array.as_fixed_size_list(), non_finite),
        DataType::Map(..) => nested::maps(array.as_map(), non_finite),
        DataType::Dictionary(..) => nested::dictionaries(array, non_finite),
        _ => moments(array).unwrap_or_else(|| displayed(array)),
    }
}

/// Makes a reader that keeps an array of its own, which shares the buffers.
pub(super) fn read<A: Array + Clone + 'static>(
    array: &A,
    value: impl Fn(&A, usize) -> Value + Send + Sync + 'static,
) -> Reader {
    let array = array.clone();
    Box::new(move |row| value(&array, row))
}

fn integers<T: ArrowPrimitiveType>(array: &dyn Array) -> Reader
where
    T::Native: Into<Value>,
{
    read(array.as_primitive::<T>(), |array, row| array.value(row).into())
}

fn decimals<T: DecimalType>(array: &dyn Array) -> Reader {
    read(array.as_primitive::<T>(), |array, row| array.value_as_string(row).into())
}

fn base64(bytes: &[u8]) -> Value {
    Value::String(BASE64.encode(bytes))
}

/// Reads what counts time: as text where there is one, else as the count.
fn moments(array: &dyn Array) -> Option<Reader> {
    let clock = match array.data_type() {
        // What is printed is UTC, so a zone that nobody knows does no harm.
        DataType::Timestamp(unit, Some(_)) => {
            Clock::of(&DataType::Timestamp(*unit, Some("+00:00".into())))?
        }
        other => Clock::of(other)?,
    };
    let counts = cast(array, &DataType::Int64).ok()?;
    Some(read(counts.as_primitive::<Int64Type>(), move |counts, row| {
        let count = counts.value(row);
        clock.write(count).map_or_else(|| count.into(), Value::String)
    }))
}

/// Reads what has no form of its own here as Arrow displays it.
fn displayed(array: &dyn Array) -> Reader {
    let array = array.slice(0, array.len());
    Box::new(move |row| {
        let text = array_value_to_string(&array, row);
        Value::String(text.unwrap_or_else(|error| error.to_string()))
    })
}
