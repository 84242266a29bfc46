//! What would be done to a version, before it is.

use ratatui::layout::Rect;

use super::canvas::{Canvas, centred, piece, rows};
use crate::tui::data::Version;
use crate::tui::effect::Alteration;
use crate::tui::state::State;
use crate::tui::text::quantity::{changes, counted, grouped};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Widest box.
const WIDEST: u16 = 64;

/// Draws the question over the panes.
pub(super) fn draw(canvas: &mut Canvas<'_>, state: &State, body: Rect, alteration: &Alteration) {
    let (title, yes, sentences) = asked(state, alteration);
    let room = body.width.min(WIDEST).saturating_sub(4);
    let lines: Vec<String> =
        sentences.iter().flat_map(|sentence| sanitize::wrap(sentence, room)).collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(2);
    let area = centred(body, WIDEST, height);
    canvas.clear(area);
    let inside = canvas.frame(area, Meaning::Focused, &[piece(title, Meaning::Title)]);
    for (line, row) in lines.iter().zip(rows(inside)) {
        let row = Rect { x: row.x + 1, width: row.width.saturating_sub(2), ..row };
        canvas.text(row, line, Meaning::Plain);
    }
    canvas.on_bottom(area, &[piece(format!(" ↵ {yes} · esc leaves "), Meaning::Key)]);
}

/// The title, what a yes does, and what there is to know before.
fn asked(state: &State, alteration: &Alteration) -> (String, &'static str, Vec<String>) {
    match alteration {
        Alteration::Tag { version, tag, .. } => {
            (format!(" Tag v {} ", grouped(*version)), "tags", vec![format!("as `{tag}`")])
        }
        Alteration::Untag { version, tags, .. } => {
            let title = format!(" Take the tag of v {} away ", grouped(*version));
            let what = format!(
                "`{}` names nothing any more then. The version stays, but it may be cleaned up.",
                tags.join("`, `")
            );
            (title, "takes it away", vec![what])
        }
        Alteration::Restore { version, .. } => {
            let title = format!(" Restore v {} ", grouped(*version));
            (title, "restores", restored(state, *version))
        }
    }
}

/// What a restore does, as far as the list of versions knows it.
fn restored(state: &State, number: u64) -> Vec<String> {
    let known = |number: u64| -> Option<&Version> {
        let list = state.versions.as_ref()?;
        (0..list.total())
            .find(|row| list.number(*row) == Some(number))
            .and_then(|row| list.get(row))
    };
    let list = state.versions.as_ref();
    let newest = list.and_then(|list| list.number(0)).and_then(known);
    let mut lines = vec!["Its records become the newest again, as a new version.".to_owned()];
    if let (Some(then), Some(now)) = (known(number), newest) {
        let differ =
            changes(then.rows.saturating_sub(now.rows), 0, now.rows.saturating_sub(then.rows));
        let differ = if differ.is_empty() { String::new() } else { format!(" ({differ})") };
        let (then, now) = (counted(then.rows, "record"), grouped(now.rows));
        lines.push(format!("{then} then, {now} now{differ}."));
    }
    let counts = list.and_then(|list| {
        state.topics.get(&list.bucket.topic).and_then(|topic| topic.bucket(list.bucket.bucket))
    });
    if let Some(buffered) = counts.map(|counts| counts.buffer_count).filter(|count| *count > 0) {
        lines.push(format!("{} stay, and land behind.", counted(buffered, "buffered record")));
    }
    lines.push("The versions in between stay, and can be restored in turn.".into());
    lines
}
