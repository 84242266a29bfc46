//! When what failed is tried again: after each failure in a row, after twice as many looks.

/// The longest rest, in looks.
const LONGEST: u32 = 64;

/// What is left of a rest, and how often it failed in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Backoff {
    failures: u32,
    rest: u32,
}

impl Backoff {
    /// Whether it is to be left alone at this look.
    pub(crate) fn rests(&mut self) -> bool {
        let rests = self.rest > 0;
        self.rest = self.rest.saturating_sub(1);
        rests
    }

    /// Whether it failed the last time.
    pub(crate) fn is_failing(self) -> bool {
        self.failures > 0
    }

    pub(crate) fn failed(&mut self) {
        self.failures = self.failures.saturating_add(1);
        self.rest = 1_u32.checked_shl(self.failures).map_or(LONGEST, |rest| rest.min(LONGEST)) - 1;
    }

    pub(crate) fn succeeded(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_again_and_again_is_tried_ever_more_rarely_and_never_given_up() {
        let mut backoff = Backoff::default();
        let mut tries = Vec::new();
        for look in 0..300 {
            if !backoff.rests() {
                tries.push(look);
                backoff.failed();
            }
        }
        assert_eq!(tries, [0, 2, 6, 14, 30, 62, 126, 190, 254]);
        backoff.succeeded();
        assert!(!backoff.rests() && !backoff.is_failing());
        backoff.failed();
        assert!(backoff.is_failing() && backoff.rests() && !backoff.rests());
    }
}
