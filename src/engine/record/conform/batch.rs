//! A batch to the columns of a schema.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};

use super::column::fit;
use crate::engine::record::encode_error::EncodeError;
use crate::engine::record::field_path::FieldPath;
use crate::engine::record::misfit::Misfit;

/// Fits a batch to a schema: columns by name, in the schema's order, what is missing null.
///
/// A column of another type is turned into the schema's where that loses nothing: integers into
/// wider ones, integers into float64 where each is exact, reals into wider ones, plain into large
/// text, binary and lists and back, lists into vectors of their length, dictionaries into their
/// values and back, times and timestamps into finer units, decimals into more digits; also inside
/// structs, lists and maps.
/// Cost: columns of the schema's type are shared, others are copied.
///
/// # Errors
/// - [`EncodeError::NewFields`] if the batch has columns that the schema does not have.
/// - [`EncodeError::ColumnType`] if a column's type is none of the above.
/// - The first value that would not be the same, or the first null where none may be.
pub fn conform(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, EncodeError> {
    let present = batch.schema_ref().fields();
    let paths = unknown(present, schema.fields());
    if !paths.is_empty() {
        return Err(EncodeError::NewFields { record: 0, paths });
    }
    let columns = schema.fields().iter().map(|field| {
        let column = present.find(field.name()).and_then(|(index, _)| batch.columns().get(index));
        let fitted = fit(column, field, batch.num_rows(), None);
        fitted.map_err(|misfit| misfit.in_field(field.name()).into_error())
    });
    assemble(batch, schema, columns.collect::<Result<_, _>>()?)
}

/// The columns of a batch's rows as a batch of a schema.
pub(super) fn assemble(
    batch: &RecordBatch,
    schema: &SchemaRef,
    columns: Vec<ArrayRef>,
) -> Result<RecordBatch, EncodeError> {
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema.clone(), columns, &options)
        .map_err(|error| Misfit::at(0, error).into_error())
}

/// Whether a column of `field` can take values of another's type: the same, or one that is turned into it
/// without loss.
pub(crate) fn takes(field: &Field, values: &Field) -> bool {
    if field.data_type().equals_datatype(values.data_type()) {
        return true;
    }
    let only = |field: &Field| Arc::new(Schema::new(vec![field.clone().with_nullable(true)]));
    conform(&RecordBatch::new_empty(only(values)), &only(field)).is_ok()
}

/// Lists the fields that a schema does not have, at any depth.
fn unknown(present: &Fields, fields: &Fields) -> Vec<FieldPath> {
    let unknown = present.iter().flat_map(|field| {
        let inside = match fields.find(field.name()) {
            Some((_, known)) => unknown_inside(field.data_type(), known.data_type()),
            None => vec![FieldPath::default()],
        };
        inside.into_iter().map(|path| path.in_field(field.name()))
    });
    unknown.collect()
}

fn unknown_inside(present: &DataType, known: &DataType) -> Vec<FieldPath> {
    match (present, known) {
        (DataType::Struct(present), DataType::Struct(known)) => unknown(present, known),
        _ => match (item(present), item(known)) {
            (Some(present), Some(known)) => unknown_inside(present.data_type(), known.data_type()),
            _ => Vec::new(),
        },
    }
}

fn item(data_type: &DataType) -> Option<&FieldRef> {
    match data_type {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            Some(item)
        }
        _ => None,
    }
}
