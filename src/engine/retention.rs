//! Which versions of a bucket are kept, and which may go: a rule, without a file or a clock.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::error::{Error, Result};

/// Versions that were the head within so long a time are not removed by themselves, as far as `at_most` goes: a program that
/// cannot leave word that it reads one (a root that it may not write to) has so long to read on.
const GRACE: Duration = Duration::from_mins(10);

/// Which versions of a bucket are kept for time travel. Tagged ones always are, those that somebody reads, and the first
/// where it is empty.
///
/// The head is the newest version. Each version costs its list of files, some 10 KB, and what it alone still needs of files
/// that were rewritten since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Retention {
    /// So many of the newest versions are kept, however old they are; the head is one of them. Default 10.
    pub keep_versions: usize,
    /// Versions that were the head within so long a time are kept as well. Default 7 days.
    #[serde(with = "seconds")]
    pub keep_for: Duration,
    /// Counted from the head on, so many versions at most are kept for their age. Default 100: of a bucket that is flushed
    /// often, an age alone would keep thousands.
    pub at_most: usize,
}

impl Default for Retention {
    fn default() -> Self {
        Self { keep_versions: 10, keep_for: Duration::from_hours(7 * 24), at_most: 100 }
    }
}

/// What a clean-up by hand keeps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CleanupOptions {
    /// So many of the newest versions, however young others are; `None` and no `older_than`: what the topic's retention keeps.
    pub keep: Option<usize>,
    /// Only versions go that have not been the head for so long; with `keep`, only those that are both.
    pub older_than: Option<Duration>,
    /// Says what would be removed, and removes nothing.
    pub dry_run: bool,
}

/// A retention as it is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) keeps: Retention,
    /// Nobody asked for it: versions that an operation of another program may have to see are kept as well.
    pub(crate) is_gentle: bool,
}

/// What made a version, as far as it matters to an operation that another program began at an older one, and is about to commit.
///
/// Lance holds such an operation against each version that there is in between, and passes over those that are gone. So rows of
/// a fragment that was rewritten since would be deleted in no fragment, and updated ones be there twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Rows were added, or numbers reserved: nothing stands against that.
    Append,
    /// Fragments were changed: operations on these fail, or begin anew.
    Change,
    /// Every operation but an append does, also for what was changed before.
    Barrier,
}

/// A version, and when it became the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Aged {
    pub(crate) number: u64,
    pub(crate) since: DateTime<Utc>,
}

/// Versions that are kept, whatever the rule says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reserved {
    pub(crate) tagged: BTreeSet<u64>,
    /// Branches began at them.
    pub(crate) branched: BTreeSet<u64>,
    /// Somebody reads them.
    pub(crate) pinned: BTreeSet<u64>,
    /// The one that made the dataset, where it refers to nothing: it tells since when there is one.
    pub(crate) first: Option<u64>,
    /// An operation of another program may have to see them.
    pub(crate) watched: BTreeSet<u64>,
    /// From this one on, the log may ask them what they hold of it.
    pub(crate) base: u64,
}

impl Retention {
    /// # Errors
    /// [`Error::InvalidOption`] where no version is to be kept.
    pub(crate) fn check(&self) -> Result<()> {
        keeps_any("keep_versions", self.keep_versions)
    }

    /// As it is applied where nobody asked for it: with time to read on for who has just read the head.
    pub(crate) fn with_grace(self) -> Rule {
        Rule { keeps: Self { keep_for: self.keep_for.max(GRACE), ..self }, is_gentle: true }
    }

    /// Those of the versions, which ascend, that may be removed. The newest never is.
    ///
    /// A version ages from the moment at which it was no head any more: until then everybody read it.
    pub(crate) fn expendable(
        &self,
        versions: &[Aged],
        reserved: &Reserved,
        now: DateTime<Utc>,
    ) -> Vec<u64> {
        let newest_first = versions.iter().rev();
        let with_next = newest_first.clone().skip(1).zip(newest_first).zip(2..);
        let goes = with_next.filter(|((version, next), rank)| {
            let is_young = *rank <= self.at_most && is_within(next.since, now, self.keep_for);
            *rank > self.keep_versions && !is_young && !reserved.holds(version.number)
        });
        let mut gone: Vec<u64> = goes.map(|((version, _), _)| version.number).collect();
        gone.reverse();
        gone
    }
}

