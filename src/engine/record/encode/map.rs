//! JSON objects to struct columns, and objects or lists of pairs to map columns.

use std::sync::Arc;

use arrow_array::{ArrayRef, MapArray, StructArray};
use arrow_schema::{DataType, Field, FieldRef, Fields};
use serde_json::Value;

use super::batch::Strictness;
use super::column::{column, validity};
use super::gather::{Cell, gather};
use super::list::{Ends, present};
use crate::engine::record::misfit::{Misfit, Reason};

/// Builds a struct array from objects.
pub(super) fn structs(
    fields: &Fields,
    cells: &[Cell<'_>],
    strictness: Strictness,
) -> Result<ArrayRef, Misfit> {
    let mut objects = Vec::with_capacity(cells.len());
    for (row, cell) in cells.iter().enumerate() {
        objects.push(match cell {
            Some(Value::Object(object)) => Some(object),
            None => None,
            Some(value) => {
                let expected = DataType::Struct(fields.clone());
                return Err(Misfit::at(row, Reason::wrong_type(&expected, value)));
            }
        });
    }
    let gathered = gather(fields, objects.into_iter());
    gathered.refuse_unknown()?;
    let nulls = validity(cells);
    let mut columns = Vec::with_capacity(fields.len());
    for (field, cells) in fields.iter().zip(&gathered.columns) {
        let array = column(field, cells, nulls.as_ref(), strictness);
        columns.push(array.map_err(|misfit| misfit.in_field(field.name()))?);
    }
    StructArray::try_new_with_length(fields.clone(), columns, nulls, cells.len())
        .map(|array| Arc::new(array) as ArrayRef)
        .map_err(|error| Misfit::at(0, error))
}

/// Builds a map array from lists of `[key, value]` pairs, or from objects where keys are text.
pub(super) fn maps(
    entries: &FieldRef,
    cells: &[Cell<'_>],
    strictness: Strictness,
) -> Result<ArrayRef, Misfit> {
    let data_type = DataType::Map(entries.clone(), false);
    let DataType::Struct(fields) = entries.data_type() else {
        return Err(Misfit::at(0, Reason::Unsupported { data_type: data_type.to_string() }));
    };
    let [key, value] = fields.as_ref() else {
        return Err(Misfit::at(0, Reason::Unsupported { data_type: data_type.to_string() }));
    };
    let mut pairs = Pairs::default();
    for (row, cell) in cells.iter().enumerate() {
        pairs.push(*cell, key, &data_type).map_err(|reason| Misfit::at(row, reason))?;
    }
    let (keys, values) = pairs.build(key, value, strictness)?;
    let entry = StructArray::try_new(fields.clone(), vec![keys, values], None);
    let entry = entry.map_err(|error| Misfit::at(0, error))?;
    MapArray::try_new(entries.clone(), pairs.ends.offsets()?, entry, validity(cells), false)
        .map(|array| Arc::new(array) as ArrayRef)
        .map_err(|error| Misfit::at(0, error))
}

/// The pairs of maps, one after another.
#[derive(Default)]
struct Pairs<'a> {
    keys: Vec<Value>,
    values: Vec<Cell<'a>>,
    ends: Ends,
}

impl<'a> Pairs<'a> {
    fn push(&mut self, cell: Cell<'a>, key: &Field, expected: &DataType) -> Result<(), Reason> {
        let is_text = matches!(key.data_type(), DataType::Utf8 | DataType::LargeUtf8);
        match cell {
            None => {}
            Some(Value::Object(object)) if is_text => {
                self.keys.extend(object.keys().map(|key| Value::String(key.clone())));
                self.values.extend(object.values().map(present));
            }
            Some(value @ Value::Array(items)) => {
                for item in items {
                    let pair = item.as_array().map(Vec::as_slice);
                    let Some([key, value]) = pair else {
                        return Err(Reason::wrong_type(expected, value));
                    };
                    self.keys.push(key.clone());
                    self.values.push(present(value));
                }
            }
            Some(value) => return Err(Reason::wrong_type(expected, value)),
        }
        self.ends.push(self.values.len());
        Ok(())
    }

    fn build(
        &self,
        key: &Field,
        value: &Field,
        strictness: Strictness,
    ) -> Result<(ArrayRef, ArrayRef), Misfit> {
        let keys: Vec<Cell<'_>> = self.keys.iter().map(present).collect();
        let keys =
            column(key, &keys, None, strictness).map_err(|misfit| self.ends.locate(misfit))?;
        let values = column(value, &self.values, None, strictness);
        Ok((keys, values.map_err(|misfit| self.ends.locate(misfit))?))
    }
}
