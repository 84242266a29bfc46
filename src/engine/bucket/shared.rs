//! A bucket as all handles of this process see it: the head they know, and the writer's buffer.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::snapshot::Snapshot;
use crate::engine::buffer::{FlushedRanges, Memtable, Pending};
use crate::engine::error::{Error, Result};
use crate::engine::layout::{self, BucketPlace};
use crate::engine::name::TopicName;
use crate::engine::store::Table;

/// One bucket, shared by the readers, the streams and the writer of a process.
pub(crate) struct Bucket {
    pub(crate) topic: TopicName,
    pub(crate) place: BucketPlace,
    live: Mutex<Live>,
    changed: watch::Sender<u64>,
}

/// What changes. The lock around it is held for memory operations only, never over an await.
#[derive(Default)]
struct Live {
    table: Option<Table>,
    memtable: Memtable,
    flushed: FlushedRanges,
    /// A flush is between its look at the head and its publication: the disk may already show
    /// records that the buffer still holds, so nobody else moves the table on.
    committing: bool,
    /// Counts publications, so that a look at the disk that began before one is not taken for newer.
    generation: u64,
}

impl Bucket {
    pub(crate) fn new(topic: TopicName, place: BucketPlace) -> Self {
        Self { topic, place, live: Mutex::default(), changed: watch::Sender::new(0) }
    }

    /// The head and what is buffered behind it, as of one moment. Costs two `stat` calls where
    /// nobody committed since the last look; waits for no writer.
    pub(crate) async fn snapshot(&self) -> Result<Snapshot> {
        let (known, generation, committing) = {
            let live = self.live();
            (live.table.clone(), live.generation, live.committing)
        };
        if !committing && let Some(newer) = look(known.as_ref(), &self.place).await? {
            let mut live = self.live();
            if live.generation == generation && !live.committing {
                live.table = Some(newer);
                live.generation += 1;
            }
        }
        Ok(self.live().snapshot())
    }

    /// Wakes on every put and flush of this process.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Buffered records and the bytes they take.
    pub(crate) fn buffered(&self) -> (u64, u64) {
        let live = self.live();
        (live.memtable.rows(), live.memtable.bytes())
    }

    /// The head as this process last saw it.
    pub(super) fn known_table(&self) -> Option<Table> {
        self.live().table.clone()
    }

    /// Makes a table the known head, with nothing buffered behind an older one.
    pub(super) fn publish(&self, table: Table) {
        let mut live = self.live();
        if live.memtable.rows() == 0 {
            let next = table.next_offset().max(live.memtable.next());
            live.memtable = Memtable::starting_at(next);
        }
        // A reader may have found a newer one meanwhile.
        if live.table.as_ref().is_none_or(|known| known.version() <= table.version()) {
            live.table = Some(table);
        }
        live.generation += 1;
        drop(live);
        self.wake();
    }

    /// Runs `change` on the buffer.
    pub(super) fn with_buffer<T>(&self, change: impl FnOnce(&mut Memtable) -> T) -> T {
        change(&mut self.live().memtable)
    }

    /// A flush begins: what it takes.
    pub(super) fn begin_commit(&self) -> Pending {
        let mut live = self.live();
        live.committing = true;
        live.generation += 1;
        live.memtable.pending()
    }

    /// A flush ended with a new head that holds its records.
    pub(super) fn end_commit(&self, pending: &Pending, table: Table) {
        let mut live = self.live();
        live.flushed.push(pending.first, table.next_offset() - pending.rows, pending.rows);
        live.memtable.release();
        live.table = Some(table);
        live.committing = false;
        live.generation += 1;
        drop(live);
        self.wake();
    }

    /// A flush ended without effect.
    pub(super) fn abort_commit(&self) {
        let mut live = self.live();
        live.memtable.keep();
        live.committing = false;
        live.generation += 1;
    }

    pub(super) fn wake(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    fn snapshot(&self) -> Snapshot {
        Snapshot::new(
            self.table.clone(),
            self.memtable.first(),
            self.memtable.read(0),
            self.flushed.clone(),
        )
    }
}

/// The head on disk where it is another one than the known.
async fn look(known: Option<&Table>, place: &BucketPlace) -> Result<Option<Table>> {
    match known {
        Some(table) => table.newer().await,
        None if layout::is_bucket_gone(place) => Err(Error::Damaged {
            path: place.dataset.clone(),
            source: "the bucket's folder is gone".into(),
        }),
        None => Table::open(&place.dataset).await,
    }
}
