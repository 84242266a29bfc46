//! What each event does to the state, and what it asks for.

use ratatui::layout::Size;

use super::update;
use crate::tui::data::Fault;
use crate::tui::effect::{Effect, LoadId, PageKey, Place, Request, Slot};
use crate::tui::event::{Answer, Event, Input};
use crate::tui::input::{Context, Key};
use crate::tui::picture::opened;
use crate::tui::sample::{answer, press, run, settle};
use crate::tui::state::{Following, Overlay, Screen, Severity, State};
use crate::{Change, TopicCounts, TopicName, WatchMode};

const TO_TRACES: Key = Key::End;

fn state() -> State {
    opened(Size { width: 120, height: 40 })
}

fn name(topic: &str) -> TopicName {
    topic.parse().unwrap()
}

fn after(keys: &[Key]) -> State {
    let mut state = state();
    press(&mut state, keys);
    state
}

fn key(state: &mut State, key: Key) -> Vec<Effect> {
    update(state, Event::Input(Input::Key(key)))
}

fn slots(effects: &[Effect]) -> Vec<Slot> {
    let slot = |effect: &Effect| match effect {
        Effect::Load { slot, .. } | Effect::Cancel(slot) => slot.clone(),
    };
    effects.iter().map(slot).collect()
}

fn begun(effects: &[Effect], wanted: &Slot) -> LoadId {
    let id = |effect: &Effect| match effect {
        Effect::Load { id, slot, .. } if slot == wanted => Some(*id),
        _ => None,
    };
    effects.iter().find_map(id).expect("the load was begun")
}

fn changed(state: &mut State, topic: &str) -> Vec<Effect> {
    update(state, Event::Changed(Change::Topic(name(topic)), WatchMode::Events))
}

#[test]
fn keys_lead_from_place_to_place_and_back() {
    let (tail, back, open) = (Key::Char('f'), Key::Char('q'), Key::Enter);
    for (keys, context) in [
        (vec![], Context::Topics),
        (vec![TO_TRACES, open], Context::Records),
        (vec![TO_TRACES, open, open], Context::Detail),
        (vec![TO_TRACES, open, open, back], Context::Records),
        (vec![TO_TRACES, open, back], Context::Topics),
        (vec![TO_TRACES, tail], Context::Tail),
        (vec![TO_TRACES, tail, open], Context::Detail),
        (vec![TO_TRACES, tail, tail], Context::Records),
        (vec![TO_TRACES, tail, Key::Esc], Context::Records),
        (vec![TO_TRACES, Key::Tab], Context::Records),
        (vec![TO_TRACES, Key::Tab, Key::Tab], Context::Topics),
        (vec![TO_TRACES, Key::Char('g')], Context::Prompt),
        (vec![TO_TRACES, Key::Char('g'), Key::Esc], Context::Topics),
        (vec![Key::Char('?')], Context::Help),
        (vec![Key::Char('?'), Key::Char('?')], Context::Topics),
    ] {
        assert_eq!(after(&keys).context(), context, "{keys:?}");
    }
}

#[test]
fn only_back_from_the_topics_and_control_c_end_it() {
    assert!(after(&[Key::Char('q')]).ended);
    assert!(after(&[TO_TRACES, Key::Char('f'), Key::Ctrl('c')]).ended);
    assert!(after(&[Key::Char('g'), Key::Char('?'), Key::Ctrl('c')]).ended);
    assert!(!after(&[TO_TRACES, Key::Enter, Key::Char('q')]).ended);
}

#[test]
fn a_topic_is_counted_once_however_often_it_changes_meanwhile() {
    let mut state = state();
    let slot = Slot::Counts(name("traces"));
    let first = changed(&mut state, "traces");
    assert_eq!(slots(&first), std::slice::from_ref(&slot));
    for _ in 0..100 {
        assert!(changed(&mut state, "traces").is_empty());
    }
    let result = answer(&Request::Counts(name("traces")));
    let id = begun(&first, &slot);
    let again = update(&mut state, Event::Answer { slot: slot.clone(), id, result });
    assert_eq!(slots(&again), [slot], "what changed meanwhile is counted once more");
}

