//! How many records arrive a second, over the last seconds.

use std::collections::VecDeque;

use chrono::NaiveDateTime;

/// Seconds of which the course is shown.
const COURSE: usize = 12;
/// Whole seconds over which the rate is an average.
const AVERAGED: usize = 3;

/// Counts by second, the oldest first, one for each second up to the newest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rate {
    newest: i64,
    counts: VecDeque<u64>,
}

impl Rate {
    /// Moves on to a time and counts records that arrived then.
    pub(crate) fn add(&mut self, now: NaiveDateTime, records: u64) {
        let second = now.and_utc().timestamp();
        let passed = usize::try_from(second - self.newest).unwrap_or(0).min(COURSE + 1);
        self.newest = self.newest.max(second);
        self.counts.extend(std::iter::repeat_n(0, passed));
        while self.counts.len() > COURSE + 1 {
            self.counts.pop_front();
        }
        if let Some(last) = self.counts.back_mut() {
            *last += records;
        }
    }

    /// Records a second, on average over the last whole seconds; of the running one where there
    /// is no whole second yet.
    pub(crate) fn per_second(&self) -> u64 {
        let whole: Vec<u64> = self.counts.iter().rev().skip(1).take(AVERAGED).copied().collect();
        let sum: u64 = whole.iter().sum();
        if sum == 0 {
            self.counts.back().copied().unwrap_or(0)
        } else {
            sum / whole.len().max(1) as u64
        }
    }

    /// The last whole seconds and the running one.
    pub(crate) fn course(&self) -> impl Iterator<Item = u64> + '_ {
        self.counts.iter().copied()
    }

    /// Whether there is nothing left that time could change.
    pub(crate) fn is_still(&self) -> bool {
        self.counts.iter().all(|count| *count == 0)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(second: i64) -> NaiveDateTime {
        DateTime::from_timestamp(1_000_000 + second, 0).unwrap().naive_utc()
    }

    #[test]
    fn the_rate_is_that_of_the_last_whole_seconds() {
        let mut rate = Rate::default();
        for (second, records) in [(0, 90), (1, 100), (2, 110), (3, 7)] {
            rate.add(at(second), records);
        }
        assert_eq!(rate.per_second(), 100);
    }

    #[test]
    fn silence_brings_the_rate_to_rest() {
        let mut rate = Rate::default();
        rate.add(at(0), 500);
        assert!(!rate.is_still());
        for second in 1..=20 {
            rate.add(at(second), 0);
        }
        assert!(rate.is_still());
        assert_eq!(rate.per_second(), 0);
        assert!(rate.course().count() <= COURSE + 1);
    }
}
