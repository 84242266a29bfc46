//! Single values to a wider type of their kind.

use arrow_array::{Array, ArrayRef};
use arrow_cast::{CastOptions, cast, cast_with_options};
use arrow_schema::{DataType, TimeUnit};

use super::column::refusal;
use crate::engine::record::decode::value;
use crate::engine::record::misfit::{Misfit, Reason};

/// Turns an array into a wider type, or refuses the first value that would not be the same.
pub(super) fn widen(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, Misfit> {
    let from = array.data_type();
    if !is_wider(from, to) {
        return Err(refusal(from, to));
    }
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let Ok(widened) = cast_with_options(array, to, &strict) else {
        // The lenient cast gives nulls for what does not fit.
        let lenient = cast(array, to).map_err(|error| Misfit::at(0, error))?;
        return Err(first_difference(array, to, |row| lenient.is_null(row)));
    };
    if from.is_integer() && to.is_floating() {
        let back = cast(&widened, from).map_err(|error| Misfit::at(0, error))?;
        if back.to_data() != array.to_data() {
            let differs = |row| value(&back, row) != value(array, row);
            return Err(first_difference(array, to, differs));
        }
    }
    Ok(widened)
}

fn first_difference(array: &ArrayRef, to: &DataType, differs: impl Fn(usize) -> bool) -> Misfit {
    let row = (0..array.len()).find(|row| array.is_valid(*row) && differs(*row));
    let row = row.unwrap_or_default();
    Misfit::at(row, Reason::out_of_range(to, &value(array, row)))
}

/// Tells whether a type holds the values of another, or may, value by value.
fn is_wider(from: &DataType, to: &DataType) -> bool {
    use DataType::{
        Date32, Date64, Decimal32, Decimal64, Decimal128, Decimal256, Duration, Float16, Float32,
        Float64, Time32, Time64, Timestamp,
    };
    match (from, to) {
        (from, to) if from.is_integer() && to.is_integer() => is_wider_integer(from, to),
        (from, Float64) => from.is_integer() || from.is_floating(),
        (Float16, Float32) | (Date32, Date64) => true,
        (from, Float32) => from.is_integer() && bits(from) <= 16,
        (Time32(from), Time32(to) | Time64(to))
        | (Time64(from), Time64(to))
        | (Duration(from), Duration(to)) => is_finer(*from, *to),
        (Timestamp(from, from_zone), Timestamp(to, to_zone)) => {
            is_finer(*from, *to) && from_zone.is_some() == to_zone.is_some()
        }
        (
            Decimal32(precision, scale)
            | Decimal64(precision, scale)
            | Decimal128(precision, scale)
            | Decimal256(precision, scale),
            Decimal128(to_precision, to_scale) | Decimal256(to_precision, to_scale),
        ) => {
            let whole = |precision: u8, scale: i8| i16::from(precision) - i16::from(scale);
            to_scale >= scale && whole(*to_precision, *to_scale) >= whole(*precision, *scale)
        }
        _ => is_text(from) && is_text(to) || is_binary(from) && is_binary(to),
    }
}

fn is_wider_integer(from: &DataType, to: &DataType) -> bool {
    if from.is_signed_integer() == to.is_signed_integer() {
        bits(to) > bits(from)
    } else {
        to.is_signed_integer() && bits(to) > bits(from)
    }
}

fn bits(integer: &DataType) -> usize {
    integer.primitive_width().unwrap_or_default() * 8
}

fn is_finer(from: TimeUnit, to: TimeUnit) -> bool {
    to >= from
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn is_binary(data_type: &DataType) -> bool {
    use DataType::{Binary, BinaryView, FixedSizeBinary, LargeBinary};
    matches!(data_type, Binary | LargeBinary | BinaryView | FixedSizeBinary(_))
}
