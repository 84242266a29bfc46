//! JSON text and numbers to decimals, exactly or not at all.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::types::DecimalType;
use arrow_schema::DataType;
use serde_json::Value;

use super::column::primitives;
use super::gather::Cell;
use crate::engine::record::misfit::{Misfit, Reason};
use crate::engine::record::schema::type_text;

/// Builds an array of decimals from texts, integers and reals, the latter by their shortest text.
pub(super) fn decimals<T>(data_type: &DataType, cells: &[Cell<'_>]) -> Result<ArrayRef, Misfit>
where
    T: DecimalType,
    T::Native: std::str::FromStr,
{
    let (DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale)) =
        data_type
    else {
        return Err(Misfit::at(0, Reason::Unsupported { data_type: type_text(data_type) }));
    };
    let array = primitives::<T>(cells, |value| {
        let number = match value {
            Value::String(text) => Decimal::parse(text),
            Value::Number(number) => Decimal::parse(&number.to_string()),
            _ => None,
        };
        let number = number.ok_or_else(|| Reason::wrong_type(data_type, value))?;
        let unscaled = number.unscaled(*precision, *scale).and_then(|digits| digits.parse().ok());
        unscaled.ok_or_else(|| Reason::out_of_range(data_type, value))
    })?;
    let array = array.with_precision_and_scale(*precision, *scale);
    array.map(|array| Arc::new(array) as ArrayRef).map_err(|error| Misfit::at(0, error))
}

/// A number as digits, not yet of any scale: `sign digits × 10^exponent`, without zeros around.
#[derive(Debug, PartialEq, Eq)]
struct Decimal {
    is_negative: bool,
    digits: String,
    exponent: i64,
}

impl Decimal {
    /// Reads `[+-]digits[.digits][e[+-]digits]`.
    fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let is_negative = mantissa.starts_with('-');
        let mantissa = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let mut digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let mut exponent = i64::from(exponent) - i64::try_from(fraction.len()).ok()?;
        while digits.ends_with('0') {
            digits.pop();
            exponent += 1;
        }
        let digits = digits.trim_start_matches('0').to_owned();
        Some(Self { is_negative, digits, exponent })
    }

    /// Returns the digits at a scale; nothing if that drops a digit or takes more than `precision`.
    fn unscaled(&self, precision: u8, scale: i8) -> Option<String> {
        if self.digits.is_empty() {
            return Some("0".to_owned());
        }
        let zeros = usize::try_from(self.exponent.checked_add(scale.into())?).ok()?;
        if self.digits.len().checked_add(zeros)? > precision.into() {
            return None;
        }
        let sign = if self.is_negative { "-" } else { "" };
        Some(format!("{sign}{}{}", self.digits, "0".repeat(zeros)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_exact_or_refused() {
        let cases = [
            ("12.34", 2, Some("1234")),
            ("12.3", 2, Some("1230")),
            ("-0.05", 2, Some("-5")),
            ("12.345", 2, None),
            ("12.340", 2, Some("1234")),
            ("1e3", 2, Some("100000")),
            ("1.5e-1", 2, Some("15")),
            ("1200", -2, Some("12")),
            ("1250", -2, None),
            ("00.00", 2, Some("0")),
            ("123456789", 2, None),
        ];
        for (text, scale, unscaled) in cases {
            let number = Decimal::parse(text).unwrap();
            assert_eq!(number.unscaled(10, scale).as_deref(), unscaled, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_no_decimal() {
        for text in ["", "-", ".", "1.2.3", "1e", "0x10", "--1", "١"] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }
}
