//! A bar for work that takes longer than a second, on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::time::Instant;

use super::output;

/// Work that is done sooner shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
const TEMPLATE: &str = "{msg:9} {bar:30} {percent:>3} %  {bytes} of {total_bytes}, {eta} left";

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
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
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

    /// Says how many bytes are done.
    pub(crate) fn at(&mut self, bytes: u64) {
        if !self.is_shown && output::stderr_is_terminal() && self.begun.elapsed() > PATIENCE {
            self.is_shown = true;
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.set_position(bytes);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
