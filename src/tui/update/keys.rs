//! Input: a key becomes an action, unless it is typed into a prompt.

use super::{
    act, around, columns, find, jobs, listing, mouse, prompt, put, put_form, put_json, put_lines,
    screenshot, tour,
};
use crate::tui::effect::Effect;
use crate::tui::event::Input;
use crate::tui::input::{Action, Key, Reason};
use crate::tui::state::{Overlay, Severity, State};

/// Takes what a person did.
pub(super) fn take(state: &mut State, input: Input) -> Vec<Effect> {
    match input {
        Input::Resize(size) => state.size = size,
        Input::Click(at) => return pointed(state, |state| mouse::click(state, at)),
        Input::Wheel(at, turn) => return pointed(state, |state| mouse::wheel(state, at, turn)),
        Input::Paste(text) => return paste(state, &text),
        Input::Key(key) => return press(state, key),
    }
    Vec::new()
}

/// Does what a person points at; as with a key, what was said and what was being looked for are over.
fn pointed(state: &mut State, how: impl FnOnce(&mut State) -> Vec<Effect>) -> Vec<Effect> {
    state.notice = None;
    (state.card, state.outcome) = (None, None);
    let mut effects = find::stop(state);
    effects.extend(put::forget_copy(state));
    effects.extend(how(state));
    effects
}

fn press(state: &mut State, key: Key) -> Vec<Effect> {
    if screenshot::is_asked_by(state, key) {
        return screenshot::take(state);
    }
    state.notice = None;
    // The card does not stand in the way: whatever the key does, it does; `esc` only closes it.
    let told = state.card.is_some() || state.outcome.is_some();
    let closed = matches!(state.overlay, Overlay::None) && told;
    if closed {
        (state.card, state.outcome) = (None, None);
    }
    // Who does something else does not want to be carried away by what is found later, nor to have
    // what they type replaced by a copy.
    let mut effects = find::stop(state);
    effects.extend(put::forget_copy(state));
    if (closed || !effects.is_empty()) && key == Key::Esc {
        return effects;
    }
    effects.extend(acted(state, key));
    effects
}

/// Does what a key means, or types it.
pub(super) fn acted(state: &mut State, key: Key) -> Vec<Effect> {
    let entry = state.keymap.resolve(state.context(), key);
    if put::is_early(state, key, entry.map(|entry| entry.action)) {
        return Vec::new();
    }
    let Some(entry) = entry else {
        return type_in(state, key);
    };
    if jobs::shows_nothing(state) && !matches!(entry.action, Action::Quit | Action::Suspend) {
        state.overlay = Overlay::None;
        return Vec::new();
    }
    match entry.possible(state) {
        Ok(()) => {
            let effects = act::act(state, entry.action);
            tour::did(state, entry.id);
            effects
        }
        Err(Reason(reason)) => {
            state.say(Severity::Refused, reason);
            Vec::new()
        }
    }
}

fn type_in(state: &mut State, key: Key) -> Vec<Effect> {
    if jobs::shows_nothing(state) {
        state.overlay = Overlay::None;
    }
    match &mut state.overlay {
        Overlay::Seek(prompt)
        | Overlay::Find(prompt)
        | Overlay::Words(prompt, _)
        | Overlay::Tag(prompt, ..) => {
            prompt::edit(prompt, key);
        }
        Overlay::Filter(prompt) => {
            prompt::edit(prompt, key);
            return listing::estimate(state);
        }
        Overlay::Export(export) => prompt::edit(&mut export.prompt, key),
        Overlay::Rename(prompt, _) => prompt::edit(prompt, key),
        Overlay::Delete(deletion) => prompt::edit(&mut deletion.prompt, key),
        Overlay::Columns(_) => columns::edit(state, key),
        Overlay::Palette(_) => around::edit(state, key),
        Overlay::Put(page) if page.pasted.is_some() => {}
        Overlay::Put(page) if page.editor.is_some() => return put_json::edit(state, key),
        Overlay::Put(_) => return put_form::edit(state, key),
        // After a key that begins several actions, one that means nothing there ends it.
        Overlay::Copy | Overlay::Code => state.overlay = Overlay::None,
        _ => {}
    }
    Vec::new()
}

/// Where nothing is being typed, a paste means nothing.
fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    match &mut state.overlay {
        Overlay::Seek(prompt)
        | Overlay::Find(prompt)
        | Overlay::Words(prompt, _)
        | Overlay::Tag(prompt, ..) => {
            prompt::paste(prompt, text);
        }
        Overlay::Filter(prompt) => {
            prompt::paste(prompt, text);
            return listing::estimate(state);
        }
        Overlay::Export(export) => prompt::paste(&mut export.prompt, text),
        Overlay::Rename(prompt, _) => prompt::paste(prompt, text),
        Overlay::Delete(deletion) => prompt::paste(&mut deletion.prompt, text),
        Overlay::Columns(chooser) | Overlay::Palette(chooser) => chooser.paste(text),
        Overlay::Put(_) => return put_lines::paste(state, text),
        _ => {}
    }
    Vec::new()
}
