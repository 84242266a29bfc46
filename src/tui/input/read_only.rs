//! What the explorer does not do while it only reads.

use super::action::{Action, Entry, Reason};
use super::context::Context;
use super::possible::reason;
use crate::tui::state::State;

impl Entry {
    /// Whether it is possible now: nothing that changes the root is, while the explorer only reads.
    pub(crate) fn possible(&self, state: &State) -> Result<(), Reason> {
        if state.read_only && self.changes() {
            return reason("the explorer only reads: F6 lets it change things");
        }
        (self.enabled)(state)
    }

    /// Whether it changes something in the root, or asks for what would.
    pub(super) fn changes(&self) -> bool {
        let asked = |context: &Context| {
            matches!(
                context,
                Context::Put
                    | Context::PutJson
                    | Context::PutLines
                    | Context::FlushAll
                    | Context::Tag
                    | Context::Alter
                    | Context::Tend
                    | Context::Rename
                    | Context::Delete
            )
        };
        match self.action {
            Action::Put
            | Action::Clone
            | Action::Flush
            | Action::FlushAll
            | Action::Tag
            | Action::Untag
            | Action::Restore
            | Action::Tend(_)
            | Action::Rename
            | Action::Delete => true,
            Action::Accept => self.contexts.iter().any(asked),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::tui::effect::Effect;
    use crate::tui::event::{Event, Input};
    use crate::tui::input::{Key, actions};
    use crate::tui::picture::opened;
    use crate::tui::sample::press;
    use crate::tui::update::update;

    fn said(state: &State) -> &str {
        state.notice.as_ref().map_or("", |notice| &notice.text)
    }

    fn read_only(keys: &[Key]) -> State {
        let mut state = opened(Size { width: 120, height: 40 });
        press(&mut state, &[Key::End, Key::Enter, Key::F(6)]);
        press(&mut state, keys);
        state
    }

    #[test]
    fn nothing_is_changed_and_each_key_says_why() {
        for keys in ["p", "c", "F", "vt", "vjR", "v:restore\n", "v:tag\n", "vC", "vc", "vV"] {
            let key = |c| if c == '\n' { Key::Enter } else { Key::Char(c) };
            let state = read_only(&keys.chars().map(key).collect::<Vec<_>>());
            let why = "the explorer only reads: F6 lets it change things";
            assert_eq!(said(&state), why, "{keys}");
            assert!(matches!(state.overlay, crate::tui::state::Overlay::None), "{keys}");
        }
        let state = read_only(&[Key::F(6), Key::Char('p')]);
        assert_eq!(state.context(), Context::Put, "again, changes are allowed");
    }

    #[test]
    fn what_was_begun_before_is_not_carried_out() {
        let mut state = opened(Size { width: 120, height: 40 });
        press(&mut state, &[Key::End, Key::Enter, Key::Char('v'), Key::Down, Key::Char('R')]);
        assert_eq!(state.context(), Context::Alter);
        state.read_only = true;
        let effects = update(&mut state, Event::Input(Input::Key(Key::Enter)));
        let writes =
            |effect: &Effect| matches!(effect, Effect::Load { request, .. } if request.changes());
        assert!(!effects.iter().any(writes), "{effects:?}");
    }

    #[test]
    fn whatever_asks_for_a_change_is_known_to() {
        for entry in actions().filter(|entry| !entry.changes()) {
            // Each key of the table, pressed in the views: none of those that are left asks for a change.
            for view in [&[][..], &[Key::Enter], &[Key::Enter, Key::Char('v')]] {
                let mut state = opened(Size { width: 120, height: 40 });
                press(&mut state, &[Key::End]);
                press(&mut state, view);
                state.read_only = true;
                for key in entry.keys {
                    let effects = update(&mut state, Event::Input(Input::Key(*key)));
                    let writes = |effect: &Effect| matches!(effect, Effect::Load { request, .. } if request.changes());
                    assert!(!effects.iter().any(writes), "{}: {effects:?}", entry.id);
                }
            }
        }
    }
}
