//! Where a stream stands in a bucket, also in the middle of rows that it was given.

use crate::engine::offset::Position;

/// Where a stream stands in a bucket: to go on there later, and as a number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Stand {
    pub(crate) position: Position,
    /// The offset of the first record that it has not come to.
    pub(crate) next_offset: u64,
    /// The position as far as files say what was delivered: without records that only this process has.
    pub(crate) filed: Position,
}

/// Where rows were read, and so what the position behind each of them is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// In the table.
    Table,
    /// In the log: an offset less this is a log position, modulo 2^64.
    Log(u64),
    /// Only in this process.
    Memory,
}

impl Stand {
    /// Where it stands behind the row at `offset` of rows after which it stands here, and before which it stood at `before`.
    pub(crate) fn behind(&self, origin: Origin, offset: u64, before: Position) -> Position {
        let next = offset.wrapping_add(1);
        match origin {
            Origin::Table => Position { offset: next, lsn: before.lsn },
            Origin::Log(shift) => {
                Position { offset: self.filed.offset, lsn: Some(next.wrapping_sub(shift)) }
            }
            Origin::Memory => before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn position(text: &str) -> Position {
        text.parse().unwrap()
    }

    #[test]
    fn in_the_middle_of_rows_only_those_before_are_passed() {
        let stand = Stand { filed: position("100+130"), ..Stand::default() };
        for (origin, offset, before, behind) in [
            (Origin::Table, 40, "30", "41"),
            (Origin::Table, 40, "30+120", "41+120"),
            (Origin::Log(100_u64.wrapping_sub(110)), 104, "100+112", "100+115"),
            (Origin::Log(10), 104, "100", "100+95"),
            (Origin::Memory, 140, "100+130", "100+130"),
        ] {
            let found = stand.behind(origin, offset, position(before));
            assert_eq!(found, position(behind), "{origin:?} {offset} after {before}");
        }
    }
}
