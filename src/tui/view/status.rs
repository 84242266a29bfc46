//! The status line: the selected record, what a read cost, or a sentence that needs saying.
//!
//! ```text
//!  traces/2  120 120  ■ v 483                                  read 0.4 ms
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece};
use super::records::mark_of;
use crate::tui::state::{Notice, Screen, Severity, State};
use crate::tui::text::quantity::{elapsed, grouped};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Draws the line.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    if state.notice.is_some() {
        return;
    }
    let left = match state.records.cost {
        Some(cost) if state.screen == Screen::Records => {
            canvas.right(area, &[piece(format!("read {} ", elapsed(cost)), Meaning::Muted)])
        }
        _ => area,
    };
    canvas.pieces(left, &selected(state));
}

/// Draws the sentence that needs saying; where one line is too short, over the footer too.
pub(super) fn draw_notice(canvas: &mut Canvas<'_>, state: &State, status: Rect, footer: Rect) {
    let Some(notice) = &state.notice else { return };
    let (glyph, meaning) = severity(notice);
    let first = canvas.text(status, glyph, meaning);
    let lines = sanitize::wrap(&notice.text, first.width);
    let second = Rect { x: first.x, width: first.width, ..footer };
    if lines.len() > 1 {
        canvas.clear(footer);
    }
    for (line, row) in lines.iter().zip([first, second]) {
        canvas.text(row, line, Meaning::Plain);
    }
}

fn severity(notice: &Notice) -> (&'static str, Meaning) {
    match notice.severity {
        Severity::Done => (" ✓ ", Meaning::Good),
        Severity::Refused => (" ! ", Meaning::Warn),
        Severity::Failed => (" ✗ ", Meaning::Bad),
    }
}

fn selected(state: &State) -> Vec<Piece<'static>> {
    let row = match state.screen {
        Screen::Records => state.records.row(state.records.scroll.selected),
        Screen::Tail => state.tail.as_ref().and_then(|tail| tail.selected_record()),
    };
    let (Some(place), Some(row)) = (&state.records.place, row) else {
        return Vec::new();
    };
    let (glyph, meaning) = mark_of(row);
    let version = match (row.buffered, state.records.extents.get(row.bucket)) {
        (false, Some(extent)) => format!(" v {}", grouped(extent.version)),
        (false, None) => " persisted".into(),
        (true, _) => " buffered".into(),
    };
    vec![
        piece(format!(" {}/{}", place.topic, row.bucket), Meaning::Strong),
        piece(format!("  {}  ", grouped(row.offset)), Meaning::Number),
        piece(glyph, meaning),
        piece(version, Meaning::Muted),
    ]
}
