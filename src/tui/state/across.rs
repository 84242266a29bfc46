//! The columns of a table from left to right: which are shown, which stay in view, where the cursor stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::arrangement::Arrangement;
use super::widths::Widths;
use crate::tui::data::Column;
use crate::tui::input::Motion;

/// Cells between two columns.
pub(crate) const GAP: u16 = 2;

/// A row of columns, of which a part is in view.
#[derive(Debug, Clone, Default)]
pub(crate) struct Across {
    /// The columns that are shown; those that are to stay in view first.
    pub(crate) shown: Arc<[Column]>,
    /// How many columns there are besides.
    pub(crate) hidden: usize,
    /// How many are to stay in view.
    frozen: usize,
    /// The first in view of those that scroll.
    first: usize,
    /// The column that keys act on.
    cursor: usize,
    /// Widths that a person gave.
    given: BTreeMap<String, u16>,
    made_of: Option<(Arc<[Column]>, Arrangement)>,
}

impl Across {
    /// Takes the columns of the table as they are arranged; the cursor stays on its column.
    pub(crate) fn lay_out(&mut self, all: &Arc<[Column]>, arrangement: &Arrangement) {
        let same = |(of, how): &(Arc<[Column]>, Arrangement)| {
            (Arc::ptr_eq(of, all) || of == all) && how == arrangement
        };
        if self.made_of.as_ref().is_some_and(same) {
            return;
        }
        let at = self.column().map(|column| column.name.clone());
        let stands = arrangement.stands(all);
        let shown = stands.iter().filter(|stand| !stand.hidden);
        self.frozen = shown.clone().filter(|stand| stand.frozen).count();
        self.shown = shown.map(|stand| stand.column.clone()).collect();
        self.hidden = stands.len() - self.shown.len();
        let given = stands.iter().filter_map(|s| Some((s.column.name.clone(), s.width?)));
        self.given = given.collect();
        self.made_of = Some((all.clone(), arrangement.clone()));
        if let Some(at) = at {
            self.go_to(&at);
        }
        self.cursor = self.cursor.min(self.shown.len().saturating_sub(1));
    }

    /// The column of the cursor, and its place among those that are shown.
    pub(crate) fn column(&self) -> Option<&Column> {
        self.shown.get(self.cursor)
    }

    /// Its place among those that are shown.
    pub(crate) fn cursor(&self) -> usize {
        self.cursor
    }

    /// Brings the cursor to a column, where that is shown.
    pub(crate) fn go_to(&mut self, name: &str) {
        if let Some(at) = self.shown.iter().position(|column| column.name == name) {
            self.cursor = at;
        }
    }

    /// Moves the cursor to the left or to the right.
    pub(crate) fn step(&mut self, motion: Motion) {
        match motion {
            Motion::Left => self.cursor = self.cursor.saturating_sub(1),
            Motion::Right => {
                self.cursor = (self.cursor + 1).min(self.shown.len().saturating_sub(1));
            }
            _ => {}
        }
    }

    /// How wide a column is.
    pub(crate) fn width(&self, widths: &Widths, column: &str) -> u16 {
        self.given.get(column).copied().unwrap_or_else(|| widths.get(column))
    }

    /// Brings the column of the cursor into view, with as little motion as possible.
    pub(crate) fn fit(&mut self, widths: &Widths, room: u16) {
        let held = self.held(widths, room);
        let taken = self.cells(widths, 0, held);
        let left = u32::from(room).saturating_sub(taken);
        self.first = self.first.clamp(held, self.shown.len().saturating_sub(1).max(held));
        if self.cursor < held {
            return;
        }
        self.first = self.first.min(self.cursor);
        // The last column needs no gap behind it.
        let fits =
            |first: usize| self.cells(widths, first, self.cursor + 1) <= left + u32::from(GAP);
        let cursor = self.cursor;
        self.first = (self.first..cursor).find(|first| fits(*first)).unwrap_or(cursor);
    }

