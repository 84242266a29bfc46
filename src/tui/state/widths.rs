//! Widths of columns that follow what is in view without dancing.

use std::collections::BTreeMap;

use crate::tui::data::Column;

/// Widest column of a table, in cells.
pub(crate) const WIDEST: u16 = 36;
/// Narrowest column of a table, in cells.
const NARROWEST: u16 = 3;
/// Cells between two columns.
const GAP: u32 = 2;
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

    /// The first column to show so that a column is in view, with so many cells for all of them: the
    /// one that is the first already, where that is enough.
    pub(crate) fn first_to_show(
        &self,
        columns: &[Column],
        first: usize,
        (name, room): (&str, u16),
    ) -> usize {
        let Some(index) = columns.iter().position(|column| column.name == name) else {
            return first;
        };
        let wide = |from: usize| -> u32 {
            let shown = columns.iter().take(index + 1).skip(from);
            shown.map(|column| u32::from(self.get(&column.name)) + GAP).sum()
        };
        let start = first.min(index);
        (start..index).find(|from| wide(*from) <= u32::from(room)).unwrap_or(index)
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
    fn a_column_is_brought_into_view_with_as_little_motion_as_possible() {
        let column = |name: &str| Column {
            name: name.into(),
            kind: String::new(),
            align: crate::tui::data::Align::Left,
        };
        let columns = ["a", "b", "c", "d"].map(column);
        let mut widths = Widths::default();
        for column in &columns {
            widths.note(&column.name, 10);
        }
        widths.apply();
        for (first, name, expected) in [
            (0, "a", 0),
            (0, "b", 0),
            (0, "c", 1),
            (0, "d", 2),
            (3, "b", 1),
            (2, "d", 2),
            (2, "none", 2),
        ] {
            assert_eq!(
                widths.first_to_show(&columns, first, (name, 24)),
                expected,
                "{first} {name}"
            );
        }
        assert_eq!(widths.first_to_show(&columns, 0, ("d", 5)), 3);
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
