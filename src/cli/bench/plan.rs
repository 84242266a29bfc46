//! What is measured, and how much of it.

use clap::ValueEnum;
use serde::Serialize;

/// Records of one flush.
pub(super) const FLUSH: u64 = 1000;
/// Records of one page.
pub(super) const PAGE: u64 = 100;

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum What {
    /// Puts of one record, in the system's hands when they return
    Put,
    /// Puts of one record, on the disk when they return
    Durable,
    /// Flushes of 1,000 records
    Flush,
    /// Pages of 100 records at random offsets
    Get,
    /// All records, in order
    Stream,
    /// From a put in this process to the line of a `lanceq tail` in another
    Tail,
}

/// How much is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plan {
    /// Records that are put and streamed.
    pub(super) records: u64,
    /// Times that each side has its turn.
    pub(super) rounds: usize,
}

impl Plan {
    const FULL: Self = Self { records: 100_000, rounds: 3 };
    const QUICK: Self = Self { records: 2000, rounds: 1 };

    /// The usual plan or the quick one, with so many records where that is said.
    pub(super) fn of(is_quick: bool, records: Option<usize>) -> Self {
        let plan = if is_quick { Self::QUICK } else { Self::FULL };
        Self { records: records.map_or(plan.records, |records| records as u64), ..plan }
    }

    /// How often a thing is done in one turn. Whatever waits for the disk is done less often.
    pub(super) fn times(self, what: What) -> u64 {
        match what {
            What::Put | What::Stream => self.records,
            What::Durable => (self.records / 100).clamp(20, 2000),
            What::Flush => self.records.div_ceil(FLUSH),
            What::Get => (self.records / 100).clamp(20, 1000),
            What::Tail => (self.records / 500).clamp(20, 200),
        }
    }

    /// Records of a page, as far as there are so many.
    pub(super) fn page(self) -> u64 {
        PAGE.min(self.records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_the_disk_is_done_less_often() {
        for (plan, times, page) in [
            (Plan::of(false, None), [100_000, 1000, 100, 1000, 100_000, 200], 100),
            (Plan::of(true, None), [2000, 20, 2, 20, 2000, 20], 100),
            (Plan::of(true, Some(7)), [7, 20, 1, 20, 7, 20], 7),
        ] {
            let found: Vec<u64> =
                What::value_variants().iter().map(|what| plan.times(*what)).collect();
            assert_eq!((found, plan.page()), (times.to_vec(), page), "{plan:?}");
        }
    }
}
