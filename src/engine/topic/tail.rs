//! Streams over the buckets of a topic: merges what arrives, and waits for more where asked to.

use std::collections::{BTreeSet, VecDeque};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use arrow_schema::SchemaRef;
use futures::stream::FuturesUnordered;
use futures::{Stream, StreamExt};
use tokio::sync::watch;

use super::catalog::Catalog;
use super::progress::{Progress, Stands};
use super::reader::Reader;
use crate::engine::bucket::{Bucket, BucketEvent, BucketTail, Selection, Snapshot, Stand};
use crate::engine::error::Result;
use crate::engine::facts::{Flushed, Reset};
use crate::engine::layout::VERSIONS;
use crate::engine::offset::Cursor;
use crate::engine::options::{AtEnd, From, StreamOptions};
use crate::engine::poll::Pace;
use crate::engine::record::{Chunk, Record};
use crate::engine::watch::Subscription;

/// One commit makes several events; looking after the last of them saves looking in vain.
const COALESCE: Duration = Duration::from_millis(2);

/// What a stream delivers.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum TailEvent {
    /// Records of one bucket, in order, behind all that it delivered of the bucket before.
    Rows(Chunk),
    /// Records became persisted: all offsets below `next_offset` are in `version`.
    Flushed(Flushed),
    /// Another program rewrote the dataset: the stream goes on at `next_offset`.
    Reset(Reset),
}

/// A stream over the buckets of a topic; see [`Reader::stream`](crate::Reader::stream).
///
/// An error is an item like the others: the stream can be read on, and looks at the same place
/// again when it next looks.
/// Cancel: dropping it, or a future that waits for its next item, loses nothing:
/// [`cursor`](Self::cursor) is where it stands.
pub struct Tail {
    events: Pin<Box<dyn Stream<Item = Result<TailEvent>> + Send>>,
    stands: Arc<watch::Sender<Stands>>,
}

impl Reader {
    /// A stream of what this reader reads, from the place that `options` name. When it returns, the
    /// place is fixed: what is put from now on comes in the stream.
    ///
    /// Order: by offset within a bucket; buckets as they come. No gap and no duplicate, through
    /// flushes, compactions and foreign appends.
    /// A pinned reader's stream ends at the version's end.
    /// Cost: a look at each bucket; then the records that are delivered, and what [`filter`](Self::filter) says. One that waits is woken
    /// by what happens, and looks by itself as often as [`EngineBuilder::poll_interval`](crate::EngineBuilder::poll_interval) says.
    /// Cancel: safe to drop at any await; [`Tail::cursor`] is where a stream stands.
    ///
    /// # Errors
    /// As [`schema`](Self::schema) and [`counts`](Self::counts). What goes wrong later is an item of the stream.
    ///
    /// # Examples
    /// ```
    /// use futures::StreamExt;
    /// use lanceq::{Engine, StreamOptions, TailEvent};
    /// use serde_json::json;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// let engine = Engine::open(folder.path()).await?;
    /// let writer = engine.writer("films").open().await?;
    /// writer.put(json!({"title": "Up"})).await?;
    ///
    /// let reader = engine.reader("films").await?;
    /// let mut tail = reader.stream(StreamOptions::from_start().blocking()).await?;
    /// while let Some(event) = tail.next().await {
    ///     match event? {
    ///         TailEvent::Rows(chunk) => {
    ///             assert_eq!(chunk.records().next().unwrap().fields["title"], "Up");
    ///             writer.flush().await?;
    ///         }
    ///         TailEvent::Flushed(flushed) => {
    ///             assert_eq!(flushed.next_offset, 1);
    ///             break;
    ///         }
    ///         _ => {} // another program rewrote the dataset
    ///     }
    /// }
    /// assert_eq!(tail.cursor().to_string(), "0:1");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn stream(&self, options: StreamOptions) -> Result<Tail> {
        let snapshots = self.snapshots().await?;
        let schema = self.chosen(&self.whole_schema(&snapshots))?;
        let selection = self.selection(&snapshots)?;
        Tail::start(&self.catalog, self.sources(), options, (selection, schema)).await
    }

    fn sources(&self) -> Vec<(Arc<Bucket>, Option<Snapshot>)> {
        let pinned = self.pinned.iter().flatten().cloned().map(Some);
        self.buckets.iter().cloned().zip(pinned.chain(std::iter::repeat(None))).collect()
    }
}

