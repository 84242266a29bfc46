//! Versions that this process reads, noted where whoever cleans up finds them.
//!
//! One file a process and bucket, made when it first reads records, and held by a file lock: what a process that died has
//! left is void, and removed by the next who cleans up. It is not synced: after a power cut nobody reads any more.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::pin_file::PinFile;
use super::shared::{ATTEMPTS, Bucket};
use super::snapshot::Snapshot;
use crate::engine::error::Result;
use crate::engine::store::Table;

/// The pins of one bucket. Cheap to clone; clones are the same.
#[derive(Clone)]
pub(super) struct Pins(Arc<Mutex<State>>);

/// A version that is read; dropping it lets go.
pub(crate) struct Pin {
    pins: Pins,
    version: u64,
}

struct State {
    /// `None` where none may be noted: another program's dataset.
    folder: Option<PathBuf>,
    file: Option<PinFile>,
    held: BTreeMap<u64, Hold>,
    /// The one that stays held until another takes its place.
    standing: Option<u64>,
    /// What is held could not be noted the last time.
    is_unnoted: bool,
}

/// How a version is held.
#[derive(Debug, Clone, Copy, Default)]
struct Hold {
    times: usize,
    /// It was there when it was looked for behind its note.
    is_seen: bool,
}

impl Pins {
    /// Of the bucket whose pins lie in this folder.
    pub(super) fn in_folder(folder: PathBuf) -> Self {
        Self::with(Some(folder))
    }

    /// Of a dataset beside which nothing may be written.
    pub(super) fn nowhere() -> Self {
        Self::with(None)
    }

    fn with(folder: Option<PathBuf>) -> Self {
        let (held, standing) = (BTreeMap::new(), None);
        let state = State { folder, file: None, held, standing, is_unnoted: false };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Holds a version, where it is still there behind its note: it may have been removed before.
    ///
    /// Cost: nothing where it is held already; else one write and the look, and the first time the file's making.
    pub(super) fn hold(&self, version: u64, is_there: impl FnOnce() -> bool) -> Option<Pin> {
        self.state().change(|state| state.add(version));
        self.seen(version, is_there)
    }

    /// As [`hold`](Self::hold), and it stays held until another stands in its place: who reads the head again and again pays
    /// once for each.
    pub(super) fn stand_at(&self, version: u64, is_there: impl FnOnce() -> bool) -> Option<Pin> {
        self.state().change(|state| {
            state.add(version);
            if state.standing != Some(version) {
                state.add(version);
                if let Some(before) = state.standing.replace(version) {
                    state.take(before);
                }
            }
        });
        self.seen(version, is_there)
    }

    /// The pin of a version that was just added, where that is there.
    ///
    /// IMPORTANT: after the note. Who cleans up removes the version's name first, looks at the notes, and only then removes its
    /// files. Another thread may have noted it and not looked yet: so who was not told that it is there looks. So does, each
    /// time, who could not note it.
    fn seen(&self, version: u64, is_there: impl FnOnce() -> bool) -> Option<Pin> {
        let pin = Pin { pins: self.clone(), version };
        if self.state().is_kept(version) {
            return Some(pin);
        }
        if !is_there() {
            return None;
        }
        if let Some(hold) = self.state().held.get_mut(&version) {
            hold.is_seen = true;
        }
        Some(pin)
    }

    /// Another topic has taken the folder's name: what is held is noted there from now on, and was not looked for there yet.
    pub(super) fn forget(&self) {
        let mut state = self.state();
        state.file = None;
        state.held.values_mut().for_each(|hold| hold.is_seen = false);
        if !state.held.is_empty() {
            state.note();
        }
    }

    /// The versions that this process holds.
    pub(super) fn held(&self) -> BTreeSet<u64> {
        self.state().held.keys().copied().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let version = self.version;
        self.pins.state().change(|state| state.take(version));
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pin").field("version", &self.version).finish_non_exhaustive()
    }
}

impl Bucket {
    /// As [`snapshot`](Self::snapshot), for who reads records: nobody cleans up what it reads before it is dropped.
    ///
    /// Cost: besides, where the head is another one than at the last read, two writes and a `stat`.
    pub(crate) async fn snapshot_to_read(&self) -> Result<Snapshot> {
        for _ in 0..ATTEMPTS {
            let snapshot = self.snapshot().await?;
            let Some(table) = snapshot.table() else { return Ok(snapshot) };
            if let Some(pin) = self.pins.stand_at(table.version(), || table.is_there()) {
                return Ok(snapshot.held_by(pin));
            }
        }
        Err(self.or_gone(self.overtaken()))
    }

