//! Records that have the words which were searched for: how well, which, and where they have them.
//!
//! ```text
//! ┌ Records about "old river" · traces ──────────── 12 of 482 311 match · 41 ms ┐
//! │▶▇▇▇▇▇▇▇▇  7.214  2·120 120 ■  prompt  …by the old river, where…             │
//! │ ▇▇▇▇▇▇    5.083  0· 88 213 ●  prompt  Rivers of the old world               │
//! └ in all texts ‹1 of 4› ─────────────────── score, larger is better · 1 of 12 ┘
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, centred, piece, rows, width};
use super::{empty, pin};
use crate::tui::data::{Finds, FoundText};
use crate::tui::state::Found;
use crate::tui::text::excerpt::{Part, excerpt};
use crate::tui::text::quantity::{counted, elapsed, grouped};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Widest list.
const WIDEST: u16 = 120;
/// Lines of a list that is on its way, so that the box does not jump when it comes.
const LINES: u16 = 50;
/// Cells of the longest bar.
const BAR: u16 = 8;
/// Cells of the longest path that is shown.
const LONGEST_PATH: u16 = 16;

/// Draws the list over the panes.
pub(super) fn draw(canvas: &mut Canvas<'_>, body: Rect, list: &Found) {
    let area = centred(body, WIDEST, LINES + 2);
    canvas.clear(area);
    let title = title(list, area.width);
    let inside = canvas.frame(area, Meaning::Focused, &title);
    columns(canvas, list, area);
    match &list.finds {
        None => canvas.lines(padded(inside), [piece("·····", Meaning::Muted)]),
        Some(Err(fault)) => empty::message(canvas, inside, &empty::of_fault(fault)),
        Some(Ok(finds)) => {
            let cost = [cost(finds)];
            if width(&title) + width(&cost) + 4 <= area.width {
                canvas.on_top(area, &cost);
            }
            if finds.hits.is_empty() {
                canvas.lines(padded(inside), [piece("no record matches", Meaning::Strong)]);
            }
            hits(canvas, list, finds, inside);
        }
    }
}

fn padded(inside: Rect) -> Rect {
    Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside }
}

fn title(list: &Found, room: u16) -> Vec<Piece<'static>> {
    let place = &list.search.place;
    let bucket = place.bucket.map_or_else(String::new, |bucket| format!("/{bucket}"));
    let version = list.search.version.as_ref();
    let version = version.map_or_else(String::new, |past| format!("· {} ", pin::past(past)));
    let words = sanitize::clip(&list.search.text, room / 2);
    vec![
        piece(" Records about ", Meaning::Title),
        piece(words, Meaning::Found),
        piece(format!(" · {}{bucket} ", place.topic), Meaning::Plain),
        piece(version, Meaning::Warn),
    ]
}

fn cost(finds: &Finds) -> Piece<'static> {
    let (searched, took) = (counted(finds.searched, "record"), elapsed(finds.took));
    let matching = grouped(finds.matching);
    let text = match &finds.by {
        None => format!(" {matching} of {searched} match · {took} "),
        Some(index) => {
            let read = counted(finds.read, "text");
            format!(" {matching} of {searched} match · by {index} · {read} read · {took} ")
        }
    };
    piece(text, Meaning::Muted)
}

/// Writes what was searched, and the position, on the lower border.
fn columns(canvas: &mut Canvas<'_>, list: &Found, area: Rect) {
    let total = list.hits().len() as u64;
    if total > 0 {
        let position = format!(" score · {} of {total} ", list.scroll.selected + 1);
        canvas.on_bottom(area, &[piece(position, Meaning::Plain)]);
    }
    let all = list.columns.len() + 1;
    let own = list.search.column.as_ref();
    let at = own.and_then(|own| list.columns.iter().position(|name| name == own));
    let name =
        own.map_or_else(|| "all texts".to_owned(), |name| sanitize::clip(name, area.width / 3));
    let text = match all {
        1 | 2 => format!(" in {name} "),
        _ => format!(" in {name} ‹{} of {all}› ", at.map_or(1, |at| at + 2)),
    };
    let y = area.bottom().saturating_sub(1);
    let line = Rect { x: area.x + 1, y, width: (area.width / 2).saturating_sub(2), height: 1 };
    canvas.text(line, &text, Meaning::Muted);
}

