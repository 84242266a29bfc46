//! The tail: what arrives, newest at the bottom.
//!
//! ```text
//! ┌ traces · tail of 4 buckets · following ──── 812 rec/s ▂▃▅▇▆ · lag 0 rec ┐
//! │     offset  arrived       model  prompt                                 │
//! │ 0 ■  30 411  12:04:07.112  haiku  Is this ticket a duplicate of …       │
//! │ ── flush · bucket 3 · v 484 · 1 000 records · 3.1 ms ────────────────── │
//! │ 1 ●  30 120  12:04:07.940  opus   Find the bug in this function: …      │
//! └───────────────── ↓ 312 new (2 buffered) · paused at 30 120 · G goes on ─┘
//! ```

use std::time::Duration;

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece, rows, width};
use super::empty;
use super::records::mark_of;
use super::table::Columns;
use crate::tui::data::Row;
use crate::tui::layout::{ARRIVED, TAIL_LEAD, TAIL_OFFSET};
use crate::tui::state::{Came, Focus, Following, Line, Marks, Source, State, Tail};
use crate::tui::text::quantity::{counted, elapsed, grouped};
use crate::tui::text::spark;
use crate::tui::theme::Meaning;
use crate::{Flushed, Reset, ResetReason};

/// Draws the tail.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let Some(tail) = state.tail.as_ref().filter(|_| !area.is_empty()) else {
        return;
    };
    let focused = state.focus == Focus::Main;
    let border = if focused { Meaning::Focused } else { Meaning::Border };
    let inside = canvas.frame(area, border, &title(state, tail));
    let rate = rate(state, tail);
    if width(&title(state, tail)) + width(&rate) + 4 <= area.width {
        canvas.on_top(area, &rate);
    }
    let view = tail.view(u64::from(inside.height.saturating_sub(1)));
    if view.is_empty() {
        empty::message(canvas, inside, &empty::of_tail(tail));
        return;
    }
    let columns = Columns::new(&tail.across, &tail.widths)
        .pointed(focused)
        .finding(state.find.as_ref().map(|find| &find.needle));
    header(canvas, &columns, Rect { height: inside.height.min(1), ..inside });
    for (number, line) in view.zip(rows(inside).skip(1)) {
        draw_line(canvas, (tail, &state.marks), &columns, (number, line));
        if tail.selected() == Some(number) {
            canvas.text(Rect { width: 1, ..line }, "▶", Meaning::Marked);
            canvas.tint(line, if focused { Meaning::Selected } else { Meaning::Marked });
            columns.point(canvas, behind_lead(line));
        }
    }
    canvas.on_bottom(area, &bottom(tail));
}

fn title(state: &State, tail: &Tail) -> Vec<Piece<'static>> {
    let topic = &tail.place.topic;
    let own = std::iter::once(topic).chain(&tail.beside);
    let of = |topic| state.topics.get(topic).map_or(1, |topic| u64::from(topic.entry.buckets));
    let buckets: u64 = own.map(of).sum();
    let of = match tail.place.bucket {
        Some(bucket) => format!(" · tail of bucket {bucket} · "),
        None => format!(" · tail of {} · ", counted(buckets, "bucket")),
    };
    let muted = match tail.muted().len() {
        0 => String::new(),
        muted => format!("{} muted · ", counted(muted as u64, "source")),
    };
    let mode = match (&tail.failed, tail.following) {
        (Some(_), _) => piece("✗ ended ", Meaning::Bad),
        (None, Following::Live) => piece("following ", Meaning::Good),
        (None, Following::Paused(_)) => piece("‖ paused ", Meaning::Warn),
    };
    let mut pieces = vec![piece(" ", Meaning::Plain)];
    for (number, topic) in std::iter::once(topic).chain(&tail.beside).enumerate() {
        if !tail.beside.is_empty() {
            let between = if number == 0 { "" } else { " + " };
            pieces.push(piece(
                format!("{between}{} ", letter(number)),
                source_meaning(tail, number, 0),
            ));
        }
        pieces.push(piece(topic.to_string(), Meaning::Title));
    }
    pieces.extend([piece(of, Meaning::Plain), piece(muted, Meaning::Warn), mode]);
    pieces
}

fn rate(state: &State, tail: &Tail) -> Vec<Piece<'static>> {
    let number = format!(" {} rec/s ", grouped(tail.rate.per_second()));
    let course = format!("{} ", spark::course(tail.rate.course()));
    let mut pieces = vec![piece(number, Meaning::Plain), piece(course, Meaning::Good)];
    if let Some(lag) = state.lag() {
        let meaning = if lag == 0 { Meaning::Muted } else { Meaning::Warn };
        pieces.push(piece(format!("· lag {} rec ", grouped(lag)), meaning));
    }
    pieces
}

fn header(canvas: &mut Canvas<'_>, columns: &Columns<'_>, line: Rect) {
    let line = Rect { x: line.x + 1, width: line.width.saturating_sub(1), ..line };
    let offset = Rect { width: line.width.min(TAIL_LEAD + TAIL_OFFSET), ..line };
    canvas.right(offset, &[piece("offset", Meaning::Header)]);
    let mut left = Rect { x: offset.right(), width: line.width - offset.width, ..line };
    left = canvas.text(left, "  ", Meaning::Plain);
    if line.width >= ARRIVED.1 {
        let named = canvas.text(left, "arrived", Meaning::Header);
        let taken = (ARRIVED.0 + 2).min(left.width);
        left = Rect { x: left.x + taken, width: left.width - taken, ..named };
    }
    columns.header(canvas, left);
}