#[test]
fn an_answer_to_a_load_that_was_given_up_changes_nothing() {
    let mut state = state();
    let effects = key(&mut state, TO_TRACES);
    let page = Slot::Page(PageKey { bucket: 0, index: 0 });
    let id = begun(&effects, &page);
    let left = key(&mut state, Key::Up);
    assert!(left.contains(&Effect::Cancel(page.clone())));
    let late =
        Answer::Page { rows: run(0, 0..9, 9), took: std::time::Duration::ZERO, generation: 1 };
    update(&mut state, Event::Answer { slot: page, id, result: Ok(late) });
    assert!(state.records.row(0).is_none());
}

#[test]
fn scrolling_asks_for_the_pages_in_view_and_gives_up_those_behind() {
    let mut state = after(&[TO_TRACES, Key::Enter]);
    key(&mut state, Key::End);
    let waiting = key(&mut state, Key::Home);
    let last = Slot::Page(PageKey { bucket: 3, index: 120_577 / 128 });
    assert!(waiting.contains(&Effect::Cancel(last)), "{waiting:?}");
}

#[test]
fn a_page_that_failed_is_not_asked_for_again_until_something_changes() {
    let mut state = state();
    let effects = key(&mut state, TO_TRACES);
    let slot = Slot::Page(PageKey { bucket: 0, index: 0 });
    let id = begun(&effects, &slot);
    let result = Err(Fault::new("the disk is on fire"));
    update(&mut state, Event::Answer { slot: slot.clone(), id, result });
    let still = update(&mut state, Event::Input(Input::Paste("x".into())));
    assert!(!slots(&still).contains(&slot));
    let again = key(&mut state, Key::Char('r'));
    assert!(slots(&again).contains(&slot));
}

#[test]
fn buffered_rows_are_read_again_once_the_counts_change() {
    let mut state = after(&[TO_TRACES, Key::Enter]);
    press(&mut state, &[Key::End]);
    let effects = changed(&mut state, "traces");
    let slot = Slot::Counts(name("traces"));
    let id = begun(&effects, &slot);
    let mut counts = counts_of(&state, "traces");
    for bucket in &mut counts.buckets {
        (bucket.persisted_count, bucket.buffer_count, bucket.version) =
            (bucket.total_count, 0, 484);
    }
    let asked = update(&mut state, Event::Answer { slot, id, result: Ok(Answer::Counts(counts)) });
    assert!(slots(&asked).contains(&Slot::Page(PageKey { bucket: 3, index: 120_576 / 128 })));
    assert!(
        state.records.row(state.records.scroll.selected).is_some(),
        "the old rows stay meanwhile"
    );
}

fn counts_of(state: &State, topic: &str) -> TopicCounts {
    state.topics.get(&name(topic)).unwrap().known().unwrap().clone()
}

#[test]
fn a_jump_lands_on_the_offset_in_its_bucket() {
    let typed: Vec<Key> = "2:1 234".chars().map(Key::Char).collect();
    let state = after(&[&[TO_TRACES, Key::Char('g')], &typed[..], &[Key::Enter]].concat());
    let record = state.selected_record().unwrap();
    assert_eq!((record.bucket, record.offset), (2, 1234));
    assert_eq!(state.context(), Context::Records);
}

#[test]
fn a_jump_beyond_the_end_stays_in_the_prompt_with_the_reason() {
    let typed: Vec<Key> = "999999999".chars().map(Key::Char).collect();
    let state = after(&[&[TO_TRACES, Key::Char('g')], &typed[..], &[Key::Enter]].concat());
    let Overlay::Seek(prompt) = &state.overlay else { panic!("the prompt is gone") };
    let error = prompt.error.as_deref().unwrap();
    assert!(error.contains("beyond the end"), "{error}");
}

#[test]
fn pasting_into_the_prompt_types_and_pasting_elsewhere_does_nothing() {
    let mut state = after(&[TO_TRACES]);
    update(&mut state, Event::Input(Input::Paste("q".into())));
    assert!(!state.ended);
    press(&mut state, &[Key::Char('g')]);
    update(&mut state, Event::Input(Input::Paste("12\n34".into())));
    let Overlay::Seek(prompt) = &state.overlay else { panic!("no prompt") };
    assert_eq!(prompt.text(), "1234");
}

#[test]
fn what_is_not_possible_says_why_and_does_nothing() {
    for (keys, reason) in [
        (
            vec![TO_TRACES, Key::Char('F')],
            "this process has buffered nothing in `traces`; the program that writes it flushes",
        ),
        (vec![Key::Char('g')], "there are no records here to jump to"),
        (
            vec![TO_TRACES, Key::Char('f'), Key::Char('g')],
            "the tail shows what arrives now; leave it with f, then jump",
        ),
        (vec![Key::Tab, Key::Enter], "no record is selected"),
    ] {
        let state = after(&keys);
        let notice = state.notice.expect(reason);
        assert_eq!((notice.severity, notice.text.as_str()), (Severity::Refused, reason));
    }
}

