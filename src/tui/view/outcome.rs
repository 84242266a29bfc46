//! The card that tells what long work did, before and after; the next key takes it away.
//!
//! ```text
//! ┌ Compacted traces/2 ──────────────── 1.8 s ┐
//! │ rewritten    120 000 records              │
//! │ fragments    64 → 1                       │
//! └────────────────── any key closes this ────┘
//! ```

use ratatui::layout::Rect;

use super::canvas::{Canvas, piece, rows, width};
use crate::tui::text::quantity::elapsed;
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;
use crate::tui::work::{Fact, Outcome};

/// Cells between what is told of and what is told.
const GAP: u16 = 2;

/// Draws the card at the lower right of an area.
pub(super) fn draw(canvas: &mut Canvas<'_>, outcome: &Outcome, body: Rect) {
    let meaning = if outcome.is_bad { Meaning::Bad } else { Meaning::Good };
    let title = [piece(format!(" {} ", outcome.title), meaning)];
    let took = [piece(format!(" {} ", elapsed(outcome.took)), Meaning::Plain)];
    let names = outcome.facts.iter().map(|fact| sanitize::width(&fact.what)).max().unwrap_or(0);
    let told = outcome.facts.iter().map(|fact| sanitize::width(&text(fact))).max().unwrap_or(0);
    let least = width(&title).saturating_add(width(&took)).saturating_add(4);
    let wanted = names.saturating_add(GAP).saturating_add(told).saturating_add(4);
    let area = place(body, wanted.max(least), outcome.facts.len());
    canvas.clear(area);
    let inside = canvas.frame(area, meaning, &title);
    if least <= area.width {
        canvas.on_top(area, &took);
    }
    for (fact, row) in outcome.facts.iter().zip(rows(inside)) {
        let line = Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
        canvas.text(Rect { width: names.min(line.width), ..line }, &fact.what, Meaning::Header);
        let x = line.x.saturating_add(names).saturating_add(GAP).min(line.right());
        let rest = Rect { x, width: line.right() - x, ..line };
        canvas.text(rest, &text(fact), Meaning::Plain);
    }
    canvas.on_bottom(area, &[piece(" any key closes this ", Meaning::Muted)]);
}

fn text(fact: &Fact) -> String {
    if fact.before.is_empty() {
        return fact.after.clone();
    }
    format!("{} → {}", fact.before, fact.after)
}

fn place(body: Rect, width: u16, lines: usize) -> Rect {
    let width = width.min(body.width);
    let wanted = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2);
    // What is being read stays readable above it.
    let height = wanted.min((body.height / 2).max(5)).min(body.height);
    Rect { x: body.right() - width, y: body.bottom() - height, width, height }
}
