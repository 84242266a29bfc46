//! Room on the disk: a flush needs space before it frees any, so the log must not take what its flush needs.

use std::sync::atomic::{AtomicU64, Ordering};

use super::shared::Bucket;
use crate::engine::error::{Error, Result};
use crate::engine::fault;

/// Bytes of the log between two looks at most: other programs fill the disk as well.
const A_LOOK: u64 = 1 << 20;

/// When the disk is looked at next.
#[derive(Default)]
pub(super) struct Space {
    /// The log's bytes at the last look.
    looked_at: AtomicU64,
    /// The log's bytes from which on it is looked again.
    next_look: AtomicU64,
}

impl Space {
    /// A log that became shorter was flushed, into the same disk.
    fn is_due(&self, log: u64) -> bool {
        log < self.looked_at.load(Ordering::Relaxed)
            || log >= self.next_look.load(Ordering::Relaxed)
    }

    fn looked(&self, log: u64, free: u64) {
        self.looked_at.store(log, Ordering::Relaxed);
        self.next_look.store(log + until_next_look(free, log), Ordering::Relaxed);
    }
}

impl Bucket {
    /// Refuses where what is left on the disk could not take the log's records as data files.
    ///
    /// Cost: a system call for each MiB that is put, more often where the disk is nearly full.
    pub(super) fn check_space(&self) -> Result<()> {
        let log = self.log_bytes();
        let folder = &self.log_place.folder;
        if !self.space.is_due(log) || !fault::is_on(folder, "space") {
            return Ok(());
        }
        // Where it cannot be asked, a write says that there is no room.
        let Ok(found) = rustix::fs::statvfs(folder) else { return Ok(()) };
        let free = found.f_bavail.saturating_mul(found.f_frsize);
        if has_room(free, log) {
            self.space.looked(log, free);
            return Ok(());
        }
        let full = std::io::ErrorKind::StorageFull.into();
        Err(Error::io("keep room for a flush beside the log in", folder)(full))
    }

    /// Refuses to write so many bytes of new files where they would take the room that a flush of the log needs.
    pub(super) fn check_room(&self, bytes: u64) -> Result<()> {
        let folder = &self.log_place.folder;
        if bytes == 0 || !fault::is_on(folder, "compact-room") {
            return Ok(());
        }
        let Ok(found) = rustix::fs::statvfs(folder) else { return Ok(()) };
        let free = found.f_bavail.saturating_mul(found.f_frsize);
        if has_room(free.saturating_sub(bytes), self.log_bytes()) && free >= bytes {
            return Ok(());
        }
        let full = std::io::ErrorKind::StorageFull.into();
        Err(Error::io("make room for what maintenance writes in", folder)(full))
    }
}

/// Data files take about what the log takes; twice that leaves room for what comes with them.
fn has_room(free: u64, log: u64) -> bool {
    free >= log.saturating_mul(2)
}

/// Each byte put takes one from what is free, and asks for two more.
fn until_next_look(free: u64, log: u64) -> u64 {
    (free.saturating_sub(log.saturating_mul(2)) / 4).min(A_LOOK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_at_every_look_that_is_left_out() {
        for (free, log) in [(0, 0), (100, 0), (100, 50), (1 << 40, 7), (9_000_000, 4_000_000)] {
            assert!(has_room(free, log));
            let put = until_next_look(free, log);
            assert!(put <= A_LOOK && has_room(free - put, log + put), "{free} {log}");
        }
        assert!(!has_room(99, 50));
    }

    #[test]
    fn it_is_looked_again_behind_what_was_allowed_and_after_a_flush() {
        let space = Space::default();
        assert!(space.is_due(0), "nobody has looked yet");
        space.looked(1000, 1 << 40);
        assert!(!space.is_due(1000) && !space.is_due(1000 + A_LOOK - 1));
        assert!(space.is_due(1000 + A_LOOK) && space.is_due(999));
    }
}
