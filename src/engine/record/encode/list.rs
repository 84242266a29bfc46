//! JSON lists to list columns and vectors.

use std::sync::Arc;

use arrow_array::{ArrayRef, FixedSizeListArray, GenericListArray, OffsetSizeTrait};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, FieldRef};
use serde_json::Value;

use super::batch::Strictness;
use super::column::{column, validity};
use super::gather::Cell;
use crate::engine::record::misfit::{Misfit, Reason};

/// Builds a list array: the items of all lists one after another, and where each list ends.
pub(super) fn lists<O: OffsetSizeTrait>(
    item: &FieldRef,
    cells: &[Cell<'_>],
    strictness: Strictness,
) -> Result<ArrayRef, Misfit> {
    let expected = || GenericListArray::<O>::DATA_TYPE_CONSTRUCTOR(item.clone());
    let mut items = Vec::new();
    let mut ends = Ends::with_capacity(cells.len());
    for (row, cell) in cells.iter().enumerate() {
        let values = list(*cell, expected).map_err(|reason| Misfit::at(row, reason))?;
        items.extend(values.unwrap_or_default().iter().map(present));
        ends.push(items.len());
    }
    let offsets = ends.offsets::<O>()?;
    let values = column(item, &items, None, strictness).map_err(|misfit| ends.locate(misfit))?;
    GenericListArray::<O>::try_new(item.clone(), offsets, values, validity(cells))
        .map(|array| Arc::new(array) as ArrayRef)
        .map_err(|error| Misfit::at(0, error))
}

/// Builds an array of lists that all have `size` items.
pub(super) fn vectors(
    item: &FieldRef,
    size: i32,
    cells: &[Cell<'_>],
    strictness: Strictness,
) -> Result<ArrayRef, Misfit> {
    let expected = || DataType::FixedSizeList(item.clone(), size);
    let length = usize::try_from(size).unwrap_or_default();
    let mut items = Vec::with_capacity(cells.len() * length);
    for (row, cell) in cells.iter().enumerate() {
        match list(*cell, expected).map_err(|reason| Misfit::at(row, reason))? {
            Some(values) if values.len() == length => items.extend(values.iter().map(present)),
            Some(values) => {
                let reason = Reason::WrongLength { expected: length, found: values.len() };
                return Err(Misfit::at(row, reason));
            }
            None => items.extend(std::iter::repeat_n(None, length)),
        }
    }
    let nulls = validity(cells);
    let parents = nulls.as_ref().map(|nulls| nulls.expand(length));
    let values = column(item, &items, parents.as_ref(), strictness).map_err(|misfit| {
        let (row, index) = (misfit.row / length.max(1), misfit.row % length.max(1));
        misfit.in_item(row, index)
    })?;
    FixedSizeListArray::try_new_with_length(item.clone(), size, values, nulls, cells.len())
        .map(|array| Arc::new(array) as ArrayRef)
        .map_err(|error| Misfit::at(0, error))
}

fn list(cell: Cell<'_>, expected: impl Fn() -> DataType) -> Result<Option<&[Value]>, Reason> {
    match cell {
        Some(Value::Array(items)) => Ok(Some(items)),
        Some(value) => Err(Reason::wrong_type(&expected(), value)),
        None => Ok(None),
    }
}

pub(super) fn present(value: &Value) -> Cell<'_> {
    Some(value).filter(|value| !value.is_null())
}

/// Where each of some lists ends, once their items are laid one after another.
#[derive(Default)]
pub(super) struct Ends(Vec<usize>);

impl Ends {
    fn with_capacity(lists: usize) -> Self {
        Self(Vec::with_capacity(lists))
    }

    /// Ends the next list after `items` items in all.
    pub(super) fn push(&mut self, items: usize) {
        self.0.push(items);
    }

    /// Returns Arrow's offsets, or refuses what they cannot count.
    pub(super) fn offsets<O: OffsetSizeTrait>(&self) -> Result<OffsetBuffer<O>, Misfit> {
        let ends = self.0.iter().map(|end| O::from_usize(*end));
        let offsets: Option<Vec<O>> = std::iter::once(Some(O::zero())).chain(ends).collect();
        let offsets = offsets.ok_or_else(|| Misfit::at(0, Reason::TooLarge))?;
        Ok(OffsetBuffer::new(offsets.into()))
    }

    /// Turns the row of a misfit among the items into its list and its place there.
    pub(super) fn locate(&self, misfit: Misfit) -> Misfit {
        let row = self.0.partition_point(|end| *end <= misfit.row);
        let start = row.checked_sub(1).and_then(|before| self.0.get(before));
        let index = misfit.row - start.copied().unwrap_or_default();
        misfit.in_item(row, index)
    }
}
