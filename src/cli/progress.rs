//! A bar for work that takes longer than a second, on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::Instant;

use super::output;

/// Work that is done sooner shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
const BYTES: &str = "{msg:9} {bar:30} {percent:>3} %  {bytes} of {total_bytes}, {eta} left";
const RECORDS: &str = "{msg:9} {bar:30} {percent:>3} %  {pos} of {len} records, {eta} left";

/// How far a pass over an input is. Dropped, it leaves no trace.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    begun: Instant,
    is_shown: bool,
}

impl Progress {
    /// Starts a pass over `bytes` bytes; `what` is a verb: "checking".
    pub(crate) fn start(what: &'static str, bytes: u64) -> Self {
        Self::new(what, bytes, BYTES)
    }

    /// Starts a pass over so many records; `what` is a verb: "exporting".
    pub(crate) fn records(what: &'static str, records: u64) -> Self {
        Self::new(what, records, RECORDS)
    }

    fn new(what: &'static str, all: u64, template: &str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(all), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what);
        Self { bar, begun: Instant::now(), is_shown: false }
    }

    /// A pass whose end nobody knows: shows nothing.
    pub(crate) fn none() -> Self {
        Self { bar: ProgressBar::hidden(), begun: Instant::now(), is_shown: true }
    }

    /// Prints something beside the bar.
    pub(crate) fn aside(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// Says how many bytes, or records, are done.
    pub(crate) fn at(&mut self, done: u64) {
        if !self.is_shown && output::stderr_is_terminal() && self.begun.elapsed() > PATIENCE {
            self.is_shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(done);
    }

    /// As [`at`](Self::at), of so many, which may have become more.
    pub(crate) fn at_of(&mut self, done: u64, all: u64) {
        self.bar.set_length(all.max(done));
        self.at(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
