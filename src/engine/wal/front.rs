//! The sound front of a log: its segments from the first that is not persisted on, up to the first place that cannot be read.

use std::path::PathBuf;

use uuid::Uuid;

use super::frame::Home;
use super::log::Found;
use super::place::LogPlace;
use super::segment::{Rest, Segment};
use crate::engine::error::{Error, Result};

/// What can be read of a log, and what stands in the way.
pub(super) struct Front {
    pub(super) segments: Vec<Segment>,
    pub(super) found: Vec<Found>,
    /// Segments that are not looked at: the next one begins at or below what is persisted.
    pub(super) passed: Vec<u64>,
    /// Where and why it ends, if not at the log's end.
    pub(super) damage: Option<Damage>,
}

/// The first place that cannot be read.
#[derive(Debug)]
pub(super) struct Damage {
    pub(super) path: PathBuf,
    pub(super) at: u64,
    pub(super) lsn: u64,
    pub(super) reason: String,
    pub(super) kind: DamageKind,
    /// The segments that lie behind.
    pub(super) behind: Vec<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DamageKind {
    /// A frame that was not written to its end.
    Torn,
    /// Something else that cannot be read.
    Broken,
    /// A segment vanished since the log was listed.
    Gone,
    /// Segments are missing in front of the first.
    Gap,
}

/// Reads a log from the first segment on that may hold records from log position `persisted` on.
pub(super) fn read_front(place: &LogPlace, log: Uuid, persisted: u64) -> Result<Front> {
    let all = place.firsts()?;
    let passed = all.iter().skip(1).take_while(|next| **next <= persisted).count();
    let (passed, live) = all.split_at(passed);
    let mut front =
        Front { segments: Vec::new(), found: Vec::new(), passed: passed.to_vec(), damage: None };
    for (index, first) in live.iter().enumerate() {
        let behind = live.get(index + 1..).unwrap_or_default();
        let home = Home { log, first: *first };
        if let Some(damage) = front.take(place, home, behind.first().copied())? {
            front.damage = Some(Damage { behind: behind.to_vec(), ..damage });
            break;
        }
    }
    Ok(front)
}

impl Front {
    /// The log position of the first segment that was looked at.
    pub(super) fn first(&self) -> Option<u64> {
        let read = self.segments.first().map(|segment| segment.home.first);
        read.or(self.damage.as_ref().map(|damage| damage.lsn))
    }

    /// Reads one more segment; says where it ends before its end.
    fn take(&mut self, place: &LogPlace, home: Home, next: Option<u64>) -> Result<Option<Damage>> {
        let path = place.segment(home.first);
        if let Some(end) = self.segments.last().map(|last| last.end).filter(|e| *e != home.first) {
            let reason = format!("the segment before ends at log position {end}");
            return Ok(Some(Damage::new(path, (0, end), reason, DamageKind::Broken)));
        }
        let (at, reason, kind) = match Segment::open(place, home) {
            Ok(Some(segment)) => return self.read(segment, next),
            Ok(None) => (0, "it is gone".into(), DamageKind::Gone),
            Err(Error::LogDamaged { at, reason, .. }) => (at, reason, DamageKind::Broken),
            Err(error) => return Err(error),
        };
        Ok(Some(Damage::new(path, (at, home.first), reason, kind)))
    }

    fn read(&mut self, mut segment: Segment, next: Option<u64>) -> Result<Option<Damage>> {
        let read = segment.read_on(&mut self.found);
        if next == Some(segment.end) {
            // It ends where the next one begins: every record of it is there, and a seal would say no more.
            segment.is_sealed = true;
        }
        let (path, place) = (segment.path.clone(), (segment.at, segment.end));
        let (is_sealed, has_more) = (segment.is_sealed, segment.has_bytes_behind()?);
        self.segments.push(segment);
        let (reason, kind) = match read {
            _ if is_sealed => return Ok(None),
            Ok(Rest::Nothing) if has_more => {
                ("what stands behind is no frame".into(), DamageKind::Broken)
            }
            Ok(Rest::Nothing) if next.is_none() => return Ok(None),
            Ok(Rest::Nothing) => {
                ("it ends before the next segment begins".into(), DamageKind::Broken)
            }
            Ok(Rest::Incomplete) => ("the frame is not complete".into(), DamageKind::Torn),
            Ok(Rest::Bad(reason)) => (reason.into(), DamageKind::Broken),
            Err(Error::LogDamaged { reason, .. }) => (reason, DamageKind::Broken),
            Err(error) => return Err(error),
        };
        Ok(Some(Damage::new(path, place, reason, kind)))
    }
}

impl Damage {
    fn new(path: PathBuf, (at, lsn): (u64, u64), reason: String, kind: DamageKind) -> Self {
        Self { path, at, lsn, reason, kind, behind: Vec::new() }
    }

    /// Whether it is more than a frame at the very end that is not complete, which may be in the making.
    pub(super) fn hides_records(&self) -> bool {
        self.kind != DamageKind::Torn || !self.behind.is_empty()
    }

    pub(super) fn into_error(self) -> Error {
        Error::LogDamaged { path: self.path, at: self.at, lsn: self.lsn, reason: self.reason }
    }
}
