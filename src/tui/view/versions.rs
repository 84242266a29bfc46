//! The list of a bucket's versions, newest first.
//!
//! ```text
//! ┌ traces · bucket 2 of 4 · versions ───────────────────── 483 versions · ● 1 204 buffered ┐
//! │  version  when      made by        records            offsets      bytes  tags          │
//! │▶     483  12:04:07  append          +1 000  481 311 – 482 310     +88 kB                │
//! │      482  12:03:58  compact      64 → 1 files                    −1.2 MB                │
//! │◆     481  12:03:58  update          ~12 −3                        +88 kB  before-fix    │
//! └──────────────────────────────────────────────────────── records ▁▂▃▄▅▆▇█ · 1 of 483 ────┘
//! ```

use chrono::{Datelike, NaiveDateTime};
use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece, rows, width};
use super::pin::BRANCH;
use super::{branches, empty, upkeep};
use crate::tui::data::{Align, Change, Version};
use crate::tui::effect::Past;
use crate::tui::state::{Focus, State, Versions};
use crate::tui::text::quantity::{bytes_change, changes, counted, grouped};
use crate::tui::text::{sanitize, spark};
use crate::tui::theme::Meaning;

/// Cells between two columns.
const GAP: u16 = 2;
/// From this width on the date stands beside the time.
const DATED: u16 = 100;
/// Below this width there is no room for the course of the records.
const NARROW: u16 = 36;
/// Bars in the course of the records.
const BARS: usize = 16;

/// Draws the list.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, area: Rect) {
    let Some(list) = state.versions.as_ref().filter(|_| !area.is_empty()) else {
        return;
    };
    let focused = state.focus == Focus::Main;
    let border = if focused { Meaning::Focused } else { Meaning::Border };
    let title = title(state, list);
    let inside = canvas.frame(area, border, &title);
    if let Some(message) = message(list) {
        empty::message(canvas, inside, &message);
        return;
    }
    let sums = sums(state, list);
    if width(&title) + width(&sums) + 4 <= area.width {
        canvas.on_top(area, &sums);
    }
    let columns = columns(list, inside.width.saturating_sub(1));
    let line = |line: Rect| Rect { x: line.x + 1, width: line.width.saturating_sub(1), ..line };
    header(canvas, &columns, line(Rect { height: inside.height.min(1), ..inside }));
    for (number, row) in (list.scroll.top..list.total()).zip(rows(inside).skip(1)) {
        draw_row(canvas, state, (list, number), &columns, line(row));
        if list.base.is_some() && list.number(number) == list.base {
            canvas.text(Rect { width: 1, ..row }, "◆", Meaning::Marked);
        }
        if number == list.scroll.selected {
            canvas.text(Rect { width: 1, ..row }, "▶", Meaning::Marked);
            canvas.tint(row, if focused { Meaning::Selected } else { Meaning::Marked });
        }
    }
    let position = position(list, inside);
    canvas.on_bottom(area, &position);
    upkeep::draw(canvas, state, list, (area, width(&position)));
}

fn title(state: &State, list: &Versions) -> Vec<Piece<'static>> {
    let id = &list.bucket;
    let buckets = state.topics.get(&id.topic).map_or(1, |topic| topic.entry.buckets);
    let bucket =
        if buckets > 1 { format!(" · bucket {} of {buckets}", id.bucket) } else { String::new() };
    vec![
        piece(format!(" {}", id.topic), Meaning::Title),
        piece(format!("{bucket} · versions "), Meaning::Plain),
    ]
}

fn message(list: &Versions) -> Option<empty::Message> {
    match (&list.failed, &list.numbers) {
        (Some(fault), _) => Some(empty::of_fault(fault)),
        (None, None) => Some(vec![("·····".into(), Meaning::Muted)]),
        (None, Some(numbers)) if numbers.is_empty() => Some(vec![
            ("no versions yet: nothing was flushed".into(), Meaning::Strong),
            (String::new(), Meaning::Plain),
            ("F persists what is buffered, as the first version".into(), Meaning::Plain),
        ]),
        _ => None,
    }
}

