//! Which values of a record are unfolded.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a value lies in its record: the names that lead to it.
pub(crate) type Path = Arc<[String]>;

/// Which values are unfolded, and how many steps of each are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Folds(BTreeMap<Path, u32>);

impl Folds {
    /// How many steps of a value are shown; none where it is folded.
    pub(crate) fn steps(&self, path: &Path) -> u32 {
        self.0.get(path).copied().unwrap_or(0)
    }

    /// Shows one step more.
    pub(crate) fn open(&mut self, path: &Path) {
        *self.0.entry(path.clone()).or_default() += 1;
    }

    /// Shows nothing of it.
    pub(crate) fn shut(&mut self, path: &Path) {
        self.0.remove(path);
    }

    /// How many things of `first` at the beginning are shown by now: ten times as many each step.
    pub(crate) fn shown(&self, path: &Path, first: usize) -> usize {
        (1..self.steps(path)).fold(first, |shown, _| shown.saturating_mul(10))
    }
}