#[test]
fn a_topic_that_this_process_writes_can_be_flushed_once_at_a_time() {
    let mut state = after(&[TO_TRACES]);
    state.writing.insert(name("traces"));
    let effects = key(&mut state, Key::Char('F'));
    assert_eq!(slots(&effects), [Slot::Flush(name("traces"))]);
    assert!(key(&mut state, Key::Char('F')).is_empty());
    assert_eq!(state.notice.as_ref().map(|n| n.text.as_str()), Some("`traces` is being flushed"));
    settle(&mut state, effects);
    assert_eq!(
        state.notice.map(|n| n.text).as_deref(),
        Some("flushed 4 records of `traces`: bucket 0 v 484")
    );
}

#[test]
fn a_tail_goes_on_answering_and_stops_when_it_is_left() {
    let mut state = after(&[TO_TRACES]);
    let effects = key(&mut state, Key::Char('f'));
    let id = begun(&effects, &Slot::Tail);
    let place = Place { topic: name("traces"), bucket: None };
    for round in 1..=3 {
        let result = answer(&Request::Tail { place: place.clone(), backlog: 9 });
        update(&mut state, Event::Answer { slot: Slot::Tail, id, result });
        assert_eq!(state.tail.as_ref().unwrap().ring.end(), 13 * round);
    }
    assert!(state.needs_clock());
    let left = key(&mut state, Key::Char('f'));
    assert!(left.contains(&Effect::Cancel(Slot::Tail)));
    assert!(!state.needs_clock());
    assert_eq!(state.screen, Screen::Records);
}

#[test]
fn opening_a_record_of_a_tail_holds_the_tail_still() {
    let state = after(&[TO_TRACES, Key::Char('f'), Key::Enter]);
    assert!(matches!(state.tail.unwrap().following, Following::Paused { .. }));
    assert!(state.detail.shown.is_some());
}

#[test]
fn a_tail_that_failed_says_so_and_can_be_tried_again() {
    let mut state = after(&[TO_TRACES]);
    let effects = key(&mut state, Key::Char('f'));
    let id = begun(&effects, &Slot::Tail);
    let result = Err(Fault::new("gone"));
    update(&mut state, Event::Answer { slot: Slot::Tail, id, result });
    assert!(state.tail.as_ref().unwrap().failed.is_some());
    assert!(slots(&key(&mut state, Key::Char('r'))).contains(&Slot::Tail));
}

#[test]
fn a_topic_that_vanished_takes_its_records_along() {
    let mut state = after(&[TO_TRACES, Key::Enter]);
    let effects = update(&mut state, Event::Changed(Change::Topics, WatchMode::Events));
    let id = begun(&effects, &Slot::Topics);
    let result = Ok(Answer::Topics(vec![state.topics.list[2].entry.clone()]));
    let effects = update(&mut state, Event::Answer { slot: Slot::Topics, id, result });
    settle(&mut state, effects);
    assert_eq!(state.records.place, Some(Place { topic: name("events"), bucket: None }));
    assert_eq!(state.context(), Context::Topics);
}

#[test]
fn nothing_needs_the_clock_where_nothing_moves() {
    for keys in [vec![], vec![TO_TRACES, Key::Enter], vec![Key::Char('?')]] {
        assert!(!after(&keys).needs_clock());
    }
}

#[test]
fn only_topics_in_view_are_counted() {
    let mut state = opened(Size { width: 80, height: 24 });
    let entry =
        |n: u32| crate::TopicEntry { name: name(&format!("t{n:04}")), buckets: 1, foreign: false };
    let effects = update(&mut state, Event::Changed(Change::Topics, WatchMode::Events));
    let id = begun(&effects, &Slot::Topics);
    let result = Ok(Answer::Topics((0..1000).map(entry).collect()));
    let effects = update(&mut state, Event::Answer { slot: Slot::Topics, id, result });
    let counted = slots(&effects).iter().filter(|slot| matches!(slot, Slot::Counts(_))).count();
    assert!((1..=24).contains(&counted), "{counted}");
}
