//! JSON numbers to integers and reals.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::types::{Float16Type, Float32Type, Float64Type};
use arrow_array::{ArrayRef, ArrowPrimitiveType};
use half::f16;
use serde_json::{Number, Value};

use super::batch::Strictness;
use super::column::primitives;
use super::gather::Cell;
use crate::engine::record::misfit::{Misfit, Reason};

/// Builds an integer array; a value must be an integer that the type holds.
pub(super) fn integers<T>(cells: &[Cell<'_>], strictness: Strictness) -> Result<ArrayRef, Misfit>
where
    T: ArrowPrimitiveType,
    T::Native: TryFrom<i128>,
{
    let array = primitives::<T>(cells, |value| {
        let number = number(value, strictness);
        let integer = number.as_deref().and_then(|number| integer(number, strictness));
        let integer = integer.ok_or_else(|| Reason::wrong_type(&T::DATA_TYPE, value))?;
        T::Native::try_from(integer).map_err(|_| Reason::out_of_range(&T::DATA_TYPE, value))
    })?;
    Ok(Arc::new(array))
}

/// Builds an array of reals; what its type cannot hold is refused.
pub(super) fn reals<T: Real>(
    cells: &[Cell<'_>],
    strictness: Strictness,
) -> Result<ArrayRef, Misfit> {
    let array = primitives::<T>(cells, |value| {
        let number = number(value, strictness);
        let number = number.ok_or_else(|| Reason::wrong_type(&T::DATA_TYPE, value))?;
        T::from_number(&number).ok_or_else(|| Reason::out_of_range(&T::DATA_TYPE, value))
    })?;
    Ok(Arc::new(array))
}

/// Returns the number that a value is, or, if coerced, the one that a text spells.
fn number(value: &Value, strictness: Strictness) -> Option<Cow<'_, Number>> {
    match (value, strictness) {
        (Value::Number(number), _) => Some(Cow::Borrowed(number)),
        (Value::String(text), Strictness::Coerce) => text.trim().parse().ok().map(Cow::Owned),
        _ => None,
    }
}

fn integer(number: &Number, strictness: Strictness) -> Option<i128> {
    if let Some(integer) = number.as_i64() {
        return Some(integer.into());
    }
    if let Some(integer) = number.as_u64() {
        return Some(integer.into());
    }
    let real = number.as_f64()?;
    // JSON's integer -0 arrives as the real -0.0.
    let is_minus_zero = real == 0.0 && real.is_sign_negative();
    let is_whole = strictness == Strictness::Coerce && real.fract() == 0.0;
    (is_minus_zero || is_whole).then(|| whole(real))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the caller has checked that it is whole; beyond i128 it saturates, which no column type holds"
)]
fn whole(real: f64) -> i128 {
    real as i128
}

/// A type of reals that a JSON number can be written to.
pub(super) trait Real: ArrowPrimitiveType {
    /// Returns the number in this type, or nothing if this type does not hold it.
    fn from_number(number: &Number) -> Option<Self::Native>;
}

impl Real for Float64Type {
    /// Integers must be exact: a Float64 column is one of 64-bit numbers to its users.
    fn from_number(number: &Number) -> Option<f64> {
        let real = number.as_f64()?;
        let integer = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
        integer.is_none_or(|integer| whole(real) == integer).then_some(real)
    }
}

impl Real for Float32Type {
    /// Rounded to the nearest: whoever chose this type chose its precision.
    #[expect(clippy::cast_possible_truncation, reason = "rounding is the conversion")]
    fn from_number(number: &Number) -> Option<f32> {
        Some(number.as_f64()? as f32).filter(|real| real.is_finite())
    }
}

impl Real for Float16Type {
    /// Rounded to the nearest: whoever chose this type chose its precision.
    fn from_number(number: &Number) -> Option<f16> {
        Some(f16::from_f64(number.as_f64()?)).filter(|real| real.is_finite())
    }
}
