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
    settled: BTreeMap<String, Settled>,
    /// What the values in view need, while they are being looked at.
    needed: BTreeMap<String, Needed>,
}

/// How wide a column is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Settled {
    width: u16,
    /// Cells from the decimal point on.
    decimals: u16,
}

/// What a column needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Needed {
    whole: u16,
    /// Cells before the decimal point, and from it on.
    parts: (u16, u16),
}

impl Needed {
    fn width(self, decimals: u16) -> u16 {
        self.whole.max(self.parts.0.saturating_add(decimals)).clamp(NARROWEST, WIDEST)
    }
}

impl Widths {
    /// The width of a column.
    pub(crate) fn get(&self, column: &str) -> u16 {
        self.settled.get(column).map_or(NARROWEST, |settled| settled.width)
    }

    /// Cells that a column of numbers keeps for its decimals, the point among them.
    pub(crate) fn decimals(&self, column: &str) -> u16 {
        self.settled.get(column).map_or(0, |settled| settled.decimals)
    }

    /// Notes what one value of a column needs.
    pub(crate) fn note(&mut self, column: &str, cells: u16) {
        let needed = self.needed_by(column);
        needed.whole = cells.max(needed.whole);
    }

    /// Notes what one number of a column needs before its decimal point, and from it on.
    pub(crate) fn note_parts(&mut self, column: &str, before: u16, decimals: u16) {
        let needed = self.needed_by(column);
        needed.parts = (before.max(needed.parts.0), decimals.max(needed.parts.1));
    }

    fn needed_by(&mut self, column: &str) -> &mut Needed {
        self.needed.entry(column.into()).or_default()
    }

    /// Takes what was noted: a column grows at once, and shrinks only where it is far too wide.
    pub(crate) fn apply(&mut self) {
        for (column, needed) in std::mem::take(&mut self.needed) {
            let least = needed.width(needed.parts.1);
            let new = Settled { width: least, decimals: needed.parts.1 };
            let settled = self.settled.entry(column).or_insert(new);
            settled.decimals = settled.decimals.max(needed.parts.1);
            settled.width = settled.width.max(needed.width(settled.decimals));
            if settled.width - least > SLACK {
                *settled = new;
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
    fn decimal_points_have_one_place_and_the_widest_number_still_fits() {
        let mut widths = Widths::default();
        for (before, decimals, width, kept) in
            [(4, 2, 6, 2), (1, 7, 8, 7), (4, 2, 11, 7), (6, 0, 13, 7), (3, 1, 4, 1)]
        {
            widths.note_parts("c", before, decimals);
            widths.apply();
            assert_eq!(
                (widths.get("c"), widths.decimals("c")),
                (width, kept),
                "{before}, {decimals}"
            );
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
