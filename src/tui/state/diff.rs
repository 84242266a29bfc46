//! What differs between two versions of a bucket, while it is looked at.

use std::time::Duration;

use super::scroll::Scroll;
use crate::tui::data::{Difference, Differing, Fault};
use crate::tui::effect::Versus;
use crate::tui::event::Compared;

/// Records that differ and are kept to be looked at; the others are counted.
pub(crate) const DIFFERENCES: usize = 5_000;

/// The list, over the panes.
#[derive(Debug)]
pub(crate) struct DiffList {
    pub(crate) versus: Versus,
    /// By offset.
    pub(crate) rows: Vec<Difference>,
    /// None before anything was found out.
    pub(crate) differing: Option<Differing>,
    /// How long the comparison took; none while it goes on.
    pub(crate) took: Option<Duration>,
    /// Why it failed.
    pub(crate) failed: Option<Fault>,
    pub(crate) scroll: Scroll,
}

impl DiffList {
    /// A list that has just been opened.
    pub(crate) fn of(versus: Versus) -> Self {
        let (rows, scroll) = (Vec::new(), Scroll::default());
        Self { versus, rows, differing: None, took: None, failed: None, scroll }
    }

    /// Takes what was found since the last time.
    pub(crate) fn take(&mut self, found: Compared) {
        self.rows.extend(found.rows);
        self.differing = Some(found.differing);
        self.took = found.took;
    }

    /// The selected record.
    pub(crate) fn selected(&self) -> Option<&Difference> {
        self.rows.get(usize::try_from(self.scroll.selected).ok()?)
    }

    /// How many records differ, as far as that is known.
    pub(crate) fn count(&self) -> u64 {
        self.differing.as_ref().map_or(0, |found| found.added + found.updated + found.deleted)
    }
}
