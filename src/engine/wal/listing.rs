//! Listing a log: all of its segments as they are on the disk, oldest first.

use std::io;

use uuid::Uuid;

use super::base::Base;
use super::front::{DamageKind, read_front};
use super::log::{Log, Read};
use super::place::LogPlace;
use super::rebuild::base_or_rebuilt;
use super::sound::Sound;
use crate::engine::error::{Error, Result};

/// How often a listing starts again where flushes overtake it.
const LISTINGS: usize = 8;
/// How often damage is looked at: what seems to be some may be a frame that is being written, or a flush half way.
const LOOKS: usize = 3;

/// That a log is persisted up to a log position.
pub(crate) type Floor = (Uuid, u64);

impl Log {
    /// Lists the log, and reads all of it; `None` where there is none. Takes no lock and writes nothing.
    ///
    /// What lies behind a place that cannot be read is not shown; [`damage`](Self::damage) says so. Damage in segments
    /// that are persisted as far as the base or `known` say is none.
    pub(crate) fn open(place: &LogPlace, known: Option<Floor>) -> Result<Option<(Self, Read)>> {
        for look in 1..=LISTINGS {
            let Some((base, base_damage)) = base_or_rebuilt(place)? else { return Ok(None) };
            let start = floor(&base, known);
            let front = read_front(place, base.log, start)?;
            let is_gone = front.damage.as_ref().is_some_and(|found| found.kind == DamageKind::Gone);
            let damage = front.damage.filter(|damage| {
                damage.hides_records() || Sound::of(place, base.log, damage).end.is_some()
            });
            let is_whole = damage.is_none() && base_damage.is_none() && !front.segments.is_empty();
            if is_gone || (!is_whole && look < LOOKS) {
                continue;
            }
            let nothing = || nothing_in(place, start);
            let damage = base_damage.or(damage.map(super::front::Damage::into_error));
            let damage = damage.or_else(|| front.segments.is_empty().then(nothing));
            let mut log = Self::new(place, base, front.segments);
            (log.start, log.damage) = (start, damage);
            return Ok(Some((log, Read { found: front.found, restarted: true })));
        }
        Err(place.io("list the segments of")(io::Error::other(
            "they change faster than they can be read",
        )))
    }
}

fn floor(base: &Base, known: Option<Floor>) -> u64 {
    let known = known.filter(|(log, _)| *log == base.log).map_or(0, |(_, persisted)| persisted);
    base.persisted.max(known)
}

/// A log without a segment: there is always one.
pub(super) fn nothing_in(place: &LogPlace, lsn: u64) -> Error {
    Error::LogDamaged { path: place.log(), at: 0, lsn, reason: "there is no segment".into() }
}