    /// A version alone, to be read; `None` where it was cleaned up since it was opened.
    pub(crate) fn pinned(&self, table: Table) -> Option<Snapshot> {
        let pin = self.pins.hold(table.version(), || table.is_there())?;
        Some(Snapshot::pinned(Some(table)).held_by(pin))
    }
}

impl State {
    /// Does something to what is held, and notes it where it is not as before.
    fn change(&mut self, change: impl FnOnce(&mut Self)) {
        let before: Vec<u64> = self.held.keys().copied().collect();
        change(self);
        if !self.held.keys().eq(&before) {
            self.note();
        }
    }

    fn add(&mut self, version: u64) {
        self.held.entry(version).or_default().times += 1;
    }

    fn take(&mut self, version: u64) {
        if let Some(hold) = self.held.get_mut(&version) {
            hold.times -= 1;
            if hold.times == 0 {
                self.held.remove(&version);
            }
        }
    }

    /// Whether it was there behind its note, and so still is.
    fn is_kept(&self, version: u64) -> bool {
        !self.is_unnoted && self.held.get(&version).is_some_and(|hold| hold.is_seen)
    }

    /// Where nothing can be noted, reading goes on without, and that is said: what was the head lately is not cleaned up at
    /// once, but what somebody says by hand to remove is.
    fn note(&mut self) {
        let Some(folder) = self.folder.clone() else { return };
        let noted = self.write(&folder);
        match noted {
            Err(ref error) if !self.is_unnoted => {
                tracing::warn!(folder = %folder.display(), %error, "what is read cannot be noted; a clean-up by hand may take files of it away");
            }
            _ => {}
        }
        self.is_unnoted = !matches!(noted, Ok(true));
    }

