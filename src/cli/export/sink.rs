//! Batches of records as one kind of file.

use arrow_array::RecordBatch;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::command::FileFormat;
use super::told::{Fault, Told};
use crate::Decoder;
use crate::cli::count;
use crate::cli::failure::{Failure, Result};
use crate::cli::format::{Csv, Form, Jsonl};
use crate::cli::output::{self, Data};

/// Bytes of rows that Parquet may gather in memory before it writes them.
const ROW_GROUP: usize = 64 << 20;

/// A file that takes batches of one schema.
pub(super) enum Sink {
    /// A form of text, what it is written to, and how many values JSON could not say.
    Text(Box<dyn Form>, Data, usize),
    Parquet(Box<ArrowWriter<Told>>, Fault),
    Arrow(Box<FileWriter<Told>>, Fault),
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
                let (out, fault) = Told::new(out);
                let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties));
                let writer = writer.map_err(|error| fault.or(parquet_failure(&error)))?;
                Self::Parquet(Box::new(writer), fault)
            }
            FileFormat::Arrow => {
                let (out, fault) = Told::new(out);
                let writer = FileWriter::try_new(out, schema);
                let writer = writer.map_err(|error| fault.or(arrow_failure(&error)))?;
                Self::Arrow(Box::new(writer), fault)
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
            Self::Parquet(writer, fault) => {
                let mut written = writer.write(batch);
                if written.is_ok() && writer.in_progress_size() > ROW_GROUP {
                    written = writer.flush();
                }
                written.map_err(|error| fault.or(parquet_failure(&error)))
            }
            Self::Arrow(writer, fault) => {
                writer.write(batch).map_err(|error| fault.or(arrow_failure(&error)))
            }
        }
    }

    /// Writes what comes after the last record, and hands everything on.
    pub(super) fn finish(self) -> Result {
        match self {
            Self::Text(mut form, mut out, non_finite) => {
                form.end(&mut out)?;
                if non_finite > 0 {
                    output::narrate(count::non_finite(non_finite, "written"));
                }
                out.finish()
            }
            Self::Parquet(writer, fault) => {
                let out = writer.into_inner();
                out.map_err(|error| fault.or(parquet_failure(&error)))?.finish()
            }
            Self::Arrow(mut writer, fault) => {
                let out = writer.finish().and_then(|()| writer.into_inner());
                out.map_err(|error| fault.or(arrow_failure(&error)))?.finish()
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
