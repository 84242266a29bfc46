//! The last line: the keys that mean something here, from the table of actions.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece, width};
use crate::tui::input::{Action, Entry, entries};
use crate::tui::state::State;
use crate::tui::theme::Meaning;

/// Draws as many hints as fit, the ways out at the right end; what is not possible now is dim.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let mut left = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    let (out, other): (Vec<_>, Vec<_>) = entries(state.context()).partition(|e| leads_out(e));
    let out: Vec<Piece<'_>> = out.iter().filter_map(|entry| hint(state, entry)).flatten().collect();
    left = canvas.right(left, &out);
    for hint in other.iter().filter_map(|entry| hint(state, entry)) {
        if width(&hint) <= left.width {
            left = canvas.pieces(left, &hint);
        }
    }
}

fn leads_out(entry: &Entry) -> bool {
    matches!(entry.action, Action::Help | Action::Back)
}

fn hint<'a>(state: &State, entry: &Entry) -> Option<[Piece<'a>; 2]> {
    let (name, key) = (entry.hint?, entry.keys.first()?);
    let possible = (entry.enabled)(state).is_ok();
    let (key_meaning, meaning) =
        if possible { (Meaning::Key, Meaning::Plain) } else { (Meaning::Muted, Meaning::Muted) };
    Some([piece(key.to_string(), key_meaning), piece(format!(" {name}  "), meaning)])
}
