//! What one read sees: a pinned version, and the records buffered behind it.

use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;

use super::lane::{LANES, LOG, LaneView};
use super::pins::Pin;
use super::shared::Bucket;
use crate::engine::error::{Error, Result};
use crate::engine::options::Columns;
use crate::engine::record::{Chunk, conform_shrunk};
use crate::engine::store::Table;

/// A bucket at one moment. Cheap to clone; never changes.
///
/// Invariant: the buffered records are none of the table's. Their offsets begin where the table's
/// end, and are provisional: a foreign append moves them up.
#[derive(Clone)]
pub(crate) struct Snapshot {
    table: Option<Table>,
    pub(super) lanes: [LaneView; LANES],
    /// Keeps the table's files where they are, where records are read from them.
    pin: Option<Arc<Pin>>,
}

impl Snapshot {
    pub(super) fn new(table: Option<Table>, lanes: [LaneView; LANES]) -> Self {
        Self { table, lanes, pin: None }
    }

    pub(super) fn held_by(self, pin: Pin) -> Self {
        Self { pin: Some(Arc::new(pin)), ..self }
    }

    pub(super) fn pin(&self) -> Option<&Arc<Pin>> {
        self.pin.as_ref()
    }

    /// A version alone, or nothing, with nothing behind it.
    pub(crate) fn pinned(table: Option<Table>) -> Self {
        Self::new(table, Default::default())
    }

    /// Takes log positions for offsets, as a test wants it: foreign rows then hide buffered records.
    pub(super) fn by_number(mut self) -> Self {
        let end = self.persisted_end();
        let lane = &mut self.lanes[LOG];
        lane.batches.retain(|(lsn, _)| *lsn >= end);
        lane.first = lane.first.max(end);
        self
    }

    pub(crate) fn table(&self) -> Option<&Table> {
        self.table.as_ref()
    }

    pub(crate) fn schema(&self) -> Option<SchemaRef> {
        self.table.as_ref().map(Table::schema)
    }

    pub(crate) fn persisted_rows(&self) -> u64 {
        self.table.as_ref().map_or(0, |table| table.index().rows())
    }

    pub(crate) fn buffered_rows(&self) -> u64 {
        self.lanes.iter().map(LaneView::rows).sum()
    }

    pub(crate) fn rows(&self) -> u64 {
        self.persisted_rows() + self.buffered_rows()
    }

    /// The offset behind the last persisted record.
    pub(crate) fn persisted_end(&self) -> u64 {
        self.table.as_ref().map_or(0, Table::next_offset)
    }

    /// The offset behind the last record.
    pub(crate) fn end(&self) -> u64 {
        self.persisted_end() + self.buffered_rows()
    }

    /// The first record's offset; the end of what is persisted where no such record is left.
    ///
    /// Cost: none, but where records of the first fragments are deleted: which of these live, once.
    pub(crate) async fn first_offset(&self) -> Result<u64> {
        let first = match &self.table {
            Some(table) => table.first_living().await?,
            None => None,
        };
        Ok(first.unwrap_or_else(|| self.persisted_end()))
    }

    /// The log positions from which on records are still to come, for one who has all persisted
    /// records and so many of the buffered ones.
    pub(super) fn positions_behind(&self, buffered: u64) -> [u64; LANES] {
        let mut left = buffered;
        self.lanes.each_ref().map(|lane| {
            let taken = left.min(lane.rows());
            left -= taken;
            lane.first + taken
        })
    }

    /// How many buffered records lie below these log positions.
    pub(super) fn buffered_below(&self, positions: &[u64; LANES]) -> u64 {
        let below =
            |(lane, upto): (&LaneView, &u64)| (*upto).clamp(lane.first, lane.end()) - lane.first;
        self.lanes.iter().zip(positions).map(below).sum()
    }

    /// Up to `limit` buffered records of one lane with log positions from `lsn` on.
    pub(super) fn read_buffered(
        &self,
        bucket: &Bucket,
        (lane, lsn): (usize, u64),
        limit: usize,
        columns: &Columns,
    ) -> Result<Vec<Chunk>> {
        let (Some(table), Some(view)) = (&self.table, self.lanes.get(lane)) else {
            return Ok(Vec::new());
        };
        if limit == 0 || view.batches.is_empty() {
            return Ok(Vec::new());
        }
        let before: u64 = self.lanes.iter().take(lane).map(LaneView::rows).sum();
        let columns = self.column_numbers(columns);
        let mut left = limit;
        let mut chunks = Vec::new();
        for (start, batch) in &view.batches {
            let rows = batch.num_rows();
            let skip = usize::try_from(lsn.saturating_sub(*start)).unwrap_or(rows).min(rows);
            let take = (rows - skip).min(left);
            if take == 0 {
                continue;
            }
            left -= take;
            let first = self.persisted_end() + before + (start - view.first) + skip as u64;
            chunks.push(Chunk {
                bucket: bucket.place.id,
                offsets: (first..first + take as u64).collect(),
                buffered: true,
                batch: shown(bucket, &batch.slice(skip, take), table, &columns)?,
            });
        }
        Ok(chunks)
    }

    /// The numbers of the chosen columns that the table has.
    pub(super) fn column_numbers(&self, columns: &Columns) -> Vec<usize> {
        let schema = self.schema();
        let fields = schema.iter().flat_map(|schema| schema.fields());
        let names: Vec<&str> = fields.map(|field| field.name().as_str()).collect();
        let chosen = columns.present(&names);
        names.iter().enumerate().filter(|(_, n)| chosen.contains(n)).map(|(i, _)| i).collect()
    }

    /// The offset of row number `row`, counted from the first record.
    pub(crate) async fn offset_at(&self, row: u64) -> Result<u64> {
        let persisted = self.persisted_rows();
        match &self.table {
            Some(table) if row < persisted => table.offset_at(row).await,
            _ => Ok(self.persisted_end() + (row - persisted)),
        }
    }

    /// How many records have a smaller offset.
    pub(crate) async fn rows_before(&self, offset: u64) -> Result<u64> {
        let end = self.persisted_end();
        match &self.table {
            Some(table) if offset < end => table.rows_before(offset).await,
            _ => Ok((self.persisted_rows() + (offset - end)).min(self.rows())),
        }
    }
}

/// A buffered batch with the table's columns: those that came later are null in it, and those that another program
/// dropped since are left out.
fn shown(
    bucket: &Bucket,
    batch: &RecordBatch,
    table: &Table,
    columns: &[usize],
) -> Result<RecordBatch> {
    let whole = conform_shrunk(batch, &table.schema()).map_err(|misfit| {
        let reason = format!("a buffered record does not fit it any more: {misfit}");
        bucket.diverged(table.version(), &reason)
    })?;
    whole.project(columns).map_err(|source| Error::Storage {
        action: "choose columns of buffered records of",
        path: bucket.place.dataset.clone(),
        source: Box::new(source),
    })
}
