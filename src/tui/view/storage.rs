//! What a bucket takes on disk: what to do about it, what is for what, column by column and version by version.
//!
//! ```text
//! ┌ Storage of traces/2 · v 483 ──────────────────── 12 MB ┐
//! │ C  60 small fragments could be 1                       │
//! │ what lies there                                        │
//! │ data        9.2 MB  120 577 records in 64 fragments    │
//! └ ← → bucket ────────────────────────────────────────────┘
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, piece, rows};
use crate::tui::state::{State, Storage, StorageLine, storage_in_all};
use crate::tui::text::quantity::{bytes, grouped};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Cells of a size.
const SIZE: u16 = 8;
/// Most cells of a name.
const NAME: u16 = 24;

/// Draws it over the panes.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, body: Rect, storage: &Storage) {
    canvas.clear(body);
    let id = &storage.bucket;
    let known = storage.found.as_ref().and_then(|found| found.as_ref().ok());
    let version = known.map(|found| format!(" · v {}", grouped(found.version)));
    let title = format!(" Storage of {}/{}{} ", id.topic, id.bucket, version.unwrap_or_default());
    let inside = canvas.frame(body, Meaning::Focused, &[piece(title, Meaning::Title)]);
    if let Some(found) = known {
        let all = format!(" {} in all ", bytes(storage_in_all(found)));
        canvas.on_top(body, &[piece(all, Meaning::Number)]);
    }
    let lines = storage.lines();
    let name = |line: &StorageLine| match line {
        StorageLine::Part { name, .. } => sanitize::width(name),
        _ => 0,
    };
    let names = lines.iter().map(name).max().unwrap_or(0).min(NAME).min(inside.width / 3);
    let skip = usize::try_from(storage.top).unwrap_or(usize::MAX);
    for (line, row) in lines.iter().skip(skip).zip(rows(inside)) {
        let row = Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
        draw_line(canvas, line, row, names);
    }
    let buckets = state.topics.get(&id.topic).map_or(1, |topic| topic.entry.buckets);
    let left = (lines.len() as u64).saturating_sub(storage.top + u64::from(inside.height));
    let more = if left > 0 { format!(" ↓ {} more ", grouped(left)) } else { String::new() };
    let other = if buckets > 1 { " ← → bucket " } else { "" };
    canvas.on_bottom(body, &[piece(more, Meaning::Muted), piece(other, Meaning::Key)]);
}

fn draw_line(canvas: &mut Canvas<'_>, line: &StorageLine, row: Rect, names: u16) {
    match line {
        StorageLine::Heading(text) => drop(canvas.text(row, text, Meaning::Header)),
        StorageLine::Note(text) => drop(canvas.text(row, text, Meaning::Muted)),
        StorageLine::Advice { key, text } => {
            let key = key.map_or_else(|| "! ".to_owned(), |key| format!("{key} "));
            canvas.pieces(row, &[piece(key, Meaning::Key), piece(text.as_str(), Meaning::Warn)]);
        }
        StorageLine::Part { name, size, more } => {
            canvas.text(Rect { width: names.min(row.width), ..row }, name, Meaning::Plain);
            let x = row.x.saturating_add(names + 1).min(row.right());
            let place = Rect { x, width: SIZE.min(row.right() - x), ..row };
            canvas.right(place, &[piece(size.as_str(), Meaning::Number)]);
            let x = place.right().saturating_add(2).min(row.right());
            canvas.text(Rect { x, width: row.right() - x, ..row }, more, Meaning::Muted);
        }
    }
}
