//! What the next key can mean, after one that begins several actions: each key, what it does, and why it may not.

use ratatui::layout::Rect;

use super::canvas::{Canvas, piece, rows};
use crate::tui::input::{Entry, Reason, entries};
use crate::tui::state::State;
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Widest box.
const WIDEST: u16 = 72;
/// Cells of a key.
const KEY: u16 = 4;

/// Draws the keys of the context at the lower end of the panes, where the eye is when it looks for a key.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, title: &str, body: Rect) {
    let all: Vec<&'static Entry> = entries(state.context())
        .filter(|entry| entry.hint.is_some())
        .filter(|entry| is_choice(entry))
        .collect();
    let height = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2).min(body.height);
    let width = body.width.min(WIDEST);
    let x = body.x + (body.width - width) / 2;
    let area = Rect { x, y: body.bottom() - height, width, height };
    canvas.clear(area);
    let inside = canvas.frame(area, Meaning::Focused, &[piece(title, Meaning::Title)]);
    for (entry, row) in all.iter().zip(rows(inside)) {
        draw_entry(
            canvas,
            state,
            entry,
            Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row },
        );
    }
}

/// Ways out stand in the footer.
fn is_choice(entry: &Entry) -> bool {
    !matches!(entry.action, crate::tui::input::Action::Back)
}

fn draw_entry(canvas: &mut Canvas<'_>, state: &State, entry: &'static Entry, line: Rect) {
    let key = state.keymap.keys(entry).first().map(ToString::to_string).unwrap_or_default();
    let space = " ".repeat(usize::from(KEY.saturating_sub(sanitize::width(&key))));
    match entry.possible(state) {
        Ok(()) => {
            let left = canvas.text(line, &key, Meaning::Key);
            canvas.text(left, &format!("{space}{}", entry.title), Meaning::Plain);
        }
        Err(Reason(reason)) => {
            canvas.text(line, &format!("{key}{space}{reason}"), Meaning::Muted);
        }
    }
}
