//! How often to look where no event came: often while things happen, seldom while they don't.

use std::time::Duration;

/// The longest pause between two cheap looks, where events arrive as well.
const SLOWEST: Duration = Duration::from_secs(2);

/// The pause after a look is at least so many times as long as the look took: a quarter of a percent of a
/// processor, however many folders there are and however slow the machine is.
const REST: u32 = 400;

/// The longest pause of all: an event that was lost is made good after it at the latest.
const LONGEST: Duration = Duration::from_secs(10);

/// The pace of a poll that backs off.
#[derive(Debug, Clone)]
pub(crate) struct Pace {
    fastest: Duration,
    slowest: Duration,
    now: Duration,
}

impl Pace {
    /// A pace that starts at `fastest`; it backs off only where events would wake it as well.
    pub(crate) fn new(fastest: Duration, has_events: bool) -> Self {
        let slowest = if has_events { fastest.max(SLOWEST) } else { fastest };
        Self { fastest, slowest, now: fastest }
    }

    /// How long to wait for the next look.
    pub(crate) fn pause(&self) -> Duration {
        self.now
    }

    /// The look found something.
    pub(crate) fn found(&mut self) {
        self.now = self.fastest;
    }

    /// The look found nothing.
    pub(crate) fn nothing(&mut self) {
        self.now = (self.now * 2).min(self.slowest);
    }

    /// The look found nothing, and took so long: where events would wake it as well, looks at many
    /// folders become rarer.
    pub(crate) fn nothing_in(&mut self, took: Duration) {
        self.nothing();
        if self.slowest > self.fastest {
            self.now = self.now.max((took * REST).min(LONGEST));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS_250: Duration = Duration::from_millis(250);

    #[test]
    fn an_idle_poll_slows_down_and_wakes_up_at_once() {
        let mut pace = Pace::new(MS_250, true);
        for _ in 0..10 {
            pace.nothing();
        }
        assert_eq!(pace.pause(), SLOWEST);
        pace.found();
        assert_eq!(pace.pause(), MS_250);
    }

    #[test]
    fn a_look_that_takes_long_is_followed_by_a_longer_rest() {
        let mut pace = Pace::new(MS_250, true);
        pace.nothing_in(Duration::from_millis(1));
        assert_eq!(pace.pause(), Duration::from_millis(500));
        pace.nothing_in(Duration::from_millis(20));
        assert_eq!(pace.pause(), Duration::from_secs(8));
        pace.nothing_in(Duration::from_secs(5));
        assert_eq!(pace.pause(), LONGEST);
        pace.nothing_in(Duration::ZERO);
        assert_eq!(pace.pause(), SLOWEST);
    }

    #[test]
    fn without_events_the_poll_keeps_its_promise() {
        let mut pace = Pace::new(MS_250, false);
        pace.nothing();
        pace.nothing_in(Duration::from_millis(20));
        assert_eq!(pace.pause(), MS_250);
    }
}
