//! Batches of records as one kind of file.

use arrow_array::RecordBatch;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::csv::csv;
use super::fault::Fault;
use super::format::FileFormat;
use super::out::Out;
use super::told::{LastError, Told};
use crate::{Decoder, JsonObject};

/// Bytes of rows that Parquet may gather in memory before it writes them.
const ROW_GROUP: usize = 64 << 20;

/// A file that takes batches of one schema.
pub(crate) struct Sink<W: Out>(Kind<W>);

/// A file of one kind, and what it is written to.
enum Kind<W: Out> {
    /// A form of text, what it is written to, and how many values JSON could not say.
    Text(Text, W, u64),
    Parquet(Box<ArrowWriter<Told<W>>>, LastError),
    Arrow(Box<FileWriter<Told<W>>>, LastError),
}

/// A form of text.
enum Text {
    Jsonl,
    /// The fields, and whether their names are written.
    Csv(Vec<String>, bool),
}

impl<W: Out> Sink<W> {
    /// A file of batches of this schema.
    pub(crate) fn new(format: FileFormat, out: W, schema: &SchemaRef) -> Result<Self, Fault> {
        let names = || schema.fields().iter().map(|field| field.name().clone()).collect();
        Ok(Self(match format {
            FileFormat::Jsonl => Kind::Text(Text::Jsonl, out, 0),
            FileFormat::Csv => Kind::Text(Text::Csv(names(), false), out, 0),
            FileFormat::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .build();
                let (out, last) = Told::new(out);
                let writer = ArrowWriter::try_new(out, schema.clone(), Some(properties));
                let writer = writer.map_err(|error| last.or(of_parquet(&error)))?;
                Kind::Parquet(Box::new(writer), last)
            }
            FileFormat::Arrow => {
                let (out, last) = Told::new(out);
                let writer = FileWriter::try_new(out, schema);
                let writer = writer.map_err(|error| last.or(of_arrow(&error)))?;
                Kind::Arrow(Box::new(writer), last)
            }
        }))
    }

    /// Takes a batch.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), Fault> {
        match &mut self.0 {
            Kind::Text(text, out, non_finite) => {
                let decoder = Decoder::new(batch);
                let rows: Vec<_> = decoder.rows().collect();
                *non_finite += decoder.non_finite() as u64;
                text.rows(&rows, out)
            }
            Kind::Parquet(writer, last) => {
                let mut written = writer.write(batch);
                if written.is_ok() && writer.in_progress_size() > ROW_GROUP {
                    written = writer.flush();
                }
                written.map_err(|error| last.or(of_parquet(&error)))
            }
            Kind::Arrow(writer, last) => {
                writer.write(batch).map_err(|error| last.or(of_arrow(&error)))
            }
        }
    }

    /// Writes what comes after the last record, and hands everything on. Returns how many values are NaN or infinite, and
    /// were written as null.
    pub(crate) fn finish(self) -> Result<u64, Fault> {
        match self.0 {
            Kind::Text(mut text, mut out, non_finite) => {
                text.end(&mut out)?;
                out.flush().map_err(Fault::Output)?;
                Ok(non_finite)
            }
            Kind::Parquet(writer, last) => {
                let out = writer.into_inner();
                out.map_err(|error| last.or(of_parquet(&error)))?.finish()?;
                Ok(0)
            }
            Kind::Arrow(mut writer, last) => {
                let out = writer.finish().and_then(|()| writer.into_inner());
                out.map_err(|error| last.or(of_arrow(&error)))?.finish()?;
                Ok(0)
            }
        }
    }
}

impl Text {
    fn rows(&mut self, rows: &[JsonObject], out: &mut impl Out) -> Result<(), Fault> {
        let text = match self {
            Self::Jsonl => lines(rows)?,
            Self::Csv(..) if rows.is_empty() => return Ok(()),
            Self::Csv(header, begun) => {
                let is_new = !std::mem::replace(begun, true);
                csv(header, rows, is_new).map_err(|error| Fault::form("CSV", &error))?
            }
        };
        out.text(&text).map_err(Fault::Output)
    }

    /// Of no records, CSV is a header all the same.
    fn end(&mut self, out: &mut impl Out) -> Result<(), Fault> {
        let Self::Csv(header, false) = self else { return Ok(()) };
        let text = csv(header, &[], true).map_err(|error| Fault::form("CSV", &error))?;
        out.text(&text).map_err(Fault::Output)
    }
}

/// A line for each.
fn lines(rows: &[JsonObject]) -> Result<String, Fault> {
    let mut text = String::new();
    for row in rows {
        text += &serde_json::to_string(row).map_err(|error| Fault::form("JSON", &error))?;
        text.push('\n');
    }
    Ok(text)
}

fn of_parquet(error: &ParquetError) -> Fault {
    Fault::form("Parquet", error)
}

fn of_arrow(error: &ArrowError) -> Fault {
    Fault::form("Arrow", error)
}
