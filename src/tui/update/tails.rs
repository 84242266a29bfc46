//! Following several topics and buckets at once: which belong together, and which are not to be heard.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;

use super::places;
use crate::tui::effect::{Effect, Slot};
use crate::tui::event::Arrival;
use crate::tui::input::Action;
use crate::tui::state::{Severity, Source, State};

/// Takes what arrived of a topic that is followed.
pub(super) fn take(state: &mut State, slot: &Slot, arrivals: Vec<Arrival>, now: NaiveDateTime) {
    let Some(tail) = &mut state.tail else { return };
    let number = match slot {
        Slot::TailBeside(topic) => tail.number_of(topic),
        _ => Some(0),
    };
    let Some(number) = number else { return };
    let untimed = arrivals.iter().find_map(|arrival| match arrival {
        Arrival::Untimed(fault) => Some(fault.message.clone()),
        _ => None,
    });
    let topic = tail.topic(number).clone();
    tail.take(number, arrivals, now);
    if let Some(why) = untimed {
        let text =
            format!("when records of `{topic}` came that stand in front is not known: {why}");
        state.say(Severity::Failed, text);
    }
}

/// Follows the selected topic together with others from now on, or without it.
fn together(state: &mut State) {
    let Some(place) = state.topics.selected() else { return };
    let topic = place.topic;
    let text = if state.together.remove(&topic) {
        format!("`{topic}` is followed alone again")
    } else {
        let text = format!("`{topic}` is followed beside any other: f follows");
        state.together.insert(topic);
        text
    };
    state.say(Severity::Done, text);
}

/// Chooses what is followed, and what of it is heard.
pub(super) fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if action == Action::Together {
        together(state);
        return Vec::new();
    }
    hear(state, action)
}

/// Chooses which sources are heard.
fn hear(state: &mut State, action: Action) -> Vec<Effect> {
    let Some(tail) = &mut state.tail else {
        return Vec::new();
    };
    let Some(source) = tail.selected_source().filter(|_| action == Action::Mute) else {
        return solo(state);
    };
    tail.mute(source);
    let name = name(state, source);
    state.say(Severity::Done, format!("{name} is muted; S lets all be heard again"));
    Vec::new()
}

/// Lets only the source of the selected record be heard; where some are muted, all again, which begins anew.
fn solo(state: &mut State) -> Vec<Effect> {
    let Some(tail) = &mut state.tail else {
        return Vec::new();
    };
    if !tail.muted().is_empty() {
        state.say(Severity::Done, "all are heard again");
        return places::open_tail(state);
    }
    let Some(own) = tail.selected_source() else {
        return Vec::new();
    };
    let others: Vec<Source> = sources(state).into_iter().filter(|source| *source != own).collect();
    if let Some(tail) = &mut state.tail {
        for source in others {
            tail.mute(source);
        }
    }
    let name = name(state, own);
    state.say(Severity::Done, format!("only {name} is heard; S lets all be heard again"));
    Vec::new()
}

/// Everything that is followed.
fn sources(state: &State) -> BTreeSet<Source> {
    let Some(tail) = &state.tail else {
        return BTreeSet::new();
    };
    let topics = (0..).zip(std::iter::once(&tail.place.topic).chain(&tail.beside));
    let buckets = topics.flat_map(|(number, topic)| {
        let all = state.topics.get(topic).map_or(1, |topic| topic.entry.buckets);
        (0..all).map(move |bucket| (number, bucket))
    });
    buckets.collect()
}

fn name(state: &State, (number, bucket): Source) -> String {
    let topic = state.tail.as_ref().map(|tail| tail.topic(number).as_str()).unwrap_or_default();
    format!("{topic}/{bucket}")
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Size;

    use crate::tui::effect::{Effect, Request, Slot};
    use crate::tui::event::{Event, Input};
    use crate::tui::input::Key;
    use crate::tui::picture::opened;
    use crate::tui::sample::press;
    use crate::tui::state::State;
    use crate::tui::update::update;

    /// `traces`, and `events` beside it.
    fn both() -> State {
        let mut state = opened(Size { width: 120, height: 40 });
        press(&mut state, &[Key::Down, Key::Down, Key::Char(' '), Key::End, Key::Char('f')]);
        state
    }

    fn topics(state: &State) -> Vec<String> {
        let tail = state.tail.as_ref().unwrap();
        let mut numbers: Vec<usize> =
            (0..tail.ring.end()).filter_map(|line| tail.ring.topic(line)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().map(|number| tail.topic(number).to_string()).collect()
    }

    #[test]
    fn topics_that_belong_together_are_followed_in_one_tail() {
        let state = both();
        assert_eq!(topics(&state), ["traces", "events"]);
        let mut state = state;
        press(&mut state, &[Key::Char('f'), Key::Esc, Key::Home, Key::Down, Key::Down]);
        press(&mut state, &[Key::Char(' '), Key::End, Key::Char('f')]);
        assert_eq!(topics(&state), ["traces"], "the mark is taken away again");
    }

    #[test]
    fn leaving_the_tail_gives_up_all_of_its_streams() {
        let mut state = both();
        let effects = update(&mut state, Event::Input(Input::Key(Key::Char('f'))));
        let beside = Slot::TailBeside("events".parse().unwrap());
        assert!(effects.contains(&Effect::Cancel(Slot::Tail)), "{effects:?}");
        assert!(effects.contains(&Effect::Cancel(beside)), "{effects:?}");
    }

    #[test]
    fn a_source_is_muted_and_one_is_heard_alone_until_all_are_again() {
        let mut state = both();
        press(&mut state, &[Key::Char('M')]);
        assert_eq!(topics(&state).len(), 1);
        press(&mut state, &[Key::Char('S')]);
        assert_eq!(topics(&state), ["traces", "events"]);
        press(&mut state, &[Key::Up, Key::Char('S')]);
        assert_eq!(topics(&state).len(), 1);
        assert!(state.notice.as_ref().unwrap().text.starts_with("only "));
    }

    #[test]
    fn a_record_of_another_topic_is_read_there_and_gone_to() {
        let mut state = both();
        press(&mut state, &[Key::Up]);
        let selected = state.selected_record().unwrap();
        let effects = update(&mut state, Event::Input(Input::Key(Key::Enter)));
        let read = effects.iter().any(|effect| {
            matches!(effect, Effect::Load { request: Request::Record(id), .. } if *id == selected)
        });
        assert!(read, "{effects:?}");
        press(&mut state, &[Key::Esc, Key::Char('f')]);
        assert_eq!(state.records.place.as_ref().unwrap().topic, selected.topic);
    }
}