impl Reserved {
    fn holds(&self, version: u64) -> bool {
        version >= self.base
            || self.first == Some(version)
            || self.tagged.contains(&version)
            || self.branched.contains(&version)
            || self.pinned.contains(&version)
            || self.watched.contains(&version)
    }
}

impl Aged {
    /// Whether an operation that has begun before it was the head may still be under way.
    pub(crate) fn is_recent(&self, now: DateTime<Utc>) -> bool {
        is_within(self.since, now, GRACE)
    }
}

/// Those of the recent versions, which ascend, that an operation under way may have to see: what changed fragments, from the
/// newest barrier on.
pub(crate) fn watched(recent: &[(u64, Kind)]) -> BTreeSet<u64> {
    let barrier = recent.iter().rposition(|(_, kind)| *kind == Kind::Barrier).unwrap_or_default();
    let since = recent.get(barrier..).unwrap_or_default().iter();
    since.filter(|(_, kind)| *kind != Kind::Append).map(|(number, _)| *number).collect()
}

/// A time that is still to come is within: a clock was set back.
fn is_within(then: DateTime<Utc>, now: DateTime<Utc>, span: Duration) -> bool {
    now.signed_duration_since(then).to_std().map_or(true, |age| age < span)
}

impl CleanupOptions {
    /// # Errors
    /// [`Error::InvalidOption`] where no version is to be kept.
    pub(crate) fn check(&self) -> Result<()> {
        self.keep.map_or(Ok(()), |keep| keeps_any("keep", keep))
    }

    /// The rule that they make, of a topic with this retention.
    pub(crate) fn rule(&self, retention: Retention) -> Rule {
        let (keep_versions, keep_for) = match (self.keep, self.older_than) {
            (None, None) => return retention.with_grace(),
            (keep, older_than) => (keep.unwrap_or(1), older_than.unwrap_or_default()),
        };
        let keeps = Retention { keep_versions, keep_for, at_most: usize::MAX };
        Rule { keeps, is_gentle: false }
    }
}

fn keeps_any(option: &'static str, versions: usize) -> Result<()> {
    if versions > 0 {
        return Ok(());
    }
    let reason = "the newest version is always kept: it counts from 1 on".into();
    Err(Error::InvalidOption { option, value: "0".into(), reason })
}

