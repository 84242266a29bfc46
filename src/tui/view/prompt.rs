//! The prompts for an offset and for a text, in the place of the status line; what does not fit beside it stands below.

use ratatui::layout::Position;

use super::canvas::Canvas;
use crate::tui::layout::Layout;
use crate::tui::state::{Overlay, Prompt, Screen, State};
use crate::tui::text::quantity::grouped;
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

fn label(state: &State) -> &'static str {
    if is_find(state) { " look for: " } else { " jump to: " }
}

fn is_find(state: &State) -> bool {
    matches!(state.overlay, Overlay::Find(_))
}

/// Draws the prompt.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, prompt: &Prompt) {
    let Some(layout) = Layout::of(state) else {
        return;
    };
    canvas.clear(layout.status);
    let left = canvas.text(layout.status, label(state), Meaning::Title);
    let left = canvas.text(left, prompt.text(), Meaning::Strong);
    let (text, meaning) = match &prompt.error {
        Some(error) => (format!("   ✗ {error}"), Meaning::Bad),
        None if is_find(state) => (format!("   {}", way(state)), Meaning::Muted),
        None => (format!("   {}", range(state)), Meaning::Muted),
    };
    if sanitize::width(&text) <= left.width {
        canvas.text(left, &text, meaning);
    } else {
        canvas.clear(layout.footer);
        canvas.text(layout.footer, &text, meaning);
    }
}

/// What may be typed.
fn range(state: &State) -> String {
    let extents = &state.records.extents;
    let bucket = crate::tui::update::current_bucket(state);
    let last = extents.get(bucket).map_or(0, |extent| extent.next_offset.saturating_sub(1));
    let buckets = if extents.iter().count() > 1 { ", bucket:offset" } else { "" };
    format!("0 to {} in bucket {bucket}{buckets}, -500, 50%, 2h ago, v41, a tag", grouped(last))
}

/// How the text is looked for.
fn way(state: &State) -> &'static str {
    match state.screen {
        Screen::Records | Screen::Versions => {
            "in all fields, from here down; with capitals, in this case only"
        }
        Screen::Tail => "in what the tail shows, from here up; with capitals, in this case only",
    }
}

/// Where the cursor stands.
pub(super) fn cursor(state: &State, prompt: &Prompt) -> Option<Position> {
    let layout = Layout::of(state)?;
    let before: String = prompt.text().chars().take(prompt.cursor()).collect();
    let x = sanitize::width(label(state)).saturating_add(sanitize::width(&before));
    let x = layout.status.x.saturating_add(x).min(layout.status.right().saturating_sub(1));
    Some(Position { x, y: layout.status.y })
}
