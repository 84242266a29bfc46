//! The columns of a table: which fit, where each stands, and how a cell is written into one.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::chips::arrow;
use crate::tui::data::{Align, Column, Row};
use crate::tui::state::{Across, GAP, Widths};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;
use crate::{Needle, Sort};

/// A column that has at least this many cells left is shown cut.
const WORTH_SHOWING: u16 = 4;

/// The columns of a table that are in view.
pub(super) struct Columns<'a> {
    across: &'a Across,
    widths: &'a Widths,
    needle: Option<&'a Needle>,
    /// By what the rows are sorted.
    sort: Option<&'a Sort>,
    /// Whether to show which column the keys act on.
    pointed: bool,
}

impl<'a> Columns<'a> {
    pub(super) fn new(across: &'a Across, widths: &'a Widths) -> Self {
        Self { across, widths, needle: None, sort: None, pointed: false }
    }

    /// The same, showing which column the keys act on, where the table has them.
    pub(super) fn pointed(self, pointed: bool) -> Self {
        Self { pointed, ..self }
    }

    /// The same, saying by what the rows are sorted.
    pub(super) fn sorted(self, sort: Option<&'a Sort>) -> Self {
        Self { sort, ..self }
    }

    /// The same, marking what is looked for.
    pub(super) fn finding(self, needle: Option<&'a Needle>) -> Self {
        Self { needle, ..self }
    }

    /// How many columns there are before the first in view, and behind the last.
    pub(super) fn hidden(&self, area: Rect) -> (usize, usize) {
        let held = self.across.held(self.widths, area.width);
        let mut shown = self.places(area).map(|(index, ..)| index).skip(held).peekable();
        let first = shown.peek().copied().unwrap_or(held);
        let behind = shown.last().map_or(held, |last| last + 1);
        (first - held, self.across.shown.len().saturating_sub(behind))
    }

    /// Writes the names of the columns.
    pub(super) fn header(&self, canvas: &mut Canvas<'_>, area: Rect) {
        for (index, column, place) in self.places(area) {
            write(canvas, place, &column.name, column.align, Meaning::Header);
            self.arrow(canvas, column, (place, area));
            if self.pointed && index == self.across.cursor() {
                canvas.tint(place, Meaning::Marked);
            }
        }
        self.rule(canvas, area);
    }

    /// Says that the rows are sorted by a column: behind its name, where there is always a gap.
    fn arrow(&self, canvas: &mut Canvas<'_>, column: &Column, (place, area): (Rect, Rect)) {
        let Some(sort) = self.sort.filter(|sort| sort.column == column.name) else { return };
        let x = match column.align {
            Align::Left => place.x.saturating_add(sanitize::width(&column.name)).min(place.right()),
            Align::Right => place.right(),
        };
        let place = Rect { x, width: area.right().saturating_sub(x).min(1), ..place };
        canvas.text(place, arrow(sort.order), Meaning::Warn);
    }

    /// Writes the types of the columns.
    pub(super) fn types(&self, canvas: &mut Canvas<'_>, area: Rect) {
        for (_, column, place) in self.places(area) {
            write(canvas, place, &column.kind, column.align, Meaning::Muted);
        }
    }

    /// Marks the cell of a row that the keys act on.
    pub(super) fn point(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let at = self.places(area).find(|(index, ..)| *index == self.across.cursor());
        if let Some((_, _, place)) = at.filter(|_| self.pointed) {
            canvas.tint(place, Meaning::Cell);
        }
    }

    /// A rule between the columns that stay in view and the others.
    fn rule(&self, canvas: &mut Canvas<'_>, area: Rect) {
        let held = self.across.held(self.widths, area.width);
        let last = held.checked_sub(1).and_then(|last| self.places(area).nth(last));
        if let Some((_, _, place)) = last {
            let x = place.right().min(area.right());
            let rule = canvas.vertical();
            let place = Rect { x, width: (area.right() - x).min(1), ..area };
            canvas.text(place, rule, Meaning::Border);
        }
    }

    /// Writes the cells of a row, which may have other columns than the table.
    pub(super) fn row(&self, canvas: &mut Canvas<'_>, area: Rect, row: &Row, own: &[Column]) {
        for (index, column, place) in self.places(area) {
            let index = match own.get(index) {
                Some(at_same_place) if at_same_place.name == column.name => Some(index),
                _ => own.iter().position(|other| other.name == column.name),
            };
            if let Some(cell) = index.and_then(|index| row.cells.get(index)) {
                let text = cell.text();
                // A number leaves the cells free that others in its column have for decimals.
                let free = cell.decimals().map_or(0, |own| {
                    let most = place.width.saturating_sub(sanitize::width(&text));
                    self.widths.decimals(&column.name).saturating_sub(own).min(most)
                });
                let place = Rect { width: place.width - free, ..place };
                write(canvas, place, &text, column.align, cell.meaning());
                if let Some(needle) = self.needle.filter(|_| cell.is_searched()) {
                    mark_found(canvas, place, &text, column.align, needle);
                }
            }
        }
        self.rule(canvas, area);
    }

    fn places(&self, area: Rect) -> impl Iterator<Item = (usize, &'a Column, Rect)> {
        let (across, widths) = (self.across, self.widths);
        let in_view = across.in_view(widths, area.width);
        let columns = in_view.filter_map(|at| Some((at, across.shown.get(at)?)));
        columns.scan(area.x, move |x, (index, column)| {
            let left = area.right().saturating_sub(*x);
            let wanted = across.width(widths, &column.name);
            // Half a number is a wrong number; alone it is better than nothing.
            let least = match column.align {
                Align::Right if *x > area.x => wanted,
                _ => wanted.min(WORTH_SHOWING),
            };
            if left < least {
                return None;
            }
            let place = Rect { x: *x, width: wanted.min(left), ..area };
            *x = place.right().saturating_add(GAP);
            Some((index, column, place))
        })
    }
}

/// Marks what is looked for where it stands in a cell, as far as the cell shows it.
fn mark_found(canvas: &mut Canvas<'_>, place: Rect, text: &str, align: Align, needle: &Needle) {
    let Some(found) = needle.find(text) else {
        return;
    };
    let before = sanitize::width(text.get(..found.start).unwrap_or_default());
    let wide = sanitize::width(text.get(found).unwrap_or_default());
    let space = match align {
        Align::Left => 0,
        Align::Right => place.width.saturating_sub(sanitize::width(text)),
    };
    let from = space.saturating_add(before).min(place.width);
    let width = wide.min(place.width - from);
    canvas.tint(Rect { x: place.x + from, width, ..place }, Meaning::Found);
}

fn write(canvas: &mut Canvas<'_>, place: Rect, text: &str, align: Align, meaning: Meaning) {
    let space = match align {
        Align::Left => 0,
        Align::Right => place.width.saturating_sub(sanitize::width(text)),
    };
    let place = Rect { x: place.x + space, width: place.width - space, ..place };
    canvas.text(place, text, meaning);
}
