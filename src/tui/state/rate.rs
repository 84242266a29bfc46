//! How many records arrive a second, over the last seconds.

use std::collections::VecDeque;

use chrono::NaiveDateTime;

/// Whole steps over which the rate is an average.
const AVERAGED: usize = 3;

/// Counts by step of time, the oldest first, one for each step up to the newest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Seconds of a step.
    step: i64,
    /// Whole steps that are kept.
    kept: usize,
    newest: i64,
    /// Steps since the first, the running one among them; those before are no part of the average.
    known: usize,
    counts: VecDeque<u64>,
}

impl Default for Rate {
    /// The last 12 seconds.
    fn default() -> Self {
        Self::of(1, 12)
    }
}

impl Rate {
    /// So many steps of so many seconds.
    pub(crate) fn of(step: i64, kept: usize) -> Self {
        Self { step: step.max(1), kept, newest: 0, known: 0, counts: VecDeque::new() }
    }

    /// Moves on to a time and counts records that arrived then.
    pub(crate) fn add(&mut self, now: NaiveDateTime, records: u64) {
        let now = now.and_utc().timestamp() / self.step;
        let most = self.kept + 1;
        let passed = usize::try_from(now - self.newest).unwrap_or(0).min(most);
        self.newest = self.newest.max(now);
        self.known = if self.known == 0 { 1 } else { self.known.saturating_add(passed) };
        self.counts.extend(std::iter::repeat_n(0, passed));
        while self.counts.len() > most {
            self.counts.pop_front();
        }
        if let Some(last) = self.counts.back_mut() {
            *last += records;
        }
    }

    /// Records a second, on average over the last whole steps; of the running one where there is
    /// no whole step yet.
    pub(crate) fn per_second(&self) -> u64 {
        let steps = AVERAGED.min(self.known.saturating_sub(1));
        let whole: Vec<u64> = self.counts.iter().rev().skip(1).take(steps).copied().collect();
        let sum: u64 = whole.iter().sum();
        let (sum, steps) = match sum {
            0 => (self.counts.back().copied().unwrap_or(0), 1),
            sum => (sum, whole.len().max(1) as u64),
        };
        sum / (steps * self.step.unsigned_abs())
    }

    /// The last whole steps and the running one.
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
        assert!(rate.course().count() <= 13);
    }
}
