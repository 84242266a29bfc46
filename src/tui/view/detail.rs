//! The detail pane: one record in full, wrapped.
//!
//! ```text
//! ┌ traces/2 · 120 120 ─────────────┐
//! │ id          t-48120             │
//! │ prompt      Translate the table │
//! │             below into French   │
//! └────────────────── 1 of 14 lines ┘
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece, rows};
use super::empty;
use crate::tui::data::Field;
use crate::tui::effect::RecordId;
use crate::tui::state::{Focus, State};
use crate::tui::text::quantity::grouped;
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Widest column of names.
const NAMES: u16 = 20;

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
    let inside = canvas.frame(area, border, &[piece(title(id), Meaning::Title)]);
    match content {
        Ok(fields) => draw_fields(canvas, state, fields, (area, inside)),
        Err(fault) => empty::message(canvas, inside, &empty::of_fault(fault)),
    }
}

fn title(id: &RecordId) -> String {
    format!(" {}/{} · {} ", id.topic, id.bucket, grouped(id.offset))
}

fn padded(inside: Rect) -> Rect {
    Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
}

fn draw_fields(
    canvas: &mut Canvas<'_>,
    state: &State,
    fields: &[Field],
    (area, inside): (Rect, Rect),
) {
    let area_of_text = padded(inside);
    let lines = lines(fields, area_of_text.width);
    let total = lines.len() as u64;
    let top = state.detail.top.min(total.saturating_sub(u64::from(inside.height)));
    let first = usize::try_from(top).unwrap_or(usize::MAX);
    for (line, row) in lines.iter().skip(first).zip(rows(area_of_text)) {
        canvas.pieces(row, line);
    }
    if total > u64::from(inside.height) {
        let text = format!(" {} of {} lines ", grouped(top + 1), grouped(total));
        canvas.on_bottom(area, &[piece(text, Meaning::Muted)]);
    }
}

/// All lines of the pane: names at the left, values wrapped beside them.
fn lines(fields: &[Field], width: u16) -> Vec<Vec<Piece<'_>>> {
    let names = fields.iter().map(|field| sanitize::width(&field.name)).max().unwrap_or(0);
    let names = names.min(NAMES).min(width / 3);
    let values = width.saturating_sub(names + 2);
    fields.iter().flat_map(|field| field_lines(field, names, values)).collect()
}

fn field_lines(field: &Field, names: u16, values: u16) -> impl Iterator<Item = Vec<Piece<'_>>> {
    let name = sanitize::clip(&field.name, names);
    let space = usize::from(names.saturating_sub(sanitize::width(&name)) + 2);
    let first = format!("{name}{}", " ".repeat(space));
    let rest = " ".repeat(usize::from(names) + 2);
    let wrapped = sanitize::wrap(&field.text, values).into_iter();
    let leads = std::iter::once(first).chain(std::iter::repeat(rest));
    leads
        .zip(wrapped)
        .map(|(lead, text)| vec![piece(lead, Meaning::Title), piece(text, field.meaning)])
}
