//! What was said, the newest first.

use ratatui::layout::Rect;

use super::canvas::{Canvas, centred, piece, rows};
use super::status::severity;
use crate::tui::state::{Scroll, State};
use crate::tui::theme::Meaning;

/// Widest list.
const WIDEST: u16 = 110;

/// Draws it over the panes.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, body: Rect, scroll: &Scroll) {
    let total = u16::try_from(state.log.len()).unwrap_or(u16::MAX);
    let area = centred(body, WIDEST, total.saturating_add(2));
    canvas.clear(area);
    let inside = canvas.frame(area, Meaning::Focused, &[piece(" Log ", Meaning::Title)]);
    let skip = usize::try_from(scroll.top).unwrap_or(usize::MAX);
    for ((number, said), row) in state.log.iter().enumerate().skip(skip).zip(rows(inside)) {
        let line = Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
        let (glyph, meaning) = severity(&said.notice);
        let when = said.when.format("%H:%M:%S").to_string();
        let pieces = [
            piece(when, Meaning::Muted),
            piece(glyph, meaning),
            piece(said.notice.text.as_str(), Meaning::Plain),
        ];
        canvas.pieces(line, &pieces);
        if number as u64 == scroll.selected {
            canvas.text(Rect { width: 1, ..row }, "▶", Meaning::Marked);
            canvas.tint(row, Meaning::Selected);
        }
    }
}
