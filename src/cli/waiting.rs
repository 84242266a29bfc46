//! How long a command waits for the locks of other processes.

use std::time::Duration;

use clap::Args;

use crate::WriterBuilder;

/// Patience with other processes.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Waiting {
    /// Wait so long for a process that holds a bucket's lock, then fail and name it; fractions are fine [default: 10]
    #[arg(long, value_name = "SECONDS", value_parser = super::moment::seconds, allow_negative_numbers = true)]
    pub(crate) lock_timeout: Option<Duration>,
}

impl Waiting {
    /// A writer that waits so long.
    pub(crate) fn of(self, writer: WriterBuilder) -> WriterBuilder {
        match self.lock_timeout {
            Some(timeout) => writer.lock_timeout(timeout),
            None => writer,
        }
    }
}
