//! Which bucket a record belongs to.

use std::num::NonZeroU32;

use arrow_array::Array;
use arrow_array::cast::AsArray as _;
use arrow_schema::DataType;
use md5::{Digest as _, Md5};
use serde_json::Value;

use super::decode::value;
use super::found::found;
use super::schema::type_text;

/// Why a record cannot be routed by its bucket column.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RouteError {
    /// The record does not have the column.
    #[error("the record has no value to choose its bucket by; give it one, or null")]
    Missing,
    /// The value has no text of which everyone is sure.
    #[error("a bucket is chosen by text, an integer, true or false; found {found}")]
    Unroutable {
        /// The value or its type.
        found: String,
    },
}

/// Returns the bucket of a record whose bucket column has this value.
///
/// It is the MD5 of the value's text, as a big-endian integer, modulo the number of buckets; the
/// text is the one Python's `str()` gives: of a string itself, of an integer its digits, of a
/// boolean `True` or `False`; of null it is empty. So every writer of a topic agrees, also those
/// in other languages. With one bucket nothing is looked at.
///
/// # Errors
/// With several buckets, no value at all, and reals, lists and objects, are refused.
pub fn bucket_for(value: Option<&Value>, buckets: NonZeroU32) -> Result<u32, RouteError> {
    if buckets.get() == 1 {
        return Ok(0);
    }
    match value {
        None => Err(RouteError::Missing),
        Some(Value::Null) => Ok(bucket_of_text("", buckets)),
        Some(Value::Bool(true)) => Ok(bucket_of_text("True", buckets)),
        Some(Value::Bool(false)) => Ok(bucket_of_text("False", buckets)),
        Some(Value::String(text)) => Ok(bucket_of_text(text, buckets)),
        Some(Value::Number(number)) if !number.is_f64() => {
            Ok(bucket_of_text(&number.to_string(), buckets))
        }
        Some(other) => Err(RouteError::Unroutable { found: found(other) }),
    }
}

/// Returns the bucket of each row of a bucket column.
///
/// # Errors
/// With several buckets, columns of other types than text, integers and booleans are refused.
pub fn buckets_for(column: &dyn Array, buckets: NonZeroU32) -> Result<Vec<u32>, RouteError> {
    if buckets.get() == 1 {
        return Ok(vec![0; column.len()]);
    }
    if !is_routable(column.data_type()) {
        return Err(RouteError::Unroutable { found: type_text(column.data_type()) });
    }
    if let Some(texts) = column.as_string_opt::<i32>() {
        let texts = texts.iter().map(|text| bucket_of_text(text.unwrap_or_default(), buckets));
        return Ok(texts.collect());
    }
    (0..column.len()).map(|row| bucket_for(Some(&value(column, row)), buckets)).collect()
}

/// Tells whether a bucket column can have this type.
pub fn is_routable(data_type: &DataType) -> bool {
    match data_type {
        DataType::Null
        | DataType::Boolean
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View => true,
        DataType::Dictionary(_, values) => is_routable(values),
        other => other.is_integer(),
    }
}

fn bucket_of_text(text: &str, buckets: NonZeroU32) -> u32 {
    let digest: [u8; 16] = Md5::digest(text.as_bytes()).into();
    let bucket = u128::from_be_bytes(digest) % u128::from(buckets.get());
    // The remainder of a division by 32 bits has no more of them.
    u32::try_from(bucket).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int64Array, LargeStringArray,
        StringArray, types::Int8Type,
    };
    use serde_json::json;

    use super::*;

    fn buckets(count: u32) -> NonZeroU32 {
        NonZeroU32::new(count).unwrap()
    }

    /// Buckets of 4, of 1000 and of 2^32 - 1, as Python has them:
    /// `int(hashlib.md5(str(value).encode()).hexdigest(), 16) % n`, with `""` for `None`.
    fn known() -> Vec<(Value, [u32; 3])> {
        vec![
            (json!(null), [2, 366, 966_167_286]),
            (json!(""), [2, 366, 966_167_286]),
            (json!(1), [3, 411, 3_804_576_496]),
            (json!(-7), [1, 909, 280_251_604]),
            (json!(i64::MAX), [3, 639, 3_140_541_219]),
            (json!(u64::MAX), [1, 145, 2_929_040_925]),
            (json!(true), [0, 444, 2_947_255_399]),
            (json!(false), [0, 452, 1_661_027_822]),
            (json!("1"), [3, 411, 3_804_576_496]),
            (json!("hello"), [2, 994, 3_809_856_964]),
            (json!("日本語 🚀"), [3, 883, 1_979_534_608]),
        ]
    }

    #[test]
    fn a_record_goes_where_python_puts_it() {
        for (value, expected) in known() {
            for (count, bucket) in [4, 1000, u32::MAX].into_iter().zip(expected) {
                assert_eq!(bucket_for(Some(&value), buckets(count)), Ok(bucket), "{value}");
            }
        }
    }

    #[test]
    fn a_row_goes_where_its_record_goes() {
        let texts = vec![Some("hello"), None, Some("")];
        let columns: [ArrayRef; 5] = [
            Arc::new(StringArray::from(texts.clone())),
            Arc::new(LargeStringArray::from(texts.clone())),
            Arc::new(texts.into_iter().collect::<DictionaryArray<Int8Type>>()),
            Arc::new(Int64Array::from(vec![Some(1), None, Some(i64::MAX)])),
            Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
        ];
        for column in columns {
            let expected: Vec<_> = (0..column.len())
                .map(|row| bucket_for(Some(&value(&column, row)), buckets(7)).unwrap())
                .collect();
            assert_eq!(buckets_for(&column, buckets(7)), Ok(expected), "{}", column.data_type());
        }
    }

    #[test]
    fn what_python_may_spell_otherwise_chooses_no_bucket() {
        for value in [json!(0.5), json!([1]), json!({"a": 1})] {
            let refused = bucket_for(Some(&value), buckets(2));
            assert!(matches!(refused, Err(RouteError::Unroutable { .. })), "{value}");
        }
        assert_eq!(bucket_for(None, buckets(2)), Err(RouteError::Missing));
        let refused = buckets_for(&Float64Array::from(vec![1.0]), buckets(2));
        assert_eq!(refused, Err(RouteError::Unroutable { found: "float64".to_owned() }));
    }

    #[test]
    fn the_only_bucket_takes_everything() {
        for value in [None, Some(json!(0.5)), Some(json!([1])), Some(json!(null))] {
            assert_eq!(bucket_for(value.as_ref(), buckets(1)), Ok(0));
        }
        assert_eq!(buckets_for(&Float64Array::from(vec![1.0, 2.0]), buckets(1)), Ok(vec![0, 0]));
    }
}