/// Spans of time as whole seconds.
mod seconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(span: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(span.as_secs())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Versions 1 to 9, of which each became the head a minute after the one before; 9 is ten minutes old.
    fn versions() -> (Vec<Aged>, DateTime<Utc>) {
        let at = |minute: i64| DateTime::from_timestamp(60 * minute, 0).unwrap();
        let all = (1..=9).map(|n: i64| Aged { number: n.unsigned_abs(), since: at(n) });
        (all.collect(), at(19))
    }

    fn reserved(tagged: &[u64], pinned: &[u64], base: u64) -> Reserved {
        let set = |numbers: &[u64]| numbers.iter().copied().collect();
        Reserved { tagged: set(tagged), pinned: set(pinned), base, ..Reserved::default() }
    }

    fn minutes(minutes: u64) -> Duration {
        Duration::from_mins(minutes)
    }

    #[test]
    fn what_goes_is_neither_new_nor_young_nor_reserved() {
        let (versions, now) = versions();
        let free = reserved(&[], &[], u64::MAX);
        let rule =
            |keep_versions, keep_for, at_most| Retention { keep_versions, keep_for, at_most };
        let nothing: &[u64] = &[];
        for (rule, reserved, gone) in [
            // The newest so many, and the head in any case.
            (rule(1, minutes(0), 0), free.clone(), &[1, 2, 3, 4, 5, 6, 7, 8][..]),
            (rule(0, minutes(0), 0), free.clone(), &[1, 2, 3, 4, 5, 6, 7, 8]),
            (rule(4, minutes(0), 0), free.clone(), &[1, 2, 3, 4, 5]),
            (rule(9, minutes(0), 0), free.clone(), nothing),
            (rule(usize::MAX, minutes(0), 0), free.clone(), nothing),
            // Version 6 was the head until 12 minutes ago, version 5 until 13.
            (rule(1, minutes(13), 9), free.clone(), &[1, 2, 3, 4, 5]),
            (rule(1, minutes(1000), 9), free.clone(), nothing),
            // Not more young ones than that, the head counted.
            (rule(1, minutes(1000), 3), free.clone(), &[1, 2, 3, 4, 5, 6]),
            (rule(5, minutes(1000), 3), free.clone(), &[1, 2, 3, 4]),
            (
                rule(1, minutes(0), 0),
                Reserved { branched: [3].into(), ..reserved(&[], &[], 5) },
                &[1, 2, 4],
            ),
            // Tagged, pinned, and what the log may ask.
            (rule(1, minutes(0), 0), reserved(&[2], &[5, 6], u64::MAX), &[1, 3, 4, 7, 8]),
            (rule(1, minutes(0), 0), reserved(&[], &[], 4), &[1, 2, 3]),
            (rule(1, minutes(0), 0), reserved(&[2], &[1], 4), &[3]),
            (rule(1, minutes(0), 0), Reserved { first: Some(1), ..reserved(&[], &[], 4) }, &[2, 3]),
            (
                rule(1, minutes(0), 0),
                Reserved { watched: [3, 4].into(), ..reserved(&[2], &[], 6) },
                &[1, 5],
            ),
        ] {
            assert_eq!(rule.expendable(&versions, &reserved, now), gone, "{rule:?} {reserved:?}");
        }
    }

    #[test]
    fn a_clock_that_was_set_back_removes_nothing_by_age() {
        let (versions, now) = versions();
        let rule = Retention { keep_versions: 1, keep_for: minutes(1), at_most: 100 };
        let free = reserved(&[], &[], u64::MAX);
        assert!(rule.expendable(&versions, &free, now - minutes(60)).is_empty());
    }

    #[test]
    fn none_and_one_version_stay() {
        let rule = Retention { keep_versions: 0, keep_for: minutes(0), at_most: 0 };
        let (versions, now) = versions();
        let free = reserved(&[], &[], 0);
        assert!(rule.expendable(&[], &free, now).is_empty());
        assert!(rule.expendable(&versions[..1], &free, now).is_empty());
    }

    #[test]
    fn who_asks_by_hand_is_not_held_up_by_the_topics_rule() {
        let of = |keep, older_than| CleanupOptions { keep, older_than, dry_run: false };
        let topics = Retention { keep_versions: 3, keep_for: minutes(1), at_most: 7 };
        let rule = |options: CleanupOptions| {
            let Rule { keeps, is_gentle } = options.rule(topics);
            (keeps.keep_versions, keeps.keep_for, keeps.at_most, is_gentle)
        };
        assert_eq!(rule(of(None, None)), (3, GRACE, 7, true));
        assert_eq!(rule(of(Some(2), None)), (2, minutes(0), usize::MAX, false));
        assert_eq!(rule(of(None, Some(minutes(5)))), (1, minutes(5), usize::MAX, false));
        assert_eq!(rule(of(Some(2), Some(minutes(5)))), (2, minutes(5), usize::MAX, false));
    }

    #[test]
    fn an_operation_under_way_sees_what_changed_fragments_from_the_newest_barrier_on() {
        use Kind::{Append, Barrier, Change};
        let kinds = |kinds: &[Kind]| (5..).zip(kinds.iter().copied()).collect::<Vec<_>>();
        for (made, seen) in [
            (&[][..], &[][..]),
            (&[Append, Append], &[]),
            (&[Change, Append, Change], &[5, 7]),
            (&[Change, Barrier, Append, Change], &[6, 8]),
            (&[Barrier, Change, Barrier], &[7]),
        ] {
            assert_eq!(watched(&kinds(made)), seen.iter().copied().collect(), "{made:?}");
        }
        let (versions, now) = versions();
        let recent = versions.iter().filter(|version| version.is_recent(now));
        assert_eq!(recent.count(), 0, "the newest is ten minutes old");
        assert!(versions[8].is_recent(now - minutes(1)));
    }
}