fn bottom(tail: &Tail) -> Vec<Piece<'static>> {
    if let Some(fault) = &tail.failed {
        return vec![piece(format!(" ✗ {} · r tries again ", fault.message), Meaning::Bad)];
    }
    let Following::Paused(held) = tail.following else {
        return Vec::new();
    };
    let buffered = match held.unseen_buffered {
        0 => String::new(),
        n => format!(" ({} buffered)", grouped(n)),
    };
    let at = tail.selected_record().map_or_else(|| "the start".into(), |row| grouped(row.offset));
    let new = piece(format!(" ↓ {} new{buffered}", grouped(held.unseen)), Meaning::Strong);
    let on = piece("· G goes on ", Meaning::Muted);
    vec![new, piece(format!(" · paused at {at} "), Meaning::Warn), on]
}

fn draw_line(
    canvas: &mut Canvas<'_>,
    (tail, marks): (&Tail, &Marks),
    columns: &Columns<'_>,
    (number, line): (u64, Rect),
) {
    let line = Rect { x: line.x + 1, width: line.width.saturating_sub(1), ..line };
    match tail.ring.get(number) {
        Some(Line::Record { row, columns: own, came }) => {
            let source = (tail.ring.topic(number).unwrap_or_default(), row.bucket);
            let rest = lead(canvas, line, (row, *came), &source_of(tail, source));
            if marks.has(tail.topic(source.0), row) {
                let place = Rect { x: line.x + TAIL_LEAD, width: 1, ..line };
                canvas.text(place, "◆", Meaning::Marked);
            }
            columns.row(canvas, rest, row, own);
        }
        Some(Line::Flush(flushed, took)) => {
            let topic = tail.ring.topic(number).filter(|_| !tail.beside.is_empty());
            let topic = topic.map(|topic| letter(topic).to_string()).unwrap_or_default();
            rule(canvas, line, &flush_text(&topic, flushed, *took), Meaning::Persisted);
        }
        Some(Line::Reset(reset)) => rule(canvas, line, &reset_text(reset), Meaning::Warn),
        Some(Line::Gap(lost)) => rule(canvas, line, &gap_text(*lost), Meaning::Warn),
        None => {}
    }
}

/// Where the fields of a line begin.
fn behind_lead(line: Rect) -> Rect {
    let arrived = if line.width > ARRIVED.1 { ARRIVED.0 + 2 } else { 0 };
    let lead = (1 + TAIL_LEAD + TAIL_OFFSET + 2 + arrived).min(line.width);
    Rect { x: line.x + lead, width: line.width - lead, ..line }
}

/// What stands before the fields: bucket, mark, offset, time; returns what is left of the line.
fn lead(
    canvas: &mut Canvas<'_>,
    line: Rect,
    (row, came): (&Row, Came),
    source: &Piece<'_>,
) -> Rect {
    let left = canvas.text(line, &source.text, source.meaning);
    let (glyph, meaning) = mark_of(row);
    let left = canvas.text(left, glyph, meaning);
    let offset = format!("{:>width$}  ", grouped(row.offset), width = usize::from(TAIL_OFFSET));
    let mut left = canvas.text(left, &offset, Meaning::Plain);
    if line.width >= ARRIVED.1 {
        let time = match came {
            Came::Before(_) => String::new(),
            Came::At(time) => time.format("%H:%M:%S%.3f").to_string(),
        };
        let time = format!("{time:width$}  ", width = usize::from(ARRIVED.0));
        left = canvas.text(left, &time, Meaning::Muted);
    }
    left
}

/// Where a record comes from: a letter for the topic where there are several, and the bucket; each has its colour.
fn source_of(tail: &Tail, (topic, bucket): Source) -> Piece<'static> {
    let meaning = source_meaning(tail, topic, bucket);
    if tail.beside.is_empty() {
        return piece(format!("{bucket:>2} "), meaning);
    }
    piece(format!("{}{bucket:<2}", letter(topic)), meaning)
}

fn source_meaning(tail: &Tail, topic: usize, bucket: u32) -> Meaning {
    let number = if tail.beside.is_empty() { u64::from(bucket) } else { topic as u64 };
    Meaning::Source(u8::try_from(number % 200).unwrap_or_default())
}

/// The letter of a topic.
fn letter(topic: usize) -> char {
    let at = u8::try_from(topic % 26).unwrap_or_default();
    char::from(b'a' + at)
}

fn rule(canvas: &mut Canvas<'_>, line: Rect, text: &str, meaning: Meaning) {
    let rule = canvas.horizontal();
    let left = canvas.text(line, &format!("{rule}{rule} {text} "), meaning);
    canvas.text(left, &rule.repeat(usize::from(left.width)), meaning);
}

fn flush_text(topic: &str, flushed: &Flushed, took: Option<Duration>) -> String {
    let records = counted(flushed.rows, "record");
    let took = took.map(|took| format!(" · {}", elapsed(took))).unwrap_or_default();
    let (bucket, version) = (flushed.bucket_id, grouped(flushed.version));
    format!("flush · bucket {topic}{bucket} · v {version} · {records}{took}")
}

fn reset_text(reset: &Reset) -> String {
    let reason = match reset.reason {
        ResetReason::Overwritten => "overwritten",
        ResetReason::Rewritten => "rewritten",
        ResetReason::Recreated => "created anew",
    };
    format!(
        "reset · bucket {} was {reason} by another program · goes on at {}",
        reset.bucket_id,
        grouped(reset.next_offset)
    )
}

fn gap_text(lost: u64) -> String {
    format!(
        "{} went by while the tail was held still · the table has them",
        counted(lost, "record")
    )
}
