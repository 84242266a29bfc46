//! What is being looked for, and how far the search has come.

use crate::Needle;

/// A search; it stays until another one, so that one can go on to the next place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Find {
    pub(crate) needle: Needle,
    /// Records that were looked at, and how many there are to look at; while it is under way.
    pub(crate) progress: (u64, u64),
}

impl Find {
    /// A search that has not begun.
    pub(crate) fn of(needle: Needle) -> Self {
        Self { needle, progress: (0, 0) }
    }
}