    /// How many columns stay in view: those that are to, as far as they leave a third of the room to the others.
    pub(crate) fn held(&self, widths: &Widths, room: u16) -> usize {
        let most = u32::from(room) * 2 / 3;
        (0..=self.frozen).rev().find(|held| self.cells(widths, 0, *held) <= most).unwrap_or(0)
    }

    /// The places of the columns in view, as far as anybody knows their room: those that stay, and those from the first on.
    pub(crate) fn in_view(&self, widths: &Widths, room: u16) -> impl Iterator<Item = usize> {
        let held = self.held(widths, room);
        (0..held).chain(self.first.max(held)..self.shown.len())
    }

    /// Cells of some neighbours, with the gap behind each.
    fn cells(&self, widths: &Widths, from: usize, to: usize) -> u32 {
        let columns = self.shown.iter().take(to).skip(from);
        columns.map(|column| u32::from(self.width(widths, &column.name) + GAP)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::data::Align;

    /// Six columns of ten cells each.
    fn six() -> (Arc<[Column]>, Widths) {
        let column =
            |name: &str| Column { name: name.into(), kind: String::new(), align: Align::Left };
        let columns: Arc<[Column]> = ["a", "b", "c", "d", "e", "f"].map(column).into();
        let mut widths = Widths::default();
        for column in columns.iter() {
            widths.note(&column.name, 10);
        }
        widths.apply();
        (columns, widths)
    }

    fn in_view(across: &Across, widths: &Widths, room: u16) -> String {
        let places = across.in_view(widths, room);
        places.map(|place| across.shown[place].name.as_str()).collect()
    }

    #[test]
    fn the_cursor_moves_the_view_no_more_than_it_must() {
        let (columns, widths) = six();
        let mut across = Across::default();
        across.lay_out(&columns, &Arrangement::default());
        for (motion, cursor, first) in [
            (Motion::Right, "b", "abcdef"),
            (Motion::Right, "c", "abcdef"),
            (Motion::Right, "d", "bcdef"),
            (Motion::Left, "c", "bcdef"),
            (Motion::Left, "b", "bcdef"),
            (Motion::Left, "a", "abcdef"),
            (Motion::Left, "a", "abcdef"),
        ] {
            across.step(motion);
            // Three columns and the gaps between them.
            across.fit(&widths, 34);
            let at = across.column().map(|column| column.name.as_str());
            assert_eq!((at, in_view(&across, &widths, 34).as_str()), (Some(cursor), first));
        }
    }

    #[test]
    fn what_is_frozen_stays_in_view_as_long_as_a_third_of_the_room_is_left() {
        let (columns, widths) = six();
        let mut arrangement = Arrangement::default();
        arrangement.freeze(&columns, "b");
        arrangement.freeze(&columns, "d");
        let mut across = Across::default();
        across.lay_out(&columns, &arrangement);
        across.go_to("f");
        across.fit(&widths, 50);
        assert_eq!(in_view(&across, &widths, 50), "bdef");
        across.fit(&widths, 34);
        assert_eq!(in_view(&across, &widths, 34), "bef");
        across.fit(&widths, 12);
        assert_eq!(in_view(&across, &widths, 12), "f");
    }

    #[test]
    fn the_cursor_stays_on_its_column_and_goes_to_the_next_where_that_is_hidden() {
        let (columns, _) = six();
        let mut arrangement = Arrangement::default();
        let mut across = Across::default();
        across.lay_out(&columns, &arrangement);
        across.go_to("e");
        arrangement.hide(&columns, "a", true);
        across.lay_out(&columns, &arrangement);
        assert_eq!(across.column().map(|column| column.name.as_str()), Some("e"));
        arrangement.hide(&columns, "e", true);
        across.lay_out(&columns, &arrangement);
        assert_eq!(across.column().map(|column| column.name.as_str()), Some("f"));
        arrangement.hide(&columns, "f", true);
        across.lay_out(&columns, &arrangement);
        assert_eq!(across.column().map(|column| column.name.as_str()), Some("d"));
        assert_eq!(across.hidden, 3);
    }
}
