//! Where the position that a group kept lies in what there is now, and how far it is behind.

use std::sync::Arc;

use chrono::SubsecRound as _;
use uuid::Uuid;

use super::group_file::Seen;
use super::group_form::Kept;
use super::lane::LOG;
use super::shared::Bucket;
use super::snapshot::Snapshot;
use crate::engine::buffer::FlushedRanges;
use crate::engine::clock;
use crate::engine::durable::blocking;
use crate::engine::error::Result;
use crate::engine::fault;
use crate::engine::group_fault::GroupFault;
use crate::engine::offset::Position;
use crate::engine::wal::Log;

/// How far a bucket reaches: what positions are held against.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    /// The log that is there; nil where there is none.
    log: Uuid,
    /// The log position behind its last record.
    log_end: u64,
    /// The offset behind the last persisted record.
    persisted_end: u64,
    /// The offset behind the last record of the log.
    end: u64,
}

/// A group's position in a bucket as it was found.
pub(crate) struct Found {
    pub(crate) kept: Kept,
    pub(crate) seen: Seen,
    /// Where it goes on. Another one than the kept one where records that it had read are lost.
    pub(crate) position: Position,
}

impl Extent {
    /// Where a kept position goes on; `None` where it lies beyond the end.
    ///
    /// Records of the log that a power cut took may have been read and committed; their log positions are given again, and
    /// so are the offsets of versions that it took. So what lies behind the end of either goes back to it: nothing that
    /// comes is skipped.
    fn resolve(self, kept: &Kept) -> Option<Position> {
        let Position { offset, lsn } = kept.position;
        // Positions of another log say nothing about this one.
        let lsn = lsn.filter(|_| kept.log == self.log).map(|lsn| lsn.min(self.log_end));
        (offset <= self.end).then_some(Position { offset: offset.min(self.persisted_end), lsn })
    }

    /// Whether a stream can begin at a position that somebody gave.
    pub(crate) fn holds(self, position: Position) -> bool {
        position.offset <= self.end && position.lsn.is_none_or(|lsn| lsn <= self.log_end)
    }

    /// The offset behind the last record of the log.
    pub(crate) fn end(self) -> u64 {
        self.end
    }
}

impl Bucket {
    /// How far it reaches, as of a snapshot.
    pub(crate) fn extent(&self, snapshot: &Snapshot) -> Extent {
        let log = self.live().log.as_ref().map_or(Uuid::nil(), Log::id);
        let lane = &snapshot.lanes[LOG];
        let persisted_end = snapshot.persisted_end();
        Extent { log, log_end: lane.end(), persisted_end, end: persisted_end + lane.rows() }
    }

    /// Where a group stands, and what the bucket looks like then; `None` where it never stood in this bucket.
    ///
    /// # Errors
    /// [`GroupFault::Ahead`], [`GroupFault::Damaged`], and what a snapshot fails with.
    pub(crate) async fn find_group(
        self: &Arc<Self>,
        group: &str,
    ) -> Result<Option<(Found, Snapshot)>> {
        let (own, name) = (self.clone(), group.to_owned());
        let Some((kept, seen)) = blocking(move || own.read_group(&name)).await? else {
            return Ok(None);
        };
        // IMPORTANT: behind the file, as who commits may have read what an earlier look does not show.
        let snapshot = self.snapshot().await?;
        let extent = self.extent(&snapshot);
        if !fault::is_on(&self.log_place.folder, "group-ends") {
            let position = kept.position;
            return Ok(Some((Found { kept, seen: Some(seen), position }, snapshot)));
        }
        let Some(position) = extent.resolve(&kept) else {
            let (bucket, position) = (self.place.id, kept.position.to_string());
            let fault = GroupFault::Ahead { bucket, position, end: extent.end };
            return Err(self.group_error(group, fault));
        };
        Ok(Some((Found { kept, seen: Some(seen), position }, snapshot)))
    }

