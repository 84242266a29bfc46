//! Reading on in one bucket: what a stream has delivered, and what comes next.

use std::sync::Arc;

use super::lane::{LANES, LOG};
use super::pins::Pin;
use super::selection::{Looked, Reach, Selection};
use super::shared::Bucket;
use super::snapshot::Snapshot;
use super::stand::{Origin, Stand};
use super::stride::Stride;
use crate::engine::error::Result;
use crate::engine::facts::{Flushed, Reset, ResetReason};
use crate::engine::fault;
use crate::engine::layout::Identity;
use crate::engine::metrics::{Meters, Open};
use crate::engine::offset::Position;
use crate::engine::options::From;
use crate::engine::record::Chunk;
use crate::engine::store::{Pass, Table};

/// Where a stream stands in a bucket.
///
/// Invariant: all rows with an offset below `offset` are delivered, and all records of each lane
/// below its log position. Two numbers, because a foreign append between a put and its flush moves the
/// record's offset up: one number would skip the foreign row or deliver the record twice.
pub(crate) struct BucketTail {
    pub(crate) bucket: Arc<Bucket>,
    selection: Selection,
    /// The version that it reads, where it does not follow the head.
    pinned: Option<Snapshot>,
    offset: u64,
    positions: [u64; LANES],
    seen: Option<Table>,
    /// What was seen can still be asked where a row lay, when the head is another one.
    seen_pin: Option<Arc<Pin>>,
    announced: u64,
    /// The folder in which it has read.
    home: Option<Identity>,
    stand: Stand,
    /// Records to look at in a turn.
    turn: Stride,
    /// Where many persisted records are read one after the other.
    pass: Option<Pass>,
    /// Counted as open for as long as it lives.
    _open: Option<Open>,
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
    Rows(Chunk, Origin),
    Flushed(Flushed),
    Reset(Reset),
    /// The records up to here do not match.
    Passed,
}

impl BucketTail {
    /// A tail at `from`.
    pub(crate) async fn start(
        bucket: Arc<Bucket>,
        pinned: Option<Snapshot>,
        from: &From,
        selection: Selection,
    ) -> Result<Self> {
        let snapshot = look(&bucket, pinned.as_ref()).await?;
        let end = snapshot.persisted_end();
        let start = match from {
            From::Start => 0,
            From::End => snapshot.end(),
            From::Offset(offset) => *offset,
            From::Last(rows) => {
                let row = snapshot.rows().saturating_sub(*rows);
                snapshot.offset_at(row).await?
            }
            From::Cursor(cursor) => cursor.get(bucket.place.id).unwrap_or_default().offset,
        };
        // A start among the buffered records is a log position: a foreign row that comes to lie
        // before them is still to be delivered. A start behind everything is an offset.
        let (mut offset, mut positions) = match start.checked_sub(end) {
            Some(beyond @ 1..) if start <= snapshot.end() => {
                (end, snapshot.positions_behind(beyond))
            }
            _ => (start, [0; LANES]),
        };
        if let From::Cursor(cursor) = from
            && let Some(Position { offset: stored, lsn: Some(lsn) }) = cursor.get(bucket.place.id)
        {
            (offset, positions[LOG]) = (stored, lsn);
        }
        // What does not match is passed over quickly.
        let turn = match selection.filter {
            Some(_) => Stride::for_looking(),
            None => Stride::new(FIRST_TURN, LONGEST_TURN, TURN_BYTES),
        };
        let mut tail = Self {
            selection,
            pinned,
            offset,
            positions,
            announced: end,
            seen: snapshot.table().cloned(),
            seen_pin: snapshot.pin().cloned(),
            home: bucket.home(),
            stand: Stand::default(),
            turn,
            pass: None,
            _open: bucket.meters().map(Meters::opened),
            bucket,
        };
        tail.stand = tail.stand_in(&snapshot);
        Ok(tail)
    }

    /// Where it stands.
    pub(crate) fn stand(&self) -> Stand {
        self.stand
    }

