//! The status line: the selected record, what a read cost, or a sentence that needs saying.
//!
//! ```text
//!  traces/2  120 120  ■ v 483                                  read 0.4 ms
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece};
use super::records::mark_of;
use crate::tui::effect::Slot;
use crate::tui::state::{Find, Notice, Screen, Severity, State};
use crate::tui::text::quantity::{counted, elapsed, grouped, percent};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Draws the line.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    if state.notice.is_some() {
        return;
    }
    if let Some(find) = state.find.as_ref().filter(|_| state.loads.is_running(&Slot::Find)) {
        canvas.pieces(area, &searching(find));
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

/// How far a search has come.
fn searching(find: &Find) -> [Piece<'_>; 3] {
    let (looked_at, all) = find.progress;
    let progress = match all {
        0 => " …".into(),
        all => format!(
            " · {} of {} · {} · any key stops",
            grouped(looked_at),
            counted(all, "record"),
            percent(looked_at, all)
        ),
    };
    [
        piece(" looking for ", Meaning::Plain),
        piece(find.needle.text(), Meaning::Strong),
        piece(progress, Meaning::Muted),
    ]
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
