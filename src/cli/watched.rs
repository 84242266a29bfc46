//! Long work of the engine, watched: a bar while it runs, and an interrupt that asks it to end.

use std::time::Duration;

use super::failure::Result;
use super::interrupt::Interrupt;
use super::progress::Progress;
use crate::Job;

/// How often the bar is drawn anew.
const TICK: Duration = Duration::from_millis(100);

/// Waits for the work of a job; `told` says on an interrupt what becomes of it.
pub(crate) async fn watched<T>(
    told: &'static str,
    mut progress: Progress,
    job: &Job,
    work: impl Future<Output = crate::Result<T>>,
) -> Result<T> {
    let mut interrupt = Interrupt::listen(Some(told));
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            () = interrupt.asked(), if !job.is_cancelled() => job.cancel(),
            done = &mut work => return Ok(done?),
            () = tokio::time::sleep(TICK) => progress.at_of(job.done(), job.total()),
        }
    }
}
