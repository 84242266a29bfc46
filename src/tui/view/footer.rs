//! The last line: the keys that mean something here, from the table of actions.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece, width};
use crate::tui::input::{Action, Hint, hints};
use crate::tui::state::State;
use crate::tui::theme::Meaning;

/// Cells between two hints.
const GAP: u16 = 2;

/// Draws as many hints as fit, the ways out at the right end; what is not possible now is dim.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let line = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    let (out, other): (Vec<_>, Vec<_>) = hints(state).into_iter().partition(leads_out);
    let mut out: Vec<Piece<'_>> = out.iter().flat_map(|hint| pieces(state, hint)).collect();
    // The last gap keeps nothing apart.
    out.pop();
    let mut left = canvas.right(line, &out);
    for hint in &other {
        let pieces = pieces(state, hint);
        if width(&pieces) <= left.width {
            left = canvas.pieces(left, &pieces);
        }
    }
}

fn leads_out(hint: &Hint) -> bool {
    let leads_out = |action| matches!(action, Action::Help | Action::Back);
    hint.entries.iter().any(|entry| leads_out(entry.action))
}

/// Keys and word, and the gap behind them. A key that cannot be used now is dim, and the word where none can.
fn pieces(state: &State, hint: &Hint) -> Vec<Piece<'static>> {
    let mut pieces = Vec::new();
    let mut any = Meaning::Muted;
    for entry in &hint.entries {
        let Some(key) = state.keymap.keys(entry).first() else { continue };
        let possible = entry.possible(state).is_ok();
        any = if possible { Meaning::Plain } else { any };
        let meaning = if possible { Meaning::Key } else { Meaning::Muted };
        pieces.push(piece(format!("{key} "), meaning));
    }
    pieces.push(piece(hint.name, any));
    pieces.push(piece(" ".repeat(usize::from(GAP)), Meaning::Plain));
    pieces
}