fn sums(state: &State, list: &Versions) -> Vec<Piece<'static>> {
    let kept = piece(format!(" {} ", counted(list.total(), "version")), Meaning::Plain);
    let topic = state.topics.get(&list.bucket.topic);
    let counts = topic.and_then(|topic| topic.bucket(list.bucket.bucket));
    let mut pieces = vec![kept];
    let buffered = counts.map_or(0, |counts| counts.buffer_count);
    if buffered > 0 {
        pieces.push(piece(format!("· ● {} buffered ", grouped(buffered)), Meaning::Buffered));
    }
    if !list.branches.is_empty() {
        let count = branches::count(list.branches.len());
        pieces.push(piece(format!("· {BRANCH} b {count} "), Meaning::Strong));
    }
    pieces.extend(list.upkeep.as_ref().and_then(upkeep::sum));
    pieces
}

fn position(list: &Versions, inside: Rect) -> Vec<Piece<'static>> {
    let (at, total) = (list.scroll.selected + 1, list.total());
    let number = piece(format!(" {} of {} ", grouped(at), grouped(total)), Meaning::Plain);
    let height = u64::from(inside.height.saturating_sub(1));
    let view = list.scroll.top..list.scroll.top.saturating_add(height).min(total);
    let records: Vec<f64> =
        view.rev().filter_map(|row| list.get(row)).map(|version| version.rows as f64).collect();
    if records.len() < 2 || inside.width < NARROW {
        return vec![number];
    }
    let course = format!(" records {} ·", spark::shape(&records, BARS));
    vec![piece(course, Meaning::Muted), number]
}

/// What a column shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Number,
    When,
    Operation,
    Change,
    Offsets,
    Total,
    Bytes,
    Tags,
}

/// A column: what, its name, its cells.
type Column = (What, &'static str, u16);

/// The columns that there is room for, from left to right; those that say least go first.
fn columns(list: &Versions, width: u16) -> Vec<Column> {
    let number = list.number(0).map_or(0, |newest| sanitize::width(&grouped(newest))).max(7);
    let (when, change, operation, total) =
        if width >= DATED { (19, 14, 10, 11) } else { (8, 12, 9, 9) };
    let offsets = list.widest_offset().map_or(0, |last| sanitize::width(&grouped(last))).max(5);
    let wanted = [
        (What::Number, "version", number),
        (What::When, "when", when),
        (What::Change, "records", change),
        (What::Operation, "made by", operation),
        (What::Bytes, "bytes", 8),
        (What::Tags, "tags", 6),
        (What::Offsets, "offsets", offsets * 2 + 3),
        (What::Total, "in all", total),
    ];
    let mut left = width;
    let fits = |(_, _, cells): &Column| match left.checked_sub(*cells) {
        Some(rest) => {
            left = rest.saturating_sub(GAP);
            true
        }
        None => false,
    };
    let mut shown: Vec<Column> = wanted.into_iter().take_while(fits).collect();
    let place = |(what, ..): &Column| match what {
        What::Number => 0,
        What::When => 1,
        What::Operation => 2,
        What::Change => 3,
        What::Offsets => 4,
        What::Total => 5,
        What::Bytes => 6,
        What::Tags => 7,
    };
    shown.sort_by_key(place);
    shown
}

fn places(columns: &[Column], line: Rect) -> impl Iterator<Item = (&Column, Rect)> {
    columns.iter().scan(line.x, move |x, column| {
        let left = line.right().saturating_sub(*x);
        let width = if column.0 == What::Tags { left } else { column.2.min(left) };
        let place = Rect { x: *x, width, ..line };
        *x = place.right().saturating_add(GAP);
        Some((column, place))
    })
}

fn align(what: What) -> Align {
    match what {
        What::Number | What::Change | What::Offsets | What::Total | What::Bytes => Align::Right,
        What::When | What::Operation | What::Tags => Align::Left,
    }
}

fn header(canvas: &mut Canvas<'_>, columns: &[Column], line: Rect) {
    for ((what, name, _), place) in places(columns, line) {
        write(canvas, place, piece(*name, Meaning::Header), align(*what));
    }
}

fn draw_row(
    canvas: &mut Canvas<'_>,
    state: &State,
    (list, row): (&Versions, u64),
    columns: &[Column],
    line: Rect,
) {
    let known = list.get(row);
    for ((what, _, _), place) in places(columns, line) {
        let text = match (*what, known) {
            (What::Number, _) => number(state, list, row),
            (What::When, None) => piece("·····", Meaning::Muted),
            (_, None) => continue,
            (What::Tags, Some(version)) => piece(names(list, version), Meaning::Strong),
            (what, Some(version)) => value(what, version, list.get(row + 1), (state.now, place)),
        };
        write(canvas, place, text, align(*what));
    }
}

/// The number; the one that is looked at is marked.
fn number(state: &State, list: &Versions, row: u64) -> Piece<'static> {
    let number = list.number(row).unwrap_or_default();
    let bucket = state.records.pin.as_ref().map(|pin| pin.bucket);
    let looked_at =
        bucket == Some(list.bucket.bucket) && state.records.past() == Some(Past::own(number));
    if looked_at {
        piece(format!("◂ {}", grouped(number)), Meaning::Warn)
    } else {
        piece(grouped(number), Meaning::Number)
    }
}

