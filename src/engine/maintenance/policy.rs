//! What is due in a bucket, decided on facts alone.

use std::collections::BTreeSet;
use std::ops::Range;

use super::coverage::Coverage;
use super::tiers::{Part, Tiers};
use crate::engine::retention::Retention;

/// What is known of a bucket.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// The fragments of its head.
    pub(crate) parts: Vec<Part>,
    /// Its indices.
    pub(crate) indices: Vec<Coverage>,
    /// Versions that there are.
    pub(crate) versions: usize,
    /// Which of them are kept.
    pub(crate) retention: Retention,
    /// Records that the rule for them lets go.
    pub(crate) let_go: u64,
    pub(crate) rests: Rests,
}

/// What failed lately, and is left alone for now.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rests {
    pub(crate) records: bool,
    pub(crate) compaction: bool,
    pub(crate) indices: bool,
}

/// What keeps a bucket's cost flat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// Lets the oldest records go.
    Retain,
    /// Rewrites these parts as one fragment.
    Compact(Range<usize>),
    /// Extends these indices to all rows.
    Extend(BTreeSet<String>),
    /// Removes versions that need not be kept.
    CleanUp,
}

/// Versions beyond those that are kept, before it is worth to look which may go.
const SLACK: usize = 32;

/// When something is due.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Policy {
    pub(crate) tiers: Tiers,
}

impl Policy {
    /// What is to be done first; `None` where nothing is due.
    pub(crate) fn decide(&self, facts: &Facts) -> Option<Task> {
        // What goes need not be rewritten before.
        if facts.let_go > 0 && !facts.rests.records {
            return Some(Task::Retain);
        }
        // What is rewritten may have to be covered anew; what both leave behind is cleaned up behind them.
        let run = if facts.rests.compaction { None } else { self.tiers.due(&facts.parts) };
        let clean = || (facts.versions > most(facts.retention) + SLACK).then_some(Task::CleanUp);
        run.map(Task::Compact).or_else(|| extend(facts)).or_else(clean)
    }
}

fn extend(facts: &Facts) -> Option<Task> {
    let due = facts.indices.iter().filter(|index| !facts.rests.indices && index.is_due());
    let names: BTreeSet<String> = due.map(|due| due.index.clone()).collect();
    (!names.is_empty()).then_some(Task::Extend(names))
}

/// Versions that a retention keeps at most, but for those that are tagged or read.
fn most(retention: Retention) -> usize {
    retention.keep_versions.max(retention.at_most)
}

impl Task {
    /// The task in a word, as people and scripts read it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Retain => "retain",
            Self::Compact(_) => "compact",
            Self::Extend(_) => "index",
            Self::CleanUp => "cleanup",
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
        let facts = |count, versions| {
            let keep_for = std::time::Duration::ZERO;
            let retention = Retention { keep_versions: 5, keep_for, at_most: 20 };
            Facts { parts: parts(count), versions, retention, ..Facts::default() }
        };
        let rests = Rests { records: true, compaction: true, indices: true };
        let resting = |facts| Facts { rests, ..facts };
        let beyond = |facts| Facts { let_go: 1, ..facts };
        let indexed = |facts| {
            let index = |name: &str, open| Coverage { index: name.into(), covered: 9, open };
            Facts { indices: vec![index("a", 9), index("b", 5000), index("c", 7000)], ..facts }
        };
        let extend = Task::Extend(["b".to_owned(), "c".to_owned()].into());
        for (facts, due) in [
            (Facts::default(), None),
            (facts(3, 0), None),
            (facts(4, 0), Some(Task::Compact(0..4))),
            (facts(3, 20 + SLACK), None),
            (facts(3, 21 + SLACK), Some(Task::CleanUp)),
            (facts(4, 21 + SLACK), Some(Task::Compact(0..4))),
            (indexed(facts(4, 0)), Some(Task::Compact(0..4))),
            (indexed(facts(3, 21 + SLACK)), Some(extend)),
            (beyond(indexed(facts(4, 0))), Some(Task::Retain)),
            (resting(beyond(facts(3, 0))), None),
            (resting(indexed(facts(4, 0))), None),
            (resting(indexed(facts(4, 21 + SLACK))), Some(Task::CleanUp)),
        ] {
            assert_eq!(policy.decide(&facts), due);
        }
        assert_eq!(Task::Retain.name(), "retain");
        assert_eq!(Task::Compact(0..4).name(), "compact");
        assert_eq!(Task::Extend(BTreeSet::new()).name(), "index");
    }
}
