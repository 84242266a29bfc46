//! Which action a key means in a context.

use super::action::{Context, Entry};
use super::key::Key;
use super::table::actions;

/// The actions of a context, in the table's order.
pub(crate) fn entries(context: Context) -> impl Iterator<Item = &'static Entry> {
    actions().filter(move |entry| entry.contexts.contains(&context))
}

/// The action that a key means, if any.
pub(crate) fn resolve(context: Context, key: Key) -> Option<&'static Entry> {
    entries(context).find(|entry| entry.keys.contains(&key))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::tui::input::Action;

    const ALL: [Context; 17] = [
        Context::Topics,
        Context::Records,
        Context::Tail,
        Context::Versions,
        Context::Detail,
        Context::Help,
        Context::Prompt,
        Context::Find,
        Context::Filter,
        Context::Put,
        Context::FlushAll,
        Context::Jobs,
        Context::Marks,
        Context::Similar,
        Context::Columns,
        Context::Copy,
        Context::Code,
    ];

    #[test]
    fn no_key_means_two_things_in_one_context() {
        for context in ALL {
            let mut seen = HashSet::new();
            for key in entries(context).flat_map(|entry| entry.keys) {
                assert!(seen.insert(*key), "{key} is bound twice in {context:?}");
            }
        }
    }

    #[test]
    fn every_action_can_be_reached_named_and_explained() {
        let mut ids = HashSet::new();
        for entry in actions() {
            assert!(ids.insert(entry.id), "{} is there twice", entry.id);
            assert!(!entry.keys.is_empty() && !entry.contexts.is_empty(), "{}", entry.id);
            assert!(!entry.title.is_empty(), "{}", entry.id);
            assert!(entry.hint.is_none_or(|hint| hint.len() <= 8), "{}", entry.id);
        }
    }

    #[test]
    fn one_can_always_leave() {
        for context in ALL {
            let action = resolve(context, Key::Ctrl('c')).map(|entry| entry.action);
            assert_eq!(action, Some(Action::Quit));
            assert!(resolve(context, Key::Esc).is_some());
        }
    }

    #[test]
    fn an_unknown_key_means_nothing() {
        assert!(resolve(Context::Records, Key::Char('ß')).is_none());
    }
}
