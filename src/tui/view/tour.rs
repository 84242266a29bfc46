//! The tour of the demo, in lines of its own between the panes and the status line: it covers nothing.
//!
//! ```text
//! ── tour · 2 of 5 ────────────────────────────────────────────────────── T skips it ──
//!  A table of all its records, however many; new ones come at its end. f follows them live.
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece, rows};
use crate::tui::state::{State, Word};
use crate::tui::theme::Meaning;

/// Draws what the tour says now.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let Some(tour) = state.tour.filter(|_| !area.is_empty()) else { return };
    let mut lines = rows(area);
    if let Some(rule) = lines.next() {
        let place = match tour.place() {
            Some((at, of)) => format!(" tour · {at} of {of} "),
            None => " tour ".into(),
        };
        let line = canvas.horizontal();
        canvas.text(rule, &line.repeat(usize::from(rule.width)), Meaning::Focused);
        let out = [piece(" T", Meaning::Key), piece(" skips it ", Meaning::Plain)];
        canvas.right(Rect { width: rule.width.saturating_sub(2), ..rule }, &out);
        let after = Rect { x: rule.x + 2, width: rule.width.saturating_sub(2), ..rule };
        canvas.text(after, &place, Meaning::Title);
    }
    for (words, line) in tour.lines(area.width.saturating_sub(2)).iter().zip(lines) {
        let line = Rect { x: line.x + 1, width: line.width.saturating_sub(1), ..line };
        canvas.pieces(line, &words.iter().enumerate().flat_map(shown).collect::<Vec<_>>());
    }
}

fn shown((number, word): (usize, &Word)) -> [Piece<'_>; 2] {
    let meaning = if word.is_key { Meaning::Key } else { Meaning::Plain };
    let space = if number == 0 || word.is_glued { "" } else { " " };
    [piece(space, Meaning::Plain), piece(word.text.as_str(), meaning)]
}
