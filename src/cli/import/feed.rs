//! Brings records from a thread that reads to the task that puts, in batches, in bounded memory.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::{Instant, timeout_at};

use super::entry::{Entries, Entry};
use crate::cli::failure::{Failure, Result};

/// A batch is full with so many records, or so many bytes of them.
const BATCH_RECORDS: usize = 1000;
const BATCH_BYTES: usize = 4 << 20;
/// Bytes of input that are read and not yet put; twice a batch, so that reading and putting overlap.
const ROOM: usize = 2 * BATCH_BYTES;
/// How long the first record of a live batch waits for company: far less than anybody notices.
const LINGER: Duration = Duration::from_millis(20);

/// When a batch is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// When it is full, or nothing more comes.
    Full,
    /// Also when its first record has waited for a moment.
    Live,
    /// With what is there already: each record is answered, so none waits for company.
    Answered,
}

/// Consecutive records; the thread reads on when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// The records, never none.
    pub(crate) entries: Vec<Entry>,
    bytes: usize,
    room: Vec<OwnedSemaphorePermit>,
}

/// The receiving end.
#[derive(Debug)]
pub(crate) struct Feed {
    coming: mpsc::Receiver<Result<Held>>,
    pace: Pace,
    broken: Option<Failure>,
}

#[derive(Debug)]
struct Held {
    entry: Entry,
    room: OwnedSemaphorePermit,
}

impl Feed {
    /// Starts to read in a thread of its own, which ends with the input or with this.
    pub(crate) fn start(entries: Entries, pace: Pace) -> Result<Self> {
        let (sender, coming) = mpsc::channel(BATCH_RECORDS);
        let runtime = Handle::current();
        thread::Builder::new()
            .name("lanceq-import".into())
            .spawn(move || send_all(entries, &sender, &runtime))
            .map_err(|error| Failure::io("could not start a thread", &error))?;
        Ok(Self { coming, pace, broken: None })
    }

    /// The next batch; none at the end. A failure to read comes after all that was read before it.
    pub(crate) async fn next(&mut self) -> Result<Option<Batch>> {
        if let Some(failure) = self.broken.take() {
            return Err(failure);
        }
        let Some(first) = self.coming.recv().await else { return Ok(None) };
        let mut batch = Batch::default();
        batch.add(first?);
        let deadline = Instant::now() + LINGER;
        while !batch.is_full() {
            match self.more(deadline).await {
                Some(Ok(held)) => batch.add(held),
                Some(Err(failure)) => {
                    self.broken = Some(failure);
                    break;
                }
                None => break,
            }
        }
        Ok(Some(batch))
    }

    async fn more(&mut self, deadline: Instant) -> Option<Result<Held>> {
        match self.pace {
            Pace::Full => self.coming.recv().await,
            Pace::Answered => self.coming.try_recv().ok(),
            Pace::Live => timeout_at(deadline, self.coming.recv()).await.ok().flatten(),
        }
    }
}

impl Batch {
    fn add(&mut self, held: Held) {
        self.bytes += held.entry.bytes;
        self.entries.push(held.entry);
        self.room.push(held.room);
    }

    fn is_full(&self) -> bool {
        self.entries.len() >= BATCH_RECORDS || self.bytes >= BATCH_BYTES
    }
}

fn send_all(entries: Entries, sender: &mpsc::Sender<Result<Held>>, runtime: &Handle) {
    let room = Arc::new(Semaphore::new(ROOM));
    for entry in entries {
        let held = entry.and_then(|entry| hold(entry, &room, runtime));
        let is_last = held.is_err();
        if sender.blocking_send(held).is_err() || is_last {
            return;
        }
    }
}

/// Takes the room that an entry needs, waiting for it.
///
/// IMPORTANT: never more than a batch, for a batch that is not full must always leave room for one
/// more entry; or both ends would wait for each other.
fn hold(entry: Entry, room: &Arc<Semaphore>, runtime: &Handle) -> Result<Held> {
    let need = u32::try_from(entry.bytes.clamp(1, BATCH_BYTES)).unwrap_or(u32::MAX);
    let room = match room.clone().try_acquire_many_owned(need) {
        Ok(room) => Ok(room),
        Err(_) => runtime.block_on(room.clone().acquire_many_owned(need)),
    };
    room.map(|room| Held { entry, room }).map_err(|_| Failure::Interrupted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::JsonObject;
    use crate::cli::import::Place;

    fn entries(sizes: Vec<usize>) -> Entries {
        let entry = |bytes| Ok(Entry { place: Place::Whole, bytes, record: Ok(JsonObject::new()) });
        Box::new(sizes.into_iter().map(entry))
    }

    async fn batch_sizes(sizes: Vec<usize>) -> Vec<usize> {
        let mut feed = Feed::start(entries(sizes), Pace::Full).unwrap();
        let mut found = Vec::new();
        while let Some(batch) = feed.next().await.unwrap() {
            found.push(batch.entries.len());
        }
        found
    }

    #[tokio::test]
    async fn a_batch_is_bounded_by_records_and_by_bytes() {
        assert_eq!(batch_sizes(vec![10; 2500]).await, [1000, 1000, 500]);
        assert_eq!(batch_sizes(vec![1 << 20; 9]).await, [4, 4, 1]);
    }

    #[tokio::test]
    async fn records_larger_than_all_room_still_pass() {
        assert_eq!(batch_sizes(vec![100, 64 << 20, 64 << 20, 100, 64 << 20]).await, [2, 1, 2]);
    }

    #[tokio::test]
    async fn a_record_that_is_to_be_answered_does_not_wait_for_the_next() {
        let (next, waiting) = std::sync::mpsc::channel::<usize>();
        let entry = |bytes| Ok(Entry { place: Place::Whole, bytes, record: Ok(JsonObject::new()) });
        let mut feed =
            Feed::start(Box::new(waiting.into_iter().map(entry)), Pace::Answered).unwrap();
        for _ in 0..3 {
            next.send(1).unwrap();
            assert_eq!(feed.next().await.unwrap().unwrap().entries.len(), 1);
        }
    }

    #[tokio::test]
    async fn a_failure_comes_after_what_was_read_before_it() {
        let broken: Entries = Box::new(entries(vec![1, 1]).chain([Err(Failure::failed("torn"))]));
        let mut feed = Feed::start(broken, Pace::Full).unwrap();
        assert_eq!(feed.next().await.unwrap().unwrap().entries.len(), 2);
        assert!(feed.next().await.is_err());
        assert!(feed.next().await.unwrap().is_none());
    }
}