/// The tags of a version, and the branches that began at it.
fn names(list: &Versions, version: &Version) -> String {
    let begun = list.begun_at(version.number).map(|branch| format!("{BRANCH} {branch}"));
    let all: Vec<String> = version.tags.iter().cloned().chain(begun).collect();
    all.join(" ")
}

fn value(
    what: What,
    version: &Version,
    before: Option<&Version>,
    (now, place): (NaiveDateTime, Rect),
) -> Piece<'static> {
    match what {
        What::Number => piece(grouped(version.number), Meaning::Number),
        What::When => piece(when(version.when, now, place.width), Meaning::Plain),
        What::Operation => piece(version.operation.clone(), Meaning::Plain),
        What::Change => changed(version, before),
        What::Offsets => piece(offsets(version, before), Meaning::Muted),
        What::Total => piece(grouped(version.rows), Meaning::Number),
        What::Bytes => {
            let grown = before.and_then(|before| version.grown(before));
            piece(
                grown.filter(|grown| *grown != 0).map_or_else(String::new, bytes_change),
                Meaning::Plain,
            )
        }
        What::Tags => piece(String::new(), Meaning::Strong),
    }
}

fn changed(version: &Version, before: Option<&Version>) -> Piece<'static> {
    match before.map(|before| version.change(before)) {
        Some(Change::Records { added, updated, deleted }) => {
            piece(changes(added, updated, deleted), Meaning::Number)
        }
        Some(Change::Files { before, after }) => {
            piece(format!("{} → {} files", grouped(before), grouped(after)), Meaning::Plain)
        }
        Some(Change::Nothing) | None => piece("", Meaning::Plain),
    }
}

/// The offsets that were given with a version.
fn offsets(version: &Version, before: Option<&Version>) -> String {
    match before.and_then(|before| version.offsets(before)) {
        Some((first, last)) if first == last => grouped(first),
        Some((first, last)) => format!("{} – {}", grouped(first), grouped(last)),
        None => String::new(),
    }
}

/// A moment in 19 cells, or in 8: then the time where it was today, else the day.
fn when(moment: NaiveDateTime, now: NaiveDateTime, width: u16) -> String {
    let form = match () {
        () if width >= 19 => "%Y-%m-%d %H:%M:%S",
        () if moment.date() == now.date() => "%H:%M:%S",
        () if moment.year() == now.year() => "%d %b",
        () => "%Y-%m",
    };
    moment.format(form).to_string()
}

fn write(canvas: &mut Canvas<'_>, place: Rect, text: Piece<'_>, align: Align) {
    match align {
        Align::Left => drop(canvas.pieces(place, &[text])),
        Align::Right => drop(canvas.right(place, &[text])),
    }
}