    /// What is to be kept of a position that was reached now; `None` where the log was cut in front of it meanwhile.
    pub(crate) fn keep(&self, position: Position) -> Option<Kept> {
        let live = self.live();
        let log = live.log.as_ref().map_or(Uuid::nil(), Log::id);
        let is_there = position.lsn.is_none_or(|lsn| lsn <= live.lanes[LOG].records.next());
        // To the digits that the file has.
        let committed_at = clock::now().trunc_subsecs(6);
        is_there.then_some(Kept { log, position, committed_at })
    }
}

impl Snapshot {
    /// How many records lie behind a position. Cost: none, but in a dataset with deleted rows.
    pub(crate) async fn rows_behind(&self, position: Position) -> Result<u64> {
        let offset = position.offset.min(self.persisted_end());
        let persisted = self.persisted_rows() - self.rows_before(offset).await?;
        let (lane, lsn) = (&self.lanes[LOG], position.lsn.unwrap_or(0));
        let delivered = lsn.clamp(lane.first, lane.end()) - lane.first;
        // What is gone is behind nobody.
        let ahead = delivered_from(&lane.flushed, offset.max(self.first_offset().await?), lsn);
        Ok(persisted.saturating_sub(ahead) + self.buffered_rows() - delivered)
    }

    /// How many records between a position and the first one that is left are gone, and were not delivered before.
    pub(crate) async fn rows_missed(&self, position: Position) -> Result<u64> {
        let first = self.first_offset().await?;
        let (flushed, lsn) = (&self.lanes[LOG].flushed, position.lsn.unwrap_or(0));
        let delivered = |from| delivered_from(flushed, from, lsn);
        let ahead = delivered(position.offset) - delivered(first.max(position.offset));
        Ok(first.saturating_sub(position.offset).saturating_sub(ahead))
    }
}

/// How many rows at or behind an offset were records of the log below a log position.
fn delivered_from(flushed: &FlushedRanges, offset: u64, lsn: u64) -> u64 {
    let each = flushed.runs().map(|(first, at, rows)| {
        let end = at + lsn.saturating_sub(first).min(rows);
        end.saturating_sub(at.max(offset))
    });
    each.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXTENT: Extent =
        Extent { log: Uuid::from_u128(1), log_end: 120, persisted_end: 100, end: 110 };

    fn resolved(position: &str, log: u128) -> Option<String> {
        let (log, committed_at) = (Uuid::from_u128(log), clock::now());
        let kept = Kept { log, position: position.parse().unwrap(), committed_at };
        EXTENT.resolve(&kept).map(|position| position.to_string())
    }

    #[test]
    fn a_position_goes_on_where_it_was_kept() {
        for position in ["0", "100", "90+115", "100+120"] {
            assert_eq!(resolved(position, 1).unwrap(), position);
        }
    }

    #[test]
    fn a_position_behind_what_is_left_goes_back_to_its_end() {
        assert_eq!(resolved("100+125", 1).unwrap(), "100+120", "the log lost its last records");
        assert_eq!(
            resolved("105", 1).unwrap(),
            "100",
            "a version is gone; the log has its records"
        );
        assert_eq!(resolved("105+118", 1).unwrap(), "100+118");
    }

    #[test]
    fn positions_of_another_log_mean_nothing() {
        assert_eq!(resolved("90+115", 2).unwrap(), "90");
    }

    #[test]
    fn a_position_behind_the_end_is_no_place_to_go_on() {
        assert_eq!(resolved("111", 1), None);
        assert_eq!(resolved("111+115", 1), None);
        assert!(!EXTENT.holds("100+121".parse().unwrap()));
        assert!(EXTENT.holds("110+120".parse().unwrap()));
    }

    #[test]
    fn what_was_read_ahead_of_foreign_rows_is_not_behind() {
        let mut flushed = FlushedRanges::default();
        flushed.push(0, 0, 10);
        flushed.push(10, 15, 5);
        for (offset, lsn, delivered) in [
            (0, 10, 10),
            (4, 10, 6),
            (10, 12, 2),
            (16, 12, 1),
            (10, 10, 0),
            (10, 0, 0),
            (0, 99, 15),
        ] {
            assert_eq!(delivered_from(&flushed, offset, lsn), delivered, "{offset}+{lsn}");
        }
    }
}
