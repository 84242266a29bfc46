//! Which values of a record are unfolded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Where a value lies in its record: the names that lead to it.
pub(crate) type Path = Arc<[String]>;

/// Which values are unfolded, and how many steps of each are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Folds {
    steps: BTreeMap<Path, u32>,
    /// Texts that are shown in hexadecimal.
    hex: BTreeSet<Path>,
}

impl Folds {
    /// How many steps of a value are shown; none where it is folded.
    pub(crate) fn steps(&self, path: &Path) -> u32 {
        self.steps.get(path).copied().unwrap_or(0)
    }

    /// Shows one step more.
    pub(crate) fn open(&mut self, path: &Path) {
        *self.steps.entry(path.clone()).or_default() += 1;
    }

    /// Shows one step of it at least.
    pub(crate) fn show(&mut self, path: &Path) {
        self.steps.entry(path.clone()).or_insert(1);
    }

    /// Whether a text is shown in hexadecimal.
    pub(crate) fn is_hex(&self, path: &Path) -> bool {
        self.hex.contains(path)
    }

    /// Shows a text in hexadecimal, from its beginning, or as a text again.
    pub(crate) fn turn_to_hex(&mut self, path: &Path) {
        self.shut(path);
        if !self.hex.remove(path) {
            self.hex.insert(path.clone());
            self.show(path);
        }
    }

    /// Shows nothing of it.
    pub(crate) fn shut(&mut self, path: &Path) {
        self.steps.remove(path);
    }

    /// How many things of `first` at the beginning are shown by now: ten times as many each step.
    pub(crate) fn shown(&self, path: &Path, first: usize) -> usize {
        (1..self.steps(path)).fold(first, |shown, _| shown.saturating_mul(10))
    }
}