    /// Whether what is held is noted; not where the process has as many files as it may.
    fn write(&mut self, folder: &Path) -> io::Result<bool> {
        // That of a parent is left to it.
        self.file.take_if(|file| !file.is_own());
        if self.file.is_none() {
            self.file = PinFile::make(folder)?;
        }
        let Some(file) = &mut self.file else { return Ok(false) };
        let written = file.write(self.held.keys());
        if written.is_err() {
            // What it says is older, or nothing: whoever cleans up would take that for all there is.
            self.file = None;
        }
        written.map(|()| true)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::atomic::Ordering;

    use super::super::pin_file::noted;
    use super::*;

    fn set(versions: &[u64]) -> BTreeSet<u64> {
        versions.iter().copied().collect()
    }

    #[test]
    fn a_folder_that_another_topic_has_taken_gets_notes_of_its_own_and_loses_none() {
        let root = tempfile::tempdir().unwrap();
        let (old, new) = (root.path().join("old"), root.path().join("new"));
        let folder = old.join("pins");
        fs::create_dir(&old).unwrap();
        let pins = Pins::in_folder(folder.clone());
        let first = pins.hold(7, || true);
        fs::rename(&old, &new).unwrap();
        fs::create_dir(&old).unwrap();
        let other = Pins::in_folder(folder.clone());
        let theirs = other.hold(9, || true);
        pins.forget();
        assert_eq!(noted(&folder).unwrap(), set(&[7, 9]));
        assert!(pins.hold(7, || false).is_none(), "it was not looked for there yet");
        drop((first, pins));
        assert_eq!(noted(&folder).unwrap(), set(&[9]));
        drop((theirs, other));
        assert_eq!(noted(&new.join("pins")).unwrap(), set(&[]), "nobody holds it any more");
    }

    #[test]
    fn what_is_held_is_noted_until_it_is_let_go() {
        let bucket = tempfile::tempdir().unwrap();
        let folder = bucket.path().join("pins");
        let (one, two) = (Pins::in_folder(folder.clone()), Pins::in_folder(folder.clone()));
        assert_eq!(noted(&folder).unwrap(), set(&[]));
        let first = one.hold(123_456, || true);
        drop(one.hold(123_456, || unreachable!("it was looked at")));
        let second = two.hold(7, || true);
        assert_eq!(noted(&folder).unwrap(), set(&[7, 123_456]));
        drop(first);
        assert_eq!(noted(&folder).unwrap(), set(&[7]));
        drop((second, two));
        assert_eq!(noted(&folder).unwrap(), set(&[]));
        drop(one);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    }

    #[test]
    fn who_stands_at_a_version_holds_it_until_it_stands_at_another() {
        let bucket = tempfile::tempdir().unwrap();
        let folder = bucket.path().join("pins");
        let pins = Pins::in_folder(folder.clone());
        drop(pins.stand_at(4, || true));
        drop(pins.stand_at(4, || unreachable!("it was held all the time")));
        assert_eq!(noted(&folder).unwrap(), set(&[4]));
        let reading = pins.stand_at(4, || unreachable!());
        drop(pins.stand_at(5, || true));
        assert_eq!(noted(&folder).unwrap(), set(&[4, 5]));
        drop(reading);
        assert_eq!(noted(&folder).unwrap(), set(&[5]));
        assert_eq!(pins.held(), set(&[5]));
    }

    #[test]
    fn where_nothing_can_be_written_reading_goes_on() {
        let pins = Pins::in_folder("/proc/none/pins".into());
        let _pin = pins.hold(3, || true).unwrap();
        assert_eq!(pins.held(), set(&[3]));
        assert!(pins.state().is_unnoted);
        assert!(pins.hold(3, || false).is_none(), "it may have been cleaned up");
    }

    #[test]
    fn who_holds_what_another_thread_has_not_looked_at_yet_looks_too() {
        let bucket = tempfile::tempdir().unwrap();
        let pins = Pins::in_folder(bucket.path().join("pins"));
        let gone = pins.hold(3, || {
            assert!(pins.hold(3, || false).is_none(), "it is gone");
            false
        });
        assert!(gone.is_none());
        assert_eq!(pins.held(), set(&[]));
        assert!(pins.hold(3, || true).is_some());
    }

    /// A note that says less than is held would be taken for all there is.
    #[test]
    fn what_cannot_be_noted_leaves_no_older_note_and_is_noted_once_there_is_room() {
        use std::sync::atomic::AtomicBool;

        use crate::engine::fault::{Event, Plan, Then};
        let bucket = tempfile::tempdir().unwrap();
        let folder = bucket.path().join("pins");
        let full = Arc::new(AtomicBool::new(true));
        let is_full = full.clone();
        let hook = move |event: Event<'_>| match event {
            Event::Point("pin.write") if is_full.load(Ordering::Relaxed) => Then::Fail(28),
            _ => Then::Go,
        };
        let _armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(bucket.path());
        let pins = Pins::in_folder(folder.clone());
        let one = pins.hold(3, || true);
        assert!(one.is_some() && pins.state().is_unnoted);
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        full.store(false, Ordering::Relaxed);
        let two = pins.hold(4, || true);
        assert!(two.is_some() && !pins.state().is_unnoted);
        assert_eq!(noted(&folder).unwrap(), set(&[3, 4]));
    }

    #[test]
    fn a_forked_child_leaves_the_note_of_its_parent_alone() {
        let bucket = tempfile::tempdir().unwrap();
        let folder = bucket.path().join("pins");
        let pins = Pins::in_folder(folder.clone());
        let one = pins.hold(3, || true);
        // As in a child, whose number is another one.
        pins.state().file.as_mut().unwrap().pid += 1;
        let parents = pins.state().file.as_ref().unwrap().path.clone();
        let before = fs::read(&parents).unwrap();
        let two = pins.hold(4, || true);
        assert_ne!(pins.state().file.as_ref().unwrap().path, parents);
        assert_eq!(fs::read(&parents).unwrap(), before);
        drop((one, two, pins));
        assert!(parents.exists());
    }
}
