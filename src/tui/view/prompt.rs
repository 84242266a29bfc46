//! The prompts for an offset and for a text, in the place of the status line; what does not fit beside it stands below.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::layout::{Position, Rect};

use super::canvas::Canvas;
use crate::Estimate;
use crate::tui::data::Chip;
use crate::tui::layout::Layout;
use crate::tui::state::{ExportPrompt, Outlook, Overlay, Prompt, Screen, State};
use crate::tui::text::quantity::{counted, grouped, percent};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

fn label(state: &State) -> Cow<'static, str> {
    match &state.overlay {
        Overlay::Find(_) => " look for: ".into(),
        Overlay::Filter(_) => " only records with: ".into(),
        Overlay::Words(..) => " records about: ".into(),
        Overlay::Export(_) => " export to: ".into(),
        Overlay::Rename(_, topic) => format!(" rename {topic} to: ").into(),
        Overlay::Delete(deletion) => format!(" type {} to delete it: ", deletion.topic).into(),
        Overlay::Tag(_, _, version) => format!(" tag v {} as: ", grouped(*version)).into(),
        _ => " jump to: ".into(),
    }
}

/// What may be typed, and what it means.
fn advice(state: &State, prompt: &Prompt) -> String {
    match &state.overlay {
        Overlay::Export(export) => lot(export),
        Overlay::Rename(..) => "all of it, with what is buffered; who has it open is told".into(),
        Overlay::Delete(_) => "↵ deletes it · esc leaves it".into(),
        Overlay::Find(_) => way(state).into(),
        Overlay::Filter(_) => meaning(prompt.text()).into(),
        Overlay::Words(..) => "words; \"a phrase\", +must, -mustnot; the best match first".into(),
        Overlay::Tag(..) => "letters, digits, `.`, `-` and `_`; a tagged version is kept".into(),
        _ => range(state),
    }
}

/// Which records are written, and how others are chosen.
fn lot(export: &ExportPrompt) -> String {
    let chosen = export.choice().map(|choice| choice.name.as_str()).unwrap_or_default();
    let at = export.version.as_ref().map(|past| format!(" at v {}", grouped(past.version)));
    let others = if export.has_others() { " · tab: others" } else { "" };
    format!("{chosen}{}{others} · .jsonl .csv .parquet .arrow", at.unwrap_or_default())
}

/// What a text means as a condition.
fn meaning(text: &str) -> &'static str {
    match Chip::typed(text) {
        None => "a text that any field has, or a condition in SQL: latency_ms > 90",
        Some(Chip::Text(_)) => "a text that any field has; with capitals, in this case only",
        Some(Chip::Sql { .. }) => "a condition in SQL; in double quotes it would be a text",
    }
}

/// Draws the prompt.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, prompt: &Prompt) {
    let Some(layout) = Layout::of(state) else {
        return;
    };
    canvas.clear(layout.status);
    let left = canvas.text(layout.status, &label(state), Meaning::Title);
    let typed = left;
    let left = canvas.text(left, prompt.text(), Meaning::Strong);
    if let Some(fault) = &prompt.fault {
        let meaning = if prompt.error.is_some() { Meaning::Fault } else { Meaning::Warn };
        mark_fault(canvas, typed, (prompt.text(), fault), meaning);
    }
    let (text, meaning) = match (&prompt.error, &prompt.outlook) {
        (Some(error), _) => (format!("   ✗ {error}"), Meaning::Bad),
        (None, Some(outlook)) => said(outlook),
        (None, None) => (format!("   {}", advice(state, prompt)), Meaning::Muted),
    };
    if sanitize::width(&text) <= left.width {
        canvas.text(left, &text, meaning);
    } else {
        canvas.clear(layout.footer);
        canvas.text(layout.footer, &text, meaning);
    }
}

/// What a condition would come to.
fn said(outlook: &Outlook) -> (String, Meaning) {
    match outlook {
        Outlook::Matches(estimate) => (format!("   {}", share(estimate)), Meaning::Strong),
        Outlook::Unfinished(reason) => (format!("   … {reason}"), Meaning::Muted),
    }
}

/// How many records match: exactly where each was looked at, else as a share of a sample.
fn share(estimate: &Estimate) -> String {
    let Estimate { matches, looked_at, total } = *estimate;
    if total == 0 {
        return "there are no records yet".into();
    }
    if estimate.is_exact() {
        return format!("{} of {} match", grouped(matches), counted(total, "record"));
    }
    let of = format!("of a sample of {} from {}", grouped(looked_at), counted(total, "record"));
    match matches {
        0 => format!("none {of} match"),
        _ => format!("≈ {} {of} match", percent(matches, looked_at)),
    }
}

/// Marks the part of the text that is wrong; the place behind it, where something is missing.
fn mark_fault(
    canvas: &mut Canvas<'_>,
    typed: Rect,
    (text, fault): (&str, &Range<usize>),
    meaning: Meaning,
) {
    let cells = |range: Range<usize>| sanitize::width(text.get(range).unwrap_or_default());
    let x = typed.x.saturating_add(cells(0..fault.start)).min(typed.right());
    let width = cells(fault.clone()).max(1).min(typed.right() - x);
    canvas.tint(Rect { x, width, ..typed }, meaning);
}

/// What may be typed as a place.
fn range(state: &State) -> String {
    let extents = &state.records.whole().extents;
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
    let x = sanitize::width(&label(state)).saturating_add(sanitize::width(&before));
    let x = layout.status.x.saturating_add(x).min(layout.status.right().saturating_sub(1));
    Some(Position { x, y: layout.status.y })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_says_what_it_rests_on() {
        for ((matches, looked_at, total), said) in [
            ((0, 0, 0), "there are no records yet"),
            ((312, 3201, 3201), "312 of 3 201 records match"),
            ((0, 3201, 3201), "0 of 3 201 records match"),
            ((491, 4096, 1_204_311), "≈ 12.0 % of a sample of 4 096 from 1 204 311 records match"),
            ((0, 4096, 1_204_311), "none of a sample of 4 096 from 1 204 311 records match"),
        ] {
            assert_eq!(share(&Estimate { matches, looked_at, total }), said);
        }
    }
}
