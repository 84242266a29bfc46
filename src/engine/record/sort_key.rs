//! The values of a column, in a form that has an order.

use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal256Type, Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::i256;
use arrow_cast::cast;
use arrow_schema::{DECIMAL256_MAX_PRECISION, DataType};

use super::schema::type_text;

/// Bytes of a text that are compared.
const COMPARED: usize = 256;

/// A value that has an order.
#[derive(Debug, Clone)]
pub(super) enum Key {
    Whole(i128),
    Decimal(Decimal),
    Real(f64),
    Text(Box<str>),
    NoNumber,
    Null,
}

/// A decimal number: whole, and with how many of its digits behind the point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal {
    pub(super) whole: i256,
    pub(super) scale: i8,
}

/// The values of a column, in a form that has an order.
pub(super) enum Keys {
    Whole(ArrayRef),
    Large(ArrayRef),
    Decimal(ArrayRef, i8),
    Real(ArrayRef),
    Text(ArrayRef),
    Nothing,
}

impl Keys {
    pub(super) fn of(values: &ArrayRef) -> Result<Self, String> {
        let as_type = |to: &DataType| cast(values, to).map_err(|error| error.to_string());
        Ok(match values.data_type() {
            DataType::Null => Self::Nothing,
            DataType::UInt64 => Self::Large(values.clone()),
            DataType::Boolean => Self::Whole(as_type(&DataType::Int64)?),
            kind if kind.is_integer() || kind.is_temporal() => {
                Self::Whole(as_type(&DataType::Int64)?)
            }
            DataType::Decimal32(_, scale)
            | DataType::Decimal64(_, scale)
            | DataType::Decimal128(_, scale)
            | DataType::Decimal256(_, scale) => {
                let widest = DataType::Decimal256(DECIMAL256_MAX_PRECISION, *scale);
                Self::Decimal(as_type(&widest)?, *scale)
            }
            kind if kind.is_floating() => Self::Real(as_type(&DataType::Float64)?),
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Self::Text(values.clone()),
            DataType::Dictionary(_, kind) => Self::of(&as_type(kind)?)?,
            kind => return Err(format!("it holds {}, which has no order", type_text(kind))),
        })
    }

    pub(super) fn get(&self, row: usize) -> Key {
        let there = |values: &ArrayRef, key: Key| if values.is_null(row) { Key::Null } else { key };
        match self {
            Self::Nothing => Key::Null,
            Self::Whole(values) => {
                there(values, Key::Whole(values.as_primitive::<Int64Type>().value(row).into()))
            }
            Self::Large(values) => {
                there(values, Key::Whole(values.as_primitive::<UInt64Type>().value(row).into()))
            }
            Self::Decimal(values, scale) => {
                let whole = values.as_primitive::<Decimal256Type>().value(row);
                there(values, Key::Decimal(Decimal { whole, scale: *scale }))
            }
            Self::Real(values) => {
                let real = values.as_primitive::<Float64Type>().value(row);
                there(values, if real.is_nan() { Key::NoNumber } else { Key::Real(real) })
            }
            Self::Text(values) => there(values, Key::Text(start(text(values, row)).into())),
        }
    }
}

fn text(values: &ArrayRef, row: usize) -> &str {
    match values.data_type() {
        DataType::Utf8 => values.as_string::<i32>().value(row),
        DataType::LargeUtf8 => values.as_string::<i64>().value(row),
        _ => values.as_string_view().value(row),
    }
}

fn start(text: &str) -> &str {
    text.get(..text.floor_char_boundary(COMPARED)).unwrap_or(text)
}

impl Decimal {
    /// Exact, also where one has more digits behind the point than the other.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        let digits = i16::from(other.scale) - i16::from(self.scale);
        if digits < 0 {
            return other.compare(self).reverse();
        }
        match self.times_ten_to(digits.unsigned_abs()) {
            Some(whole) => whole.cmp(&other.whole),
            // It is farther from zero than anything that the other one can be.
            None => self.whole.cmp(&i256::ZERO),
        }
    }

    /// The whole with so many digits more; none where that is too large for one.
    fn times_ten_to(&self, digits: u16) -> Option<i256> {
        if self.whole == i256::ZERO {
            return Some(self.whole);
        }
        i256::from_i128(10).checked_pow(digits.into())?.checked_mul(self.whole)
    }
}

impl Key {
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => a.cmp(b),
            (Self::Decimal(a), Self::Decimal(b)) => a.compare(b),
            (Self::Real(a), Self::Real(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            // One bucket has a column of another type than the next: all of one kind come together.
            (a, b) => a.kind().cmp(&b.kind()),
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Whole(_) => 0,
            Self::Decimal(_) => 1,
            Self::Real(_) => 2,
            Self::Text(_) => 3,
            Self::NoNumber => 4,
            Self::Null => 5,
        }
    }

    /// What comes last in both directions has a larger one.
    pub(super) fn absence(&self) -> u8 {
        self.kind().max(3)
    }
}
