//! When the records of a log were put, as near as a small memory tells.

use std::collections::VecDeque;

/// Points that are kept at most.
const POINTS: usize = 128;
/// Microseconds between two points, as long as there is room.
const GRAIN: i64 = 1000;

/// From which log positions on records were put at which times, in microseconds; both ascend.
///
/// What is put in between has the time of the point before it. Where a log has grown long, points lie further apart.
#[derive(Debug, Clone)]
pub(crate) struct PutTimes {
    points: VecDeque<(u64, i64)>,
    grain: i64,
}

impl Default for PutTimes {
    fn default() -> Self {
        Self { points: VecDeque::new(), grain: GRAIN }
    }
}

impl PutTimes {
    /// Notes when the record with this log position was put. A clock that was set back tells nothing; a log may say any time.
    pub(crate) fn note(&mut self, lsn: u64, put_at: i64) {
        let is_due =
            |(at, time): &(u64, i64)| lsn > *at && put_at.saturating_sub(*time) >= self.grain;
        if !self.points.back().is_none_or(is_due) {
            return;
        }
        if self.points.len() == POINTS {
            self.thin();
        }
        self.points.push_back((lsn, put_at));
    }

    /// When the record with this log position was put; none where that is older than all that is known.
    pub(crate) fn of(&self, lsn: u64) -> Option<i64> {
        let behind = self.points.partition_point(|(at, _)| *at <= lsn);
        self.points.get(behind.checked_sub(1)?).map(|(_, time)| *time)
    }

    /// Forgets what lies below a log position.
    pub(crate) fn trim(&mut self, upto: u64) {
        while self.points.get(1).is_some_and(|(at, _)| *at <= upto) {
            self.points.pop_front();
        }
    }

    /// Keeps every second point, so that as many others find room.
    fn thin(&mut self) {
        self.grain = self.grain.saturating_mul(2);
        let mut number = 0;
        self.points.retain(|_| {
            number += 1;
            number % 2 == 1
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_the_time_of_the_last_point_before_it() {
        let mut times = PutTimes::default();
        for (lsn, time) in [(10, 5_000), (12, 5_400), (20, 6_500), (30, 6_000), (40, 9_000)] {
            times.note(lsn, time);
        }
        let found = [9, 10, 15, 20, 39, 40, 99].map(|lsn| times.of(lsn));
        let [a, b, c] = [5_000, 6_500, 9_000].map(Some);
        assert_eq!(found, [None, a, a, b, b, c, c]);
        times.trim(25);
        assert_eq!([15, 25, 40].map(|lsn| times.of(lsn)), [None, b, c]);
    }

    #[test]
    fn whatever_times_a_log_says_they_ascend() {
        let mut times = PutTimes::default();
        for (lsn, time) in (1..).zip([5, i64::MIN, i64::MAX, i64::MIN, -1, 0]) {
            times.note(lsn, time);
        }
        assert_eq!([1, 2, 3, 9].map(|lsn| times.of(lsn)), [5, 5, i64::MAX, i64::MAX].map(Some));
        let mut times = PutTimes::default();
        (0..1000)
            .for_each(|lsn| times.note(lsn, i64::MIN + i64::try_from(lsn).unwrap() * (1 << 53)));
        assert!(times.points.len() <= POINTS);
    }

    #[test]
    fn a_long_log_is_remembered_in_few_points() {
        let mut times = PutTimes::default();
        for lsn in 0..1_000_000_u64 {
            times.note(lsn, i64::try_from(lsn).unwrap() * 2_000);
        }
        assert!(times.points.len() <= POINTS);
        let error = |lsn: u64| i64::try_from(lsn).unwrap() * 2_000 - times.of(lsn).unwrap();
        let worst = (0..1_000_000).map(error).max().unwrap();
        assert!(worst <= times.grain * 2, "{worst} within {}", times.grain);
        assert!((0..999_999).map(error).all(|error| error >= 0));
    }
}
