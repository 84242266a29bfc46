//! What differs between two versions: the records above, the cells of the selected one below.
//!
//! ```text
//! ┌ traces/2 · v 481 → v 483 · + late int64 ───────────── +1 000 ~12 −3 · 41 ms ┐
//! │▶~ 120 118  model: haiku → sonnet · latency_ms: 96.1 → 97                    │
//! │ + 120 119  id: t-9 · model: opus · …                                        │
//! └──────────────────────────────────────────────────────────────── 1 of 1 015 ─┘
//! ┌ 120 118 · updated ──────────────────────────────────────────────────────────┐
//! │ model       haiku → sonnet                                                  │
//! └─────────────────────────────────────────────────────────────────────────────┘
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece, rows, width};
use super::empty;
use crate::ChangeKind;
use crate::tui::data::{Cell, CellChange, Difference, Differing};
use crate::tui::layout::diff_parts;
use crate::tui::state::DiffList;
use crate::tui::text::quantity::{changes, counted, elapsed, grouped, percent};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Cells of a column's name at most, where the cells of one record stand below each other.
const NAME: u16 = 24;

/// Draws it over the panes.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, list: &DiffList) {
    let (above, below) = diff_parts(body);
    canvas.clear(body);
    let title = title(list);
    let inside = canvas.frame(above, Meaning::Focused, &title);
    if let Some(fault) = &list.failed {
        empty::message(canvas, inside, &empty::of_fault(fault));
    } else {
        if let Some(found) = &list.differing {
            let sums = sums(list, found);
            if width(&title) + width(&sums) + 4 <= above.width {
                canvas.on_top(above, &sums);
            }
        }
        if list.rows.is_empty() {
            canvas.lines(padded(inside), nothing(list));
        }
    }
    let first = usize::try_from(list.scroll.top).unwrap_or(usize::MAX);
    for ((number, record), row) in list.rows.iter().enumerate().skip(first).zip(rows(inside)) {
        let line = Rect { x: row.x + 1, width: row.width.saturating_sub(1), ..row };
        canvas.pieces(line, &record_line(record));
        if number as u64 == list.scroll.selected {
            canvas.text(Rect { width: 1, ..row }, "▶", Meaning::Marked);
            canvas.tint(row, Meaning::Selected);
        }
    }
    canvas.on_bottom(above, &[piece(position(list), Meaning::Plain)]);
    cells(canvas, below, list.selected());
}

fn padded(inside: Rect) -> Rect {
    Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
}

fn title(list: &DiffList) -> Vec<Piece<'static>> {
    let id = &list.versus.bucket;
    let (before, after) = (grouped(list.versus.before), grouped(list.versus.after));
    let mut title = vec![
        piece(format!(" {}/{} ", id.topic, id.bucket), Meaning::Title),
        piece(format!("· v {before} → v {after} "), Meaning::Warn),
    ];
    let columns = list.differing.iter().flat_map(|found| &found.columns);
    title.extend(columns.map(|column| piece(format!("· {column} "), Meaning::Strong)));
    title
}

fn sums(list: &DiffList, found: &Differing) -> Vec<Piece<'static>> {
    let what = changes(found.added, found.updated, found.deleted);
    let what = if what.is_empty() { "no record".into() } else { what };
    let (done, all) = found.progress;
    let how_far = match list.took {
        Some(took) => elapsed(took),
        None => format!("so far · {}", percent(done, all)),
    };
    let how = if found.by_position { "by position · " } else { "" };
    vec![
        piece(format!(" {what} "), Meaning::Strong),
        piece(format!("· {how}{how_far} "), Meaning::Muted),
    ]
}

/// What stands in the place of records where there are none.
fn nothing(list: &DiffList) -> Vec<Piece<'static>> {
    match &list.differing {
        _ if list.took.is_none() => vec![piece("·····", Meaning::Muted)],
        Some(found) if !found.columns.is_empty() => {
            vec![piece("the records are the same; only columns differ", Meaning::Strong)]
        }
        _ => vec![piece("nothing differs", Meaning::Strong)],
    }
}

fn position(list: &DiffList) -> String {
    let (kept, all) = (list.rows.len() as u64, list.count());
    if kept == 0 {
        return String::new();
    }
    let at = grouped(list.scroll.selected + 1);
    match list.took {
        Some(_) if all > kept => {
            format!(" {at} of the first {} of {} ", grouped(kept), grouped(all))
        }
        _ => format!(" {at} of {} ", grouped(kept)),
    }
}

/// The sign of a change, and what it means to the eye.
fn sign(kind: ChangeKind) -> (&'static str, Meaning, &'static str) {
    match kind {
        ChangeKind::Added => ("+", Meaning::Good, "added"),
        ChangeKind::Updated => ("~", Meaning::Warn, "updated"),
        ChangeKind::Deleted => ("−", Meaning::Bad, "deleted"),
    }
}

fn record_line(record: &Difference) -> Vec<Piece<'_>> {
    let (glyph, meaning, _) = sign(record.kind);
    let mut line = vec![
        piece(format!("{glyph} "), meaning),
        piece(format!("{}  ", grouped(record.offset)), Meaning::Number),
    ];
    for (number, cell) in record.cells.iter().enumerate() {
        let gap = if number > 0 { " · " } else { "" };
        line.push(piece(format!("{gap}{}: ", cell.column), Meaning::Muted));
        line.extend(values(record.kind, cell));
    }
    line
}

/// What a cell was and is: of a record that came or went, the one that there is.
fn values(kind: ChangeKind, cell: &CellChange) -> Vec<Piece<'_>> {
    let text = |value: &'_ Option<Cell>| {
        value.as_ref().map_or_else(|| "∅".to_owned(), |value| value.text().into_owned())
    };
    match kind {
        ChangeKind::Added => vec![piece(text(&cell.after), Meaning::Plain)],
        ChangeKind::Deleted => vec![piece(text(&cell.before), Meaning::Plain)],
        ChangeKind::Updated => vec![
            piece(text(&cell.before), Meaning::Bad),
            piece(" → ", Meaning::Muted),
            piece(text(&cell.after), Meaning::Good),
        ],
    }
}

/// Draws the cells of a record below each other.
fn cells(canvas: &mut Canvas<'_>, area: Rect, record: Option<&Difference>) {
    let Some(record) = record.filter(|_| area.height > 2) else { return };
    let (_, meaning, word) = sign(record.kind);
    let title = [
        piece(format!(" {} · ", grouped(record.offset)), Meaning::Title),
        piece(format!("{word} "), meaning),
    ];
    let inside = canvas.frame(area, Meaning::Border, &title);
    let hidden = record.cells.len().saturating_sub(usize::from(inside.height));
    if hidden > 0 {
        let more = format!(" {} more ", counted(hidden as u64, "column"));
        canvas.on_bottom(area, &[piece(more, Meaning::Muted)]);
    }
    let name = record.cells.iter().map(|cell| sanitize::width(&cell.column)).max().unwrap_or(0);
    let name = name.min(NAME);
    for (cell, row) in record.cells.iter().zip(rows(padded(inside))) {
        let label = Rect { width: name.min(row.width), ..row };
        canvas.text(label, &cell.column, Meaning::Header);
        let rest =
            Rect { x: label.right() + 2, width: row.width.saturating_sub(label.width + 2), ..row };
        canvas.pieces(rest, &values(record.kind, cell));
    }
}
