//! The help: every action with its keys, from the table of actions, in groups; what the pane below
//! does not know is dim.

use ratatui::layout::Rect;

use super::canvas::{Canvas, centred, piece, rows};
use crate::tui::input::{Entry, HelpRow, help_rows};
use crate::tui::state::State;
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Cells of the keys.
const KEYS: u16 = 11;
/// Widest help.
const WIDEST: u16 = 80;

/// Draws the help of a pane over the panes, from a row on.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, body: Rect, first: u64) {
    let all: Vec<HelpRow> = help_rows().collect();
    let wanted = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = centred(body, WIDEST, wanted);
    canvas.clear(area);
    let inside = canvas.frame(area, Meaning::Focused, &[piece(" Keys ", Meaning::Title)]);
    let room = usize::from(inside.height);
    let last = all.len().saturating_sub(room);
    let first = usize::try_from(first).unwrap_or(usize::MAX).min(last);
    for (row, line) in all.iter().skip(first).zip(rows(inside)) {
        let line = Rect { x: line.x + 1, width: line.width.saturating_sub(2), ..line };
        match row {
            HelpRow::Heading(name) => drop(canvas.text(line, name, Meaning::Header)),
            HelpRow::Entry(entry) => draw_entry(canvas, state, entry, line),
        }
    }
    if last > 0 {
        let text = format!(" {} of {} ", (first + room).min(all.len()), all.len());
        canvas.on_bottom(area, &[piece(text, Meaning::Muted)]);
    }
}

fn draw_entry(canvas: &mut Canvas<'_>, state: &State, entry: &'static Entry, line: Rect) {
    let keys: Vec<String> = state.keymap.keys(entry).iter().map(ToString::to_string).collect();
    let keys = sanitize::clip(&keys.join(" "), KEYS);
    let space = " ".repeat(usize::from(KEYS.saturating_sub(sanitize::width(&keys))));
    let here = entry.contexts.contains(&state.pane());
    let (key, title) =
        if here { (Meaning::Key, Meaning::Plain) } else { (Meaning::Muted, Meaning::Muted) };
    canvas.pieces(
        line,
        &[piece(keys, key), piece(format!("{space} "), title), piece(entry.title, title)],
    );
}
