//! A list that is chosen from by a few letters: a line that is typed into, and what it stands for.
//!
//! ```text
//! ┌ Columns ────────────────── 2 hidden ┐
//! │ › lat                               │
//! │▶[x] latency_ms  float64             │
//! └────────────────────────────── 1 of 3┘
//! ```

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, Piece, centred, piece, rows};
use crate::tui::state::Chooser;
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// What stands before what is typed.
const PROMPT: &str = " › ";

/// The box of a list of so many lines.
pub(super) fn area(body: Rect, widest: u16, lines: usize) -> Rect {
    centred(body, widest, u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(3))
}

/// Draws it; returns its frame.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    chooser: &Chooser,
    title: &[Piece<'_>],
    (area, lines): (Rect, &[Vec<Piece<'_>>]),
) -> Rect {
    canvas.clear(area);
    let inside = canvas.frame(area, Meaning::Focused, title);
    let mut all = rows(inside);
    if let Some(typed) = all.next() {
        let left = canvas.text(typed, PROMPT, Meaning::Key);
        canvas.text(left, chooser.prompt.text(), Meaning::Strong);
    }
    let first = usize::try_from(chooser.scroll.top).unwrap_or(usize::MAX);
    for ((number, line), row) in lines.iter().enumerate().skip(first).zip(all) {
        let text = Rect { x: row.x + 1, width: row.width.saturating_sub(1), ..row };
        canvas.pieces(text, line);
        if number == chooser.selected() {
            canvas.text(Rect { width: 1, ..row }, "▶", Meaning::Marked);
            canvas.tint(row, Meaning::Selected);
        }
    }
    let position = match lines.len() {
        0 => " nothing has these letters ".into(),
        all => format!(" {} of {all} ", chooser.selected() + 1),
    };
    canvas.on_bottom(area, &[piece(position, Meaning::Muted)]);
    area
}

/// Where the cursor of the terminal stands in such a box.
pub(super) fn cursor(chooser: &Chooser, area: Rect) -> Position {
    let before: String = chooser.prompt.text().chars().take(chooser.prompt.cursor()).collect();
    let x = sanitize::width(PROMPT).saturating_add(sanitize::width(&before));
    let x = (area.x + 1).saturating_add(x).min(area.right().saturating_sub(2));
    Position { x, y: area.y + 1 }
}
