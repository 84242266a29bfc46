//! The table of records: a window over any number of rows.
//!
//! ```text
//! ┌ traces · all buckets ──────────── 482 311 records · 1 204 buffered ┐
//! │     offset  model    latency_ms  prompt                            │
//! │             utf8        float64  utf8                              │
//! │ ■ 0·120 118 sonnet        812.4  Summarise the release notes…      │
//! │▶● 0·120 119 haiku             ∅  Is this ticket a duplicate…       │
//! │ ·····                                                              │
//! └──────────────────────────────────────── 120 of 482 311 · 24.9 % ───┘
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece, rows};
use super::table::Columns;
use super::{chips, empty, pin};
use crate::tui::data::Row;
use crate::tui::layout::headings;
use crate::tui::state::{Focus, Lead, Records, State};
use crate::tui::text::quantity::{counted, grouped, percent};
use crate::tui::theme::Meaning;

/// Draws the table.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    if area.is_empty() {
        return;
    }
    let focused = state.focus == Focus::Main;
    let border = if focused { Meaning::Focused } else { Meaning::Border };
    let inside = canvas.frame(area, border, &title(&state.records));
    if let Some(message) = empty::of_records(state) {
        empty::message(canvas, inside, &message);
        if state.records.listed.is_some() {
            canvas.on_top(area, &sums(state, area.width));
        }
        return;
    }
    let records = &state.records;
    canvas.on_top(area, &sums(state, area.width));
    let lead = Lead::of(&records.whole().extents);
    let headings = headings(area);
    header(
        canvas,
        (records, focused),
        lead,
        Rect { height: inside.height.min(headings), ..inside },
    );
    let lines = rows(inside).skip(usize::from(headings));
    for (number, line) in (records.scroll.top..records.extents.total()).zip(lines) {
        row(canvas, state, lead, number, line);
        if number == records.scroll.selected {
            canvas.text(Rect { width: 1, ..line }, "▶", Meaning::Marked);
            canvas.tint(line, if focused { Meaning::Selected } else { Meaning::Marked });
            columns(records).pointed(focused).point(canvas, split(lead, line).2);
        }
    }
    canvas.on_bottom(area, &position(records, inside, lead));
}

fn title(records: &Records) -> Vec<Piece<'static>> {
    let Some(place) = &records.place else {
        return vec![piece(" Records ", Meaning::Title)];
    };
    if let Some(pin) = &records.pin {
        return vec![
            piece(format!(" {}", place.topic), Meaning::Title),
            piece(format!(" · bucket {} · ", pin.bucket), Meaning::Plain),
            piece(format!("{} ", pin::number(pin)), Meaning::Warn),
        ];
    }
    let part = match place.bucket {
        Some(bucket) => format!(" · bucket {bucket} "),
        None if records.whole().extents.iter().count() > 1 => " · all buckets ".into(),
        None => " ".into(),
    };
    vec![piece(format!(" {}", place.topic), Meaning::Title), piece(part, Meaning::Plain)]
}

fn sums(state: &State, width: u16) -> Vec<Piece<'static>> {
    if width < 60 {
        return Vec::new();
    }
    let records = &state.records;
    if let Some(listed) = &records.listed {
        return chips::sums(listed, records.whole().extents.total());
    }
    let mut pieces =
        vec![piece(format!(" {}", counted(records.extents.total(), "record")), Meaning::Plain)];
    let buffered = records.extents.buffered();
    if buffered > 0 {
        pieces.push(piece(format!(" · ● {} buffered", grouped(buffered)), Meaning::Buffered));
    }
    if let Some(rate) = rate(state).filter(|rate| *rate > 0 && width >= 80) {
        pieces.push(piece(format!(" · {} rec/s", grouped(rate)), Meaning::Plain));
    }
    let mut buckets = records.extents.iter();
    if let (Some(only), None, None) = (buckets.next(), buckets.next(), &records.pin) {
        pieces.push(piece(format!(" · v {}", grouped(only.version)), Meaning::Muted));
    }
    pieces.push(piece(" ", Meaning::Plain));
    pieces
}

