//! Maintenance in the background: what is due after a flush is done beside the puts that follow, and never in their way.
//!
//! One piece at a time in a process, and one a bucket over all of them. Nobody waits for it, but who closes a writer, for a
//! moment; what is not done by then is left to the next process. Its errors fail nothing.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tracing::Instrument as _;
use tracing::field::Empty;

use super::retain::RuleSource;
use super::shared::Bucket;
use super::snapshot::Snapshot;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::facts::Maintenance;
use crate::engine::job::Job;
use crate::engine::maintenance::{Backoff, Facts, Policy, Rests, Task, Tiers};
use crate::engine::record_retention::RecordRetention;
use crate::engine::retention::Retention;
use crate::engine::store::{Edge, Table};

/// Flushes of this process between two looks at what is due.
const EVERY: u64 = 16;
/// How long the end of a writer waits for what is due then.
const AT_THE_END: Duration = Duration::from_millis(200);
/// How long it waits for the lock of flushes otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

/// The turn of a process's buckets.
static TURN: Semaphore = Semaphore::const_new(1);

/// The background of one bucket's writer. Dropped, it ends what it has begun.
pub(super) struct Upkeep {
    bucket: Arc<Bucket>,
    is_on: bool,
    retention: Retention,
    records: RuleSource,
    flushes: AtomicU64,
    begun: Mutex<Option<Begun>>,
}

struct Begun {
    job: Job,
    task: JoinHandle<()>,
}

/// How far it goes.
#[derive(Debug, Clone, Copy)]
struct Pace {
    tiers: Tiers,
    /// Whether indices are extended: what that takes has no bound that is a moment's.
    extends: bool,
    /// How long it waits for the lock of flushes.
    patience: Duration,
}

/// What is kept: versions, and records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keeps {
    pub(crate) versions: Retention,
    pub(crate) records: RecordRetention,
}

/// What became of maintenance in this process.
#[derive(Debug, Default)]
pub(super) struct Neglect {
    /// What it failed with, where it failed the last time.
    error: Option<String>,
    records: Backoff,
    compaction: Backoff,
    indices: Backoff,
}

impl Neglect {
    /// What is to be left alone at this look.
    fn rests(&mut self) -> Rests {
        Rests {
            records: self.records.rests(),
            compaction: self.compaction.rests(),
            indices: self.indices.rests(),
        }
    }

    fn is_failing(&self) -> bool {
        [self.records, self.compaction, self.indices].into_iter().any(Backoff::is_failing)
    }
}

impl Pace {
    fn in_the_background() -> Self {
        Self { tiers: Tiers::default(), extends: true, patience: PATIENCE }
    }

    /// Somebody waits for it.
    fn at_the_end() -> Self {
        Self { tiers: Tiers::of_a_moment(), extends: false, patience: Duration::ZERO }
    }
}

impl Upkeep {
    pub(super) fn new(
        bucket: Arc<Bucket>,
        is_on: bool,
        (retention, records): (Retention, RuleSource),
    ) -> Self {
        let (flushes, begun) = (AtomicU64::new(0), Mutex::default());
        Self { bucket, is_on, retention, records, flushes, begun }
    }

    /// Counts a flush, and begins with what is due: at the first one, as a writer that is killed soon comes to no other, and each
    /// time that there were some.
    pub(super) fn flushed(&self) {
        if self.is_on && self.flushes.fetch_add(1, Ordering::Relaxed).is_multiple_of(EVERY) {
            self.begin(Pace::in_the_background());
        }
    }

    /// Does what is due, for a moment at most. Processes that flush once and end do their part so.
    pub(super) async fn close(&self) {
        if !self.is_on {
            return;
        }
        self.begin(Pace::at_the_end());
        let begun = self.begun().take();
        let Some(Begun { job, mut task }) = begun else { return };
        if tokio::time::timeout(AT_THE_END, &mut task).await.is_err() {
            job.cancel();
            // It comes to an end now; a panic of it was none of the writer's.
            drop(task.await);
        }
    }

