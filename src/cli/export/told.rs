//! Output for a library that writes, whose own errors do not say which file failed, nor how.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::cli::failure::{Failure, Result};
use crate::cli::output::Data;

/// Output that keeps how its last write failed.
pub(super) struct Told {
    out: Data,
    fault: Fault,
}

/// How the last write failed, where one did; outlives the library's writer.
#[derive(Debug, Clone, Default)]
pub(super) struct Fault(Arc<Mutex<Option<Failure>>>);

impl Told {
    pub(super) fn new(out: Data) -> (Self, Fault) {
        let fault = Fault::default();
        (Self { out, fault: fault.clone() }, fault)
    }

    /// Hands on what is buffered, for the last time.
    pub(super) fn finish(self) -> Result {
        self.out.finish()
    }

    fn told<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.inspect_err(|error| {
            // A write that a signal interrupted is tried again.
            if error.kind() != io::ErrorKind::Interrupted {
                self.fault.keep(self.out.failure(error));
            }
        })
    }
}

impl Fault {
    /// How the last write failed; where none did, what the library says is the matter.
    pub(super) fn or(&self, other: Failure) -> Failure {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take().unwrap_or(other)
    }

    fn keep(&self, failure: Failure) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
    }
}

impl Write for Told {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = Write::write(&mut self.out, bytes);
        self.told(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = Write::flush(&mut self.out);
        self.told(flushed)
    }
}
