//! Cells in aligned columns, within the width there is.

use std::ops::Range;

use crate::cli::failure::Result;
use crate::cli::output;
use crate::tui::{Part, clean, clip, excerpt, width};

/// Cells between two columns.
const GAP: usize = 2;
/// No column of text is made narrower than this to fit more columns in.
const NARROWEST: usize = 10;

/// One value of a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Aligned left, cut where there is no room.
    Text(String),
    /// As a text, cut to where the first of these bytes are, which were looked for.
    Marked(String, Vec<Range<usize>>),
    /// Aligned right and never cut: half a number is a wrong number.
    Number(String),
}

impl Cell {
    /// A number's cell.
    pub(crate) fn number(number: &impl ToString) -> Self {
        Self::Number(number.to_string())
    }

    fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Marked(text, _) | Self::Number(text) => text,
        }
    }
}

/// What a column asks for.
#[derive(Debug, Clone, Copy)]
struct Need {
    cells: usize,
    is_number: bool,
}

impl Need {
    fn at_most(self, cap: usize) -> usize {
        if self.is_number { self.cells } else { self.cells.min(cap) }
    }
}

/// Columns, decided once; rows that come later are cut to their widths.
#[derive(Debug)]
pub(super) struct Grid {
    columns: Vec<Column>,
    hidden: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Column {
    width: usize,
    is_number: bool,
}

impl Grid {
    /// Decides the widths from a header and the first rows: no text over `longest`, no line over `room`.
    pub(super) fn of(
        header: &[Cell],
        rows: &[Vec<Cell>],
        longest: usize,
        room: Option<usize>,
    ) -> Self {
        let needs: Vec<_> = (0..header.len()).map(|index| need(index, header, rows)).collect();
        let widths = fit(&needs, longest, room);
        let columns = widths.into_iter().zip(&needs);
        let columns: Vec<_> =
            columns.map(|(width, need)| Column { width, is_number: need.is_number }).collect();
        let hidden = needs.len() - columns.len();
        Self { columns, hidden }
    }

    /// How many columns on the right found no room.
    pub(super) fn hidden(&self) -> usize {
        self.hidden
    }

    /// A line of text without trailing spaces.
    pub(super) fn line(&self, cells: &[Cell]) -> String {
        let mut line = String::new();
        for (index, (cell, column)) in cells.iter().zip(&self.columns).enumerate() {
            if index > 0 {
                line.push_str("  ");
            }
            line.push_str(&padded(cell, *column));
        }
        line.truncate(line.trim_end().len());
        line
    }
}

/// Prints facts as a grid, uncut.
pub(crate) fn facts(header: &[&str], rows: &[Vec<Cell>]) -> Result {
    let header: Vec<_> = header.iter().map(|name| Cell::Text((*name).into())).collect();
    let grid = Grid::of(&header, rows, usize::MAX, None);
    let mut lines = vec![grid.line(&header)];
    lines.extend(rows.iter().map(|row| grid.line(row)));
    output::lines(&lines)
}

fn need(index: usize, header: &[Cell], rows: &[Vec<Cell>]) -> Need {
    let cells = || rows.iter().filter_map(|row| row.get(index));
    let all = header.get(index).into_iter().chain(cells());
    Need {
        cells: all.map(|cell| usize::from(width(cell.text()))).max().unwrap_or_default(),
        is_number: cells().any(|cell| matches!(cell, Cell::Number(_))),
    }
}

/// The widths of as many columns as fit, as wide as possible.
fn fit(needs: &[Need], longest: usize, room: Option<usize>) -> Vec<usize> {
    let capped = |shown: usize, cap: usize| -> Vec<usize> {
        needs.iter().take(shown).map(|need| need.at_most(cap)).collect()
    };
    let Some(room) = room else { return capped(needs.len(), longest) };
    for shown in (1..=needs.len()).rev() {
        for cap in (NARROWEST..=longest).rev() {
            let widths = capped(shown, cap);
            if widths.iter().sum::<usize>() + GAP * (shown - 1) <= room {
                return widths;
            }
        }
    }
    capped(1, room)
}

/// A cell in its column's width; in a column of numbers all cells stand right.
fn padded(cell: &Cell, column: Column) -> String {
    let cells = u16::try_from(column.width).unwrap_or(u16::MAX);
    let (text, used) = match cell {
        Cell::Text(text) => measured(clip(text, cells)),
        Cell::Marked(text, marks) => emphasized(&excerpt(text, marks, cells)),
        Cell::Number(text) => measured(clean(text).into_owned()),
    };
    let blank = " ".repeat(column.width.saturating_sub(used));
    if column.is_number { blank + &text } else { text + &blank }
}

fn measured(text: String) -> (String, usize) {
    let used = usize::from(width(&text));
    (text, used)
}

/// Parts of a text, those that are marked between the signs for it, and how many cells they take.
fn emphasized(parts: &[Part]) -> (String, usize) {
    let [begin, end] = output::EMPHASIS;
    let text = |part: &Part| {
        if part.is_marked { format!("{begin}{}{end}", part.text) } else { part.text.clone() }
    };
    let used = parts.iter().map(|part| usize::from(width(&part.text))).sum();
    (parts.iter().map(text).collect(), used)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    #[test]
    fn text_stands_left_and_numbers_stand_right() {
        let header = [text("name"), text("count")];
        let rows =
            vec![vec![text("a"), Cell::number(&7)], vec![text("漢字漢字"), Cell::number(&1234)]];
        let grid = Grid::of(&header, &rows, 40, None);
        let lines = [&header.to_vec(), &rows[0], &rows[1]].map(|row| grid.line(row));
        assert_eq!(lines, ["name      count", "a             7", "漢字漢字   1234"]);
    }

    #[test]
    fn a_long_text_is_cut_and_a_long_number_is_not() {
        let header = [text("t"), text("n")];
        let rows = vec![vec![text(&"x".repeat(100)), Cell::number(&u64::MAX)]];
        let line = Grid::of(&header, &rows, 12, None).line(&rows[0]);
        assert_eq!(line, "xxxxxxxxxxx…  18446744073709551615");
    }

    #[test]
    fn columns_get_narrower_before_they_are_left_out() {
        let header = [text("a"), text("b"), text("c")];
        let rows = vec![vec![text(&"x".repeat(30)), text(&"y".repeat(30)), text(&"z".repeat(30))]];
        for (room, widths, hidden) in
            [(94, vec![30; 3], 0), (40, vec![12; 3], 0), (33, vec![15; 2], 1), (8, vec![8], 2)]
        {
            let grid = Grid::of(&header, &rows, 40, Some(room));
            let found: Vec<_> = grid.columns.iter().map(|column| column.width).collect();
            assert_eq!((found, grid.hidden()), (widths, hidden), "in {room}");
        }
    }

    #[test]
    fn no_line_of_a_table_holds_a_control_character() {
        let rows = vec![vec![text("a\u{1b}[2J\0b\n")]];
        let line = Grid::of(&[text("t")], &rows, 40, None).line(&rows[0]);
        assert_eq!(line, "a␛[2J␀b⏎");
    }
}
