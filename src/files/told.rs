//! Output for a library that writes, whose own errors do not say how a write failed.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::fault::Fault;

/// Output that keeps how its last write failed.
pub(super) struct Told<W> {
    out: W,
    last: LastError,
}

/// How the last write failed, where one did; outlives the library's writer.
#[derive(Debug, Clone, Default)]
pub(super) struct LastError(Arc<Mutex<Option<io::Error>>>);

impl<W: Write> Told<W> {
    pub(super) fn new(out: W) -> (Self, LastError) {
        let last = LastError::default();
        (Self { out, last: last.clone() }, last)
    }

    /// Hands on what is buffered, for the last time.
    pub(super) fn finish(mut self) -> Result<(), Fault> {
        self.out.flush().map_err(Fault::Output)
    }

    fn told<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.inspect_err(|error| {
            // A write that a signal interrupted is tried again.
            if error.kind() != io::ErrorKind::Interrupted {
                self.last.keep(error);
            }
        })
    }
}

impl LastError {
    /// How the last write failed; where none did, what the library says is the matter.
    pub(super) fn or(&self, other: Fault) -> Fault {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take().map_or(other, Fault::Output)
    }

    fn keep(&self, error: &io::Error) {
        let copy = match error.raw_os_error() {
            Some(number) => io::Error::from_raw_os_error(number),
            None => io::Error::new(error.kind(), error.to_string()),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(copy);
    }
}

impl<W: Write> Write for Told<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.told(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.told(flushed)
    }
}
