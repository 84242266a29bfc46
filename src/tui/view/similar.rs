//! Records that are like another one, or like several: how near, which, and what they say.
//!
//! ```text
//! ┌ Similar to traces/2 · 120 120 · embedding ──────── 482 311 searched · 41 ms ┐
//! │▶▇▇▇▇▇▇▇▇  0.000  2·120 120 ■  Translate the table below…                    │
//! │ ▇▇▇▇▇▇▇   0.083  0· 88 213 ■  Translate this list into…                     │
//! │ ▇▇▇▇▇     0.190  1· 99 310 ●  Make a German version…                        │
//! └ 120 120 › 88 213 ───────── squared distance, smaller is nearer · 1 of 50 ┘
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, centred, piece, rows, width};
use super::{empty, pin};
use crate::tui::data::{Like, Likes};
use crate::tui::effect::Exemplar;
use crate::tui::state::Similar;
use crate::tui::text::quantity::{counted, elapsed, grouped};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Widest list.
const WIDEST: u16 = 110;
/// Lines of a list that is on its way, so that the box does not jump when it comes.
const LINES: u16 = 50;
/// Cells of the longest bar.
const BAR: u16 = 8;

/// Draws the list over the panes.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, similar: &Similar) {
    let area = centred(body, WIDEST, LINES + 2);
    canvas.clear(area);
    let title = title(similar);
    let inside = canvas.frame(area, Meaning::Focused, &title);
    way(canvas, similar, area);
    match &similar.found {
        None => canvas.lines(padded(inside), [piece("·····", Meaning::Muted)]),
        Some(Err(fault)) => empty::message(canvas, inside, &empty::of_fault(fault)),
        Some(Ok(likes)) if likes.hits.is_empty() => {
            canvas.lines(padded(inside), [piece("nothing is like it", Meaning::Strong)]);
        }
        Some(Ok(likes)) => {
            let cost = [cost(likes)];
            if width(&title) + width(&cost) + 4 <= area.width {
                canvas.on_top(area, &cost);
            }
            hits(canvas, similar, likes, inside);
        }
    }
}

fn padded(inside: Rect) -> Rect {
    Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
}

fn title(similar: &Similar) -> Vec<Piece<'static>> {
    let Some(like) = similar.like() else {
        return Vec::new();
    };
    let place = match like {
        Exemplar::Record(record) => format!("{}/{} · {}", record.topic, record.bucket, hop(like)),
        Exemplar::Mean { topic, .. } => format!("the mean of {} · {topic}", hop(like)),
    };
    let place = format!(" Similar to {place} ");
    let version = like.version().map_or_else(String::new, |past| format!("· {} ", pin::past(past)));
    let column = match (&similar.found, &similar.column) {
        (Some(_), Some(name)) => format!("· {} ", column(name, &similar.columns)),
        _ => String::new(),
    };
    vec![piece(place, Meaning::Title), piece(version, Meaning::Warn), piece(column, Meaning::Plain)]
}

/// The vector column, and that there are others.
fn column(name: &str, columns: &[String]) -> String {
    let all = columns.len();
    let at = columns.iter().position(|column| column == name).unwrap_or(0) + 1;
    if all > 1 { format!("{name} ‹{at} of {all}›") } else { name.to_owned() }
}

fn cost(likes: &Likes) -> Piece<'static> {
    let (searched, took) = (counted(likes.searched, "record"), elapsed(likes.took));
    let text = match &likes.by {
        None => format!(" {searched} searched · {took} "),
        Some(index) => format!(" by {index} · {searched} compared · {took} "),
    };
    piece(text, Meaning::Muted)
}

/// Writes the position, and the hops that led here, on the lower border.
fn way(canvas: &mut Canvas<'_>, similar: &Similar, area: Rect) {
    let total = similar.hits().len() as u64;
    if total > 0 {
        let position = format!("{} of {total} ", similar.scroll.selected + 1);
        // The way takes half of the line, where there is one.
        let room =
            if similar.hops.len() < 2 { area.width } else { area.width / 2 }.saturating_sub(2);
        let numbers = numbers(room, sanitize::width(&position));
        let text = [piece(numbers, Meaning::Muted), piece(position, Meaning::Plain)];
        canvas.on_bottom(area, &text);
    }
    if similar.hops.len() < 2 {
        return;
    }
    let hops: Vec<String> = similar.hops.iter().map(hop).collect();
    let line = Rect {
        x: area.x + 1,
        y: area.bottom().saturating_sub(1),
        width: (area.width / 2).saturating_sub(2),
        height: 1,
    };
    // The last hops say most.
    let mut skipped = 0;
    let shown = loop {
        let lead = if skipped > 0 { " … › " } else { " " };
        let rest = hops.get(skipped..).unwrap_or_default().join(" › ");
        let text = format!("{lead}{rest} ");
        if sanitize::width(&text) <= line.width || skipped + 1 >= hops.len() {
            break text;
        }
        skipped += 1;
    };
    canvas.text(line, &shown, Meaning::Muted);
}