impl Tail {
    async fn start(
        catalog: &Catalog,
        sources: Vec<(Arc<Bucket>, Option<Snapshot>)>,
        options: StreamOptions,
        (selection, schema): (Selection, SchemaRef),
    ) -> Result<Self> {
        let pinned = sources.iter().any(|(_, snapshot)| snapshot.is_some());
        // Nothing is added to a version.
        let at_end = if pinned { AtEnd::Stop } else { options.at_end };
        let begun = sources.into_iter().map(|(bucket, then)| Begin {
            bucket,
            then,
            from: options.from.clone(),
        });
        let merge = Merge::start(catalog, begun.collect(), at_end, (selection, schema)).await?;
        let stands = Arc::new(watch::Sender::new(Stands::default()));
        for (bucket, stand) in merge.stands() {
            set(&stands, bucket, stand);
        }
        let shared = stands.clone();
        let events = futures::stream::unfold((merge, shared), |(mut merge, shared)| async move {
            let event = public(&mut merge, &shared).await.transpose()?;
            Some((event, (merge, shared)))
        });
        Ok(Self { events: Box::pin(events), stands })
    }

    /// Where it stands: everything before it was delivered. Give it to
    /// [`From::Cursor`] to go on there later.
    pub fn cursor(&self) -> Cursor {
        self.stands.borrow().cursor().clone()
    }

    /// How far it has come, also by records that do not match, and tells when that changes. It may be kept when the stream
    /// is made one of records or chunks.
    pub fn progress(&self) -> Progress {
        Progress::of(&self.stands)
    }

    /// Only the records, batch by batch; resets are passed over as in [`records`](Self::records). Far behind the end, batches
    /// have some thousand records and are decoded ahead, which is as fast as a scan of the dataset.
    ///
    /// What goes wrong is an item.
    pub fn chunks(self) -> impl Stream<Item = Result<Chunk>> + Send + Unpin {
        let chunk = |event| match event {
            Ok(TailEvent::Rows(chunk)) => Some(Ok(chunk)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        };
        self.events.filter_map(move |event| std::future::ready(chunk(event)))
    }

    /// Only the records, one by one. Resets are passed over: the records behind one are those that
    /// follow by position.
    ///
    /// What goes wrong is an item, behind which the stream can be read on.
    pub fn records(self) -> impl Stream<Item = Result<Record>> + Send + Unpin {
        let records = self.events.map(|event| match event {
            Ok(TailEvent::Rows(chunk)) => chunk.records().map(Ok).collect(),
            Ok(_) => Vec::new(),
            Err(error) => vec![Err(error)],
        });
        records.flat_map(futures::stream::iter)
    }
}

impl Stream for Tail {
    type Item = Result<TailEvent>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.as_mut().poll_next(context)
    }
}

/// The next item that a stream tells; records that do not match only move it.
async fn public(merge: &mut Merge, stands: &watch::Sender<Stands>) -> Result<Option<TailEvent>> {
    while let Some(step) = merge.next().await? {
        set(stands, step.bucket, step.stand);
        match step.event {
            BucketEvent::Rows(chunk, _) => return Ok(Some(TailEvent::Rows(chunk))),
            BucketEvent::Flushed(flushed) => return Ok(Some(TailEvent::Flushed(flushed))),
            BucketEvent::Reset(reset) => return Ok(Some(TailEvent::Reset(reset))),
            BucketEvent::Passed => {}
        }
    }
    Ok(None)
}

/// A bucket that is to be read on, and where that begins; in a version where one is given.
pub(super) struct Begin {
    pub(super) bucket: Arc<Bucket>,
    pub(super) then: Option<Snapshot>,
    pub(super) from: From,
}

/// What came from a bucket, and where the stream stands behind it.
pub(super) struct Step {
    pub(super) bucket: u32,
    pub(super) stand: Stand,
    pub(super) event: BucketEvent,
}

/// The state of a stream between two items.
pub(super) struct Merge {
    tails: Vec<BucketTail>,
    /// The buckets to look at, in turn.
    due: VecDeque<usize>,
    ready: VecDeque<Step>,
    watching: Watching,
    /// What it does where there is nothing more; may be changed between two steps.
    pub(super) at_end: AtEnd,
    /// The columns that every chunk has at least: a bucket may lack those that came late.
    schema: SchemaRef,
}

impl Merge {
    pub(super) async fn start(
        catalog: &Catalog,
        begins: Vec<Begin>,
        at_end: AtEnd,
        (selection, schema): (Selection, SchemaRef),
    ) -> Result<Self> {
        let buckets: Vec<_> = begins.iter().map(|begin| begin.bucket.clone()).collect();
        let mut watching = Watching::new(catalog, &buckets);
        // IMPORTANT: armed before the first look, so that nothing falls between the two.
        watching.arm();
        let mut tails = Vec::new();
        for Begin { bucket, then, from } in begins {
            tails.push(BucketTail::start(bucket, then, &from, selection.clone()).await?);
        }
        let due = (0..tails.len()).collect();
        Ok(Self { tails, due, ready: VecDeque::new(), watching, at_end, schema })
    }

