//! A value as a condition in SQL that is true of it, or of all others.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float16Type, Float32Type, Float64Type};
use arrow_array::{Array, ArrayRef};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{DataType, TimeUnit};

use super::filter::Chip;
use super::node::text_at;
use crate::tui::text::sanitize;

/// Cells of a value that are shown.
const SHOWN: u16 = 24;

/// Which records a condition keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// Those that have the value.
    Like,
    /// Those that have another one, or none.
    Unlike,
}

/// The condition that a record's column, by its name in SQL and as it is shown, holds what a value does, or does not;
/// else why there is none.
pub(crate) fn condition(
    (name, column): (&str, &str),
    values: &ArrayRef,
    row: usize,
    likeness: Likeness,
) -> Result<Chip, String> {
    let shown = sanitize::clean(column);
    if values.is_null(row) {
        let (sql, says) = match likeness {
            Likeness::Like => ("is null", "∅"),
            Likeness::Unlike => ("is not null", "∅"),
        };
        return Ok(Chip::sql(
            format!("{name} {sql}"),
            &format!("{shown} {} {says}", sign(likeness)),
        ));
    }
    let literal = literal(values, row)
        .ok_or_else(|| format!("`{shown}` holds values that no condition compares with one"))?;
    let value = sanitize::clip(literal.trim_matches('\''), SHOWN);
    let label = format!("{shown} {} {value}", sign(likeness));
    let condition = match likeness {
        Likeness::Like => format!("{name} = {literal}"),
        Likeness::Unlike => format!("({name} != {literal} or {name} is null)"),
    };
    Ok(Chip::sql(condition, &label))
}

fn sign(likeness: Likeness) -> &'static str {
    match likeness {
        Likeness::Like => "=",
        Likeness::Unlike => "≠",
    }
}

/// A value in SQL; none for values that are not compared as wholes.
fn literal(values: &ArrayRef, row: usize) -> Option<String> {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    match values.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            text_at(values, row).map(quoted)
        }
        DataType::Boolean => Some(values.as_boolean().value(row).to_string()),
        kind if kind.is_integer() => shown(values, row),
        // As the next wider type has it, in which the two are compared.
        DataType::Float16 => real(values.as_primitive::<Float16Type>().value(row).to_f64()),
        DataType::Float32 => real(f64::from(values.as_primitive::<Float32Type>().value(row))),
        DataType::Float64 => real(values.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) => {
            shown(values, row)
        }
        DataType::Date32 | DataType::Date64 => {
            shown(values, row).map(|text| format!("cast({} as date)", quoted(&text)))
        }
        DataType::Timestamp(unit, None) => {
            let digits = match unit {
                TimeUnit::Second => 0,
                TimeUnit::Millisecond => 3,
                TimeUnit::Microsecond => 6,
                TimeUnit::Nanosecond => 9,
            };
            shown(values, row).map(|text| format!("cast({} as timestamp({digits}))", quoted(&text)))
        }
        DataType::Dictionary(..) => {
            let dictionary = values.as_any_dictionary();
            let key = dictionary.normalized_keys().get(row).copied()?;
            literal(dictionary.values(), key)
        }
        _ => None,
    }
}

fn real(value: f64) -> Option<String> {
    value.is_finite().then(|| format!("{value:?}"))
}

fn shown(values: &ArrayRef, row: usize) -> Option<String> {
    let formatter = ArrayFormatter::try_new(values, &FormatOptions::default()).ok()?;
    formatter.value(row).try_to_string().ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int32Type;
    use arrow_array::{
        BooleanArray, DictionaryArray, Float32Array, Float64Array, Int64Array, ListArray,
        StringArray, TimestampMillisecondArray,
    };

    use super::*;

    fn of(values: &ArrayRef, row: usize, likeness: Likeness) -> Result<(String, String), String> {
        condition(("`a b`", "a b"), values, row, likeness).map(|chip| match chip {
            Chip::Sql { condition, label } => (condition, label),
            Chip::Text(_) => panic!(),
        })
    }

    #[test]
    fn a_value_becomes_the_condition_that_is_true_of_it() {
        let text: ArrayRef = Arc::new(StringArray::from(vec![Some("it's"), None]));
        let kind: ArrayRef = Arc::new(DictionaryArray::<Int32Type>::from_iter(["x", "y"]));
        let time: ArrayRef = Arc::new(TimestampMillisecondArray::from(vec![86_400_001]));
        for (values, row, like, label) in [
            (text.clone(), 0, "`a b` = 'it''s'", "a b = it''s"),
            (text.clone(), 1, "`a b` is null", "a b = ∅"),
            (kind, 1, "`a b` = 'y'", "a b = y"),
            (Arc::new(Int64Array::from(vec![-7])), 0, "`a b` = -7", "a b = -7"),
            (Arc::new(BooleanArray::from(vec![true])), 0, "`a b` = true", "a b = true"),
            (Arc::new(Float64Array::from(vec![812.4])), 0, "`a b` = 812.4", "a b = 812.4"),
            (
                Arc::new(Float32Array::from(vec![0.1])),
                0,
                "`a b` = 0.10000000149011612",
                "a b = 0.10000000149011612",
            ),
            (
                time,
                0,
                "`a b` = cast('1970-01-02T00:00:00.001' as timestamp(3))",
                "a b = cast('1970-01-02T00:00:…",
            ),
        ] {
            let (condition, shown) = of(&values, row, Likeness::Like).unwrap();
            assert_eq!((condition.as_str(), shown.as_str()), (like, label));
        }
        let unlike = of(&text, 0, Likeness::Unlike).unwrap();
        assert_eq!(unlike.0, "(`a b` != 'it''s' or `a b` is null)");
        assert_eq!(of(&text, 1, Likeness::Unlike).unwrap().0, "`a b` is not null");
    }

    #[test]
    fn what_no_condition_compares_says_so() {
        let list: ArrayRef =
            Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)])]));
        let reason = "`a b` holds values that no condition compares with one";
        assert_eq!(of(&list, 0, Likeness::Like), Err(reason.into()));
        let nan: ArrayRef = Arc::new(Float64Array::from(vec![f64::NAN]));
        assert_eq!(of(&nan, 0, Likeness::Like), Err(reason.into()));
    }
}