/// One step of the way: a record's offset, or how many records.
fn hop(like: &Exemplar) -> String {
    match like {
        Exemplar::Record(record) => grouped(record.offset),
        Exemplar::Mean { records, .. } => counted(records.len() as u64, "record"),
    }
}

/// What the numbers are, as long as there is room for it beside so many other cells.
fn numbers(room: u16, beside: u16) -> &'static str {
    let forms = [" squared distance, smaller is nearer · ", " distance² · "];
    forms.into_iter().find(|form| sanitize::width(form) + beside <= room).unwrap_or(" ")
}

fn hits(canvas: &mut Canvas<'_>, similar: &Similar, likes: &Likes, inside: Rect) {
    let labels: Vec<String> = likes.hits.iter().map(label).collect();
    let widest = labels.iter().map(|label| sanitize::width(label)).max().unwrap_or(0);
    let farthest = likes.hits.iter().map(|hit| hit.distance).fold(0.0, f32::max);
    let first = usize::try_from(similar.scroll.top).unwrap_or(usize::MAX);
    let all = likes.hits.iter().zip(&labels).enumerate().skip(first);
    for ((number, (hit, label)), row) in all.zip(rows(inside)) {
        let line = Rect { x: row.x + 1, width: row.width.saturating_sub(1), ..row };
        draw_hit(canvas, hit, (bar(hit.distance, farthest), label, widest), line);
        if number as u64 == similar.scroll.selected {
            canvas.text(Rect { width: 1, ..row }, "▶", Meaning::Marked);
            canvas.tint(row, Meaning::Selected);
        }
    }
}

fn label(hit: &Like) -> String {
    format!("{}·{}", hit.bucket, grouped(hit.offset))
}

fn draw_hit(
    canvas: &mut Canvas<'_>,
    hit: &Like,
    (bar, label, widest): (String, &str, u16),
    line: Rect,
) {
    let (glyph, meaning) =
        if hit.buffered { ("●", Meaning::Buffered) } else { ("■", Meaning::Persisted) };
    let space = " ".repeat(usize::from(widest.saturating_sub(sanitize::width(label))));
    canvas.pieces(
        line,
        &[
            piece(format!("{bar:width$}  ", width = usize::from(BAR)), Meaning::Rich),
            piece(distance(hit.distance), Meaning::Number),
            piece(format!("  {space}{label} "), Meaning::Plain),
            piece(glyph, meaning),
            piece(format!("  {}", hit.text), Meaning::Plain),
        ],
    );
}

/// In six cells, whatever it is.
fn distance(distance: f32) -> String {
    match distance {
        0.0..10.0 => format!("{distance:6.4}"),
        10.0..1000.0 => format!("{distance:6.2}"),
        _ => format!("{distance:6.0}"),
    }
}

/// The nearer, the longer: full at no distance, one cell at the farthest of the list.
fn bar(distance: f32, farthest: f32) -> String {
    let near = if farthest > 0.0 { 1.0 - distance / farthest } else { 1.0 };
    let cells =
        1 + (0..BAR - 1).filter(|cell| f32::from(*cell) + 0.5 < near * f32::from(BAR - 1)).count();
    "▇".repeat(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_numbers_are_is_said_as_long_as_there_is_room() {
        assert_eq!(numbers(50, 10), " squared distance, smaller is nearer · ");
        assert_eq!(numbers(40, 10), " distance² · ");
        assert_eq!(numbers(20, 10), " ");
    }

    #[test]
    fn bars_and_distances_have_their_place_for_any_number() {
        for value in [0.0, 0.5, 9.9999, 10.0, 99_999.0, f32::INFINITY, f32::NAN, -0.0, -1.0] {
            assert!(sanitize::width(&distance(value)) >= 3, "{value}");
            assert!((1..=usize::from(BAR)).contains(&bar(value, 10.0).chars().count()), "{value}");
        }
        assert_eq!((bar(0.0, 10.0).chars().count(), bar(10.0, 10.0).chars().count()), (8, 1));
        assert_eq!(bar(0.0, 0.0).chars().count(), 8);
    }
}
