//! What was done, as commands, the newest first; of the selected one also how it is taken back.

use ratatui::layout::Rect;

use super::canvas::{Canvas, centred, piece, rows};
use crate::tui::state::{Scroll, State, Undo};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Widest list.
const WIDEST: u16 = 120;

/// Draws it over the panes.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, body: Rect, scroll: &Scroll) {
    let total = u16::try_from(state.deeds.len()).unwrap_or(u16::MAX);
    let area = centred(body, WIDEST, total.max(1).saturating_add(2));
    canvas.clear(area);
    let title = piece(" Done from here, as commands ", Meaning::Title);
    let inside = canvas.frame(area, Meaning::Focused, &[title]);
    let skip = usize::try_from(scroll.top).unwrap_or(usize::MAX);
    for ((number, deed), row) in (0..).zip(state.deeds.iter()).skip(skip).zip(rows(inside)) {
        let line = Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
        let when = deed.when.format("%H:%M:%S  ").to_string();
        // Where there is little room, the command is what matters.
        let when = if line.width < 60 { String::new() } else { when };
        canvas.pieces(
            line,
            &[piece(when, Meaning::Muted), piece(deed.command.as_str(), Meaning::Plain)],
        );
        if number == scroll.selected {
            canvas.text(Rect { width: 1, ..row }, "▶", Meaning::Marked);
            canvas.tint(row, Meaning::Selected);
        }
    }
    if let Some(deed) = state.deeds.get(scroll.selected) {
        let (text, meaning) = match &deed.undo {
            Undo::Command(command) => (format!(" undo: {command} "), Meaning::Key),
            Undo::Nothing(why) => (format!(" no undo: {why} "), Meaning::Muted),
        };
        let room = area.width.saturating_sub(2);
        canvas.on_bottom(area, &[piece(sanitize::clip(&text, room), meaning)]);
    }
}
