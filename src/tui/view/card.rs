//! The card that tells what a flush did, bucket by bucket; the next key takes it away.
//!
//! ```text
//! ┌ Flushed 301 records of `traces` ──────────────────────────── 3.1 ms ┐
//! │ bucket  buffered   persisted            version    bytes     time   │
//! │      0  301 → 0    120 276 → 120 577    v 484     +88 kB   3.1 ms   │
//! └───────────────────────────────────────────── any key closes this ───┘
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece, rows, width};
use crate::tui::data::{Align, BucketFlush};
use crate::tui::state::{Card, CardLine};
use crate::tui::text::quantity::{bytes_change, counted, elapsed, grouped};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Cells between two columns.
const GAP: u16 = 2;

/// What a column is called, to which side it leans, and its text in each line.
struct Column {
    name: &'static str,
    align: Align,
    texts: Vec<String>,
}

/// Draws the card at the lower right of an area.
pub(super) fn draw(canvas: &mut Canvas<'_>, card: &Card, body: Rect) {
    let columns = fitting(columns(card), body.width.saturating_sub(4));
    let wanted = total(&columns) + 4;
    let meaning = if card.failed() == 0 { Meaning::Good } else { Meaning::Bad };
    let title = [piece(format!(" {} ", title(card)), meaning)];
    let took = [piece(format!(" {} ", elapsed(card.took)), Meaning::Plain)];
    let least = width(&title) + width(&took) + 4;
    let area = place(body, wanted.max(least), card.lines.len());
    canvas.clear(area);
    let inside = canvas.frame(area, meaning, &title);
    if least <= area.width {
        canvas.on_top(area, &took);
    }
    let lines: Vec<Rect> = rows(inside)
        .map(|line| Rect { x: line.x + 1, width: line.width.saturating_sub(2), ..line })
        .collect();
    if let Some(line) = lines.first() {
        header(canvas, &columns, *line);
    }
    for ((index, of), line) in card.lines.iter().enumerate().zip(lines.iter().skip(1)) {
        draw_line(canvas, &columns, (index, of), *line);
    }
    canvas.on_bottom(area, &[piece(bottom(card, lines.len()), Meaning::Muted)]);
}

fn place(body: Rect, width: u16, lines: usize) -> Rect {
    let width = width.min(body.width);
    let wanted = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(3);
    // What is being read stays readable above it.
    let height = wanted.min((body.height / 2).max(4)).min(body.height);
    Rect { x: body.right() - width, y: body.bottom() - height, width, height }
}

fn title(card: &Card) -> String {
    let records = counted(card.rows(), "record");
    let failed = card.failed();
    match card.lines.first() {
        _ if failed > 0 => format!("Flushed {records}, {} failed", counted(failed, "topic")),
        Some(line) if !card.is_of_many() => format!("Flushed {records} of `{}`", line.topic()),
        _ => format!("Flushed {records}"),
    }
}

fn bottom(card: &Card, lines: usize) -> String {
    let more = card.lines.len().saturating_sub(lines.saturating_sub(1));
    let more = if more > 0 { format!(" {more} more ·") } else { String::new() };
    let left = match card.left {
        0 => String::new(),
        left => format!(" {} left as they are ·", counted(left, "topic")),
    };
    format!("{more}{left} any key closes this ")
}

fn columns(card: &Card) -> Vec<Column> {
    let column = |name, align, text: fn(&BucketFlush) -> String| Column {
        name,
        align,
        texts: card.lines.iter().map(|line| of_bucket(line, text)).collect(),
    };
    let topic = Column {
        name: "topic",
        align: Align::Left,
        texts: card.lines.iter().map(|line| line.topic().to_string()).collect(),
    };
    let mut columns = vec![
        column("bucket", Align::Right, |b| b.flushed.bucket_id.to_string()),
        column("buffered", Align::Left, buffered),
        column("version", Align::Left, |b| format!("v {}", grouped(b.flushed.version))),
        column("time", Align::Right, |b| elapsed(b.took)),
        column("bytes", Align::Right, |b| b.grown.map_or_else(String::new, bytes_change)),
        column("persisted", Align::Left, persisted),
    ];
    if card.is_of_many() {
        columns.insert(0, topic);
    }
    columns
}

fn of_bucket(line: &CardLine, text: fn(&BucketFlush) -> String) -> String {
    match line {
        CardLine::Bucket(_, bucket) => text(bucket),
        CardLine::Failed(..) => String::new(),
    }
}

/// What lay in the buffer, and what lies there now.
fn buffered(bucket: &BucketFlush) -> String {
    let before = bucket.before.buffer_count.max(bucket.flushed.rows);
    format!("{} → {}", grouped(before), grouped(bucket.after.buffer_count))
}

fn persisted(bucket: &BucketFlush) -> String {
    let (before, after) = (bucket.before.persisted_count, bucket.after.persisted_count);
    format!("{} → {}", grouped(before), grouped(after))
}

impl Column {
    fn width(&self) -> u16 {
        let texts = self.texts.iter().map(|text| sanitize::width(text));
        texts.max().unwrap_or(0).max(sanitize::width(self.name))
    }
}

fn total(columns: &[Column]) -> u16 {
    let gaps = GAP * u16::try_from(columns.len().saturating_sub(1)).unwrap_or(0);
    columns.iter().fold(gaps, |sum, column| sum.saturating_add(column.width()))
}

/// The columns that fit, the first ones first.
fn fitting(mut columns: Vec<Column>, width: u16) -> Vec<Column> {
    while columns.len() > 1 && total(&columns) > width {
        columns.pop();
    }
    columns
}

fn places(columns: &[Column], line: Rect) -> impl Iterator<Item = (&Column, Rect)> {
    columns.iter().scan(line.x, move |x, column| {
        let width = column.width().min(line.right().saturating_sub(*x));
        let place = Rect { x: *x, width, ..line };
        *x = place.right().saturating_add(GAP);
        Some((column, place))
    })
}

fn header(canvas: &mut Canvas<'_>, columns: &[Column], line: Rect) {
    for (column, place) in places(columns, line) {
        write(canvas, place, piece(column.name, Meaning::Header), column.align);
    }
}

fn draw_line(
    canvas: &mut Canvas<'_>,
    columns: &[Column],
    (index, of): (usize, &CardLine),
    line: Rect,
) {
    if let CardLine::Failed(topic, message) = of {
        canvas.text(line, &format!("✗ `{topic}`: {message}"), Meaning::Bad);
        return;
    }
    for (column, place) in places(columns, line) {
        let text = column.texts.get(index).map(String::as_str).unwrap_or_default();
        write(canvas, place, piece(text, Meaning::Plain), column.align);
    }
}

fn write(canvas: &mut Canvas<'_>, place: Rect, text: Piece<'_>, align: Align) {
    match align {
        Align::Left => drop(canvas.pieces(place, &[text])),
        Align::Right => drop(canvas.right(place, &[text])),
    }
}
