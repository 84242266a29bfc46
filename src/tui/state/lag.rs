//! What is known of the groups of a topic, and when to look again: a commit of a group wakes nobody.

use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};

use crate::tui::data::Behind;

/// Seconds between two looks, at least.
const REST: i64 = 2;
/// A look may take so small a part of the time.
const SHARE: i32 = 20;
/// Seconds after which a group that was behind is looked at again, while the clock runs anyway.
const AGAIN: i64 = 5;

/// How far the group of a topic is behind that is farthest behind.
#[derive(Debug, Default)]
pub(crate) struct Lag {
    pub(crate) behind: Option<Behind>,
    /// Whether something changed since the last look.
    stale: bool,
    looked: Option<NaiveDateTime>,
    /// How long it stays unlooked at, at least.
    rest: TimeDelta,
}

impl Lag {
    /// Something came, or went.
    pub(crate) fn spoil(&mut self) {
        self.stale = true;
    }

    /// Lets time pass: who is behind may have caught up.
    pub(crate) fn pass(&mut self, now: NaiveDateTime) {
        let long = |looked: NaiveDateTime| now - looked >= TimeDelta::seconds(AGAIN);
        self.stale |= self.behind.is_some() && self.looked.is_some_and(long);
    }

    /// Whether it is time to look: then it counts as looked at.
    pub(crate) fn is_due(&mut self, now: NaiveDateTime) -> bool {
        let rested = self.looked.is_none_or(|looked| now - looked >= self.rest);
        let due = self.stale && rested;
        if due {
            (self.stale, self.looked) = (false, Some(now));
        }
        due
    }

    /// Takes what was found; what took long is not looked at soon again.
    pub(crate) fn take(&mut self, behind: Option<Behind>, took: Duration) {
        self.behind = behind;
        let took = TimeDelta::from_std(took).unwrap_or_default();
        self.rest = (took * SHARE).max(TimeDelta::seconds(REST));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> NaiveDateTime {
        NaiveDateTime::default() + TimeDelta::seconds(second)
    }

    fn behind() -> Behind {
        Behind { group: "etl".into(), records: 3, buckets: vec![(0, 3)] }
    }

    #[test]
    fn it_is_looked_at_gently_and_not_by_time_alone() {
        let mut lag = Lag::default();
        assert!(!lag.is_due(at(0)), "nothing is known to have changed");
        lag.spoil();
        assert!(lag.is_due(at(0)) && !lag.is_due(at(0)));
        lag.take(None, Duration::from_millis(1));
        lag.spoil();
        assert!(!lag.is_due(at(1)) && lag.is_due(at(2)), "what came meanwhile is not forgotten");
        lag.take(None, Duration::from_secs(1));
        lag.spoil();
        assert!(!lag.is_due(at(20)) && lag.is_due(at(22)), "a slow look is rare");
        lag.take(None, Duration::ZERO);
        lag.pass(at(100));
        assert!(!lag.is_due(at(100)), "no group is behind");
        lag.take(Some(behind()), Duration::ZERO);
        lag.pass(at(26));
        assert!(!lag.is_due(at(26)));
        lag.pass(at(27));
        assert!(lag.is_due(at(27)), "who is behind may have caught up");
    }
}
