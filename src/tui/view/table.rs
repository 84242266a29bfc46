//! The columns of a table: which fit, where each stands, and how a cell is written into one.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::tui::data::{Align, Column, Row};
use crate::tui::state::Widths;
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Cells between two columns.
const GAP: u16 = 2;
/// A column that has at least this many cells left is shown cut.
const WORTH_SHOWING: u16 = 4;

/// The columns of a table that are in view.
pub(super) struct Columns<'a> {
    all: &'a [Column],
    first: usize,
    widths: &'a Widths,
}

impl<'a> Columns<'a> {
    pub(super) fn new(all: &'a [Column], first: usize, widths: &'a Widths) -> Self {
        Self { all, first, widths }
    }

    /// How many columns there are before the first in view, and behind the last.
    pub(super) fn hidden(&self, area: Rect) -> (usize, usize) {
        let shown = self.places(area).count();
        let first = self.first.min(self.all.len());
        (first, self.all.len() - first - shown)
    }

    /// Writes the names of the columns.
    pub(super) fn header(&self, canvas: &mut Canvas<'_>, area: Rect) {
        for (_, column, place) in self.places(area) {
            write(canvas, place, &column.name, column.align, Meaning::Header);
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
                write(canvas, place, &cell.text(), column.align, cell.meaning());
            }
        }
    }

    fn places(&self, area: Rect) -> impl Iterator<Item = (usize, &'a Column, Rect)> {
        let columns = self.all.iter().enumerate().skip(self.first);
        let widths = self.widths;
        columns.scan(area.x, move |x, (index, column)| {
            let left = area.right().saturating_sub(*x);
            let wanted = widths.get(&column.name);
            if left < wanted.min(WORTH_SHOWING) {
                return None;
            }
            let place = Rect { x: *x, width: wanted.min(left), ..area };
            *x = place.right().saturating_add(GAP);
            Some((index, column, place))
        })
    }
}

fn write(canvas: &mut Canvas<'_>, place: Rect, text: &str, align: Align, meaning: Meaning) {
    let space = match align {
        Align::Left => 0,
        Align::Right => place.width.saturating_sub(sanitize::width(text)),
    };
    let place = Rect { x: place.x + space, width: place.width - space, ..place };
    canvas.text(place, text, meaning);
}