    /// What comes next, one turn of it; nothing where it has caught up.
    ///
    /// Cancel: safe to drop; what was not returned comes again. After an error it can be called
    /// again.
    pub(crate) async fn advance(&mut self) -> Result<Vec<(BucketEvent, Stand)>> {
        let snapshot = look(&self.bucket, self.pinned.as_ref()).await?;
        let limit = self.turn.rows();
        let mut events = Vec::new();
        if let Some(reset) = self.reset(&snapshot).await? {
            self.offset = reset.next_offset;
            if reset.reason == ResetReason::Recreated {
                // Log positions of another log mean nothing here.
                self.positions = [0; LANES];
            }
            self.announced = snapshot.persisted_end();
            events.push((BucketEvent::Reset(reset), self.stand_in(&snapshot)));
        }
        self.home = self.bucket.home();
        let offset = self.skip_delivered(&snapshot);
        let looked = self.persisted(&snapshot, offset, limit).await?;
        self.turn.measure(looked.rows, looked.bytes);
        self.seen = snapshot.table().cloned();
        self.seen_pin = snapshot.pin().cloned();
        for chunk in looked.chunks {
            self.offset = chunk.offsets.last().map_or(self.offset, |last| last + 1);
            let stand = self.stand_in(&snapshot);
            events.extend(self.undelivered(&snapshot, chunk).map(|event| (event, stand)));
        }
        if looked.rows > 0 {
            self.offset = self.offset.max(looked.next);
        }
        if looked.rows < limit && !looked.is_part {
            self.offset = self.offset.max(offset).max(snapshot.persisted_end());
        }
        if self.offset >= snapshot.persisted_end() {
            let announced = self.announce(&snapshot);
            events.extend(announced.map(|event| (event, self.stand_in(&snapshot))));
            let behind = self.buffered(&snapshot, limit.saturating_sub(looked.rows), &mut events);
            // What was found in front of an error is delivered; the error comes again in the next turn.
            if events.is_empty() {
                behind?;
            }
        }
        let before = self.stand;
        self.stand = self.stand_in(&snapshot);
        let is_told = events.last().is_some_and(|(_, stand)| *stand == self.stand);
        if self.stand != before && !is_told {
            events.push((BucketEvent::Passed, self.stand));
        }
        Ok(events)
    }

    async fn persisted(&mut self, snapshot: &Snapshot, offset: u64, rows: usize) -> Result<Looked> {
        if offset >= snapshot.persisted_end() {
            return Ok(Looked::default());
        }
        let reach = Reach { rows, matches: rows };
        let Self { bucket, pass, selection, .. } = self;
        snapshot.look_on(bucket, pass, (offset, reach), selection).await
    }

    /// The chunk without the records that were delivered while they were buffered.
    fn undelivered(&self, snapshot: &Snapshot, chunk: Chunk) -> Option<BucketEvent> {
        if !self.has_delivered_of(snapshot, &chunk) {
            return (!chunk.offsets.is_empty()).then_some(BucketEvent::Rows(chunk, Origin::Table));
        }
        let keep: Vec<bool> =
            chunk.offsets.iter().map(|offset| !self.is_delivered(snapshot, *offset)).collect();
        let chunk = if keep.contains(&false) { chunk.filter(&keep)? } else { chunk };
        (!chunk.offsets.is_empty()).then_some(BucketEvent::Rows(chunk, Origin::Table))
    }

    fn announce(&mut self, snapshot: &Snapshot) -> Option<BucketEvent> {
        let next_offset = snapshot.persisted_end();
        let rows = next_offset.checked_sub(self.announced).filter(|rows| *rows > 0)?;
        self.announced = next_offset;
        let version = snapshot.table().map_or(0, Table::version);
        let bucket_id = self.bucket.place.id;
        Some(BucketEvent::Flushed(Flushed { bucket_id, version, rows, next_offset }))
    }

    fn buffered(
        &mut self,
        snapshot: &Snapshot,
        limit: usize,
        events: &mut Vec<(BucketEvent, Stand)>,
    ) -> Result<()> {
        let mut left = limit;
        // In front of a start that lay behind everything, records are not passed: they may come to lie behind it.
        let mut in_front = self.offset.saturating_sub(snapshot.persisted_end());
        for (lane, view) in snapshot.lanes.iter().enumerate() {
            let skipped = in_front.min(view.rows());
            in_front -= skipped;
            let first = view.first + skipped;
            let from = self.positions.get(lane).map_or(first, |from| first.max(*from));
            let place = (lane, from);
            let looked = snapshot.look_at_buffered(&self.bucket, place, left, &self.selection)?;
            let origin = match lane {
                LOG => Origin::Log(snapshot.persisted_end().wrapping_sub(view.first)),
                _ => Origin::Memory,
            };
            for (rows, chunk) in looked {
                left = left.saturating_sub(usize::try_from(rows).unwrap_or(usize::MAX));
                self.pass(lane, from, rows);
                let event = chunk.map(|chunk| BucketEvent::Rows(chunk, origin));
                events.extend(event.map(|event| (event, self.stand_in(snapshot))));
            }
            if skipped == 0 {
                self.pass(lane, from, 0);
            }
        }
        Ok(())
    }

    /// So many records of a lane from `from` on are delivered.
    fn pass(&mut self, lane: usize, from: u64, rows: u64) {
        if let Some(position) = self.positions.get_mut(lane) {
            *position = (*position).max(from) + rows;
        }
    }

