//! An array to the type of its column.

use arrow_array::cast::AsArray as _;
use arrow_array::{Array, ArrayRef, new_null_array};
use arrow_buffer::NullBuffer;
use arrow_cast::cast;
use arrow_schema::{DataType, Field};

use super::{leaf, nested};
use crate::engine::record::misfit::{Misfit, Reason};
use crate::engine::record::schema::type_text;

/// Fits an array to a field; no array means nulls.
///
/// `parents` tells which rows have something around the field at all: a field that is not nullable
/// may be empty where its parent is null.
pub(super) fn fit(
    array: Option<&ArrayRef>,
    field: &Field,
    rows: usize,
    parents: Option<&NullBuffer>,
) -> Result<ArrayRef, Misfit> {
    let fitted = match array {
        Some(array) => retype(array, field.data_type())?,
        None => new_null_array(field.data_type(), rows),
    };
    match fitted.logical_nulls() {
        Some(nulls) if !field.is_nullable() => require_values(field, &nulls, parents)?,
        _ => {}
    }
    Ok(fitted)
}

fn require_values(
    field: &Field,
    nulls: &NullBuffer,
    parents: Option<&NullBuffer>,
) -> Result<(), Misfit> {
    let has_parent = |row| parents.is_none_or(|parents| parents.is_valid(row));
    match (0..nulls.len()).find(|row| nulls.is_null(*row) && has_parent(*row)) {
        None => Ok(()),
        Some(row) => {
            let expected = type_text(field.data_type());
            Err(Misfit::at(row, Reason::Missing { expected }))
        }
    }
}

/// Turns an array into another type, or refuses.
pub(super) fn retype(array: &ArrayRef, to: &DataType) -> Result<ArrayRef, Misfit> {
    use DataType::{Dictionary, FixedSizeList, LargeList, List, Map, Null, Struct};
    match (array.data_type(), to) {
        (from, to) if from == to => Ok(array.clone()),
        (Null, _) => Ok(new_null_array(to, array.len())),
        (Dictionary(_, values), _) => {
            let values = cast(array, values).map_err(|error| Misfit::at(0, error))?;
            retype(&values, to)
        }
        (_, Dictionary(_, values)) => {
            let values = retype(array, values)?;
            cast(&values, to).map_err(|error| Misfit::at(0, error))
        }
        (Struct(_), Struct(fields)) => nested::structs(array.as_struct(), fields),
        (Map(..), Map(entries, false)) => nested::maps(array.as_map(), entries),
        (
            List(_) | LargeList(_) | FixedSizeList(..),
            List(item) | LargeList(item) | FixedSizeList(item, _),
        ) => nested::lists(array, item, to),
        _ => leaf::widen(array, to),
    }
}

/// The refusal of a column whose type does not turn into the schema's.
pub(super) fn refusal(from: &DataType, to: &DataType) -> Misfit {
    Misfit::at(0, Reason::ColumnType { expected: type_text(to), found: type_text(from) })
}
