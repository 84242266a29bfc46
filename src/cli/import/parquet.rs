//! Parquet files.

use std::fs::File;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;
use parquet::file::metadata::RowGroupMetaData;

use super::columns::{Columns, batch_rows};
use crate::cli::failure::{Failure, Result};

/// Opens a file of Parquet.
pub(super) fn open(name: &str, file: File) -> Result<Columns> {
    let broken = |error: ParquetError| {
        Failure::failed(format!("{name} is no Parquet file that can be read"))
            .because(error.to_string())
    };
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(broken)?;
    let groups = builder.metadata().row_groups();
    let rows: i64 = groups.iter().map(RowGroupMetaData::num_rows).sum();
    let bytes: i64 = groups.iter().map(RowGroupMetaData::total_byte_size).sum();
    let rows = u64::try_from(rows).unwrap_or_default();
    let at_once = batch_rows(rows, u64::try_from(bytes).unwrap_or_default());
    let schema = builder.schema().clone();
    let reader = builder.with_batch_size(at_once).build().map_err(broken)?;
    Ok(Columns::new(name, schema, reader).with_rows(rows))
}
