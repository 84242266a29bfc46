//! The list of marks.

use ratatui::layout::Rect;

use super::canvas::{Canvas, centred, piece, rows};
use crate::tui::state::{Mark, Scroll, State};
use crate::tui::text::quantity::{counted, grouped};
use crate::tui::theme::Meaning;

/// Widest list.
const WIDEST: u16 = 96;

/// Draws it over the panes.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, body: Rect, scroll: &Scroll) {
    let marks = state.marks.list();
    let height = u16::try_from(marks.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = centred(body, WIDEST, height.max(3));
    canvas.clear(area);
    let title = format!(" {} ", counted(marks.len() as u64, "mark"));
    let inside = canvas.frame(area, Meaning::Focused, &[piece(title, Meaning::Title)]);
    let skip = usize::try_from(scroll.top).unwrap_or(usize::MAX);
    for ((number, mark), row) in (0..).zip(marks).skip(skip).zip(rows(inside)) {
        draw_mark(canvas, mark, Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row });
        if number == scroll.selected {
            canvas.text(Rect { width: 1, ..row }, "▶", Meaning::Marked);
            canvas.tint(row, Meaning::Selected);
        }
    }
}

fn draw_mark(canvas: &mut Canvas<'_>, mark: &Mark, line: Rect) {
    let record = &mark.record;
    let place = format!("{}/{}  {}  ", record.topic, record.bucket, grouped(record.offset));
    let left = canvas.text(line, &place, Meaning::Number);
    canvas.text(left, &mark.text, Meaning::Plain);
}
