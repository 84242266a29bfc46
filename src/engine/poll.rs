//! How often to look where no event came: often while things happen, seldom while they don't.

use std::time::Duration;

/// The longest pause between two looks, where events arrive as well.
const SLOWEST: Duration = Duration::from_secs(2);

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
    fn without_events_the_poll_keeps_its_promise() {
        let mut pace = Pace::new(MS_250, false);
        pace.nothing();
        assert_eq!(pace.pause(), MS_250);
    }
}
