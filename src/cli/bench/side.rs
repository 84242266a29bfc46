//! What one side took in one turn, and what that comes to.

use std::time::Duration;

use serde::Serialize;

/// The times of a turn, and how many records they stand for.
#[derive(Debug, Clone, Default)]
pub(super) struct Turn {
    times: Vec<Duration>,
    records: u64,
}

/// The figures of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Figures {
    /// Records a second.
    pub(super) rate: f64,
    pub(super) p50_ms: f64,
    pub(super) p99_ms: f64,
}

/// The middle of some values, and the smallest and the largest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) smallest: f64,
    pub(super) largest: f64,
}

impl Turn {
    /// Adds one time, which stands for so many records.
    pub(super) fn add(&mut self, time: Duration, records: u64) {
        self.times.push(time);
        self.records += records;
    }

    /// Rate and percentiles; all zero where there are no times.
    pub(super) fn figures(mut self) -> Figures {
        self.times.sort_unstable();
        let seconds = self.times.iter().sum::<Duration>().as_secs_f64();
        let rate = if seconds > 0.0 { self.records as f64 / seconds } else { 0.0 };
        Figures { rate, p50_ms: self.percentile(50), p99_ms: self.percentile(99) }
    }

    /// The time below which so many of a hundred lie, of sorted times.
    fn percentile(&self, percent: usize) -> f64 {
        let last = self.times.len().saturating_sub(1);
        let index = (last * percent + 50) / 100;
        self.times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

impl Figures {
    /// The medians of several turns.
    pub(super) fn medians(turns: &[Self]) -> Self {
        let median = |field: fn(&Self) -> f64| Spread::of(turns.iter().map(field)).median;
        Self {
            rate: median(|turn| turn.rate),
            p50_ms: median(|turn| turn.p50_ms),
            p99_ms: median(|turn| turn.p99_ms),
        }
    }
}

impl Spread {
    /// Of values of any order; all zero where there are none.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or_default();
        let last = values.len().saturating_sub(1);
        Self { median: at(values.len() / 2), smallest: at(0), largest: at(last) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_comes_to_a_rate_and_percentiles() {
        let mut turn = Turn::default();
        for millis in (1..=100).rev() {
            turn.add(Duration::from_millis(millis), 10);
        }
        let Figures { rate, p50_ms, p99_ms } = turn.figures();
        assert!((rate - 1000.0 / 5.05).abs() < 1e-6, "{rate}");
        assert_eq!((p50_ms, p99_ms), (51.0, 99.0));
        let nothing = Figures { rate: 0.0, p50_ms: 0.0, p99_ms: 0.0 };
        assert_eq!(Turn::default().figures(), nothing);
    }

    #[test]
    fn a_spread_has_a_middle_and_ends() {
        let spread = Spread::of([3.0, 1.0, 2.0].into_iter());
        assert_eq!(spread, Spread { median: 2.0, smallest: 1.0, largest: 3.0 });
    }
}
