//! Which action a key means in a context.

use std::collections::BTreeMap;

use super::action::{Action, Entry};
use super::context::Context;
use super::key::Key;
use super::table::actions;

/// The actions of a context, in the table's order.
pub(crate) fn entries(context: Context) -> impl Iterator<Item = &'static Entry> {
    actions().filter(move |entry| entry.contexts.contains(&context))
}

/// Which keys mean which actions: those of the table, but for those that a person gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keymap(BTreeMap<&'static str, Vec<Key>>);

/// The keys of an action by its name, and the line of a file that says so.
pub(crate) type Binding = (String, Vec<Key>, usize);

impl Keymap {
    /// The keys that somebody gave, each action's in the place of its own; what cannot be is told, with its line, and
    /// not taken.
    pub(crate) fn of(bindings: &[Binding]) -> (Self, Vec<String>) {
        let mut keymap = Self::default();
        let mut troubles = Vec::new();
        for (name, keys, line) in bindings {
            let Some(entry) = actions().find(|entry| entry.id == name) else {
                let text = "there is no such action; `lanceq keys` lists them";
                troubles.push(format!("line {line}: `{name}`: {text}"));
                continue;
            };
            let before = keymap.0.insert(entry.id, keys.clone());
            if let Some(why) = keymap.trouble(entry) {
                troubles.push(format!("line {line}: `{name}`: {why}"));
                keymap.0.remove(entry.id);
                keymap.0.extend(before.map(|keys| (entry.id, keys)));
            }
        }
        (keymap, troubles)
    }

    /// Why an action cannot have its keys.
    fn trouble(&self, entry: &'static Entry) -> Option<String> {
        let keys = self.keys(entry);
        if keys.is_empty() && matches!(entry.action, Action::Quit | Action::Back) {
            return Some("a way out needs a key".into());
        }
        let shared = |other: &&'static Entry| {
            let place = other.contexts.iter().any(|context| entry.contexts.contains(context));
            place && other.id != entry.id && self.keys(other).iter().any(|key| keys.contains(key))
        };
        let other = actions().find(shared)?;
        let key = self.keys(other).iter().find(|key| keys.contains(key))?;
        Some(format!("`{key}` is the key of `{}` already; give that another one above", other.id))
    }

    /// The keys of an action.
    pub(crate) fn keys(&self, entry: &'static Entry) -> &[Key] {
        self.0.get(entry.id).map_or(entry.keys, Vec::as_slice)
    }

    /// The action that a key means, if any.
    pub(crate) fn resolve(&self, context: Context, key: Key) -> Option<&'static Entry> {
        entries(context).find(|entry| self.keys(entry).contains(&key))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const ALL: [Context; 33] = [
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
        Context::PutJson,
        Context::PutLines,
        Context::FlushAll,
        Context::Jobs,
        Context::Marks,
        Context::Branches,
        Context::Diff,
        Context::Tag,
        Context::Alter,
        Context::Similar,
        Context::Words,
        Context::Found,
        Context::Columns,
        Context::Copy,
        Context::Code,
        Context::Palette,
        Context::Log,
        Context::Export,
        Context::Tend,
        Context::Deeds,
        Context::Storage,
        Context::Rename,
        Context::Delete,
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
            let action =
                Keymap::default().resolve(context, Key::Ctrl('c')).map(|entry| entry.action);
            assert_eq!(action, Some(Action::Quit));
            assert!(Keymap::default().resolve(context, Key::Esc).is_some());
        }
    }

    #[test]
    fn an_unknown_key_means_nothing() {
        assert!(Keymap::default().resolve(Context::Records, Key::Char('ß')).is_none());
    }

    fn bound(bindings: &[(&str, &[Key])]) -> (Keymap, Vec<String>) {
        let binding = |(at, (name, keys)): (usize, &(&str, &[Key]))| {
            ((*name).to_owned(), keys.to_vec(), at + 1)
        };
        Keymap::of(&bindings.iter().enumerate().map(binding).collect::<Vec<_>>())
    }

    #[test]
    fn a_key_that_was_given_means_its_action_and_the_old_one_nothing() {
        let (keymap, troubles) =
            bound(&[("seek", &[Key::Char('G'), Key::F(5)]), ("end", &[Key::End])]);
        assert_eq!(
            troubles.len(),
            1,
            "`G` goes to the end until that has another key: {troubles:?}"
        );
        assert!(keymap.resolve(Context::Records, Key::F(5)).is_none());
        let (keymap, troubles) =
            bound(&[("end", &[Key::End]), ("resume", &[Key::End]), ("seek", &[Key::Char('G')])]);
        assert_eq!(troubles, Vec::<String>::new());
        let id = |key| keymap.resolve(Context::Records, key).map(|entry| entry.id);
        assert_eq!([id(Key::Char('G')), id(Key::Char('g'))], [Some("seek"), None]);
    }

    #[test]
    fn what_cannot_be_bound_is_told_and_keeps_its_keys() {
        let (keymap, troubles) = bound(&[
            ("sek", &[Key::F(5)]),
            ("quit", &[]),
            ("seek", &[Key::Char('f')]),
            ("similar", &[]),
        ]);
        let expected = [
            "line 1: `sek`: there is no such action; `lanceq keys` lists them",
            "line 2: `quit`: a way out needs a key",
            "line 3: `seek`: `f` is the key of `tail` already; give that another one above",
        ];
        assert_eq!(troubles, expected);
        let id = |key| keymap.resolve(Context::Records, key).map(|entry| entry.id);
        assert_eq!([id(Key::Char('g')), id(Key::Char('s'))], [Some("seek"), None]);
    }
}
