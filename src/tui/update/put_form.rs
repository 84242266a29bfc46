//! Typing into the form of a record, field by field.

use super::{prompt, put};
use crate::tui::effect::Effect;
use crate::tui::input::{Action, Key};
use crate::tui::state::{Overlay, PutPage, State};

/// What is done in the form besides typing.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::NextField | Action::PreviousField => {
            if let Overlay::Put(page) = &mut state.overlay {
                match action {
                    Action::NextField => page.form.next(),
                    _ => page.form.previous(),
                }
            }
            Vec::new()
        }
        Action::Null => put::change(state, |page| page.form.null()),
        Action::EmptyDraft => put::change(state, PutPage::empty),
        _ => Vec::new(),
    }
}

/// Types a key; what is being put is not changed any more.
pub(super) fn edit(state: &mut State, key: Key) -> Vec<Effect> {
    match prompt::request(key) {
        Some(request) => put::change(state, |page| page.form.edit(request)),
        None => Vec::new(),
    }
}
