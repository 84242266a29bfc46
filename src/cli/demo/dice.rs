//! Chance that comes out the same each time: xorshift, seeded.

/// A source of numbers that look random.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    /// The same seed gives the same numbers.
    pub(super) fn seeded(seed: u64) -> Self {
        // A few rounds, so that small seeds do not start alike.
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..8 {
            dice.next();
        }
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`, and 0 where that is 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next().checked_rem(end).unwrap_or(0)
    }

    /// A number from `start` up to and without `end`.
    pub(super) fn between(&mut self, start: u64, end: u64) -> u64 {
        start + self.below(end.saturating_sub(start))
    }

    /// A real from 0 up to and without 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something happens that does so `percent` times in a hundred.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of the words; the empty text where there is none.
    pub(super) fn pick<'w>(&mut self, words: &[&'w str]) -> &'w str {
        let index = usize::try_from(self.below(words.len() as u64)).unwrap_or(0);
        words.get(index).copied().unwrap_or_default()
    }

    /// A time as services take it: most are near `typical`, a few take many times as long.
    pub(super) fn latency(&mut self, typical: f64) -> f64 {
        let spread = (self.unit() + self.unit() + self.unit() - 1.5) * 1.2;
        let tail = if self.chance(3) { 4.0 } else { 1.0 };
        let exact = typical * spread.exp() * tail;
        (exact * 10.0).round() / 10.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_falls_the_same_way_and_another_does_not() {
        let rolls = |seed| {
            (0..8)
                .map(|_| 0)
                .scan(Dice::seeded(seed), |d, _: i32| Some(d.below(1000)))
                .collect::<Vec<_>>()
        };
        assert_eq!(rolls(7), rolls(7));
        assert_ne!(rolls(7), rolls(8));
    }

    #[test]
    fn a_real_lies_between_nought_and_one() {
        let mut dice = Dice::seeded(1);
        assert!((0..1000).map(|_| dice.unit()).all(|real| (0.0..1.0).contains(&real)));
    }
}
