//! Sound frames behind damage: what they hold, and what they promise.

use uuid::Uuid;

use super::frame::{Frame, Home, Step, marks, read};
use super::front::Damage;
use super::place::{LogPlace, first_of};

/// The sound frames of a damaged segment and of those behind it.
#[derive(Debug, Default)]
pub(super) struct Sound {
    /// The largest position that one of them says to be on the disk.
    pub(super) promised: u64,
    /// The log position behind the last record that lies behind the damage.
    pub(super) end: Option<u64>,
}

impl Sound {
    /// Looks for frames, whatever lies between them. A segment's header is not asked: its name and the log tell where
    /// its frames belong.
    pub(super) fn of(place: &LogPlace, log: Uuid, damage: &Damage) -> Self {
        let name = damage.path.file_name().unwrap_or_default().to_string_lossy();
        let own = first_of(&name).map(|first| (first, damage.at));
        let later = damage.behind.iter().map(|first| (*first, 0));
        let mut sound = Self::default();
        for (first, behind) in own.into_iter().chain(later) {
            for (at, frame) in frames_in(place, Home { log, first }) {
                sound.promised = sound.promised.max(frame.durable_upto);
                if at >= behind {
                    sound.end = sound.end.max(Some(frame.end()));
                }
            }
        }
        sound
    }
}

/// Where sound frames stand in a segment.
fn frames_in(place: &LogPlace, home: Home) -> Vec<(u64, Frame)> {
    let bytes = std::fs::read(place.segment(home.first)).unwrap_or_default();
    let sound = marks(&bytes).filter_map(|at| match read(home, at as u64, bytes.get(at..)?) {
        Step::Frame(frame, ..) => Some((at as u64, frame)),
        _ => None,
    });
    sound.collect()
}
