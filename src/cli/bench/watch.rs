//! How far a measurement is, and whether somebody wants it to end.

use crate::cli::failure::{Failure, Result};
use crate::cli::interrupt::Interrupt;
use crate::cli::progress::Progress;

/// Asked after each step, between two times that are taken.
pub(super) struct Watch {
    interrupt: Interrupt,
    progress: Progress,
    done: u64,
}

impl Watch {
    /// Takes the signals over.
    pub(super) fn listen() -> Self {
        let promise = "stopping; the temporary folder is removed";
        Self { interrupt: Interrupt::listen(Some(promise)), progress: Progress::none(), done: 0 }
    }

    /// Begins work of so many steps; `what` is a verb.
    pub(super) fn begin(&mut self, what: &'static str, steps: u64) {
        self.progress = Progress::records(what, steps);
        self.done = 0;
    }

    /// One more is done.
    ///
    /// # Errors
    /// [`Failure::Interrupted`] where somebody wants it to end.
    pub(super) fn step(&mut self) -> Result {
        self.done += 1;
        self.progress.at(self.done);
        if self.interrupt.is_asked() { Err(Failure::Interrupted) } else { Ok(()) }
    }

    /// Waits for what may never come, and no longer than until somebody wants it to end.
    pub(super) async fn wait<T>(&mut self, work: impl Future<Output = T>) -> Result<T> {
        tokio::select! {
            done = work => Ok(done),
            () = self.interrupt.asked() => Err(Failure::Interrupted),
        }
    }
}
