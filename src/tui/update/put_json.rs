//! Typing a record as JSON of several lines.

use super::put;
use crate::tui::effect::{Effect, Slot};
use crate::tui::input::Key;
use crate::tui::layout::Layout;
use crate::tui::state::{Edit, Overlay, PutPage, State};

/// Shows the record as JSON, or in the form again.
pub(super) fn turn(state: &mut State) -> Vec<Effect> {
    let Some(page) = put::writable(state) else {
        return Vec::new();
    };
    if page.turn() {
        return put::check(state);
    }
    state.loads.cancel(&Slot::Check).into_iter().collect()
}

/// Types a key.
pub(super) fn edit(state: &mut State, key: Key) -> Vec<Effect> {
    let height = Layout::of(state).map_or(1, |layout| layout.box_rows());
    let page = isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1);
    let Some(edit) = meant(key, page) else {
        return Vec::new();
    };
    let mut changed = false;
    if let Some(editor) = put::writable(state).and_then(|page| page.editor.as_mut()) {
        changed = editor.edit(edit);
    }
    if changed { put::change(state, |_: &mut PutPage| {}) } else { Vec::new() }
}

/// What a key does to the text.
fn meant(key: Key, page: isize) -> Option<Edit> {
    Some(match key {
        Key::Char(c) => Edit::Insert(c),
        Key::Enter => Edit::Break,
        Key::Backspace => Edit::DeleteBefore,
        Key::Delete => Edit::DeleteBehind,
        Key::Left => Edit::Left,
        Key::Right => Edit::Right,
        Key::WordLeft => Edit::WordLeft,
        Key::WordRight => Edit::WordRight,
        Key::Up => Edit::Lines(-1),
        Key::Down => Edit::Lines(1),
        Key::PageUp => Edit::Lines(-page),
        Key::PageDown => Edit::Lines(page),
        Key::Home | Key::Ctrl('a') => Edit::LineStart,
        Key::End | Key::Ctrl('e') => Edit::LineEnd,
        Key::Ctrl('u') => Edit::DeleteLine,
        Key::Ctrl('w') => Edit::DeleteWord,
        _ => return None,
    })
}

/// Keeps the cursor in view.
pub(super) fn fit(state: &mut State, (height, width): (u16, u16)) {
    if let Overlay::Put(page) = &mut state.overlay
        && let Some(editor) = &mut page.editor
    {
        editor.fit(height, width);
    }
}
