//! From which offset on records are kept, as a rule says: worked out on facts alone.

use chrono::{DateTime, TimeDelta, Utc};

use super::tiers::Tiers;
use crate::engine::record_retention::RecordRetention;

/// A fragment, as far as a cut matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layer {
    /// Its first and last offset.
    pub(crate) offsets: (u64, u64),
    /// Bytes of its data files.
    pub(crate) bytes: u64,
}

/// A time at which all records below an offset were persisted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at: DateTime<Utc>,
    pub(crate) next_offset: u64,
}

/// How often moments are noted within the age that a rule keeps.
const MOMENTS: i32 = 128;
/// Fragments that are rewritten are made no larger than such a share of what is kept: a fragment goes whole.
const SHARE: u64 = 8;
const SMALLEST_BYTES: u64 = 1 << 20;
const SMALLEST_ROWS: u64 = 1 << 10;

/// The first offset that is kept for its bytes: of the fragments, as many of the newest as have so many at least.
pub(crate) fn by_bytes(layers: &[Layer], keep: u64) -> u64 {
    let mut newest_first: Vec<&Layer> = layers.iter().collect();
    newest_first.sort_by_key(|layer| std::cmp::Reverse(layer.offsets.1));
    let (mut kept, mut first) = (0_u64, u64::MAX);
    for layer in newest_first {
        if kept >= keep {
            return first;
        }
        kept = kept.saturating_add(layer.bytes);
        first = first.min(layer.offsets.0);
    }
    0
}

/// The first offset that is kept for its age: that behind what is known to have been persisted before.
pub(crate) fn by_age(moments: &[Moment], keep: TimeDelta, now: DateTime<Utc>) -> u64 {
    let Some(since) = now.checked_sub_signed(keep) else { return 0 };
    let old = moments.iter().filter(|moment| moment.at <= since);
    old.map(|moment| moment.next_offset).max().unwrap_or(0)
}

/// The moments with a newer one, without those that say nothing any more: of the old ones the last counts, and of the others as
/// many are kept as say when a record goes to a hundredth of its age.
pub(crate) fn noted(
    moments: &[Moment],
    newest: Moment,
    keep: TimeDelta,
    now: DateTime<Utc>,
) -> Vec<Moment> {
    let since = now.checked_sub_signed(keep).unwrap_or(DateTime::<Utc>::MIN_UTC);
    let mut all: Vec<Moment> =
        moments.iter().copied().filter(|moment| moment.next_offset <= newest.next_offset).collect();
    let step = keep / MOMENTS;
    let is_new = all.last().is_none_or(|last| {
        last.next_offset < newest.next_offset && newest.at.signed_duration_since(last.at) >= step
    });
    all.extend(is_new.then_some(newest));
    let old = all.iter().take_while(|moment| moment.at <= since).count();
    all.drain(..old.saturating_sub(1));
    all
}

impl Tiers {
    /// The same bounds, so that what is rewritten is a small part of what a rule keeps.
    pub(crate) fn within(self, rule: &RecordRetention) -> Self {
        let share = |kept: Option<u64>, least: u64, most: u64| {
            kept.map_or(most, |kept| (kept / SHARE).max(least).min(most))
        };
        let rows = share(rule.keep_records, SMALLEST_ROWS, self.rows);
        let bytes = share(rule.keep_bytes, SMALLEST_BYTES, self.bytes);
        Self { rows, bytes, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(first: u64, last: u64, bytes: u64) -> Layer {
        Layer { offsets: (first, last), bytes }
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    fn moment(second: i64, next_offset: u64) -> Moment {
        Moment { at: at(second), next_offset }
    }

    #[test]
    fn as_many_of_the_newest_fragments_stay_as_have_the_bytes_at_least() {
        let layers = [layer(0, 9, 100), layer(10, 19, 50), layer(20, 29, 50)];
        for (keep, first) in
            [(1, 20), (50, 20), (51, 10), (100, 10), (101, 0), (200, 0), (u64::MAX, 0)]
        {
            assert_eq!(by_bytes(&layers, keep), first, "{keep}");
        }
        assert_eq!(by_bytes(&[], 1), 0);
        // One that an update of another program left reaches back: what lies around it stays.
        let reaching = [layer(0, 9, 100), layer(10, 19, 50), layer(3, 25, 50)];
        assert_eq!(by_bytes(&reaching, 1), 3);
    }

    #[test]
    fn what_was_persisted_before_an_age_goes_and_no_more_than_is_known() {
        let moments = [moment(100, 10), moment(200, 20), moment(300, 30)];
        let age = TimeDelta::seconds(50);
        for (now, first) in [(149, 0), (150, 10), (249, 10), (250, 20), (9_999, 30)] {
            assert_eq!(by_age(&moments, age, at(now)), first, "{now}");
        }
        assert_eq!(by_age(&moments, TimeDelta::MAX, at(9_999)), 0);
    }

    #[test]
    fn moments_are_few_and_say_when_a_record_goes_to_a_hundredth_of_its_age() {
        let age = TimeDelta::seconds(1280);
        let mut all = Vec::new();
        for second in 0..10_000_i64 {
            let next_offset = second.unsigned_abs() * 7;
            all = noted(&all, moment(second, next_offset), age, at(second));
            assert!(all.len() <= 131, "{} moments", all.len());
            let first = by_age(&all, age, at(second));
            let exact = u64::try_from(second - 1280).map_or(0, |old| old * 7);
            assert!(first <= exact && exact - first <= 10 * 7, "{first} of {exact}");
        }
        // A dataset that was made anew begins anew.
        assert_eq!(noted(&all, moment(10_001, 3), age, at(10_001)), [moment(10_001, 3)]);
    }

    #[test]
    fn what_is_rewritten_is_a_small_part_of_what_is_kept() {
        let rule = |keep_records, keep_bytes| RecordRetention {
            keep_records,
            keep_bytes,
            ..RecordRetention::default()
        };
        let of = |rule: RecordRetention| {
            let tiers = Tiers::default().within(&rule);
            (tiers.rows, tiers.bytes)
        };
        let whole = (Tiers::default().rows, Tiers::default().bytes);
        assert_eq!(of(rule(None, None)), whole);
        assert_eq!(of(rule(Some(u64::MAX), Some(u64::MAX))), whole);
        assert_eq!(of(rule(Some(80_000), Some(80 << 20))), (10_000, 10 << 20));
        assert_eq!(of(rule(Some(1), Some(1))), (SMALLEST_ROWS, SMALLEST_BYTES));
    }
}
