//! Long work, watched from outside: how far it is, and a wish that it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::sync::Notify;

use super::error::{Error, Result};

/// How far a piece of long work is, in a unit that the work names, and whether it is to end. Cheap to clone: all clones are
/// the same job.
#[derive(Debug, Clone, Default)]
pub struct Job(Arc<State>);

#[derive(Debug, Default)]
struct State {
    done: AtomicU64,
    total: AtomicU64,
    is_cancelled: AtomicBool,
    wish: Notify,
}

impl Job {
    /// A job that has not begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// How much is done.
    pub fn done(&self) -> u64 {
        self.0.done.load(Ordering::Relaxed)
    }

    /// How much there is to do, as far as is known yet.
    pub fn total(&self) -> u64 {
        self.0.total.load(Ordering::Relaxed)
    }

    /// Wishes that the work ends soon. What it leaves then is written where the work is described.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Release);
        self.0.wish.notify_waiters();
    }

    /// Whether it is to end.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Acquire)
    }

    pub(crate) fn expect(&self, more: u64) {
        self.0.total.fetch_add(more, Ordering::Relaxed);
    }

    pub(crate) fn advance(&self, by: u64) {
        self.0.done.fetch_add(by, Ordering::Relaxed);
    }

    /// Goes on with the work, unless it is to end.
    ///
    /// # Errors
    /// [`Error::Cancelled`] where it is.
    pub(crate) fn go_on(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }

    /// Does a piece of the work, unless it is to end: then the piece is dropped where it stands.
    ///
    /// # Errors
    /// [`Error::Cancelled`] where it is.
    pub(crate) async fn unless_cancelled<T>(
        &self,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        tokio::select! {
            biased;
            () = self.cancelled() => Err(Error::Cancelled),
            done = work => done,
        }
    }

    /// Does the work in a task of its own, which lets go of its locks when it has come to its end and not before, though
    /// whoever waits for it is dropped. Then the job is cancelled.
    ///
    /// # Errors
    /// Those of the work; [`Error::Cancelled`] where the runtime ends.
    pub(crate) async fn in_a_task<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let mut awaited = Awaited { job: self, is_done: false };
        let done = tokio::spawn(work).await;
        awaited.is_done = true;
        match done {
            Ok(done) => done,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(Error::Cancelled),
        }
    }

    async fn cancelled(&self) {
        loop {
            // Armed before the look: a wish in between is not missed.
            let wish = self.0.wish.notified();
            if self.is_cancelled() {
                return;
            }
            wish.await;
        }
    }
}

/// Cancels a job where it is dropped before that is done.
struct Awaited<'a> {
    job: &'a Job,
    is_done: bool,
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.job.cancel();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn work_that_never_ends_is_dropped_by_a_wish_that_comes_before_or_while_it_runs() {
        let job = Job::new();
        let waiting = job.unless_cancelled(pending::<Result<()>>());
        let ((), cancelled) = tokio::join!(async { job.cancel() }, waiting);
        assert!(matches!(cancelled, Err(Error::Cancelled)));
        let late = job.unless_cancelled(pending::<Result<()>>()).await;
        assert!(matches!(late, Err(Error::Cancelled)));
    }

    #[tokio::test]
    async fn a_task_whose_caller_is_dropped_comes_to_its_end_by_itself() {
        let (job, (ended, mut end)) = (Job::new(), tokio::sync::mpsc::channel(1));
        let work = job.clone();
        let task = job.in_a_task(async move {
            work.cancelled().await;
            ended.send(()).await.unwrap();
            Ok(())
        });
        tokio::select! {
            biased;
            _ = task => panic!("it has ended"),
            () = std::future::ready(()) => {}
        }
        assert_eq!(end.recv().await, Some(()));
        let other = Job::new();
        assert!(matches!(other.in_a_task(async { Ok(7) }).await, Ok(7)));
        assert!(!other.is_cancelled());
    }
}