    /// Where it stands in each bucket, before what is ready to be delivered.
    pub(super) fn stands(&self) -> impl Iterator<Item = (u32, Stand)> + '_ {
        self.tails.iter().map(|tail| (tail.bucket.place.id, tail.stand()))
    }

    /// Lets the next steps look at every bucket, also where one was at its end before.
    pub(super) fn look_at_all(&mut self) {
        let missing: Vec<_> =
            (0..self.tails.len()).filter(|index| !self.due.contains(index)).collect();
        self.due.extend(missing);
    }

    /// What comes next. Cancel: safe to drop; what was not returned comes again.
    pub(super) async fn next(&mut self) -> Result<Option<Step>> {
        loop {
            if let Some(step) = self.ready.pop_front() {
                return Ok(Some(step));
            }
            match self.due.front().copied() {
                Some(index) => {
                    let looked = self.look(index).await;
                    // IMPORTANT: behind the look, as who waits for it may be dropped.
                    self.due.pop_front();
                    looked?;
                }
                None if self.at_end == AtEnd::Stop => return Ok(None),
                None => {
                    let buckets = self.watching.next().await;
                    self.due.extend(buckets.into_iter().filter(|b| *b < self.tails.len()));
                }
            }
        }
    }

    /// Looks at one bucket. After an error it is looked at again with the next hint or poll.
    async fn look(&mut self, index: usize) -> Result<()> {
        let Some(tail) = self.tails.get_mut(index) else { return Ok(()) };
        let events = tail.advance().await?;
        if events.is_empty() {
            return Ok(());
        }
        self.watching.found();
        let bucket = tail.bucket.place.id;
        let steps = events.into_iter().map(|(event, stand)| Step {
            bucket,
            stand,
            event: padded(event, &self.schema),
        });
        self.ready.extend(steps);
        // There may be more; the others first.
        self.due.push_back(index);
        Ok(())
    }
}

fn padded(event: BucketEvent, schema: &SchemaRef) -> BucketEvent {
    match event {
        BucketEvent::Rows(chunk, origin) => BucketEvent::Rows(chunk.padded(schema), origin),
        other => other,
    }
}

fn set(stands: &watch::Sender<Stands>, bucket: u32, stand: Stand) {
    stands.send_modify(|stands| stands.set(bucket, stand));
}

/// Wakes on puts and flushes of this process, on file-system events, and when the poll is due.
struct Watching {
    buckets: Vec<Arc<Bucket>>,
    changes: Vec<watch::Receiver<u64>>,
    subscription: Subscription,
    /// The buckets whose folder of versions is not there to be watched yet.
    unarmed: BTreeSet<usize>,
    pace: Pace,
}

impl Watching {
    fn new(catalog: &Catalog, buckets: &[Arc<Bucket>]) -> Self {
        Self {
            buckets: buckets.to_vec(),
            changes: buckets.iter().map(|bucket| bucket.changes()).collect(),
            subscription: catalog.hub.subscribe(),
            unarmed: (0..buckets.len()).collect(),
            pace: catalog.pace(),
        }
    }

    /// Watches what is not watched yet; returns the buckets that came under watch.
    fn arm(&mut self) -> BTreeSet<usize> {
        let Self { buckets, subscription, unarmed, .. } = self;
        let missing = std::mem::take(unarmed);
        let (armed, missing) = missing.into_iter().partition(|index| {
            buckets.get(*index).is_some_and(|bucket| watch_bucket(subscription, bucket, *index))
        });
        *unarmed = missing;
        armed
    }

    fn found(&mut self) {
        self.pace.found();
    }

    /// The buckets that are worth a look.
    async fn next(&mut self) -> BTreeSet<usize> {
        let armed = self.arm();
        if !armed.is_empty() {
            // What came before the watch was armed is seen by looking, not by an event.
            return armed;
        }
        let everything = (0..self.buckets.len()).collect();
        let mut local: FuturesUnordered<_> =
            self.changes.iter_mut().enumerate().map(changed).collect();
        tokio::select! {
            Some(index) = local.next() => BTreeSet::from([index]),
            tokens = self.subscription.next() => {
                tokio::time::sleep(COALESCE).await;
                tokens.into_iter().filter_map(|token| usize::try_from(token).ok()).collect()
            }
            () = tokio::time::sleep(self.pace.pause()) => {
                self.pace.nothing();
                everything
            }
        }
    }
}

/// Watches where versions and buffered records of a bucket appear; returns whether all of it is there.
fn watch_bucket(subscription: &mut Subscription, bucket: &Bucket, index: usize) -> bool {
    let token = index as u64;
    let versions = subscription.add(&bucket.place.dataset.join(VERSIONS), token);
    let log = bucket.log_folder().is_none_or(|folder| subscription.add(&folder, token));
    versions && log
}

async fn changed((index, receiver): (usize, &mut watch::Receiver<u64>)) -> usize {
    if receiver.changed().await.is_err() {
        // The bucket lives as long as this stream, so its sender does; without one, nothing wakes.
        std::future::pending::<()>().await;
    }
    index
}
