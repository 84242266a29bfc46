//! What can happen to the bytes of a file, each time another thing, by a seed.

use std::fmt;

const SECTOR: usize = 512;
/// Lengths that nothing has: small ones that are too large, and the edges of numbers.
const HUGE: [u64; 8] = [
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x10_0000_0000,
    i64::MAX as u64,
    1 << 63,
    u64::MAX,
];

/// Numbers that look random, and are the same for the same seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// `SplitMix64`: neighbouring seeds have nothing in common.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }

    pub(super) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Damage {
    CutAt(usize),
    Bit(usize, u8),
    Inverted(usize),
    Zeroed(usize),
    Doubled(usize, usize),
    Swapped(usize, usize),
    Length32(usize, u32),
    Length64(usize, u64),
}

impl Damage {
    /// Some damage to so many bytes.
    pub(super) fn any(dice: &mut Dice, length: usize) -> Self {
        let at = dice.below(length);
        let bit = u8::try_from(dice.below(8)).unwrap();
        let huge = *dice.one_of(&HUGE);
        match dice.below(10) {
            0 => Self::CutAt(at),
            1..=3 => Self::Bit(at, bit),
            4 | 5 => Self::Inverted(at),
            6 => Self::Zeroed(at),
            7 => Self::Doubled(at, 1 + dice.below(64)),
            8 => Self::Swapped(at, dice.below(length)),
            _ if dice.below(2) == 0 => Self::Length32(at, u32::try_from(huge).unwrap_or(u32::MAX)),
            _ => Self::Length64(at, huge),
        }
    }

    /// The file that is left.
    pub(super) fn to(self, bytes: &[u8]) -> Vec<u8> {
        let mut left = bytes.to_vec();
        let length = left.len();
        match self {
            Self::CutAt(at) => left.truncate(at),
            Self::Bit(at, bit) => left[at] ^= 1 << bit,
            Self::Inverted(at) => left[at] = !left[at],
            Self::Zeroed(at) => {
                let start = at / SECTOR * SECTOR;
                left[start..length.min(start + SECTOR)].fill(0);
            }
            Self::Doubled(at, count) => {
                let again = left[at..length.min(at + count)].to_vec();
                left.splice(at..at, again);
            }
            Self::Swapped(a, b) => {
                (0..8.min(length - a.max(b))).for_each(|i| left.swap(a + i, b + i));
            }
            Self::Length32(at, value) => overwrite(&mut left, at, &value.to_le_bytes()),
            Self::Length64(at, value) => overwrite(&mut left, at, &value.to_le_bytes()),
        }
        left
    }
}

fn overwrite(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes.iter_mut().skip(at).zip(value).for_each(|(byte, new)| *byte = *new);
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
