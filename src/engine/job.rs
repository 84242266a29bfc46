//! Long work, watched from outside: how far it is, and a wish that it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

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
        self.0.is_cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it is to end.
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled.load(Ordering::Relaxed)
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
}
