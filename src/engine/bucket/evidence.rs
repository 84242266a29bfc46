//! What the versions of a dataset say about the log: which of its records are persisted, and where.
//!
//! A flush leaves in its version's transaction which log positions became which offsets. The walk goes down from the
//! head and ends at the newest such version, or at one whose state is known already: the log's durable base, or what
//! this process saw last. In the usual case it reads one transaction.

use uuid::Uuid;

use crate::engine::buffer::FlushedRanges;
use crate::engine::error::Result;
use crate::engine::store::{FlushMark, Made, Table};
use crate::engine::wal::{Base, Shift};

/// A version of which it is known how far it holds the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) version: u64,
    /// All log positions below are persisted in it.
    pub(super) persisted: u64,
    pub(super) next_offset: u64,
    /// What was found up to it, and no flush has settled since: see [`Evidence`].
    pub(super) hole: Option<u64>,
    pub(super) overwritten: Option<u64>,
}

/// What the versions behind a known one say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Evidence {
    /// All log positions below are persisted.
    pub(super) persisted: u64,
    /// The version of the newest flush among them.
    pub(super) flush: Option<u64>,
    /// Flushes in order: log position, offset, records.
    pub(super) runs: Vec<(u64, u64, u64)>,
    /// A version is gone that might have been a flush, and a newer one than the newest that is there.
    pub(super) hole: Option<u64>,
    /// Another program overwrote all rows in this version.
    pub(super) overwritten: Option<u64>,
}

/// A look back at versions.
pub(super) struct Walk {
    pub(super) found: Evidence,
    /// A version on the way is not there. Where it was cleaned up, a newer base knows what it held.
    pub(super) is_broken: bool,
}

impl Known {
    pub(super) fn of_base(base: &Base) -> Self {
        Self {
            version: base.version,
            persisted: base.persisted,
            next_offset: base.next_row_id,
            hole: None,
            overwritten: None,
        }
    }

    /// Whether nothing but flushes of the log added rows up to this one.
    fn only_flushes_since(&self, mark: &FlushMark) -> bool {
        let persisted = mark.first.checked_sub(self.persisted);
        persisted.is_some() && persisted == mark.offset.checked_sub(self.next_offset)
    }
}

/// The flushes that a base knows.
pub(super) fn ranges_of(base: &Base) -> FlushedRanges {
    let mut ranges = FlushedRanges::default();
    let ends = base.shifts.iter().skip(1).map(|next| next.from).chain([base.persisted]);
    for (run, end) in base.shifts.iter().zip(ends) {
        let offset = run.from.checked_add_signed(run.shift).unwrap_or_default();
        ranges.push(run.from, offset, end.saturating_sub(run.from));
    }
    ranges
}

/// What a base says of flushes: an entry where the distance of offset and log position changes.
pub(super) fn shifts_of(ranges: &FlushedRanges) -> Vec<Shift> {
    let mut shifts: Vec<Shift> = Vec::new();
    for (from, offset, _) in ranges.runs() {
        let shift = offset.cast_signed() - from.cast_signed();
        if shifts.last().is_none_or(|last| last.shift != shift) {
            shifts.push(Shift { from, shift });
        }
    }
    shifts
}

/// Walks down from `head` to the version behind `known`. `gaps` are versions of which it is known that they were no
/// flushes.
///
/// Cost: one transaction where the head, or one close to it, is a flush; where other programs appended since `known`,
/// one for each version.
pub(super) async fn gather(head: &Table, log: Uuid, known: Known, gaps: &[u64]) -> Result<Walk> {
    let mut found = Evidence {
        persisted: known.persisted,
        flush: None,
        runs: Vec::new(),
        hole: None,
        overwritten: None,
    };
    let (mut version, mut is_broken) = (head.version(), false);
    while version > known.version {
        match head.made(version).await? {
            // Nothing else is to be learnt further down.
            Made::Flush(mark) if mark.log == log && found.add(version, &mark, known) => break,
            Made::Overwrite if found.flush.is_none() => found.overwritten = Some(version),
            Made::Missing if gaps.contains(&version) => {}
            Made::Missing => {
                is_broken = true;
                // Below a flush it hides nothing: flushes are in the order of the log.
                found.hole = if found.flush.is_none() { Some(version) } else { found.hole };
            }
            // What cannot be read is foreign: a flush's manifest is durable before it has its name.
            _ => {}
        }
        version -= 1;
    }
    found.runs.reverse();
    if found.flush.is_none() {
        // A reader took note of these versions; it judges nothing.
        found.hole = found.hole.or(known.hole);
        found.overwritten = found.overwritten.or(known.overwritten);
    }
    Ok(Walk { found, is_broken })
}

impl Evidence {
    /// With `first`, where the log begins. A segment is unlinked only once a durable version holds its
    /// records; where a version is gone, it may have been the one that said so.
    pub(super) fn not_below(mut self, first: u64) -> Self {
        if self.hole.is_some() {
            self.persisted = self.persisted.max(first);
        }
        self
    }

    /// Notes a flush; returns whether nothing else is to be learnt further down.
    fn add(&mut self, version: u64, mark: &FlushMark, known: Known) -> bool {
        if self.flush.is_none() {
            self.flush = Some(version);
            self.persisted = mark.end;
        }
        let joined = known.only_flushes_since(mark);
        self.runs.push(if joined {
            (known.persisted, known.next_offset, mark.end - known.persisted)
        } else {
            (mark.first, mark.offset, mark.end - mark.first)
        });
        joined
    }
}
