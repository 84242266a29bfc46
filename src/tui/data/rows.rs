//! A run of records as a table shows them: columns, and rows of cells.

use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::SchemaRef;

use super::cell::Align;
use super::cells::Cells;
use super::path_column::PathColumn;
use super::weight::Heavy;
use super::{kind, weight};
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
    pub(crate) cells: Cells,
    /// Its values that are read only where somebody asks for them.
    pub(crate) heavy: Vec<Heavy>,
}

impl Row {
    /// About how many bytes it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.cells.bytes() + size_of::<Self>()
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
    /// The records of a page, with what lies at these paths as further columns.
    pub(crate) fn of_page(page: &Page, inner: &[PathColumn]) -> Self {
        let mut all = Self::empty();
        for chunk in &page.chunks {
            let part = Self::of_chunk(chunk, inner);
            all.columns = part.columns;
            all.rows.extend(part.rows);
        }
        all
    }

    /// The records of a chunk, in the same way; a path that leads nowhere in them makes no column.
    pub(crate) fn of_chunk(chunk: &Chunk, inner: &[PathColumn]) -> Self {
        Self::of(chunk, inner, Cells::now)
    }

    /// The same of records of which few will be looked at: their cells are made then.
    pub(crate) fn arriving(chunk: &Chunk, inner: &[PathColumn]) -> Self {
        Self::of(chunk, inner, Cells::later)
    }

    fn of(
        chunk: &Chunk,
        inner: &[PathColumn],
        cells: fn(&[ArrayRef], usize) -> Vec<Cells>,
    ) -> Self {
        let schema = chunk.batch.schema();
        let own = schema.fields().iter().zip(chunk.batch.columns());
        let own = own.map(|(field, values)| (field.name().as_str(), values.clone()));
        let inner =
            inner.iter().filter_map(|path| Some((path.name.as_str(), path.values(&chunk.batch)?)));
        let (names, values): (Vec<&str>, Vec<ArrayRef>) = own.chain(inner).unzip();
        let columns = names.iter().zip(&values).map(|(name, values)| Column {
            name: sanitize::clip(name, LONGEST_NAME),
            align: Align::of(values.data_type()),
            kind: sanitize::clip(&kind::heading(values.data_type()), LONGEST_NAME),
        });
        let columns = columns.collect();
        Self { columns, rows: rows(chunk, cells(&values, chunk.offsets.len())) }
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

fn rows(chunk: &Chunk, cells: Vec<Cells>) -> Vec<Row> {
    let mut heavy = weight::heavy(&chunk.batch);
    let row = |(number, (offset, cells)): (usize, (&u64, Cells))| Row {
        bucket: chunk.bucket,
        offset: *offset,
        buffered: chunk.buffered,
        cells,
        heavy: heavy.remove(&number).unwrap_or_default(),
    };
    chunk.offsets.iter().zip(cells).enumerate().map(row).collect()
}
