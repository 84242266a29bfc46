//! Records that were pasted, over the panes, before they are put together: a line each, and what would become of them.
//!
//! ```text
//! ┌ Put 3 records into traces ────────────────────────────────── 1 refused · 214 B ┐
//! │   1  {"id": "1", "model": "opus"}                                             │
//! │ ▶ 2  {"id": 2}                       ✗ field `id`: expected utf8, found int…  │
//! └───────────────────────────────────────────────────────────────────────────────┘
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, piece, rows, width};
use super::put;
use crate::tui::layout::Layout;
use crate::tui::state::{Pasted, PastedLine, PutPage, State, Verdict};
use crate::tui::text::quantity::{bytes, counted};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Cells of the number of a line.
const NUMBER: usize = 6;

/// Draws the lines.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    (page, pasted): (&PutPage, &Pasted),
    body: Rect,
) {
    canvas.clear(body);
    let lines = counted(pasted.lines().len() as u64, "line");
    let title = [piece(format!(" Put {lines} into {} ", page.topic), Meaning::Title)];
    let inside = canvas.frame(body, Meaning::Focused, &title);
    let size = piece(format!(" {} ", bytes(pasted.bytes as u64)), Meaning::Muted);
    if width(&title) + sanitize::width(&size.text) + 4 <= body.width {
        canvas.on_top(body, &[size]);
    }
    let mut scroll = pasted.scroll;
    scroll.fit(u64::from(inside.height), pasted.lines().len() as u64);
    let skip = usize::try_from(scroll.top).unwrap_or(usize::MAX);
    for ((at, line), row) in (0..).zip(pasted.lines()).skip(skip).zip(rows(inside)) {
        draw_line(canvas, line, row);
        if at == scroll.selected {
            canvas.text(Rect { width: 1, ..row }, "▶", Meaning::Marked);
            canvas.tint(row, Meaning::Selected);
        }
    }
    let all = pasted.lines().len();
    if all > usize::from(inside.height) {
        let last = (skip + usize::from(inside.height)).min(all);
        canvas.on_bottom(body, &[piece(format!(" {last} of {all} "), Meaning::Muted)]);
    }
    draw_outcome(canvas, state, (page, pasted));
}

fn draw_line(canvas: &mut Canvas<'_>, line: &PastedLine, row: Rect) {
    let inside = Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
    let (mark, meaning) = match line.refusal {
        Some(_) => ("✗ ", Meaning::Bad),
        None => ("  ", Meaning::Muted),
    };
    let lead = [piece(format!("{:>NUMBER$} ", line.number), Meaning::Muted), piece(mark, meaning)];
    let left = canvas.pieces(inside, &lead);
    let Some(why) = &line.refusal else {
        canvas.text(left, &line.text, Meaning::Plain);
        return;
    };
    // What is wrong goes before what was pasted.
    let wide = sanitize::width(why).min(left.width);
    let text = Rect { width: (left.width - wide).saturating_sub(2), ..left };
    canvas.text(text, &line.text, Meaning::Muted);
    canvas.right(left, &[piece(why.as_str(), Meaning::Bad)]);
}

/// Says in the status line what would become of them; of the selected one, why it cannot be put.
fn draw_outcome(canvas: &mut Canvas<'_>, state: &State, (page, pasted): (&PutPage, &Pasted)) {
    let Some(layout) = Layout::of(state).filter(|_| state.notice.is_none()) else { return };
    canvas.clear(layout.status);
    put::say(canvas, &layout, outcome(state, (page, pasted)));
}

fn outcome(state: &State, (page, pasted): (&PutPage, &Pasted)) -> (&'static str, String, Meaning) {
    let all = counted(pasted.lines().len() as u64, "line");
    if state.is_putting(&page.topic) {
        return (" … ", "putting".into(), Meaning::Warn);
    }
    match (pasted.refused(), &page.verdict, &pasted.trial) {
        (0, Verdict::Wrong(why), _) => (" ✗ ", format!("nothing is put: {why}"), Meaning::Bad),
        (0, _, None) => (" … ", "being checked".into(), Meaning::Muted),
        (0, _, Some(trial)) => {
            let text = put::outcome(state, page, trial);
            (" ✓ ", format!("all {}", text.replacen("fits", "fit", 1)), Meaning::Good)
        }
        (refused, ..) => {
            let row = usize::try_from(pasted.scroll.selected).unwrap_or(usize::MAX);
            let line = pasted.lines().get(row);
            let why = line.and_then(|line| Some((line.number, line.refusal.as_ref()?)));
            let why = why.map_or_else(String::new, |(line, why)| format!(" · line {line}: {why}"));
            (" ✗ ", format!("{refused} of {all} refused, so nothing is put{why}"), Meaning::Bad)
        }
    }
}
