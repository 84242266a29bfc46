//! A group's seat in one bucket: what its file said when this process last looked, and what is committed there.

use std::sync::{Arc, Mutex, PoisonError};

use super::writer_options::LOCK_TIMEOUT;
use crate::engine::bucket::{Bucket, Found, Seen};
use crate::engine::error::{Error, Result};
use crate::engine::group_fault::GroupFault;
use crate::engine::offset::Position;

/// Where a group sits in a bucket. A commit goes on where it was called, whether somebody waits for it or not, and notes
/// here what the file holds behind it.
pub(super) struct Seat {
    pub(super) bucket: Arc<Bucket>,
    group: String,
    state: Mutex<State>,
}

struct State {
    seen: Seen,
    /// What is known to be durable in the file.
    committed: Option<Position>,
}

impl Seat {
    /// The seat that was found, or one that is to be taken.
    pub(super) fn new(bucket: Arc<Bucket>, group: &str, found: Option<Found>) -> Self {
        let state = match found {
            // Where it goes on elsewhere, that is to be committed first.
            Some(Found { kept, seen, position }) => State {
                seen,
                committed: Some(position).filter(|goes_on| *goes_on == kept.position),
            },
            None => State { seen: None, committed: None },
        };
        Self { bucket, group: group.into(), state: Mutex::new(state) }
    }

    /// What is committed.
    pub(super) fn committed(&self) -> Option<Position> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).committed
    }

    /// Commits a position, where that is another one than before. Blocks.
    pub(super) fn commit(&self, position: Position) -> Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.committed == Some(position) {
            return Ok(());
        }
        let Self { bucket, group, .. } = self;
        let Some(kept) = bucket.keep(position) else {
            let what = format!("its log was cut in front of {position}, where it stands");
            let fault = GroupFault::Moved { bucket: bucket.place.id, what };
            return Err(bucket.group_error(group, fault));
        };
        let replaced = bucket.replace_group(group, &kept, Some(&state.seen), LOCK_TIMEOUT);
        match replaced {
            Ok(bytes) => {
                *state = State { seen: Some(bytes), committed: Some(position) };
                Ok(())
            }
            Err(error) => {
                // It may have failed when the file had its name already: that is no other reader's then.
                if let Ok(Some((found, bytes))) = bucket.read_group(group)
                    && found == kept
                {
                    *state = State { seen: Some(bytes), committed: None };
                }
                Err(error)
            }
        }
    }
}

/// Whether somebody else changed where a group stands.
pub(super) fn is_moved(error: &Error) -> bool {
    matches!(error, Error::Group { fault: GroupFault::Moved { .. }, .. })
}
