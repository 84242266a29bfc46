//! What reads return: records of a bucket as Arrow batches, with their offsets.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, new_null_array};
use arrow_schema::{FieldRef, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;

use super::decode::Decoder;
use super::json::JsonObject;

/// One record, as JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The bucket it lies in.
    pub bucket: u32,
    /// Its offset in the bucket; provisional while it is buffered.
    pub offset: u64,
    /// Whether it is put but not yet in a version.
    pub buffered: bool,
    /// Its fields, in schema order, nulls included.
    pub fields: JsonObject,
}

/// Consecutive records of one bucket.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// The bucket.
    pub bucket: u32,
    /// Each row's offset, ascending; as many as the batch has rows.
    pub offsets: Vec<u64>,
    /// Whether the rows are put but not yet in a version.
    pub buffered: bool,
    /// The rows.
    pub batch: RecordBatch,
}

/// The answer to a read: chunks in bucket and offset order, or in one that was asked for.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The chunks; buckets may follow each other.
    pub chunks: Vec<Chunk>,
}

impl Chunk {
    /// Its records as JSON. Numbers that JSON cannot say come as null; use a [`Decoder`] on the
    /// batch to count them.
    pub fn records(&self) -> impl Iterator<Item = Record> + '_ {
        let decoder = Decoder::new(&self.batch);
        (0..).zip(&self.offsets).map(move |(row, offset)| self.record(row, *offset, &decoder))
    }

    /// Its records as JSON, and how many of their numbers JSON cannot say.
    pub(crate) fn counted_records(&self) -> (Vec<Record>, usize) {
        let decoder = Decoder::new(&self.batch);
        let rows = (0..).zip(&self.offsets);
        let records = rows.map(|(row, offset)| self.record(row, *offset, &decoder)).collect();
        (records, decoder.non_finite())
    }

    fn record(&self, row: usize, offset: u64, decoder: &Decoder) -> Record {
        let fields = decoder.row(row);
        Record { bucket: self.bucket, offset, buffered: self.buffered, fields }
    }

    /// The rows whose flag is set.
    pub(crate) fn filter(self, keep: &[bool]) -> Option<Self> {
        let offsets = self.offsets.iter().zip(keep).filter(|(_, keep)| **keep).map(|(o, _)| *o);
        let batch = filter_record_batch(&self.batch, &BooleanArray::from(keep.to_vec())).ok()?;
        Some(Self { offsets: offsets.collect(), batch, ..self })
    }

    /// Its first rows.
    pub(crate) fn first(mut self, rows: usize) -> Self {
        let rows = rows.min(self.offsets.len());
        self.offsets.truncate(rows);
        Self { batch: self.batch.slice(0, rows), ..self }
    }

    /// Its first rows, and the others.
    pub(crate) fn split(self, rows: usize) -> (Self, Self) {
        let rows = rows.min(self.offsets.len());
        let rest = Self {
            offsets: self.offsets.iter().skip(rows).copied().collect(),
            batch: self.batch.slice(rows, self.batch.num_rows() - rows),
            ..self
        };
        let first = Self {
            offsets: self.offsets.iter().take(rows).copied().collect(),
            batch: self.batch.slice(0, rows),
            ..self
        };
        (first, rest)
    }

    /// The columns with these numbers, each of which is there.
    pub(crate) fn project(self, columns: &[usize]) -> Option<Self> {
        let batch = self.batch.project(columns).ok()?;
        Some(Self { batch, ..self })
    }
}

impl Chunk {
    /// The chunk with every column of `schema`, in its order, null where the chunk has none; columns
    /// that only the chunk has follow.
    pub(crate) fn padded(self, schema: &SchemaRef) -> Self {
        let own = self.batch.schema();
        if own.fields().len() >= schema.fields().len()
            && own.fields().iter().zip(schema.fields()).all(|(a, b)| a.name() == b.name())
        {
            return self;
        }
        let rows = self.batch.num_rows();
        let known = schema.fields().iter().map(|field| match own.fields().find(field.name()) {
            Some((index, own)) => (own.clone(), self.batch.column(index).clone()),
            None => (field.clone(), new_null_array(field.data_type(), rows)),
        });
        let late = own.fields().iter().zip(self.batch.columns());
        let late = late.filter(|(field, _)| schema.fields().find(field.name()).is_none());
        let (fields, columns): (Vec<FieldRef>, Vec<ArrayRef>) =
            known.chain(late.map(|(field, column)| (field.clone(), column.clone()))).unzip();
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        let schema = Arc::new(Schema::new(fields));
        match RecordBatch::try_new_with_options(schema, columns, &options) {
            Ok(batch) => Self { batch, ..self },
            // A column of nulls where none may be: the chunk is right as it is.
            Err(_) => self,
        }
    }
}

impl Page {
    /// How many records it holds.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.offsets.len()).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its records as JSON.
    pub fn records(&self) -> impl Iterator<Item = Record> + '_ {
        self.chunks.iter().flat_map(Chunk::records)
    }
}
