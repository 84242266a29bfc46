//! The detail pane: one record in full, as a tree.
//!
//! ```text
//! ┌ traces/2 · 120 120 ──────────── ■ persisted ┐
//! │   id          "t-48120"                     │
//! │   latency_ms  1204.0                        │
//! │▶▸ usage       {input: 775, output: 146}     │
//! │ ▸ embedding   64 × f32  ‖1.00‖  ▃▁▂▇▅▂▁▃    │
//! └───────────────────────────────────── 3 of 4 ┘
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece, rows, width};
use super::empty;
use super::pin::past;
use super::records::mark;
use crate::tui::effect::RecordId;
use crate::tui::state::{Focus, Sign, State, TreeLine};
use crate::tui::text::quantity::grouped;
use crate::tui::theme::Meaning;

/// Draws the pane.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    if area.is_empty() {
        return;
    }
    let focused = state.focus == Focus::Detail;
    let border = if focused { Meaning::Focused } else { Meaning::Border };
    let Some((id, content)) = &state.detail.shown else {
        let inside = canvas.frame(area, border, &[piece(" Record ", Meaning::Title)]);
        let waits =
            if state.detail.wanted.is_some() { "·····" } else { "no record is selected" };
        canvas.text(padded(inside), waits, Meaning::Muted);
        return;
    };
    let title = [piece(title(id), Meaning::Title)];
    let inside = canvas.frame(area, border, &title);
    match content {
        Ok(_) => {
            let place = place(state, id);
            if width(&title) + width(&place) + 4 <= area.width {
                canvas.on_top(area, &place);
            }
            draw_lines(canvas, state, (area, inside), focused);
        }
        Err(fault) => empty::message(canvas, inside, &empty::of_fault(fault)),
    }
}

fn title(id: &RecordId) -> String {
    let version = id.version.as_ref().map(|version| format!("· {} ", past(version)));
    let version = version.unwrap_or_default();
    format!(" {}/{} · {} {version}", id.topic, id.bucket, grouped(id.offset))
}

/// Whether the record is in a version. In which one is not known: the newest of its bucket is another with each flush.
fn place(state: &State, id: &RecordId) -> Vec<Piece<'static>> {
    let Some(buffered) = state.is_buffered(id) else {
        return Vec::new();
    };
    let (glyph, meaning) = mark(buffered);
    let place = if buffered { " buffered " } else { " persisted " };
    vec![piece(format!(" {glyph}"), meaning), piece(place, Meaning::Muted)]
}

fn padded(inside: Rect) -> Rect {
    Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
}

fn draw_lines(canvas: &mut Canvas<'_>, state: &State, (area, inside): (Rect, Rect), focused: bool) {
    let detail = &state.detail;
    let first = usize::try_from(detail.scroll.top).unwrap_or(usize::MAX);
    for ((number, line), row) in detail.lines.iter().enumerate().skip(first).zip(rows(inside)) {
        draw_line(canvas, line, padded(row));
        if focused && number as u64 == detail.scroll.selected {
            canvas.text(Rect { width: 1, ..row }, "▶", Meaning::Marked);
            canvas.tint(row, Meaning::Selected);
        }
    }
    let total = detail.lines.len() as u64;
    if total > u64::from(inside.height) {
        let at = if focused { detail.scroll.selected } else { detail.scroll.top };
        let text = format!(" {} of {} lines ", grouped(at + 1), grouped(total));
        canvas.on_bottom(area, &[piece(text, Meaning::Muted)]);
    }
}

fn draw_line(canvas: &mut Canvas<'_>, line: &TreeLine, row: Rect) {
    let indent = line.indent.min(row.width);
    let row = Rect { x: row.x + indent, width: row.width - indent, ..row };
    let sign = match line.sign {
        Sign::Shut => "▸ ",
        Sign::Open => "▾ ",
        Sign::None | Sign::More => "  ",
    };
    let left = canvas.text(row, sign, Meaning::Muted);
    let pieces: Vec<Piece<'_>> =
        line.pieces.iter().map(|(text, meaning)| piece(text.as_str(), *meaning)).collect();
    canvas.pieces(left, &pieces);
}