fn hits(canvas: &mut Canvas<'_>, list: &Found, finds: &Finds, inside: Rect) {
    let labels: Vec<String> = finds.hits.iter().map(label).collect();
    let widest = labels.iter().map(|label| sanitize::width(label)).max().unwrap_or(0);
    let paths = finds.hits.iter().map(|hit| sanitize::width(&hit.path).min(LONGEST_PATH));
    let path = paths.max().unwrap_or(0);
    let best = finds.hits.iter().map(|hit| hit.score).fold(0.0, f32::max);
    let first = usize::try_from(list.scroll.top).unwrap_or(usize::MAX);
    let all = finds.hits.iter().zip(&labels).enumerate().skip(first);
    for ((number, (hit, label)), row) in all.zip(rows(inside)) {
        let line = Rect { x: row.x + 1, width: row.width.saturating_sub(1), ..row };
        let space = " ".repeat(usize::from(widest.saturating_sub(sanitize::width(label))));
        let left =
            draw_place(canvas, hit, (bar(hit.score, best), &format!("{space}{label}")), line);
        draw_passage(canvas, hit, path, left);
        if number as u64 == list.scroll.selected {
            canvas.text(Rect { width: 1, ..row }, "▶", Meaning::Marked);
            canvas.tint(row, Meaning::Selected);
        }
    }
}

fn label(hit: &FoundText) -> String {
    format!("{}·{}", hit.bucket, grouped(hit.offset))
}

fn draw_place(
    canvas: &mut Canvas<'_>,
    hit: &FoundText,
    (bar, label): (String, &str),
    line: Rect,
) -> Rect {
    let (glyph, meaning) =
        if hit.buffered { ("●", Meaning::Buffered) } else { ("■", Meaning::Persisted) };
    canvas.pieces(
        line,
        &[
            piece(format!("{bar:width$}  ", width = usize::from(BAR)), Meaning::Rich),
            piece(format!("{:6.3}", hit.score), Meaning::Number),
            piece(format!("  {label} "), Meaning::Plain),
            piece(glyph, meaning),
            piece("  ", Meaning::Plain),
        ],
    )
}

/// The path of the text, and what stands there.
fn draw_passage(canvas: &mut Canvas<'_>, hit: &FoundText, path: u16, left: Rect) {
    let shown = sanitize::clip(&hit.path, path);
    let space = " ".repeat(usize::from(path.saturating_sub(sanitize::width(&shown))));
    let left = canvas.text(left, &format!("{shown}{space}  "), Meaning::Muted);
    let parts = excerpt(&hit.passage.text, &hit.passage.words, left.width);
    let meaning = |part: &Part| if part.is_marked { Meaning::Found } else { Meaning::Plain };
    let pieces: Vec<Piece<'_>> =
        parts.iter().map(|part| piece(part.text.as_str(), meaning(part))).collect();
    canvas.pieces(left, &pieces);
}

/// The better, the longer: full for the best of the list, one cell for no score.
fn bar(score: f32, best: f32) -> String {
    let share = if best > 0.0 { score / best } else { 1.0 };
    let cells =
        1 + (0..BAR - 1).filter(|cell| f32::from(*cell) + 0.5 < share * f32::from(BAR - 1)).count();
    "▇".repeat(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_their_place_for_any_score() {
        for score in [0.0, 0.5, 10.0, f32::INFINITY, f32::NAN, -1.0] {
            assert!((1..=usize::from(BAR)).contains(&bar(score, 10.0).chars().count()), "{score}");
        }
        assert_eq!((bar(10.0, 10.0).chars().count(), bar(0.0, 10.0).chars().count()), (8, 1));
        assert_eq!(bar(0.0, 0.0).chars().count(), 8);
    }
}
