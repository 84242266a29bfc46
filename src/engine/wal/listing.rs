//! Listing a log: all of its segments as they are on the disk, oldest first.

use super::log::Found;
use super::place::LogPlace;
use super::segment::Segment;
use crate::engine::error::{Error, Result};

/// All segments, read to their ends; `None` where one vanished meanwhile.
pub(super) fn list(place: &LogPlace, found: &mut Vec<Found>) -> Result<Option<Vec<Segment>>> {
    found.clear();
    let mut segments: Vec<Segment> = Vec::new();
    for first in place.firsts()? {
        let mut segment = match Segment::open(&place.segment(first)) {
            Ok(Some(segment)) => segment,
            Ok(None) => return Ok(None),
            // Its header did not reach the disk. What lies behind is not shown either.
            Err(Error::LogDamaged { .. }) if !segments.is_empty() => break,
            Err(error) => return Err(error),
        };
        if segments.last().is_some_and(|last| !last.is_sealed || last.end != first) {
            // What lies behind a place that cannot be read is not shown.
            break;
        }
        segment.read_on(found)?;
        segments.push(segment);
    }
    Ok((!segments.is_empty()).then_some(segments))
}
