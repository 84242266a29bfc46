//! Which rows of two columns differ, whatever their types.

use std::collections::BTreeSet;
use std::ops::Range;

use arrow_array::{Array, ArrayRef};
use arrow_cast::cast;

/// The rows in which two columns of as many rows differ, ascending. A column that is not there is null in every row.
///
/// Values of one type are compared bit by bit, so a NaN is equal to itself. Those of two types are equal where each, as the
/// other's type, is the other.
pub(crate) fn differing(before: Option<&ArrayRef>, after: Option<&ArrayRef>) -> Vec<usize> {
    match (before, after) {
        (Some(before), Some(after)) if before.data_type() == after.data_type() => {
            of_one_type(before, after)
        }
        (Some(before), Some(after)) => retyped(before, after),
        (Some(only), None) | (None, Some(only)) => valid(only),
        (None, None) => Vec::new(),
    }
}

fn of_one_type(before: &ArrayRef, after: &ArrayRef) -> Vec<usize> {
    let mut found = Vec::new();
    narrow(before, after, 0..before.len().min(after.len()), &mut found);
    found
}

/// Whole ranges are compared before their halves: nearly all of them are equal.
fn narrow(before: &ArrayRef, after: &ArrayRef, rows: Range<usize>, found: &mut Vec<usize>) {
    let part = |column: &ArrayRef| column.slice(rows.start, rows.len());
    if rows.is_empty() || part(before).as_ref() == part(after).as_ref() {
        return;
    }
    if rows.len() == 1 {
        found.push(rows.start);
        return;
    }
    let middle = rows.start.midpoint(rows.end);
    narrow(before, after, rows.start..middle, found);
    narrow(before, after, middle..rows.end, found);
}

/// Both ways: what a type cannot hold becomes null in it, or another value. Null is null in any type.
fn retyped(before: &ArrayRef, after: &ArrayRef) -> Vec<usize> {
    let there = [valid(before), valid(after)].concat();
    let mut found = match (cast(before, after.data_type()), cast(after, before.data_type())) {
        (Ok(there), Ok(back)) => {
            let mut found = of_one_type(&there, after);
            found.extend(of_one_type(before, &back));
            found
        }
        _ => there.clone(),
    };
    let there: BTreeSet<usize> = there.into_iter().collect();
    found.retain(|row| there.contains(row));
    found.sort_unstable();
    found.dedup();
    found
}

fn valid(column: &ArrayRef) -> Vec<usize> {
    let nulls = column.logical_nulls();
    let is_valid = |row: &usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(*row));
    (0..column.len()).filter(is_valid).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Float32Type;
    use arrow_array::{
        FixedSizeListArray, Float64Array, Int8Array, Int64Array, NullArray, StringArray,
    };

    use super::*;

    fn array(array: impl Array + 'static) -> ArrayRef {
        Arc::new(array)
    }

    #[test]
    fn the_rows_that_differ_are_found_and_no_others() {
        let numbers = |changed: &[i64]| {
            array(Int64Array::from_iter_values(
                (0..1000).map(|n| if changed.contains(&n) { -n } else { n }),
            ))
        };
        for changed in [&[][..], &[1], &[1, 2, 3, 500, 998, 999]] {
            let found = differing(Some(&numbers(&[])), Some(&numbers(changed)));
            let found: Vec<i64> =
                found.into_iter().map(|row| i64::try_from(row).unwrap()).collect();
            assert_eq!(found, changed);
        }
        assert!(differing(Some(&numbers(&[])), Some(&numbers(&[]).slice(0, 0))).is_empty());
    }

    #[test]
    fn nulls_are_equal_to_nulls_and_nan_to_nan() {
        let before =
            array(Float64Array::from(vec![None, Some(f64::NAN), Some(1.0), None, Some(0.0)]));
        let after =
            array(Float64Array::from(vec![None, Some(f64::NAN), None, Some(1.0), Some(-0.0)]));
        assert_eq!(differing(Some(&before), Some(&after)), [2, 3, 4]);
    }

    #[test]
    fn vectors_are_compared_number_by_number() {
        let vectors = |last| {
            let rows = [Some(vec![Some(1.0), Some(2.0)]), None, Some(vec![Some(3.0), Some(last)])];
            array(FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(rows, 2))
        };
        assert_eq!(differing(Some(&vectors(4.0)), Some(&vectors(5.0))), [2]);
        assert!(differing(Some(&vectors(4.0)), Some(&vectors(4.0))).is_empty());
    }

    #[test]
    fn a_column_that_is_not_there_is_null_everywhere() {
        let some = array(StringArray::from(vec![Some("a"), None, Some("")]));
        assert_eq!(differing(None, Some(&some)), [0, 2]);
        assert_eq!(differing(Some(&some), None), [0, 2]);
        assert!(differing(None, Some(&array(NullArray::new(3)))).is_empty());
        assert!(differing(None, None).is_empty());
    }

    #[test]
    fn another_type_alone_is_no_difference() {
        let wide = array(Int64Array::from(vec![Some(1), Some(300), None, None]));
        let narrow = array(Int8Array::from(vec![Some(1), None, None, Some(4)]));
        let text = array(StringArray::from(vec![Some("1"), Some("x"), None, Some("4")]));
        let real = array(Float64Array::from(vec![Some(1.5), Some(300.0), None, None]));
        assert_eq!(differing(Some(&wide), Some(&narrow)), [1, 3]);
        assert_eq!(differing(Some(&wide), Some(&text)), [1, 3]);
        assert_eq!(differing(Some(&wide), Some(&real)), [0]);
        let list = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(
            [None, None, None, Some(vec![Some(0.0)])],
            1,
        );
        assert_eq!(
            differing(Some(&wide), Some(&array(list))),
            [0, 1, 3],
            "neither can be the other"
        );
    }
}
