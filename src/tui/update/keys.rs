//! Input: a key becomes an action, unless it is typed into a prompt.

use super::{act, prompt};
use crate::tui::effect::Effect;
use crate::tui::event::Input;
use crate::tui::input::{Key, Reason, resolve};
use crate::tui::state::{Overlay, Severity, State};

/// Takes what a person did.
pub(super) fn take(state: &mut State, input: Input) -> Vec<Effect> {
    match input {
        Input::Resize(size) => state.size = size,
        Input::Paste(text) => prompt::paste(state, &text),
        Input::Key(key) => return press(state, key),
    }
    Vec::new()
}

fn press(state: &mut State, key: Key) -> Vec<Effect> {
    state.notice = None;
    let Some(entry) = resolve(state.context(), key) else {
        if let Overlay::Seek(prompt) = &mut state.overlay {
            prompt::edit(prompt, key);
        }
        return Vec::new();
    };
    match (entry.enabled)(state) {
        Ok(()) => act::act(state, entry.action),
        Err(Reason(reason)) => {
            state.say(Severity::Refused, reason);
            Vec::new()
        }
    }
}
