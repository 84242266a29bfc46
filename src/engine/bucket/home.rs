//! Whether a bucket's folder is still the one that this process knows: topics are renamed, deleted and made anew.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::lane::MEMORY;
use super::shared::Bucket;
use crate::engine::error::{Error, Result};
use crate::engine::layout::{Identity, identity};
use crate::engine::topic_fault::TopicFault;
use crate::engine::wal::{self, FileLock, Held};

/// The locks of a bucket in the order in which they are taken.
const LOCKS: [fn(&Bucket) -> &FileLock; 4] = [
    |bucket| &bucket.maintenance_lock,
    |bucket| &bucket.flush_lock,
    |bucket| &bucket.append_lock,
    |bucket| &bucket.groups_lock,
];

/// Every lock of some buckets: nobody puts, flushes, maintains or commits in them until it is dropped. Puts that this process
/// would keep in its memory are refused as well.
pub(crate) struct Standstill {
    buckets: Vec<Arc<Bucket>>,
    held: Vec<Held>,
    is_moved: bool,
}

impl Standstill {
    /// Takes the locks, waiting for up to `timeout` in all. Those that long work holds come first for all buckets, and those
    /// that puts need last, so that puts wait for as short as can be. Blocks.
    ///
    /// # Errors
    /// - [`Error::Locked`] with the holder's process.
    /// - [`TopicFault::InMemory`] where a writer of this process without a log has buffered records.
    pub(crate) fn of(buckets: Vec<Arc<Bucket>>, timeout: Duration) -> Result<Self> {
        let started = Instant::now();
        let mut held = Vec::with_capacity(buckets.len() * LOCKS.len());
        for (lock, bucket) in LOCKS.iter().flat_map(|l| buckets.iter().map(move |b| (l, b))) {
            held.push(lock(bucket).lock(timeout.saturating_sub(started.elapsed()))?);
        }
        let still = Self { buckets, held, is_moved: false };
        still.buckets.iter().try_for_each(|bucket| bucket.leave())?;
        Ok(still)
    }

    /// Makes durable what the logs hold: other processes that wait for it find its path gone soon.
    pub(crate) fn sync(&self) -> Result<()> {
        self.buckets.iter().try_for_each(|bucket| wal::sync_all(&bucket.log_place))
    }

    /// Tells every process that has a bucket open that its topic is moved: to this name, or into the trash. Until the folder
    /// has another name this means nothing.
    pub(crate) fn note_move(&self, to: Option<&str>) -> Result<()> {
        self.held.iter().try_for_each(|held| held.note_move(to))
    }

    /// Ends it, when the folder has its new name. Who reads in this process looks, and finds it gone.
    pub(crate) fn moved(mut self) {
        self.is_moved = true;
        self.buckets.iter().for_each(|bucket| bucket.wake());
    }
}

impl Drop for Standstill {
    fn drop(&mut self) {
        for bucket in self.buckets.iter().filter(|_| !self.is_moved) {
            bucket.live().is_leaving = false;
        }
    }
}

impl Bucket {
    /// Which folder it is now, as far as this process has looked.
    pub(super) fn home(&self) -> Option<Identity> {
        self.live().home
    }

    /// Whether its path still names the folder that this process knows.
    pub(crate) fn is_at_home(&self) -> bool {
        let known = self.home();
        self.is_foreign() || known.is_none() || known == identity(&self.log_place.folder)
    }

    /// Takes note of which folder it is; where that is another one than before, nothing that was known counts. One `stat`.
    ///
    /// # Errors
    /// [`TopicFault::Gone`] where the topic's folder is not there.
    pub(super) fn look_home(&self) -> Result<()> {
        if self.is_foreign() {
            return Ok(());
        }
        let Some(found) = identity(&self.log_place.folder) else {
            return if self.has_topic() { Ok(()) } else { Err(self.gone()) };
        };
        let mut live = self.live();
        let is_another = live.home.is_some_and(|known| known != found);
        if is_another {
            live.forget();
        }
        live.home = Some(found);
        drop(live);
        if is_another {
            self.pins.forget();
        }
        Ok(())
    }

    /// What an error means where the topic is gone.
    pub(super) fn or_gone(&self, error: Error) -> Error {
        let is_told = matches!(error, Error::Topic { .. });
        if is_told || self.is_foreign() || self.has_topic() { error } else { self.gone() }
    }

    fn has_topic(&self) -> bool {
        self.log_place.folder.parent().is_some_and(std::path::Path::exists)
    }

    /// That the topic is not there any more.
    pub(super) fn gone(&self) -> Error {
        let fault = self.append_lock.fate().unwrap_or(TopicFault::Gone);
        Error::Topic { topic: self.topic.to_string(), fault }
    }

    /// Refuses puts that only this process would have, unless it has some.
    fn leave(&self) -> Result<()> {
        let mut live = self.live();
        let records = live.lanes[MEMORY].records.rows();
        if records > 0 {
            let fault = TopicFault::InMemory { bucket: self.place.id, records };
            return Err(Error::Topic { topic: self.topic.to_string(), fault });
        }
        live.is_leaving = true;
        Ok(())
    }
}
