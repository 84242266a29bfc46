//! What of a bucket's maintenance is due, on the border of the list of its versions, and what does it.

use ratatui::layout::Rect;

use super::canvas::{Canvas, Piece, piece};
use crate::Maintenance;
use crate::tui::state::{State, Versions};
use crate::tui::text::{sanitize, shell};
use crate::tui::theme::Meaning;

/// That something is due, or failed, in a word.
pub(super) fn sum(upkeep: &Maintenance) -> Option<Piece<'static>> {
    if upkeep.error.is_some() {
        return Some(piece("· ✗ maintenance failed ", Meaning::Bad));
    }
    let due = upkeep.due?;
    Some(piece(format!("· due: {due} "), Meaning::Warn))
}

/// Draws what is due at the left of the lower border, before what stands at its right.
pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    state: &State,
    list: &Versions,
    (area, taken): (Rect, u16),
) {
    let Some(upkeep) = &list.upkeep else { return };
    let room = area.width.saturating_sub(4).saturating_sub(taken);
    let y = area.bottom().saturating_sub(1);
    let line = Rect { x: area.x + 1, y, width: room, height: 1 };
    if let Some(error) = &upkeep.error {
        canvas.text(line, &format!(" ✗ {error} "), Meaning::Bad);
        return;
    }
    let said = said(state, list, upkeep);
    let fitting = said.into_iter().find(|text| sanitize::width(text) <= room);
    if let Some(text) = fitting {
        canvas.text(line, &text, Meaning::Muted);
    }
}

/// What is due, and what does it, at length and in few words.
fn said(state: &State, list: &Versions, upkeep: &Maintenance) -> Vec<String> {
    let (what, word) = match upkeep.due {
        Some("compact") => ("small fragments are to be rewritten", Some("compact")),
        Some("cleanup") => ("versions are to be removed", Some("cleanup")),
        Some("retain") => ("records are to go that are not kept", Some("retain --now")),
        Some(_) => ("an index is to be extended", None),
        None => return Vec::new(),
    };
    let by = "a writer does it behind its flushes";
    let Some(word) = word else { return vec![format!(" {what}: {by} "), format!(" {by} ")] };
    let command = command(state, list, word);
    vec![
        format!(" {what}: {by}, or `{command}` "),
        format!(" {by}, or `{command}` "),
        format!(" `{command}` "),
    ]
}

/// The command that does it at once.
fn command(state: &State, list: &Versions, word: &str) -> String {
    let root = state.named_root.as_deref().map(shell::quoted);
    let root = root.map_or_else(String::new, |root| format!(" --root {root}"));
    let topic = &list.bucket.topic;
    let buckets = state.topics.get(topic).map_or(1, |topic| topic.entry.buckets);
    let bucket =
        if buckets > 1 { format!(" --bucket {}", list.bucket.bucket) } else { String::new() };
    format!("lanceq {word}{root} {topic}{bucket}")
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::tui::input::Key;
    use crate::tui::picture::opened;
    use crate::tui::sample::press;

    fn listed() -> State {
        let mut state = opened(Size { width: 160, height: 30 });
        press(&mut state, &[Key::End, Key::Enter, Key::Char('v')]);
        state
    }

    #[test]
    fn what_is_due_is_said_with_what_does_it() {
        let state = listed();
        let list = state.versions.as_ref().unwrap();
        let due = |due| Maintenance { due, ..Maintenance::default() };
        let compact = said(&state, list, &due(Some("compact")));
        assert_eq!(
            compact[0],
            " small fragments are to be rewritten: a writer does it behind its flushes, or `lanceq compact traces --bucket 0` "
        );
        assert_eq!(compact[2], " `lanceq compact traces --bucket 0` ");
        let retain = said(&state, list, &due(Some("retain")));
        assert_eq!(retain[2], " `lanceq retain --now traces --bucket 0` ");
        let index = said(&state, list, &due(Some("index")));
        assert_eq!(index[0], " an index is to be extended: a writer does it behind its flushes ");
        assert!(said(&state, list, &due(None)).is_empty());
    }

    #[test]
    fn what_failed_is_said_before_what_is_due() {
        let failed = Maintenance {
            due: Some("compact"),
            error: Some("the disk is full".into()),
            ..Maintenance::default()
        };
        assert_eq!(sum(&failed).unwrap().text, "· ✗ maintenance failed ");
        assert_eq!(sum(&Maintenance { error: None, ..failed }).unwrap().text, "· due: compact ");
        assert!(sum(&Maintenance::default()).is_none());
    }
}
