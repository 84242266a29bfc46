//! A flush that may end without an answer: by a panic, or with its runtime.

use std::sync::atomic::{AtomicBool, Ordering};

/// Poisons a writer where a flush is dropped before it is known how it ended.
pub(super) struct Doubt<'a> {
    poisoned: &'a AtomicBool,
    pub(super) is_settled: bool,
}

impl<'a> Doubt<'a> {
    pub(super) fn of(poisoned: &'a AtomicBool) -> Self {
        Self { poisoned, is_settled: false }
    }
}

impl Drop for Doubt<'_> {
    fn drop(&mut self) {
        if !self.is_settled {
            self.poisoned.store(true, Ordering::Release);
        }
    }
}
