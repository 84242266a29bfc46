//! Widths of columns that follow what is in view without dancing.

use std::collections::BTreeMap;

/// Widest column of a table, in cells.
pub(crate) const WIDEST: u16 = 36;
/// Narrowest column of a table, in cells.
const NARROWEST: u16 = 3;
/// By how much a column may be too wide before it shrinks.
const SLACK: u16 = 8;

/// The width of each column by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Widths {
    settled: BTreeMap<String, u16>,
    /// What the values in view need, while they are being looked at.
    needed: BTreeMap<String, u16>,
}

impl Widths {
    /// The width of a column.
    pub(crate) fn get(&self, column: &str) -> u16 {
        self.settled.get(column).copied().unwrap_or(NARROWEST)
    }

    /// Notes what one value of a column needs.
    pub(crate) fn note(&mut self, column: &str, cells: u16) {
        match self.needed.get_mut(column) {
            Some(needed) => *needed = cells.max(*needed),
            None => drop(self.needed.insert(column.into(), cells)),
        }
    }

    /// Takes what was noted: a column grows at once, and shrinks only where it is far too wide.
    pub(crate) fn apply(&mut self) {
        for (column, needed) in std::mem::take(&mut self.needed) {
            let needed = needed.clamp(NARROWEST, WIDEST);
            let width = self.settled.entry(column).or_insert(needed);
            if needed > *width || *width - needed > SLACK {
                *width = needed;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_grows_at_once_and_shrinks_only_when_far_too_wide() {
        let mut widths = Widths::default();
        for (needed, width) in
            [(10, 10), (14, 14), (10, 14), (6, 14), (5, 5), (500, WIDEST), (0, NARROWEST)]
        {
            widths.note("c", 0);
            widths.note("c", needed);
            widths.apply();
            assert_eq!(widths.get("c"), width, "after {needed}");
        }
    }

    #[test]
    fn a_column_that_is_not_in_view_keeps_its_width() {
        let mut widths = Widths::default();
        widths.note("c", 20);
        widths.apply();
        widths.apply();
        assert_eq!(widths.get("c"), 20);
    }
}
