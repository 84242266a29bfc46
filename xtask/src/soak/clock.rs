//! When it is over: when the time is up, or something is broken.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Tells all threads when to end.
pub(crate) struct Clock {
    begun: Instant,
    time: Duration,
    broken: Mutex<Option<String>>,
    changed: Condvar,
}

impl Clock {
    pub(crate) fn of(time: Duration) -> Self {
        Self { begun: Instant::now(), time, broken: Mutex::default(), changed: Condvar::new() }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Waits so long, or until it is over; whether it goes on.
    pub(crate) fn wait(&self, pause: Duration) -> bool {
        let pause = pause.min(self.time.saturating_sub(self.elapsed()));
        let goes_on = |broken: &mut Option<String>| broken.is_none();
        let waited = self.changed.wait_timeout_while(self.lock(), pause, goes_on);
        drop(waited);
        self.goes_on()
    }

    pub(crate) fn goes_on(&self) -> bool {
        self.elapsed() < self.time && self.lock().is_none()
    }

    /// Ends it: a promise was broken. The first one counts.
    pub(crate) fn fail(&self, what: String) {
        self.lock().get_or_insert(what);
        self.changed.notify_all();
    }

    pub(crate) fn check(&self, outcome: Result<(), String>) {
        if let Err(what) = outcome {
            self.fail(what);
        }
    }

    pub(crate) fn broken(&self) -> Option<String> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Option<String>> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
