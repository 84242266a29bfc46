//! A record as JSON of several lines, over the panes; the place at which something is wrong is marked.

use ratatui::layout::{Position, Rect};
use unicode_segmentation::UnicodeSegmentation;

use super::canvas::{Canvas, piece, rows};
use super::put;
use crate::tui::layout::NUMBERS;
use crate::tui::state::{Editor, PutPage, State};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Draws the text.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    (page, editor): (&PutPage, &Editor),
    body: Rect,
) {
    canvas.clear(body);
    let title = format!(" Put into {} · JSON ", page.topic);
    let inside = canvas.frame(body, Meaning::Focused, &[piece(title, Meaning::Title)]);
    let (top, left) = editor.view();
    let (at, _) = editor.place();
    for ((number, line), row) in editor.lines().enumerate().skip(top).zip(rows(inside)) {
        let meaning = if number == at { Meaning::Marked } else { Meaning::Muted };
        let label = format!("{:>4} ", number + 1);
        canvas.text(Rect { width: NUMBERS.min(row.width), ..row }, &label, meaning);
        let fault = page.fault.filter(|(line, _)| *line == number).map(|(_, byte)| byte);
        draw_line(canvas, text_area(row), (line, left), fault);
    }
    let (line, byte) = editor.place();
    let text = editor.lines().nth(line).and_then(|text| text.get(..byte)).unwrap_or_default();
    let place =
        format!(" {}:{} of {} lines ", line + 1, text.chars().count() + 1, editor.lines().count());
    canvas.on_bottom(body, &[piece(place, Meaning::Muted)]);
    put::draw_verdict(canvas, state, page);
}

fn text_area(row: Rect) -> Rect {
    let lead = NUMBERS.min(row.width);
    Rect { x: row.x + lead, width: row.width - lead, ..row }
}

/// Draws what of a line is in view, and marks the character at fault; behind the end, the place where one is missing.
fn draw_line(canvas: &mut Canvas<'_>, area: Rect, (line, left): (&str, u16), fault: Option<usize>) {
    let (start, inset) = skip(line, left);
    let area =
        Rect { x: area.x + inset.min(area.width), width: area.width.saturating_sub(inset), ..area };
    let shown = line.get(start..).unwrap_or_default();
    canvas.text(area, shown, Meaning::Plain);
    let Some(at) = fault.and_then(|at| at.checked_sub(start)) else { return };
    let before = shown.get(..at).map_or(0, sanitize::width);
    if before < area.width {
        let wide =
            shown.get(at..).and_then(|rest| rest.graphemes(true).next()).map_or(1, sanitize::width);
        let width = wide.max(1).min(area.width - before);
        let place = Rect { x: area.x + before, width, height: 1, ..area };
        canvas.tint(place, Meaning::Fault);
    }
}

/// The byte of a line behind so many cells; of a wide character that lies half before that, how many cells are left of it.
fn skip(line: &str, cells: u16) -> (usize, u16) {
    let (mut used, mut at) = (0_u16, 0);
    for cluster in line.graphemes(true) {
        if used >= cells {
            break;
        }
        used = used.saturating_add(sanitize::width(cluster));
        at += cluster.len();
    }
    (at, used.saturating_sub(cells))
}

/// Where the cursor stands.
pub(super) fn cursor(page: &PutPage, body: Rect) -> Option<Position> {
    let editor = page.editor.as_ref()?;
    let (top, left) = editor.view();
    let (line, byte) = editor.place();
    let before = editor.lines().nth(line)?.get(..byte).map_or(0, sanitize::width);
    let (x, y) = (before.checked_sub(left)?, u16::try_from(line.checked_sub(top)?).ok()?);
    let inside = Rect { x: body.x + 1, width: body.width.saturating_sub(2), ..body };
    let area = text_area(inside);
    let is_inside = x < area.width && y < body.height.saturating_sub(2);
    is_inside.then_some(Position { x: area.x + x, y: body.y + 1 + y })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_character_that_is_half_in_view_leaves_its_cell_empty() {
        for (line, cells, skipped) in [
            ("abc", 0, (0, 0)),
            ("abc", 2, (2, 0)),
            ("日本", 1, (3, 1)),
            ("日本", 2, (3, 0)),
            ("日本", 9, (6, 0)),
        ] {
            assert_eq!(skip(line, cells), skipped, "{line} {cells}");
        }
    }
}
