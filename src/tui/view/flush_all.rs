//! What a flush of all topics would do, before it does.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, centred, piece, rows};
use crate::tui::state::State;
use crate::tui::text::quantity::counted;
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Widest box.
const WIDEST: u16 = 64;
const WHAT: &str = "Persists what any process has buffered, topic after topic: one new version in each bucket that has any.";

/// Draws it over the panes, from a topic on.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, body: Rect, first: u64) {
    let plan = state.flush_plan();
    let room = body.width.min(WIDEST).saturating_sub(4);
    let mut lines: Vec<Piece<'static>> =
        sanitize::wrap(WHAT, room).into_iter().map(|line| piece(line, Meaning::Plain)).collect();
    lines.push(piece("", Meaning::Plain));
    let skip = usize::try_from(first).unwrap_or(usize::MAX);
    lines.extend(plan.topics.iter().skip(skip).map(|(topic, records, buckets)| {
        let (records, buckets) = (counted(*records, "record"), counted(*buckets, "bucket"));
        piece(format!("● {topic}  {records} in {buckets}"), Meaning::Buffered)
    }));
    if plan.topics.is_empty() && plan.uncounted == 0 {
        lines.push(piece("nothing is buffered in any topic", Meaning::Strong));
    }
    lines.extend(left_out(&plan).map(|line| piece(line, Meaning::Muted)));
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = centred(body, WIDEST, height);
    canvas.clear(area);
    let inside =
        canvas.frame(area, Meaning::Focused, &[piece(" Flush all topics ", Meaning::Title)]);
    for (line, row) in lines.iter().zip(rows(inside)) {
        let row = Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
        canvas.text(row, &line.text, line.meaning);
    }
    let ready = plan.uncounted == 0 && !plan.topics.is_empty();
    let yes = format!(" ↵ flushes {} · esc leaves ", counted(plan.records(), "record"));
    let text = if ready { yes } else { " esc leaves ".into() };
    canvas.on_bottom(area, &[piece(text, if ready { Meaning::Key } else { Meaning::Muted })]);
}

/// What would not be flushed, and why.
fn left_out(plan: &crate::tui::state::Plan) -> impl Iterator<Item = String> {
    let line = |number: u64, text: &str| {
        (number > 0).then(|| format!("{} {text}", counted(number, "topic")))
    };
    let counting = line(plan.uncounted, "still being counted …");
    let foreign = line(plan.foreign, "of other programs: read only, left alone");
    let broken = line(plan.broken, "that cannot be read: left alone");
    [counting, foreign, broken].into_iter().flatten()
}
