//! Structs, lists and maps to a type with other fields or items inside.

use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::{
    Array, ArrayRef, FixedSizeListArray, GenericListArray, MapArray, OffsetSizeTrait, StructArray,
};
use arrow_buffer::OffsetBuffer;
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, FieldRef, Fields};

use super::column::{fit, refusal};
use crate::engine::record::misfit::{Misfit, Reason};

/// Fits a struct's columns by name.
pub(super) fn structs(array: &StructArray, fields: &Fields) -> Result<ArrayRef, Misfit> {
    let columns = fields.iter().map(|field| {
        let column = array.column_by_name(field.name());
        let fitted = fit(column, field, array.len(), array.nulls());
        fitted.map_err(|misfit| misfit.in_field(field.name()))
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let nulls = array.nulls().cloned();
    finish(StructArray::try_new_with_length(fields.clone(), columns, nulls, array.len()))
}

/// Fits a map's keys and values, whatever their names.
pub(super) fn maps(array: &MapArray, entries: &FieldRef) -> Result<ArrayRef, Misfit> {
    let DataType::Struct(fields) = entries.data_type() else {
        return Err(refusal(array.data_type(), entries.data_type()));
    };
    let window = Window::of(array.offsets());
    let present = array.entries().slice(window.start, window.length);
    let columns = fields.iter().zip(present.columns());
    let columns = columns.map(|(field, column)| fit(Some(column), field, column.len(), None));
    let columns = columns.collect::<Result<Vec<_>, _>>();
    let columns = columns.map_err(|misfit| window.locate(misfit))?;
    let fitted = StructArray::try_new(fields.clone(), columns, None);
    let fitted = fitted.map_err(|error| Misfit::at(0, error))?;
    let nulls = array.nulls().cloned();
    finish(MapArray::try_new(entries.clone(), window.offsets, fitted, nulls, false))
}

/// Fits a list's items, then turns the kind of list into the one wanted.
pub(super) fn lists(array: &ArrayRef, item: &FieldRef, to: &DataType) -> Result<ArrayRef, Misfit> {
    let fitted = match array.data_type() {
        DataType::List(_) => with_items(array.as_list::<i32>(), item)?,
        DataType::LargeList(_) => with_items(array.as_list::<i64>(), item)?,
        _ => with_vector_items(array.as_fixed_size_list(), item)?,
    };
    if fitted.data_type() == to {
        return Ok(fitted);
    }
    if let DataType::FixedSizeList(_, size) = to {
        check_lengths(&fitted, usize::try_from(*size).unwrap_or_default(), to)?;
    }
    cast(&fitted, to).map_err(|error| Misfit::at(0, error))
}

fn with_items<O: OffsetSizeTrait>(
    array: &GenericListArray<O>,
    item: &FieldRef,
) -> Result<ArrayRef, Misfit> {
    let window = Window::of(array.offsets());
    let items = array.values().slice(window.start, window.length);
    let fitted = fit(Some(&items), item, items.len(), None);
    let fitted = fitted.map_err(|misfit| window.locate(misfit))?;
    let nulls = array.nulls().cloned();
    finish(GenericListArray::try_new(item.clone(), window.offsets, fitted, nulls))
}

fn with_vector_items(array: &FixedSizeListArray, item: &FieldRef) -> Result<ArrayRef, Misfit> {
    let size = array.value_length();
    let length = usize::try_from(size).unwrap_or_default();
    let parents = array.nulls().map(|nulls| nulls.expand(length));
    let items = array.values();
    let fitted = fit(Some(items), item, items.len(), parents.as_ref()).map_err(|misfit| {
        let (row, index) = (misfit.row / length.max(1), misfit.row % length.max(1));
        misfit.in_item(row, index)
    })?;
    let (nulls, rows) = (array.nulls().cloned(), array.len());
    let item = item.clone();
    finish(FixedSizeListArray::try_new_with_length(item, size, fitted, nulls, rows))
}

/// Refuses lists of other lengths than the vector's.
fn check_lengths(array: &ArrayRef, expected: usize, to: &DataType) -> Result<(), Misfit> {
    let lengths: Vec<usize> = match array.data_type() {
        DataType::List(_) => array.as_list::<i32>().offsets().lengths().collect(),
        DataType::LargeList(_) => array.as_list::<i64>().offsets().lengths().collect(),
        from => return Err(refusal(from, to)),
    };
    let mut wrong = lengths.into_iter().enumerate();
    match wrong.find(|(row, found)| array.is_valid(*row) && *found != expected) {
        Some((row, found)) => Err(Misfit::at(row, Reason::WrongLength { expected, found })),
        None => Ok(()),
    }
}

fn finish<A: Array + 'static>(array: Result<A, ArrowError>) -> Result<ArrayRef, Misfit> {
    array.map(|array| Arc::new(array) as ArrayRef).map_err(|error| Misfit::at(0, error))
}

/// The items that the lists of an array refer to, of all it shares with others.
struct Window<O: OffsetSizeTrait> {
    start: usize,
    length: usize,
    /// Where each list starts and ends among these items.
    offsets: OffsetBuffer<O>,
}

impl<O: OffsetSizeTrait> Window<O> {
    fn of(offsets: &OffsetBuffer<O>) -> Self {
        let start = offsets.first().copied().unwrap_or_default();
        let end = offsets.last().copied().unwrap_or_default();
        let moved: Vec<O> = offsets.iter().map(|offset| *offset - start).collect();
        Self {
            start: start.as_usize(),
            length: (end - start).as_usize(),
            offsets: OffsetBuffer::new(moved.into()),
        }
    }

    /// Turns the row of a misfit among the items into its list and its place there.
    fn locate(&self, misfit: Misfit) -> Misfit {
        let row = self.offsets.partition_point(|offset| offset.as_usize() <= misfit.row);
        let row = row.saturating_sub(1);
        let start = self.offsets.get(row).map_or(0, |offset| offset.as_usize());
        let index = misfit.row - start;
        misfit.in_item(row, index)
    }
}