    fn begin(&self, pace: Pace) {
        let mut begun = self.begun();
        if begun.as_ref().is_some_and(|begun| !begun.task.is_finished()) {
            return;
        }
        let (bucket, job) = (self.bucket.clone(), Job::new());
        let (own, versions, records) = (job.clone(), self.retention, self.records.clone());
        let task = tokio::spawn(async move {
            bucket.maintain((versions, &records), pace, &own).await;
        });
        *begun = Some(Begun { job, task });
    }

    fn begun(&self) -> MutexGuard<'_, Option<Begun>> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        if let Some(begun) = self.begun().take() {
            begun.job.cancel();
        }
    }
}

impl Bucket {
    /// What of it is due as this snapshot sees the bucket, and what was done. Nothing is due where no version is ever removed.
    pub(crate) async fn upkeep(
        self: &Arc<Self>,
        snapshot: &Snapshot,
        kept: Option<Keeps>,
    ) -> Result<Maintenance> {
        let Some(head) = snapshot.table() else { return Ok(Maintenance::default()) };
        let task = match kept.filter(|_| head.is_stable()) {
            Some(kept) => {
                self.due(head, kept, (Pace::in_the_background(), Rests::default())).await?
            }
            None => None,
        };
        let own = self.clone();
        let last_begun = blocking(move || Ok(own.maintenance_lock.last_held())).await?;
        Ok(Maintenance {
            due: task.map(|task| task.name()),
            versions: head.version_numbers().await?.len() as u64,
            last_begun,
            error: self.neglect().error.clone(),
        })
    }

    fn neglect(&self) -> MutexGuard<'_, Neglect> {
        self.neglect.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does what is due, where nobody else is at it.
    async fn maintain(
        self: &Arc<Self>,
        (versions, records): (Retention, &RuleSource),
        pace: Pace,
        job: &Job,
    ) {
        let done = async {
            let kept = Keeps { versions, records: records.read().await? };
            self.do_what_is_due(kept, pace, job).await
        };
        let (topic, bucket) = (&self.topic, self.place.id);
        let span = tracing::debug_span!("maintenance", %topic, bucket, task = Empty);
        let error = match done.instrument(span).await {
            // It has shown nothing: what was known before still is.
            Err(Error::Cancelled) => return,
            Err(Error::Locked { .. }) if pace.patience.is_zero() => return,
            done => done.err(),
        };
        if let Some(error) = &error {
            self.meters().inspect(|meters| meters.maintenance_failed());
            tracing::warn!(%topic, bucket, %error, "maintenance failed; a later flush tries again");
        }
        let mut neglect = self.neglect();
        // What failed the last time is not all right because it was left alone.
        let is_failing = neglect.is_failing();
        if error.is_some() || !is_failing {
            neglect.error = error.map(|error| error.to_string());
        }
    }

    async fn do_what_is_due(self: &Arc<Self>, kept: Keeps, pace: Pace, job: &Job) -> Result<()> {
        let _turn = job.unless_cancelled(async { Ok(TURN.acquire().await.ok()) }).await?;
        let Some(head) = self.known_table() else { return Ok(()) };
        let age = kept.records.keep_age.filter(|_| head.is_stable());
        if let Some(age) = age
            && let Err(error) = self.note_moments(&head, age).await
        {
            tracing::warn!(topic = %self.topic, bucket = self.place.id, %error, "since when records are persisted could not be noted; they may stay longer");
        }
        let rests = self.neglect().rests();
        let Some(task) = self.due(&head, kept, (pace, rests)).await? else { return Ok(()) };
        tracing::Span::current().record("task", task.name());
        let Some(_alone) = self.maintenance_lock.try_lock()? else { return Ok(()) };
        let cleans = task == Task::CleanUp;
        let done = match task {
            Task::Retain => self.retain_and_go_on(kept, (pace, rests), job).await,
            task => self.do_task(task, kept, pace, job).await,
        };
        if done.is_err() && !cleans {
            self.clean_up_behind(&head, kept, (pace, job)).await;
        }
        done
    }

    async fn do_task(
        self: &Arc<Self>,
        task: Task,
        kept: Keeps,
        pace: Pace,
        job: &Job,
    ) -> Result<()> {
        match task {
            // It was done, or rests.
            Task::Retain => Ok(()),
            // Which run it is, the head says that is there when it begins.
            Task::Compact(_) => self.compact_and_tell(kept, pace, job).await,
            Task::Extend(names) => self.extend_and_tell(&names, pace, job).await,
            Task::CleanUp => self.clean_up_due(kept.versions, pace, job).await,
        }
    }

