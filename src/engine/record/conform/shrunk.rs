//! A batch as a schema shows it that took columns or room from them since.

use arrow_array::{Array as _, ArrayRef, RecordBatch};
use arrow_cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, SchemaRef};

use super::batch::{assemble, conform};
use super::column::fit;
use crate::engine::record::encode_error::EncodeError;

/// Fits a batch to a schema as [`conform`] does, or else leaves out what the schema lacks and turns columns into other
/// types where each value is the same when it is turned back.
///
/// # Errors
/// As [`conform`], but for new fields; of the first column with a value that the schema's type does not hold.
pub(crate) fn conform_shrunk(
    batch: &RecordBatch,
    schema: &SchemaRef,
) -> Result<RecordBatch, EncodeError> {
    if let Ok(fitted) = conform(batch, schema) {
        return Ok(fitted);
    }
    let columns = schema.fields().iter().map(|field| {
        let column = batch.column_by_name(field.name());
        let column = column.map(|column| same_as(column, field.data_type()));
        let fitted = fit(column.as_ref(), field, batch.num_rows(), None);
        fitted.map_err(|misfit| misfit.in_field(field.name()).into_error())
    });
    assemble(batch, schema, columns.collect::<Result<_, _>>()?)
}

/// The column in another type where that changes no value, else as it is.
fn same_as(column: &ArrayRef, to: &DataType) -> ArrayRef {
    turned(column, to).unwrap_or_else(|| column.clone())
}

fn turned(column: &ArrayRef, to: &DataType) -> Option<ArrayRef> {
    let strict = CastOptions { safe: false, ..CastOptions::default() };
    let turned = cast_with_options(column, to, &strict).ok()?;
    let back = cast_with_options(&turned, column.data_type(), &strict).ok()?;
    (back.to_data() == column.to_data()).then_some(turned)
}
