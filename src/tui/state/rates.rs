//! How many records come to a topic and to each of its buckets, told from the counts.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::rate::Rate;
use crate::TopicCounts;

/// Seconds of a step.
const STEP: i64 = 15;
/// Steps that are shown: a minute.
pub(crate) const STEPS: usize = 4;

/// The rates of a topic.
#[derive(Debug)]
pub(crate) struct Rates {
    /// Of all buckets together.
    pub(crate) all: Rate,
    buckets: BTreeMap<u32, Bucket>,
}

#[derive(Debug)]
struct Bucket {
    rate: Rate,
    end: u64,
}

impl Default for Rates {
    fn default() -> Self {
        Self { all: minute(), buckets: BTreeMap::new() }
    }
}

fn minute() -> Rate {
    // The running step is shown, too.
    Rate::of(STEP, STEPS - 1)
}

impl Rates {
    /// Takes new counts: what came since the last ones came now. Of the first nothing is known.
    pub(crate) fn take(&mut self, counts: &TopicCounts, now: NaiveDateTime) {
        for found in &counts.buckets {
            let end = found.next_offset;
            let new = || Bucket { rate: minute(), end };
            let bucket = self.buckets.entry(found.bucket_id).or_insert_with(new);
            // A bucket that was made anew begins again.
            let came = end.saturating_sub(bucket.end);
            bucket.end = end;
            bucket.rate.add(now, came);
            self.all.add(now, came);
        }
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, now: NaiveDateTime) {
        self.all.add(now, 0);
        for bucket in self.buckets.values_mut() {
            bucket.rate.add(now, 0);
        }
    }

    /// The rate of one bucket.
    pub(crate) fn bucket(&self, bucket: u32) -> Option<&Rate> {
        self.buckets.get(&bucket).map(|bucket| &bucket.rate)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::BucketCounts;

    fn counts(ends: [u64; 2]) -> TopicCounts {
        let bucket = |(bucket_id, next_offset)| BucketCounts {
            bucket_id,
            next_offset,
            ..BucketCounts::default()
        };
        TopicCounts { buckets: (0..).zip(ends).map(bucket).collect(), ..TopicCounts::default() }
    }

    fn at(second: i64) -> NaiveDateTime {
        DateTime::from_timestamp(1_000_000 + second, 0).unwrap().naive_utc()
    }

    fn course(rate: &Rate) -> Vec<u64> {
        rate.course().collect()
    }

    #[test]
    fn what_was_there_before_is_no_rate_and_what_comes_is_one() {
        let mut rates = Rates::default();
        rates.take(&counts([1_000_000, 5]), at(0));
        assert!(rates.all.is_still());
        rates.take(&counts([1_000_300, 5]), at(16));
        rates.take(&counts([1_000_300, 65]), at(31));
        assert_eq!(course(&rates.all)[1..], [0, 300, 60]);
        assert_eq!(course(rates.bucket(0).unwrap()).last(), Some(&0));
        assert_eq!(course(rates.bucket(1).unwrap()).last(), Some(&60));
        assert_eq!(rates.all.per_second(), 10);
    }

    #[test]
    fn a_minute_of_silence_brings_them_to_rest() {
        let mut rates = Rates::default();
        rates.take(&counts([0, 0]), at(0));
        rates.take(&counts([9, 9]), at(1));
        for second in 2..80 {
            rates.pass(at(second));
        }
        assert!(rates.all.is_still() && rates.bucket(0).unwrap().is_still());
    }

    #[test]
    fn a_bucket_that_shrank_is_no_rate() {
        let mut rates = Rates::default();
        rates.take(&counts([900, 0]), at(0));
        rates.take(&counts([10, 0]), at(1));
        assert!(rates.all.is_still());
    }
}
