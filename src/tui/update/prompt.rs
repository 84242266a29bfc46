//! Prompts of one line: typing into them.

use tui_input::InputRequest;

use crate::tui::input::Key;
use crate::tui::state::{Prompt, Recall, State};
use crate::tui::text::quantity::grouped;

/// Characters that a paste may add.
const LONGEST_PASTE: usize = 1_000;

/// What a key does to a text that is being typed.
pub(super) fn request(key: Key) -> Option<InputRequest> {
    Some(match key {
        Key::Char(c) => InputRequest::InsertChar(c),
        Key::Backspace => InputRequest::DeletePrevChar,
        Key::Delete => InputRequest::DeleteNextChar,
        Key::Left => InputRequest::GoToPrevChar,
        Key::Right => InputRequest::GoToNextChar,
        Key::WordLeft => InputRequest::GoToPrevWord,
        Key::WordRight => InputRequest::GoToNextWord,
        Key::Home | Key::Ctrl('a') => InputRequest::GoToStart,
        Key::End | Key::Ctrl('e') => InputRequest::GoToEnd,
        Key::Ctrl('u') => InputRequest::DeleteLine,
        Key::Ctrl('w') => InputRequest::DeletePrevWord,
        _ => return None,
    })
}

/// Types a key; the arrows up and down lead through what was typed before.
pub(super) fn edit(prompt: &mut Prompt, key: Key) {
    match key {
        Key::Up => prompt.recall(Recall::Earlier),
        Key::Down => prompt.recall(Recall::Later),
        key => drop(request(key).map(|request| prompt.edit(request))),
    }
}

/// Types what was pasted; half of it would be another text, so a longer one is not taken at all.
pub(super) fn paste(prompt: &mut Prompt, text: &str) {
    let typed = || text.chars().filter(|c| !c.is_control());
    let length = typed().count();
    if length > LONGEST_PASTE {
        let (length, most) = (grouped(length as u64), grouped(LONGEST_PASTE as u64));
        prompt.error =
            Some(format!("what was pasted has {length} characters: {most} is the most here"));
        return;
    }
    for c in typed() {
        prompt.edit(InputRequest::InsertChar(c));
    }
}

/// The bucket of the selected record: the one that is meant where none is named.
pub(crate) fn current_bucket(state: &State) -> u32 {
    let records = &state.records;
    let first = || records.whole().extents.iter().next().map(|extent| extent.bucket);
    records
        .selected_place()
        .map(|(bucket, _)| bucket)
        .or_else(first)
        .or_else(|| records.place.as_ref()?.bucket)
        .unwrap_or(0)
}
