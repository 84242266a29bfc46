//! When a put may be acknowledged: one sync for all that wait for it, and none after one that failed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::shared::Bucket;
use crate::engine::error::{Error, Result};
use crate::engine::wal::{Log, SyncPlan, Synced};

/// A sync that takes less is done where the caller stands: two changes of threads would take as long.
const SHORT: Duration = Duration::from_micros(500);

/// The syncs of a bucket's log by this process.
pub(super) struct Syncer {
    bucket: Arc<Bucket>,
    state: Mutex<State>,
    ended: Notify,
    /// A sync is due within the interval.
    is_timed: AtomicBool,
}

#[derive(Default)]
struct State {
    is_running: bool,
    /// How many wait for a sync.
    waiting: usize,
    /// How long the last one took.
    took: Option<Duration>,
    /// Why a sync failed. IMPORTANT: it is never tried again; the system forgets what it could not
    /// write, and the next sync would say that all is well.
    failed: Option<String>,
}

impl Syncer {
    pub(super) fn new(bucket: Arc<Bucket>) -> Arc<Self> {
        let (state, ended) = (Mutex::default(), Notify::new());
        Arc::new(Self { bucket, state, ended, is_timed: AtomicBool::new(false) })
    }

    /// Fails where an earlier sync did.
    pub(super) fn check(&self) -> Result<()> {
        self.state().failed.as_ref().map_or(Ok(()), |reason| Err(self.not_durable(reason)))
    }

    /// Returns once every record below `upto` is on the disk by a sync of this process.
    ///
    /// Those who wait at the same time share a sync; one that runs already may have begun too early,
    /// and then the next one counts.
    /// Cancel: the sync goes on.
    /// Cost: a sync. Who waits alone on a disk that is quick does it in its own thread; else it is done in a blocking one.
    ///
    /// # Errors
    /// [`Error::NotDurable`] where a sync failed, from then on always.
    pub(super) async fn wait(self: &Arc<Self>, upto: u64) -> Result<()> {
        let _waiting = Waiting::on(self);
        loop {
            let ended = self.ended.notified();
            tokio::pin!(ended);
            ended.as_mut().enable();
            self.check()?;
            if self.is_durable(upto) {
                return Ok(());
            }
            self.start();
            ended.await;
        }
    }

    /// Syncs within `pause` what is put until then.
    pub(super) fn within(self: &Arc<Self>, pause: Duration) {
        if self.is_timed.swap(true, Ordering::AcqRel) {
            return;
        }
        let own = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(pause).await;
            own.is_timed.store(false, Ordering::Release);
            let end = own.bucket.live().log.as_ref().map(Log::end);
            if let Some(end) = end {
                // Who puts next is told where it failed.
                drop(own.wait(end).await);
            }
        });
    }

    /// A sync of the log failed elsewhere in this process: nothing may rely on the next one.
    pub(super) fn give_up(&self, error: &Error) {
        let reason = self.fail(error);
        self.state().failed.get_or_insert(reason);
        self.ended.notify_waiters();
    }

    fn is_durable(&self, upto: u64) -> bool {
        // A segment is unlinked only when a durable version holds its records.
        let is_there = |log: &Log| log.durable_upto() >= upto || log.first() >= upto;
        self.bucket.live().log.as_ref().is_none_or(is_there)
    }

    /// Starts a sync unless one runs.
    fn start(self: &Arc<Self>) {
        let is_short = {
            let mut state = self.state();
            if state.is_running || state.failed.is_some() {
                return;
            }
            state.is_running = true;
            state.waiting <= 1 && state.took.is_some_and(|took| took < SHORT)
        };
        let plan = self.bucket.live().log.as_mut().map(Log::sync_plan).transpose();
        let plan = match plan {
            Ok(Some(plan)) => plan,
            Ok(None) => return self.end(Ok(None)),
            Err(error) => return self.end(Err(error)),
        };
        if is_short {
            return self.run(plan);
        }
        let own = self.clone();
        // Not awaited: who waits is told by `ended`, and a sync outlives who asked for it.
        drop(tokio::task::spawn_blocking(move || own.run(plan)));
    }

    fn run(&self, plan: SyncPlan) {
        let begun = Instant::now();
        let result = plan.run().map(Some);
        self.state().took = Some(begun.elapsed());
        self.end(result);
    }

    fn end(&self, result: Result<Option<Synced>>) {
        let failed = match result {
            Ok(synced) => {
                if let (Some(log), Some(synced)) = (&mut self.bucket.live().log, synced) {
                    log.synced(&synced);
                }
                None
            }
            // Its folder has no such name any more; all that was put before it was moved is on the disk.
            Err(_) if self.bucket.append_lock.is_moved() => {
                if let Some(log) = &mut self.bucket.live().log {
                    log.was_moved();
                }
                None
            }
            Err(error) => Some(self.fail(&error)),
        };
        let mut state = self.state();
        state.is_running = false;
        state.failed = state.failed.take().or(failed);
        drop(state);
        self.ended.notify_waiters();
    }

    fn fail(&self, error: &Error) -> String {
        self.bucket.append_lock.poison();
        let cause = std::error::Error::source(error).map(ToString::to_string);
        cause.unwrap_or_else(|| error.to_string())
    }

    fn not_durable(&self, reason: &str) -> Error {
        Error::NotDurable {
            path: self.bucket.log_place.folder.join(crate::engine::layout::LOG),
            source: reason.into(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts one who waits for as long as it does.
struct Waiting<'a>(&'a Syncer);

impl<'a> Waiting<'a> {
    fn on(syncer: &'a Syncer) -> Self {
        syncer.state().waiting += 1;
        Self(syncer)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.state().waiting -= 1;
    }
}
