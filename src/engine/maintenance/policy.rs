//! What is due in a bucket, decided on facts alone.

use std::ops::Range;

use super::tiers::{Part, Tiers};

/// What is known of a bucket.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// The fragments of its head.
    pub(crate) parts: Vec<Part>,
}

/// What keeps a bucket's cost flat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// Rewrites these parts as one fragment.
    Compact(Range<usize>),
}

/// When something is due.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Policy {
    pub(crate) tiers: Tiers,
}

impl Policy {
    /// What is to be done first; `None` where nothing is due.
    pub(crate) fn decide(&self, facts: &Facts) -> Option<Task> {
        self.tiers.due(&facts.parts).map(Task::Compact)
    }
}

impl Task {
    /// The task in a word, as people and scripts read it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Compact(_) => "compact",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(fragment: u64, rows: u64) -> Part {
        let offsets = (fragment * 100, fragment * 100 + rows - 1);
        Part { fragment, rows, deleted: 0, bytes: rows, offsets, kin: 0, is_fixed: false }
    }

    #[test]
    fn what_is_due_is_decided_on_facts_alone() {
        let policy = Policy { tiers: Tiers { rows: 1000, bytes: 1000, many: 4, few: 4 } };
        let parts = |count| (0..count).map(|fragment| part(fragment, 1)).collect();
        for (facts, due) in [
            (Facts::default(), None),
            (Facts { parts: parts(3) }, None),
            (Facts { parts: parts(4) }, Some(Task::Compact(0..4))),
        ] {
            let decided = policy.decide(&facts);
            assert_eq!(decided, due);
            assert_eq!(policy.decide(&facts).map(|task| task.name()), due.map(|_| "compact"));
        }
    }
}
