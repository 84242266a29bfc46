//! Batches of records as one kind of file.

use arrow_array::RecordBatch;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::command::FileFormat;
use crate::Decoder;
use crate::cli::failure::{Failure, Result};
use crate::cli::format::{Csv, Form, Jsonl};
use crate::cli::output::{self, Data};

/// Bytes of rows that Parquet may gather in memory before it writes them.
const ROW_GROUP: usize = 64 << 20;

/// A file that takes batches of one schema.
pub(super) enum Sink {
    /// A form of text, what it is written to, and how many values JSON could not say.
    Text(Box<dyn Form>, Data, usize),
    Parquet(Box<ArrowWriter<Data>>),
    Arrow(Box<FileWriter<Data>>),
}

impl Sink {
    pub(super) fn new(format: FileFormat, out: Data, schema: &SchemaRef) -> Result<Self> {
        let names = || schema.fields().iter().map(|field| field.name().clone()).collect();
        Ok(match format {
            FileFormat::Jsonl => Self::Text(Box::new(Jsonl), out, 0),
            FileFormat::Csv => Self::Text(Box::new(Csv::with_header(names())), out, 0),
            FileFormat::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .build();
                let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties));
                Self::Parquet(Box::new(writer.map_err(|error| parquet_failure(&error))?))
            }
            FileFormat::Arrow => {
                let writer = FileWriter::try_new(out, schema);
                Self::Arrow(Box::new(writer.map_err(|error| arrow_failure(&error))?))
            }
        })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result {
        match self {
            Self::Text(form, out, non_finite) => {
                let decoder = Decoder::new(batch);
                let rows: Vec<_> = decoder.rows().collect();
                *non_finite += decoder.non_finite();
                form.rows(&rows, out)
            }
            Self::Parquet(writer) => {
                writer.write(batch).map_err(|error| parquet_failure(&error))?;
                if writer.in_progress_size() > ROW_GROUP {
                    writer.flush().map_err(|error| parquet_failure(&error))?;
                }
                Ok(())
            }
            Self::Arrow(writer) => writer.write(batch).map_err(|error| arrow_failure(&error)),
        }
    }

    /// Writes what comes after the last record, and hands everything on.
    pub(super) fn finish(self) -> Result {
        match self {
            Self::Text(mut form, mut out, non_finite) => {
                form.end(&mut out)?;
                if non_finite > 0 {
                    output::narrate(format!(
                        "note: {non_finite} values are NaN or infinite, written as null"
                    ));
                }
                out.finish()
            }
            Self::Parquet(writer) => {
                let out = writer.into_inner().map_err(|error| parquet_failure(&error))?;
                out.finish()
            }
            Self::Arrow(mut writer) => {
                writer.finish().map_err(|error| arrow_failure(&error))?;
                writer.into_inner().map_err(|error| arrow_failure(&error))?.finish()
            }
        }
    }
}

fn parquet_failure(error: &ParquetError) -> Failure {
    Failure::failed("could not write Parquet").because(error.to_string())
}

fn arrow_failure(error: &ArrowError) -> Failure {
    Failure::failed("could not write Arrow").because(error.to_string())
}
