//! The list of a bucket's branches.

use ratatui::layout::Rect;

use super::canvas::{Canvas, centred, piece, rows};
use super::pin::BRANCH;
use crate::BranchInfo;
use crate::tui::state::{Scroll, State};
use crate::tui::text::quantity::{counted, grouped};
use crate::tui::theme::Meaning;

/// Widest list.
const WIDEST: u16 = 96;

/// Draws it over the panes.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, body: Rect, scroll: &Scroll) {
    let Some(list) = &state.versions else { return };
    let height = u16::try_from(list.branches.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = centred(body, WIDEST, height.max(3));
    canvas.clear(area);
    let (topic, bucket) = (&list.bucket.topic, list.bucket.bucket);
    let count = count(list.branches.len());
    let title = [
        piece(format!(" {topic}"), Meaning::Title),
        piece(format!(" · bucket {bucket} · {count} "), Meaning::Plain),
    ];
    let inside = canvas.frame(area, Meaning::Focused, &title);
    let skip = usize::try_from(scroll.top).unwrap_or(usize::MAX);
    for ((number, branch), row) in (0..).zip(&list.branches).skip(skip).zip(rows(inside)) {
        draw_branch(
            canvas,
            branch,
            Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row },
        );
        if number == scroll.selected {
            canvas.text(Rect { width: 1, ..row }, "▶", Meaning::Marked);
            canvas.tint(row, Meaning::Selected);
        }
    }
}

/// How many there are: `1 branch`.
pub(super) fn count(branches: usize) -> String {
    if branches == 1 { "1 branch".into() } else { format!("{branches} branches") }
}

fn draw_branch(canvas: &mut Canvas<'_>, branch: &BranchInfo, line: Rect) {
    let left = canvas.text(line, &format!("{BRANCH} {}  ", branch.branch), Meaning::Strong);
    let parent = branch.parent.as_ref().map_or_else(String::new, |parent| format!(" of {parent}"));
    let begun = format!("from v {}{parent}", grouped(branch.parent_version));
    let left = canvas.text(left, &begun, Meaning::Plain);
    let (now, meaning) = if let Some(error) = &branch.error {
        (format!("  ✗ {error}"), Meaning::Bad)
    } else {
        let records = counted(branch.rows, "record");
        (format!("  now v {}, {records}", grouped(branch.version)), Meaning::Number)
    };
    let left = canvas.text(left, &now, meaning);
    let made = branch.created.map(|made| made.format("  made %Y-%m-%d").to_string());
    canvas.text(left, &made.unwrap_or_default(), Meaning::Muted);
}
