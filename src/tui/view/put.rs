//! The put prompt, in the place of the status line; what is wrong stands below it.
//!
//! ```text
//!  put into traces: {"model": "opus", "latency_ms": "fast"}
//!  ✗ field `latency_ms`: expected float64, found text "fast"
//! ```

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, piece};
use crate::tui::layout::Layout;
use crate::tui::state::{PutPrompt, State, Verdict};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// From this width on the prompt names the topic.
const NAMED: u16 = 60;
/// Cells that a character of the text may take.
const WIDEST: u16 = 2;

/// Draws the prompt.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, prompt: &PutPrompt) {
    let Some(layout) = Layout::of(state) else {
        return;
    };
    canvas.clear(layout.status);
    canvas.text(layout.status, &label(prompt, layout.status), Meaning::Title);
    let (mark, meaning) = mark(state, prompt);
    canvas.right(layout.status, &[piece(mark, meaning)]);
    let area = line(state, prompt, layout.status);
    if prompt.draft.text().is_empty() {
        canvas.text(area, &fields(state), Meaning::Muted);
    } else {
        let (start, _) = window(prompt, area.width);
        let shown = prompt.draft.text().get(start..).unwrap_or_default();
        canvas.text(area, shown, Meaning::Strong);
    }
    if let Verdict::Wrong(reason) = &prompt.draft.verdict {
        canvas.clear(layout.footer);
        canvas.text(layout.footer, &format!(" ✗ {reason}"), Meaning::Bad);
    }
}

/// Where the cursor stands.
pub(super) fn cursor(state: &State, prompt: &PutPrompt) -> Option<Position> {
    let layout = Layout::of(state)?;
    let area = line(state, prompt, layout.status);
    let (_, before) = window(prompt, area.width);
    let x = area.x.saturating_add(before).min(area.right().saturating_sub(1)).max(area.x);
    Some(Position { x, y: area.y })
}

fn label(prompt: &PutPrompt, area: Rect) -> String {
    if area.width < NAMED { " put: ".into() } else { format!(" put into {}: ", prompt.topic) }
}

/// The cells of the text: between the label and the mark.
fn line(state: &State, prompt: &PutPrompt, area: Rect) -> Rect {
    let label = sanitize::width(&label(prompt, area)).min(area.width);
    let mark = sanitize::width(mark(state, prompt).0).min(area.width - label);
    Rect { x: area.x + label, width: area.width - label - mark, ..area }
}

fn mark(state: &State, prompt: &PutPrompt) -> (&'static str, Meaning) {
    if state.is_putting(&prompt.topic) {
        return ("  putting … ", Meaning::Warn);
    }
    match prompt.draft.verdict {
        Verdict::Fits => ("  ✓ fits    ", Meaning::Good),
        Verdict::Wrong(_) => ("  ✗         ", Meaning::Bad),
        Verdict::Unfinished(_) => ("  …         ", Meaning::Muted),
        Verdict::Open => ("            ", Meaning::Muted),
    }
}

/// What may be typed.
fn fields(state: &State) -> String {
    let names: Vec<&str> = state.records.columns.iter().map(|c| c.name.as_str()).collect();
    match names.as_slice() {
        [] => "  a JSON object".into(),
        names => format!("  a JSON object of {}", names.join(", ")),
    }
}

/// The byte of the text that the view begins with, so that the cursor is in it, and the cells
/// between that and the cursor.
fn window(prompt: &PutPrompt, width: u16) -> (usize, u16) {
    let text = prompt.draft.text();
    let end = text.char_indices().nth(prompt.draft.cursor()).map_or(text.len(), |(at, _)| at);
    let before = text.get(..end).unwrap_or_default();
    let room = width.saturating_sub(WIDEST);
    let mut start = end;
    for (at, c) in before.char_indices().rev().take(usize::from(width)) {
        let wider = before.get(at..).map_or(0, sanitize::width);
        if wider > room.max(sanitize::width(c.encode_utf8(&mut [0; 4]))) {
            break;
        }
        start = at;
    }
    (start, before.get(start..).map_or(0, sanitize::width))
}
