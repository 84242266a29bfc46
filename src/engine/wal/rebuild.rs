//! A log whose base is lost: what its segments, and then the versions, say instead.
//!
//! A base bounds the look back at versions. Without one all of them are asked: version 0 holds nothing, and a segment is
//! only removed once its records are persisted, so that everything in front of the oldest one is.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use uuid::Uuid;

use super::base::{Base, read_base, write_base};
use super::frame::marks;
use super::header::Header;
use super::holder::Stamp;
use super::lock::Held;
use super::opening::read_header;
use super::place::LogPlace;
use super::recovery::{free_folder, put_aside};
use crate::engine::durable::sync_folder;
use crate::engine::error::{Error, Result};
use crate::engine::facts::Recovery;

/// The base of a log; where it cannot be read, one made from the segments, and what is wrong with it. `None` where there
/// is no log.
pub(super) fn base_or_rebuilt(place: &LogPlace) -> Result<Option<(Base, Option<Error>)>> {
    match read_base(place) {
        Ok(Some(base)) => Ok(Some((base, None))),
        Ok(None) if !has_frames(place)? => Ok(None),
        // It is written before the first frame: it may be there by now.
        Ok(None) => match read_base(place)? {
            Some(base) => Ok(Some((base, None))),
            None => Ok(Some((rebuilt(place)?, Some(is_gone(place))))),
        },
        Err(error @ Error::LogDamaged { .. }) => Ok(Some((rebuilt(place)?, Some(error)))),
        Err(error) => Err(error),
    }
}

/// That there is no base, though segments hold frames.
pub(super) fn is_gone(place: &LogPlace) -> Error {
    let reason = "it is gone, and segments with records lie beside it".into();
    Error::LogDamaged { path: place.base(), at: 0, lsn: 0, reason }
}

/// Whether some segment holds more than its header.
pub(super) fn has_frames(place: &LogPlace) -> Result<bool> {
    for first in firsts(place)? {
        let path = place.segment(first);
        match fs::read(&path) {
            Ok(bytes) if marks(&bytes).next().is_some() => return Ok(true),
            Err(e) if e.kind() != io::ErrorKind::NotFound => {
                return Err(Error::io("read the segment", &path)(e));
            }
            _ => {}
        }
    }
    Ok(false)
}

/// Puts a base that cannot be read aside, and one in its place that the segments speak for. Where no segment says which
/// log it is of, all of them are put aside: there is no log then. Needs both locks.
pub(crate) fn mend_base(place: &LogPlace, append: &mut Held) -> Result<Option<Recovery>> {
    let Some((base, Some(damage))) = base_or_rebuilt(place)? else { return Ok(None) };
    let folder = free_folder(place)?;
    if place.base().exists() {
        put_aside(&place.base(), &folder)?;
    }
    let is_nameless = base.log.is_nil();
    if is_nameless {
        for first in firsts(place)? {
            put_aside(&place.segment(first), &folder)?;
        }
    } else {
        write_base(place, &base)?;
    }
    sync_folder(&folder)?;
    sync_folder(&place.log())?;
    let generation = append.stamp().generation + 1;
    append.set_stamp(Stamp { log: base.log, generation, is_poisoned: false })?;
    let done = if is_nameless {
        "no segment says which log it is of, and the log was put aside"
    } else {
        "it was made anew from the segments"
    };
    Ok(Some(Recovery {
        bucket_id: place.bucket,
        what: format!("the log's base could not be read ({}); {done}", reason(&damage)),
        kept_in: Some(folder),
        records_lost: (!is_nameless).then_some(0),
    }))
}

fn reason(damage: &Error) -> String {
    match damage {
        Error::LogDamaged { reason, .. } => reason.clone(),
        other => other.to_string(),
    }
}

/// What the segments say: the log of the newest whose header can be read, and where its oldest begins.
fn rebuilt(place: &LogPlace) -> Result<Base> {
    let firsts = firsts(place)?;
    let headers = firsts.iter().filter_map(|first| header(&place.segment(*first)));
    let homes: Vec<_> = headers.map(|header| header.home).collect();
    let log = homes.last().map_or(Uuid::nil(), |home| home.log);
    let first = homes.iter().find(|home| home.log == log).map_or(0, |home| home.first);
    // A segment whose header cannot be read may be the log's oldest.
    let first = firsts.first().copied().unwrap_or(first).min(first);
    Ok(Base { log, version: 0, persisted: first, next_row_id: 0, shifts: Vec::new() })
}

fn header(path: &Path) -> Option<Header> {
    let file = File::open(path).ok()?;
    read_header(&file, path).ok()
}

fn firsts(place: &LogPlace) -> Result<Vec<u64>> {
    match place.firsts() {
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        firsts => firsts,
    }
}
