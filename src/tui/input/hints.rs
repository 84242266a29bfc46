//! What the footer says of the actions of a view, as things are there.

use super::action::{Action, Entry};
use super::context::Context;
use super::keymap::entries;
use crate::tui::state::{Following, Screen, State};

/// One hint: a word, and the keys that share it, each as it is in the table.
#[derive(Clone)]
pub(crate) struct Hint {
    pub(crate) name: &'static str,
    pub(crate) entries: Vec<&'static Entry>,
}

/// The hints of the view that has the keys, in the order of the footer.
pub(crate) fn hints(state: &State) -> Vec<Hint> {
    let context = state.context();
    let mut all: Vec<&'static Entry> = entries(context).collect();
    // Where one record is looked at, a copy of it is as near as a new one.
    if matches!(context, Context::Tail | Context::Detail) {
        let is = |action: Action| move |entry: &&Entry| entry.action == action;
        if let (Some(put), Some(clone)) =
            (all.iter().position(is(Action::Put)), all.iter().position(is(Action::Clone)))
            && put < clone
        {
            let clone = all.remove(clone);
            all.insert(put + 1, clone);
        }
    }
    let hint = |entry: &&'static Entry| {
        let other = all.iter().find(|other| Some(other.action) == partner(entry.action));
        let entries = std::iter::once(*entry).chain(other.copied()).collect();
        Some(Hint { name: name(state, entry)?, entries })
    };
    all.iter().filter_map(hint).collect()
}

/// The action that goes the other way, and is told in one hint with this one.
fn partner(action: Action) -> Option<Action> {
    match action {
        Action::Older => Some(Action::Newer),
        Action::NextRecord => Some(Action::PreviousRecord),
        _ => None,
    }
}

fn name(state: &State, entry: &Entry) -> Option<&'static str> {
    match (entry.action, state.screen) {
        // A key that came here leads away again.
        (Action::Tail, Screen::Tail) | (Action::Versions, Screen::Versions) => Some("leave"),
        // The tail shows what arrives: there is no jump in it, and no version.
        (Action::Seek | Action::Older, Screen::Tail) => None,
        (Action::TakeOff, _) if state.asked.is_everything() => None,
        (Action::TurnJson, _) if state.context() == Context::PutJson => Some("form"),
        (Action::Pause, _) if is_paused(state) => Some("go on"),
        _ => entry.hint,
    }
}

fn is_paused(state: &State) -> bool {
    let following = state.tail.as_ref().map(|tail| &tail.following);
    matches!(following, Some(Following::Paused(_)))
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use super::*;
    use crate::tui::input::Key;
    use crate::tui::picture::opened;
    use crate::tui::sample::press;

    fn told(keys: &[Key]) -> Vec<String> {
        let mut state = opened(Size { width: 80, height: 24 });
        press(&mut state, keys);
        let keys = |hint: &Hint| -> String {
            hint.entries.iter().map(|entry| entry.keys[0].to_string()).collect()
        };
        hints(&state).iter().map(|hint| format!("{} {}", keys(hint), hint.name)).collect()
    }

    #[test]
    fn a_hint_says_what_its_key_does_in_this_view() {
        let (end, tail, open) = (Key::End, Key::Char('f'), Key::Enter);
        for (keys, there, not_there) in [
            (vec![end, open], vec!["f tail", "[] version", "c clone"], vec!["f leave"]),
            (vec![end, tail], vec!["f leave", "space pause", "c clone"], vec!["[] version"]),
            (vec![end, tail, Key::Up], vec!["space go on", "f leave"], vec!["space pause"]),
            (vec![end, tail, open], vec!["f leave", "JK record", "c clone"], vec!["g seek"]),
            (vec![end, Key::Char('v')], vec!["v leave", "f tail"], vec!["v versions"]),
        ] {
            let told = told(&keys);
            let has = |hint: &str| told.iter().any(|told| told == hint);
            assert!(there.iter().all(|hint| has(hint)), "{keys:?}: {told:?}");
            assert!(!not_there.iter().any(|hint| has(hint)), "{keys:?}: {told:?}");
        }
    }

    #[test]
    fn a_copy_stands_beside_the_put_where_one_record_is_looked_at() {
        let told = told(&[Key::End, Key::Enter, Key::Enter]);
        let put = told.iter().position(|hint| hint == "p put").unwrap();
        assert_eq!(told[put + 1], "c clone");
    }
}