/// Records a second that come to what is shown, over the last half minute.
fn rate(state: &State) -> Option<u64> {
    // Nothing comes to a version.
    let place = state.records.place.as_ref().filter(|_| state.records.pin.is_none())?;
    let rates = &state.topics.get(&place.topic)?.rates;
    let rate = match place.bucket {
        Some(bucket) => rates.bucket(bucket)?,
        None => &rates.all,
    };
    Some(rate.per_second())
}

/// The cells of the mark, of the offset, and of the rest of the line.
fn split(lead: Lead, line: Rect) -> (Rect, Rect, Rect) {
    let part = |x: u16, width: u16| {
        let x = line.x.saturating_add(x).min(line.right());
        Rect { x, width: width.min(line.right() - x), ..line }
    };
    (part(1, 2), part(3, lead.width), part(lead.cells(), line.width))
}

fn header(canvas: &mut Canvas<'_>, (records, focused): (&Records, bool), lead: Lead, inside: Rect) {
    let mut lines = rows(inside);
    if let Some(names) = lines.next() {
        let (_, offset, rest) = split(lead, names);
        canvas.right(offset, &[piece("offset", Meaning::Header)]);
        columns(records).pointed(focused).header(canvas, rest);
    }
    if let Some(types) = lines.next() {
        columns(records).types(canvas, split(lead, types).2);
    }
}

fn columns(records: &Records) -> Columns<'_> {
    let sort = records.listed.as_ref().and_then(|listed| listed.asked.sort.as_ref());
    Columns::new(&records.across, &records.widths).sorted(sort)
}

fn row(canvas: &mut Canvas<'_>, state: &State, lead: Lead, number: u64, line: Rect) {
    let records = &state.records;
    let needle = state.find.as_ref().map(|find| &find.needle);
    let (mark, offset, rest) = split(lead, line);
    let Some((bucket, local)) = records.extents.find(number) else {
        return;
    };
    let (Some(page), Some(row)) =
        (records.pages.page(bucket, local), records.pages.row(bucket, local))
    else {
        canvas.right(offset, &[piece("·····", Meaning::Muted)]);
        return;
    };
    let (glyph, meaning) = mark_of(row);
    let after = canvas.text(mark, glyph, meaning);
    // A branch may have another record at the offset of a marked one.
    let marked = records.place.as_ref().filter(|_| records.branch().is_none());
    if marked.is_some_and(|place| state.marks.has(&place.topic, row)) {
        canvas.text(after, "◆", Meaning::Marked);
    }
    let text = lead.offset(row.bucket, row.offset);
    canvas.right(offset, &[piece(text, Meaning::Plain)]);
    columns(records).finding(needle).row(canvas, rest, row, &page.columns);
}

/// The glyph of a record: in a version, or not yet.
pub(super) fn mark_of(row: &Row) -> (&'static str, Meaning) {
    mark(row.buffered)
}

/// The glyph of what is buffered, or persisted.
pub(super) fn mark(buffered: bool) -> (&'static str, Meaning) {
    if buffered { ("●", Meaning::Buffered) } else { ("■", Meaning::Persisted) }
}

fn position(records: &Records, inside: Rect, lead: Lead) -> Vec<Piece<'static>> {
    let (_, _, rest) = split(lead, inside);
    let (before, behind) = columns(records).hidden(rest);
    let mut pieces = Vec::new();
    if before + behind > 0 {
        let all = records.across.shown.len();
        let text = format!(" columns {} to {} of {all} ·", before + 1, all - behind);
        pieces.push(piece(text, Meaning::Muted));
    }
    if records.across.hidden > 0 {
        pieces.push(piece(format!(" {} hidden ·", records.across.hidden), Meaning::Muted));
    }
    let total = records.extents.total();
    let at = records.scroll.selected + 1;
    let text = format!(" {} of {} · {} ", grouped(at), grouped(total), percent(at, total));
    pieces.push(piece(text, Meaning::Plain));
    pieces
}
