//! The status line: the selected record, what a read cost, or a sentence that needs saying.
//!
//! ```text
//!  traces/2  120 120  ■ v 483                                  read 0.4 ms
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece, width};
use super::records::mark_of;
use super::{chips, jobs, pin};
use crate::tui::effect::Slot;
use crate::tui::state::{Find, Notice, Screen, Severity, State, Versions};
use crate::tui::text::quantity::{bytes, counted, elapsed, grouped, percent};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// From this width on a version and the cost of a read stand beside each other.
const ROOMY: u16 = 100;

/// Draws the line.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    if state.notice.is_some() {
        return;
    }
    if let Some(find) = state.find.as_ref().filter(|_| state.loads.is_running(&Slot::Find)) {
        canvas.pieces(area, &searching(find));
        return;
    }
    let jobs = jobs::line(state);
    let area = if jobs.is_empty() { area } else { canvas.right(area, &jobs) };
    let left = match state.records.cost {
        Some(cost)
            if jobs.is_empty() && state.screen == Screen::Records && has_room(state, area) =>
        {
            canvas.right(area, &[piece(format!("read {} ", elapsed(cost)), Meaning::Muted)])
        }
        _ => area,
    };
    let left = canvas.pieces(left, &selected(state, left.width));
    if state.screen != Screen::Versions {
        canvas.pieces(left, &chips::line(state));
    }
}

/// Whether the line has room for what a read cost: the version that is looked at goes before.
fn has_room(state: &State, area: Rect) -> bool {
    state.records.pin.is_none() || area.width >= ROOMY
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
    let jobs = jobs::line(state);
    let text = sanitize::width(&notice.text).saturating_add(width(&jobs) + 4);
    let status = if text <= status.width { canvas.right(status, &jobs) } else { status };
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

pub(super) fn severity(notice: &Notice) -> (&'static str, Meaning) {
    match notice.severity {
        Severity::Done => (" ✓ ", Meaning::Good),
        Severity::Refused => (" ! ", Meaning::Warn),
        Severity::Failed => (" ✗ ", Meaning::Bad),
    }
}

fn selected(state: &State, room: u16) -> Vec<Piece<'static>> {
    if let (Screen::Versions, Some(list)) = (state.screen, &state.versions) {
        return version(list);
    }
    let row = state.selected_row();
    let pin = state.records.pin.as_ref().filter(|_| state.screen == Screen::Records);
    let (Some(place), Some(row)) = (&state.records.place, row) else {
        return Vec::new();
    };
    let (glyph, meaning) = mark_of(row);
    if let Some(pin) = pin {
        let mut all = vec![
            piece(format!(" {}/{}", place.topic, row.bucket), Meaning::Strong),
            piece(format!("  {}  ", grouped(row.offset)), Meaning::Number),
            piece(pin::sentence(pin, state.now), Meaning::Warn),
        ];
        if width(&all) > room {
            // The title of the table says which topic and bucket it is.
            return vec![piece(format!(" {}", pin::short_sentence(pin, state.now)), Meaning::Warn)];
        }
        all.push(piece("  esc leads back to now", Meaning::Muted));
        return all;
    }
    let version = match (row.buffered, state.extents().get(row.bucket)) {
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

/// The selected version: when it was made, and what it holds.
fn version(list: &Versions) -> Vec<Piece<'static>> {
    let Some(version) = list.get(list.scroll.selected) else {
        return Vec::new();
    };
    let place = format!(" {}/{}", list.bucket.topic, list.bucket.bucket);
    let size = version.bytes.map_or_else(String::new, |size| format!(" · {}", bytes(size)));
    let files = counted(version.fragments, "file");
    let text = format!(" · {} · {files}{size}", counted(version.rows, "record"));
    // Their column is the first to go, and the last to have room.
    let tags = match version.tags.join(" ") {
        tags if tags.is_empty() => tags,
        tags => format!(" · {tags}"),
    };
    vec![
        piece(place, Meaning::Strong),
        piece(format!("  v {}", grouped(version.number)), Meaning::Number),
        piece(tags, Meaning::Strong),
        piece(text, Meaning::Plain),
    ]
}