    /// The next offset, past the records that were delivered while they were buffered.
    fn skip_delivered(&self, snapshot: &Snapshot) -> u64 {
        let lanes = snapshot.lanes.iter().zip(self.positions);
        lanes.fold(self.offset, |offset, (lane, lsn)| lane.flushed.skip_delivered(offset, lsn))
    }

    /// Whether records of a chunk may have been delivered while they were buffered.
    fn has_delivered_of(&self, snapshot: &Snapshot, chunk: &Chunk) -> bool {
        let (Some(first), Some(last)) = (chunk.offsets.first(), chunk.offsets.last()) else {
            return false;
        };
        let mut lanes = snapshot.lanes.iter().zip(self.positions);
        lanes.any(|(lane, upto)| lane.flushed.has_below(*first..*last + 1, upto))
    }

    fn is_delivered(&self, snapshot: &Snapshot, offset: u64) -> bool {
        let mut lanes = snapshot.lanes.iter().zip(self.positions);
        lanes.any(|(lane, upto)| lane.flushed.lsn_of(offset).is_some_and(|lsn| lsn < upto))
    }

    fn stand_in(&self, snapshot: &Snapshot) -> Stand {
        let is_behind = self.offset < snapshot.persisted_end();
        let delivered = if is_behind { 0 } else { snapshot.buffered_below(&self.positions) };
        let next_offset = self.offset + delivered;
        Stand { position: self.position(snapshot), next_offset, filed: self.filed(snapshot) }
    }

    /// Two numbers where records were delivered that lie behind the table; else the offset says all.
    fn position(&self, snapshot: &Snapshot) -> Position {
        let position = self.two_numbers(snapshot);
        if fault::is_on(&self.bucket.log_place.folder, "cursor") {
            return position;
        }
        // One number, as a test wants it: the offset that the next buffered record seems to have.
        let is_behind = self.offset < snapshot.persisted_end();
        let delivered = if is_behind { 0 } else { snapshot.buffered_below(&self.positions) };
        (self.offset + delivered).into()
    }

    fn two_numbers(&self, snapshot: &Snapshot) -> Position {
        let end = snapshot.persisted_end();
        let delivered = snapshot.buffered_below(&self.positions);
        if self.offset < end || delivered == 0 {
            let is_ahead = delivered > 0 || self.has_more_than(snapshot);
            let lsn = is_ahead.then_some(self.positions[LOG]);
            return Position { offset: self.offset, lsn };
        }
        match self.positions[LOG].checked_sub(snapshot.lanes[LOG].first) {
            Some(1..) => Position { offset: self.offset, lsn: Some(self.positions[LOG]) },
            _ => Position { offset: self.offset + delivered, lsn: None },
        }
    }

    /// As [`two_numbers`](Self::two_numbers), without what only this process has: it may be lost, and its offset be given
    /// to another record.
    fn filed(&self, snapshot: &Snapshot) -> Position {
        let lane = &snapshot.lanes[LOG];
        let is_ahead = self.positions[LOG] > lane.first || self.has_more_than(snapshot);
        if !fault::is_on(&self.bucket.log_place.folder, "cursor") {
            return self.position(snapshot);
        }
        Position { offset: self.offset, lsn: is_ahead.then_some(self.positions[LOG]) }
    }

    /// Whether persisted records behind the offset were delivered while they were buffered.
    fn has_more_than(&self, snapshot: &Snapshot) -> bool {
        let runs = snapshot.lanes[LOG].flushed.runs();
        let last = runs.filter(|(lsn, ..)| *lsn < self.positions[LOG]).last();
        last.is_some_and(|(lsn, offset, rows)| {
            offset + (self.positions[LOG] - lsn).min(rows) > self.offset
        })
    }

    /// Whether the head is no continuation of the one seen before, and where to go on then.
    async fn reset(&self, snapshot: &Snapshot) -> Result<Option<Reset>> {
        let bucket_id = self.bucket.place.id;
        let is_anew = self.home.is_some_and(|known| self.bucket.home() != Some(known));
        if self.pinned.is_none() && is_anew {
            // Another topic has the name by now.
            let reason = ResetReason::Recreated;
            return Ok(Some(Reset { bucket_id, next_offset: 0, reason }));
        }
        let (Some(old), Some(new)) = (&self.seen, snapshot.table()) else { return Ok(None) };
        if old.version() == new.version() && old.next_offset() == new.next_offset() {
            return Ok(None);
        }
        let Some(reason) = rewritten(old, new).await? else { return Ok(None) };
        let next_offset = match reason {
            ResetReason::Recreated => 0,
            _ => self.same_position(old, new).await?,
        };
        Ok(Some(Reset { bucket_id, next_offset, reason }))
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
        None => bucket.snapshot_to_read().await,
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
