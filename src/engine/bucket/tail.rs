//! Reading on in one bucket: what a stream has delivered, and what comes next.

use std::sync::Arc;

use super::shared::Bucket;
use super::snapshot::Snapshot;
use crate::engine::buffer::batch_bytes;
use crate::engine::error::Result;
use crate::engine::facts::{Flushed, Reset, ResetReason};
use crate::engine::options::{Columns, From};
use crate::engine::record::Chunk;
use crate::engine::store::Table;

/// Where a stream stands in a bucket.
///
/// Invariant: all rows with an offset below `offset` are delivered, and all records of the log
/// below `lsn`. Two numbers, because a foreign append between a put and its flush moves the
/// record's offset up: one number would skip the foreign row or deliver the record twice.
pub(crate) struct BucketTail {
    pub(crate) bucket: Arc<Bucket>,
    columns: Columns,
    /// The version that it reads, where it does not follow the head.
    pinned: Option<Snapshot>,
    offset: u64,
    lsn: u64,
    seen: Option<Table>,
    announced: u64,
    /// The number of one that stands for both, while there is no foreign row in between.
    cursor: u64,
    /// Records to read at a time, so that a turn takes about [`TURN_BYTES`].
    turn: usize,
}

/// Records of the first turn, when nothing is known of their size.
const FIRST_TURN: usize = 64;
/// Records of a turn at most, so that other buckets have theirs.
const LONGEST_TURN: usize = 1024;
/// Memory that the records of one turn should take.
const TURN_BYTES: u64 = 8 << 20;

/// What a bucket has to tell.
#[derive(Debug, Clone)]
pub(crate) enum BucketEvent {
    Rows(Chunk),
    Flushed(Flushed),
    Reset(Reset),
}

impl BucketTail {
    /// A tail at `from`.
    pub(crate) async fn start(
        bucket: Arc<Bucket>,
        pinned: Option<Snapshot>,
        from: &From,
        columns: Columns,
    ) -> Result<Self> {
        let snapshot = look(&bucket, pinned.as_ref()).await?;
        let start = match from {
            From::Start => 0,
            From::End => snapshot.end(),
            From::Offset(offset) => *offset,
            From::Last(rows) => {
                let row = snapshot.rows().saturating_sub(*rows);
                snapshot.offset_at(row).await?
            }
            From::Cursor(cursor) => cursor.get(bucket.place.id).unwrap_or_default(),
        };
        let end = snapshot.persisted_end();
        let beyond = start.saturating_sub(end);
        Ok(Self {
            columns,
            pinned,
            // A start among the buffered records is a log position: a foreign row that comes to lie
            // before them is still to be delivered. A start behind everything is an offset.
            offset: if start <= snapshot.end() { start.min(end) } else { start },
            lsn: if beyond > 0 { snapshot.first_lsn().saturating_add(beyond) } else { 0 },
            announced: snapshot.persisted_end(),
            seen: snapshot.table().cloned(),
            cursor: start,
            turn: FIRST_TURN,
            bucket,
        })
    }

    /// The offset of the next record; provisional while that is buffered.
    pub(crate) fn cursor(&self) -> u64 {
        self.cursor
    }

    /// What comes next, one turn of it; nothing where it has caught up.
    ///
    /// Cancel: safe to drop; what was not returned comes again. After an error it can be called
    /// again.
    pub(crate) async fn advance(&mut self) -> Result<Vec<BucketEvent>> {
        let snapshot = look(&self.bucket, self.pinned.as_ref()).await?;
        let limit = self.turn;
        let mut events = Vec::new();
        if let Some(reset) = self.reset(&snapshot).await? {
            self.offset = reset.next_offset;
            self.announced = snapshot.persisted_end();
            events.push(BucketEvent::Reset(reset));
        }
        let offset = snapshot.flushed.skip_delivered(self.offset, self.lsn);
        let chunks = self.bucket_rows(&snapshot, offset, limit).await?;
        let read: usize = chunks.iter().map(|chunk| chunk.offsets.len()).sum();
        self.measure(&chunks, read);
        self.seen = snapshot.table().cloned();
        self.offset = match chunks.last().and_then(|chunk| chunk.offsets.last()) {
            Some(last) if read >= limit => last + 1,
            _ => offset.max(snapshot.persisted_end()),
        };
        events.extend(chunks.into_iter().filter_map(|c| self.undelivered(&snapshot, c)));
        if self.offset >= snapshot.persisted_end() {
            events.extend(self.announce(&snapshot));
            events.extend(self.buffered(&snapshot, limit.saturating_sub(read))?);
        }
        self.cursor = self.position(&snapshot);
        Ok(events)
    }

    fn measure(&mut self, chunks: &[Chunk], rows: usize) {
        let bytes: u64 = chunks.iter().map(|chunk| batch_bytes(&chunk.batch)).sum();
        if rows > 0 {
            let fitting = TURN_BYTES / (bytes / rows as u64).max(1);
            self.turn = usize::try_from(fitting).unwrap_or(LONGEST_TURN).clamp(1, LONGEST_TURN);
        }
    }

