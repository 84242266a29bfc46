//! The help: every action with its keys, from the table of actions.

use ratatui::layout::Rect;

use super::canvas::{Canvas, piece, rows};
use crate::tui::input::{Entry, actions};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Cells of the keys.
const KEYS: u16 = 16;
/// Widest help.
const WIDEST: u16 = 78;

/// Draws the help over the panes, from an action on.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, first: u64) {
    let area = centred(body);
    canvas.clear(area);
    let title = [piece(" Keys ", Meaning::Title)];
    let inside = canvas.frame(area, Meaning::Focused, &title);
    let room = usize::from(inside.height);
    let last = actions().count().saturating_sub(room);
    let first = usize::try_from(first).unwrap_or(usize::MAX).min(last);
    for (entry, line) in actions().skip(first).zip(rows(inside)) {
        draw_entry(canvas, entry, line);
    }
    if last > 0 {
        let text = format!(" {} of {} ", (first + room).min(actions().count()), actions().count());
        canvas.on_bottom(area, &[piece(text, Meaning::Muted)]);
    }
}

fn centred(body: Rect) -> Rect {
    let width = body.width.min(WIDEST);
    let wanted = u16::try_from(actions().count()).unwrap_or(u16::MAX).saturating_add(2);
    let height = body.height.min(wanted);
    let x = body.x + (body.width - width) / 2;
    let y = body.y + (body.height - height) / 2;
    Rect { x, y, width, height }
}

fn draw_entry(canvas: &mut Canvas<'_>, entry: &Entry, line: Rect) {
    let keys: Vec<String> = entry.keys.iter().map(ToString::to_string).collect();
    let keys = sanitize::clip(&keys.join(" "), KEYS);
    let space = " ".repeat(usize::from(KEYS.saturating_sub(sanitize::width(&keys))));
    let line = Rect { x: line.x + 1, width: line.width.saturating_sub(2), ..line };
    canvas.pieces(
        line,
        &[
            piece(keys, Meaning::Key),
            piece(format!("{space}  "), Meaning::Plain),
            piece(entry.title, Meaning::Plain),
        ],
    );
}
