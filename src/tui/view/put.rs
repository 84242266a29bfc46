//! The put prompt, in the place of the status line; what is wrong stands below it.
//!
//! ```text
//!  put into traces: {"model": "opus", "latency_ms": "fast"}
//!  ✗ field `latency_ms`: expected float64, found text "fast"
//! ```

use ratatui::layout::{Position, Rect};

use super::canvas::{Canvas, piece};
use crate::tui::data::Column;
use crate::tui::layout::Layout;
use crate::tui::state::{PutPrompt, State, Verdict};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// From this width on the prompt names the topic.
const NAMED: u16 = 60;
/// Cells that a character of the text may take, and one for the sign that some is hidden.
const WIDEST: u16 = 3;
/// The part of the line that is kept for what follows the cursor: one in so many.
const AHEAD: u16 = 4;

/// Draws the prompt; `beside` is what the keys leave of the line below it.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, prompt: &PutPrompt, beside: Rect) {
    let Some(layout) = Layout::of(state) else {
        return;
    };
    canvas.clear(layout.status);
    canvas.text(layout.status, &label(prompt, layout.status), Meaning::Title);
    let (mark, meaning) = mark(state, prompt);
    canvas.right(layout.status, &[piece(mark, meaning)]);
    let area = line(state, prompt, layout.status);
    if prompt.draft.text().is_empty() {
        canvas.text(area, &skeleton(state), Meaning::Muted);
    } else {
        draw_text(canvas, prompt, area);
    }
    let said = match (&prompt.draft.verdict, &prompt.note) {
        (Verdict::Wrong(reason), _) => Some((format!("✗ {reason}"), Meaning::Bad)),
        (Verdict::Adds(fields), _) => Some((format!("✓ fits · adds {fields}"), Meaning::Warn)),
        (_, Some(note)) => Some((note.clone(), Meaning::Muted)),
        _ => None,
    };
    let Some((text, meaning)) = said else { return };
    // Why a record is wrong, or what it would leave behind for ever, is said whole before the keys are.
    let whole = match prompt.draft.verdict {
        Verdict::Wrong(_) => true,
        Verdict::Adds(_) => sanitize::width(&text) > beside.width,
        _ => false,
    };
    if whole {
        canvas.clear(layout.footer);
        canvas.text(layout.footer, &format!(" {text}"), meaning);
    } else {
        canvas.text(beside, &text, meaning);
    }
}

/// Draws the part of the text around the cursor, and marks where it stops being JSON.
fn draw_text(canvas: &mut Canvas<'_>, prompt: &PutPrompt, area: Rect) {
    let (start, _) = window(prompt, area.width);
    let text = prompt.draft.text();
    let shown = text.get(start..).unwrap_or_default();
    let area = if start > 0 { canvas.text(area, "…", Meaning::Muted) } else { area };
    let at = prompt.draft.wrong_at.and_then(|at| text.char_indices().nth(at));
    let fault =
        at.filter(|(at, _)| *at >= start).map(|(at, c)| (at - start, at - start + c.len_utf8()));
    let Some((from, to)) = fault else {
        canvas.text(area, shown, Meaning::Strong);
        return;
    };
    let part = |range: std::ops::Range<usize>| shown.get(range).unwrap_or_default();
    let before = canvas.text(area, part(0..from), Meaning::Strong);
    let behind = canvas.text(before, part(from..to), Meaning::Fault);
    canvas.text(behind, part(to..shown.len()), Meaning::Strong);
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
    let named = format!(" put into {}: ", prompt.topic);
    // Whatever a topic is called, there is room to type.
    let fits = area.width >= NAMED && sanitize::width(&named) <= area.width / 2;
    if fits { named } else { " put: ".into() }
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
        Verdict::Adds(_) => ("  ✓ adds    ", Meaning::Warn),
        Verdict::Fits => ("  ✓ fits    ", Meaning::Good),
        Verdict::Wrong(_) => ("  ✗         ", Meaning::Bad),
        Verdict::Unfinished(_) => ("  …         ", Meaning::Muted),
        Verdict::Open => ("            ", Meaning::Muted),
    }
}

/// What may be typed: the fields and their types, in the form of a record.
fn skeleton(state: &State) -> String {
    let columns = state.known_columns();
    let field = |column: &Column| format!("\"{}\": {}", column.name, column.kind);
    let fields: Vec<String> = columns.iter().map(field).collect();
    match fields.as_slice() {
        [] => "  a JSON object: the first record makes the fields".into(),
        fields => format!(" {{{}}}", fields.join(", ")),
    }
}

/// The byte of the text that the view begins with, so that the cursor is in it and some of what
/// follows it, and the cells between the left end and the cursor.
fn window(prompt: &PutPrompt, width: u16) -> (usize, u16) {
    let text = prompt.draft.text();
    let end = text.char_indices().nth(prompt.draft.cursor()).map_or(text.len(), |(at, _)| at);
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