    async fn bucket_rows(
        &self,
        snapshot: &Snapshot,
        offset: u64,
        limit: usize,
    ) -> Result<Vec<Chunk>> {
        if offset >= snapshot.persisted_end() {
            return Ok(Vec::new());
        }
        snapshot.read_persisted(&self.bucket, offset, limit, &self.columns).await
    }

    /// The chunk without the records that were delivered while they were buffered.
    fn undelivered(&self, snapshot: &Snapshot, chunk: Chunk) -> Option<BucketEvent> {
        let keep: Vec<bool> = chunk
            .offsets
            .iter()
            .map(|offset| snapshot.flushed.lsn_of(*offset).is_none_or(|lsn| lsn >= self.lsn))
            .collect();
        let chunk = if keep.contains(&false) { chunk.filter(&keep)? } else { chunk };
        (!chunk.offsets.is_empty()).then_some(BucketEvent::Rows(chunk))
    }

    fn announce(&mut self, snapshot: &Snapshot) -> Option<BucketEvent> {
        let next_offset = snapshot.persisted_end();
        let rows = next_offset.checked_sub(self.announced).filter(|rows| *rows > 0)?;
        self.announced = next_offset;
        let version = snapshot.table().map_or(0, Table::version);
        let bucket_id = self.bucket.place.id;
        Some(BucketEvent::Flushed(Flushed { bucket_id, version, rows, next_offset }))
    }

    fn buffered(&mut self, snapshot: &Snapshot, limit: usize) -> Result<Vec<BucketEvent>> {
        self.lsn = self.lsn.max(snapshot.first_lsn());
        let chunks = snapshot.read_buffered(&self.bucket, self.lsn, limit, &self.columns)?;
        self.lsn += chunks.iter().map(|chunk| chunk.offsets.len() as u64).sum::<u64>();
        Ok(chunks.into_iter().map(BucketEvent::Rows).collect())
    }

    fn position(&self, snapshot: &Snapshot) -> u64 {
        if self.offset < snapshot.persisted_end() {
            return self.offset;
        }
        let delivered = self.lsn.min(snapshot.end_lsn()).saturating_sub(snapshot.first_lsn());
        self.offset.max(snapshot.persisted_end() + delivered)
    }

    /// Whether the head is no continuation of the one seen before, and where to go on then.
    async fn reset(&self, snapshot: &Snapshot) -> Result<Option<Reset>> {
        let (Some(old), Some(new)) = (&self.seen, snapshot.table()) else { return Ok(None) };
        if old.version() == new.version() && old.next_offset() == new.next_offset() {
            return Ok(None);
        }
        let Some(reason) = rewritten(old, new).await? else { return Ok(None) };
        let next_offset = match reason {
            ResetReason::Recreated => 0,
            _ => self.same_position(old, new).await?,
        };
        Ok(Some(Reset { bucket_id: self.bucket.place.id, next_offset, reason }))
    }

    /// The offset of the row that stands where the stream stood: offsets changed, positions count.
    async fn same_position(&self, old: &Table, new: &Table) -> Result<u64> {
        let delivered = old.rows_before(self.offset).await?;
        new.offset_at(delivered).await
    }
}

/// What there is to read now.
async fn look(bucket: &Bucket, pinned: Option<&Snapshot>) -> Result<Snapshot> {
    match pinned {
        Some(snapshot) => Ok(snapshot.clone()),
        None => bucket.snapshot().await,
    }
}

/// Why offsets of `old` mean nothing in `new`, where that is so.
async fn rewritten(old: &Table, new: &Table) -> Result<Option<ResetReason>> {
    if new.version() < old.version() {
        return Ok(Some(ResetReason::Recreated));
    }
    if new.is_stable() && old.is_stable() {
        return stable_rewritten(old, new).await;
    }
    let mut files = new.files();
    if old.files().all(|file| files.next() == Some(file)) {
        return Ok(None);
    }
    let overwritten = new.operations_since(old.version()).await?.iter().any(|o| o == "Overwrite");
    Ok(Some(if overwritten { ResetReason::Overwritten } else { ResetReason::Rewritten }))
}

/// Stable row ids outlive appends, compactions, deletes and restores; an overwrite gives every row
/// a new one. Only where none of the old ids is left can there have been one.
async fn stable_rewritten(old: &Table, new: &Table) -> Result<Option<ResetReason>> {
    if new.next_offset() < old.next_offset() {
        return Ok(Some(ResetReason::Recreated));
    }
    let old_is_gone = new.index().first().is_none_or(|first| first >= old.next_offset());
    if old.index().rows() == 0 || !old_is_gone {
        return Ok(None);
    }
    let overwritten = new.operations_since(old.version()).await?.iter().any(|o| o == "Overwrite");
    Ok(overwritten.then_some(ResetReason::Overwritten))
}