    /// Lets records go, and then does what is due of the rest: a topic that is always beyond its rule is to be compacted, too.
    async fn retain_and_go_on(
        self: &Arc<Self>,
        kept: Keeps,
        (pace, rests): (Pace, Rests),
        job: &Job,
    ) -> Result<()> {
        let done = self.retain_alone(&kept.records, Edge::Rough, (job, pace.patience)).await;
        note(&mut self.neglect().records, &done);
        let done = done?;
        tracing::info!(topic = %self.topic, bucket = self.place.id, ?done, "let records go");
        let Some(head) = self.known_table() else { return Ok(()) };
        let rests = Rests { records: true, ..rests };
        match self.due(&head, kept, (pace, rests)).await? {
            Some(task) => self.do_task(task, kept, pace, job).await,
            None => Ok(()),
        }
    }

    async fn compact_and_tell(self: &Arc<Self>, kept: Keeps, pace: Pace, job: &Job) -> Result<()> {
        let tiers = pace.tiers.within(&kept.records);
        let done = self.compact_due(tiers, job, pace.patience).await;
        note(&mut self.neglect().compaction, &done);
        let done = done?;
        tracing::info!(topic = %self.topic, bucket = self.place.id, ?done, "compacted");
        Ok(())
    }

    async fn extend_and_tell(
        self: &Arc<Self>,
        names: &BTreeSet<String>,
        pace: Pace,
        job: &Job,
    ) -> Result<()> {
        let done = self.extend_due(names, job, pace.patience).await;
        match &done {
            // What comes to nothing is not to be built again and again.
            Ok(false) => self.neglect().indices.failed(),
            done => note(&mut self.neglect().indices, done),
        }
        let done = done?;
        tracing::info!(topic = %self.topic, bucket = self.place.id, ?names, done, "extended indices");
        Ok(())
    }

    /// Cleans up behind something that failed, and may fail for ever: versions are not to be kept for that.
    async fn clean_up_behind(
        self: &Arc<Self>,
        head: &Table,
        kept: Keeps,
        (pace, job): (Pace, &Job),
    ) {
        let rests = Rests { records: true, compaction: true, indices: true };
        let next = self.due(head, kept, (pace, rests)).await;
        if !matches!(next, Ok(Some(Task::CleanUp))) || job.is_cancelled() {
            return;
        }
        if let Err(error) = self.clean_up_due(kept.versions, pace, job).await {
            tracing::warn!(topic = %self.topic, bucket = self.place.id, %error, "cleaning up failed behind maintenance that did");
        }
    }

    async fn clean_up_due(
        self: &Arc<Self>,
        retention: Retention,
        pace: Pace,
        job: &Job,
    ) -> Result<()> {
        let done = self.clean_up_alone(&retention.with_grace(), (job, pace.patience)).await?;
        tracing::info!(topic = %self.topic, bucket = self.place.id, ?done, "cleaned up");
        Ok(())
    }

    /// What is due in a version at a pace, but for what rests.
    async fn due(
        &self,
        head: &Table,
        kept: Keeps,
        (pace, rests): (Pace, Rests),
    ) -> Result<Option<Task>> {
        let policy = Policy { tiers: pace.tiers.within(&kept.records) };
        let has_many = head.fragments() >= policy.tiers.few as u64;
        let parts = if has_many { head.parts().await? } else { Vec::new() };
        let indices = if pace.extends { head.coverage().await? } else { Vec::new() };
        let versions = head.version_numbers().await?.len();
        let let_go = if rests.records || !head.is_stable() {
            0
        } else {
            self.trim(head, &kept.records, Edge::Rough).await?.records
        };
        let retention = kept.versions;
        Ok(policy.decide(&Facts { parts, indices, versions, retention, let_go, rests }))
    }
}

/// Takes note of how something ended; what had to make way has shown nothing.
fn note<T>(backoff: &mut Backoff, done: &Result<T>) {
    match done {
        Ok(_) => backoff.succeeded(),
        Err(Error::Cancelled | Error::Locked { .. }) => {}
        Err(_) => backoff.failed(),
    }
}
