//! One line of text that is being typed, as much of it as fits: the cursor is in view, and some of what follows it.

use std::ops::Range;

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Cells that a character may take, and one for the sign that some of the text is hidden.
const WIDEST: u16 = 3;
/// The part of the line that is kept for what follows the cursor: one in so many.
const AHEAD: u16 = 4;

/// Draws a text whose cursor stands behind so many characters; what is amiss of it, in bytes, is marked.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    area: Rect,
    (text, cursor): (&str, usize),
    (meaning, fault): (Meaning, Option<Range<usize>>),
) {
    let (start, _) = window((text, cursor), area.width);
    let shown = text.get(start..).unwrap_or_default();
    let area = if start > 0 { canvas.text(area, "…", Meaning::Muted) } else { area };
    let fault = fault.and_then(|fault| {
        let from = fault.start.checked_sub(start)?;
        (fault.end > fault.start).then_some((from, fault.end - start))
    });
    let part = |range: Range<usize>| shown.get(range).unwrap_or_default();
    let Some((from, to)) = fault else {
        canvas.text(area, shown, meaning);
        return;
    };
    let before = canvas.text(area, part(0..from), meaning);
    let behind = canvas.text(before, part(from..to), Meaning::Fault);
    canvas.text(behind, part(to..shown.len()), meaning);
}

/// The cell of the line in which the cursor stands.
pub(super) fn cursor((text, cursor): (&str, usize), width: u16) -> u16 {
    let (_, before) = window((text, cursor), width);
    before.min(width.saturating_sub(1))
}

/// The byte of the text that the view begins with, and the cells between the left end and the cursor.
fn window((text, cursor): (&str, usize), width: u16) -> (usize, u16) {
    let end = text.char_indices().nth(cursor).map_or(text.len(), |(at, _)| at);
    let (before, behind) = text.split_at_checked(end).unwrap_or((text, ""));
    let next: String = behind.chars().take(usize::from(width / AHEAD)).collect();
    let ahead = sanitize::width(&next).min(width / AHEAD);
    let room = width.saturating_sub(WIDEST + ahead);
    let mut start = end;
    for (at, c) in before.char_indices().rev().take(usize::from(width)) {
        let wider = before.get(at..).map_or(0, sanitize::width);
        if wider > room.max(sanitize::width(c.encode_utf8(&mut [0; 4]))) {
            break;
        }
        start = at;
    }
    // Where the text begins further left, a cell says so.
    let lead = u16::from(start > 0);
    (start, before.get(start..).map_or(0, sanitize::width).saturating_add(lead))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_is_in_view_wherever_it_stands_in_wide_text() {
        for text in ["short", "日本語のとても長い文字列をここに入力しています", &"x".repeat(300)]
        {
            let all = text.chars().count();
            for at in 0..=all {
                for width in [1, 4, 7, 20, 80] {
                    let x = cursor((text, at), width);
                    assert!(x < width, "{at} of {text} in {width}");
                    let (start, before) = window((text, at), width);
                    let end = text.char_indices().nth(at).map_or(text.len(), |(at, _)| at);
                    let shown = sanitize::width(&text[start..end]) + u16::from(start > 0);
                    assert_eq!(before, shown);
                }
            }
        }
    }
}
