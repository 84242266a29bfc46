//! JSON text or integers to dates, times, timestamps and durations.

use arrow_array::types::{Int32Type, Int64Type};
use arrow_array::{ArrayRef, ArrowPrimitiveType};
use arrow_cast::cast;
use arrow_schema::DataType;
use serde_json::Value;

use super::column::primitives;
use super::gather::Cell;
use crate::engine::record::misfit::{Misfit, Reason};
use crate::engine::record::moment::{Clock, Unreadable};
use crate::engine::record::schema::type_text;

/// Builds an array of a type that counts time: from RFC 3339 text, or from integers in its unit.
pub(super) fn moments(data_type: &DataType, cells: &[Cell<'_>]) -> Result<ArrayRef, Misfit> {
    match data_type {
        DataType::Date32 | DataType::Time32(_) => counts::<Int32Type>(data_type, cells),
        _ => counts::<Int64Type>(data_type, cells),
    }
}

/// Builds the counts as integers of the same width, which Arrow then takes for what they count.
fn counts<T>(data_type: &DataType, cells: &[Cell<'_>]) -> Result<ArrayRef, Misfit>
where
    T: ArrowPrimitiveType,
    T::Native: TryFrom<i64>,
{
    let unsupported = || Reason::Unsupported { data_type: type_text(data_type) };
    let clock = Clock::of(data_type).ok_or_else(|| Misfit::at(0, unsupported()))?;
    let counts = primitives::<T>(cells, |value| {
        let count = count(&clock, data_type, value)?;
        T::Native::try_from(count).map_err(|_| Reason::out_of_range(data_type, value))
    })?;
    cast(&counts, data_type).map_err(|error| Misfit::at(0, error))
}

fn count(clock: &Clock, data_type: &DataType, value: &Value) -> Result<i64, Reason> {
    let wrong_type = || Reason::wrong_type(data_type, value);
    match value {
        Value::Number(number) => number.as_i64().ok_or_else(wrong_type),
        Value::String(text) => clock.read(text).map_err(|unreadable| match unreadable {
            Unreadable::Text => wrong_type(),
            Unreadable::Range => Reason::out_of_range(data_type, value),
        }),
        _ => Err(wrong_type()),
    }
}
