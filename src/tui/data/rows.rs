//! A run of records as a table shows them: columns, and rows of cells.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::SchemaRef;

use super::cell::{Align, Cell};
use super::kind;
use crate::tui::text::sanitize;
use crate::{Chunk, Page};

/// Longest name of a column that is shown, in cells of the terminal.
pub(crate) const LONGEST_NAME: u16 = 60;

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    /// Its name, safe to show.
    pub(crate) name: String,
    /// To which side it leans.
    pub(crate) align: Align,
    /// Its type, in few signs, safe to show.
    pub(crate) kind: String,
}

/// One record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The bucket it lies in.
    pub(crate) bucket: u32,
    /// Its offset in the bucket.
    pub(crate) offset: u64,
    /// Whether it is put but not yet in a version.
    pub(crate) buffered: bool,
    /// One cell a column.
    pub(crate) cells: Vec<Cell>,
}

impl Row {
    /// About how many bytes it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.cells.iter().map(Cell::bytes).sum::<usize>() + size_of::<Self>()
    }
}

/// Records that have the same columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rows {
    /// The columns, in schema order.
    pub(crate) columns: Arc<[Column]>,
    /// The records, in order.
    pub(crate) rows: Vec<Row>,
}

impl Rows {
    /// The records of a page.
    pub(crate) fn of_page(page: &Page) -> Self {
        let mut all = Self::empty();
        for chunk in &page.chunks {
            let part = Self::of_chunk(chunk);
            all.columns = part.columns;
            all.rows.extend(part.rows);
        }
        all
    }

    /// The records of a chunk.
    pub(crate) fn of_chunk(chunk: &Chunk) -> Self {
        let schema = chunk.batch.schema();
        let columns = schema.fields().iter().map(|field| Column {
            name: sanitize::clip(field.name(), LONGEST_NAME),
            align: Align::of(field.data_type()),
            kind: sanitize::clip(&kind::heading(field.data_type()), LONGEST_NAME),
        });
        Self { columns: columns.collect(), rows: rows(chunk) }
    }

    /// No records.
    pub(crate) fn empty() -> Self {
        Self { columns: Arc::new([]), rows: Vec::new() }
    }

    /// Takes away the records from an offset on.
    pub(crate) fn split_off(&mut self, offset: u64) -> Self {
        let at = self.rows.partition_point(|row| row.offset < offset);
        Self { columns: self.columns.clone(), rows: self.rows.split_off(at) }
    }

    /// About how many bytes it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.rows.iter().map(Row::bytes).sum()
    }
}

/// The name of the column that is shown so.
pub(crate) fn column_of(schema: &SchemaRef, shown: &str) -> Option<String> {
    let is_it = |name: &str| sanitize::clip(name, LONGEST_NAME) == shown;
    schema.fields().iter().map(|field| field.name()).find(|name| is_it(name)).cloned()
}

fn rows(chunk: &Chunk) -> Vec<Row> {
    let columns: Vec<&ArrayRef> = chunk.batch.columns().iter().collect();
    let mut cells: Vec<_> = columns.iter().map(|c| Cell::of_column(c).into_iter()).collect();
    let row = |offset: &u64| Row {
        bucket: chunk.bucket,
        offset: *offset,
        buffered: chunk.buffered,
        cells: cells.iter_mut().filter_map(Iterator::next).collect(),
    };
    chunk.offsets.iter().map(row).collect()
}
