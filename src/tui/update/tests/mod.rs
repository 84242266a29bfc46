//! What each event does to the state, and what it asks for.

use ratatui::layout::Size;

use super::update;
use crate::tui::data::{BucketFlush, Fault, Filter, FlushReport};
use crate::tui::effect::{Effect, LoadId, PageKey, Place, Request, Slot};
use crate::tui::event::{Answer, Event, Input};
use crate::tui::input::{Context, Key};
use crate::tui::picture::opened;
use crate::tui::sample::{answer, now, press, run, settle};
use crate::tui::state::{Following, Overlay, Screen, Severity, State};
use crate::{Change, TopicCounts, TopicName, WatchMode};

mod crossing;
mod put;
mod put_lines;

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
        Effect::Load { slot, .. } | Effect::Cancel(slot) => Some(slot.clone()),
        Effect::Stop(_) | Effect::Remember(_) => None,
    };
    effects.iter().filter_map(slot).collect()
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
    let top = after(&[TO_TRACES, Key::Enter, Key::Esc, Key::Esc, Key::Esc]);
    assert!(!top.ended, "esc leads out of everything but the program");
    assert_eq!(top.notice.map(|notice| notice.text).as_deref(), Some("q quits"));
}

#[test]
fn the_list_of_jobs_is_closed_by_any_key_where_there_is_none() {
    let jobs = [TO_TRACES, Key::Char('w')];
    assert_eq!(after(&jobs).context(), Context::Jobs);
    for any in [Key::Char('x'), Key::Down, Key::Char('p'), Key::Enter, Key::Esc] {
        let state = after(&[&jobs[..], &[any]].concat());
        assert_eq!((state.context(), state.notice), (Context::Topics, None), "{any}");
    }
    assert!(after(&[jobs[0], jobs[1], Key::Ctrl('c')]).ended);
}

#[test]
fn what_the_program_round_it_says_is_shown() {
    let mut state = state();
    update(&mut state, Event::Told("the writers have ended".into()));
    let notice = state.notice.expect("it is said");
    assert_eq!(
        (notice.severity, notice.text.as_str()),
        (Severity::Failed, "the writers have ended")
    );
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
    let asked =
        update(&mut state, Event::Answer { slot, id, result: Ok(Answer::Counts(counts, now())) });
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

const FOREIGN: &str = "another program made `notes`: it is read and followed only";

#[test]
fn what_is_not_possible_says_why_and_does_nothing() {
    for (keys, reason) in [
        (vec![Key::End, Key::Up, Key::Char('F')], FOREIGN),
        (vec![Key::End, Key::Up, Key::Char('p')], FOREIGN),
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
fn a_topic_can_be_flushed_once_at_a_time() {
    let mut state = after(&[TO_TRACES]);
    let effects = key(&mut state, Key::Char('F'));
    assert_eq!(slots(&effects), [Slot::Flush(name("traces"))]);
    assert!(key(&mut state, Key::Char('F')).is_empty());
    assert_eq!(state.notice.as_ref().map(|n| n.text.as_str()), Some("`traces` is being flushed"));
    settle(&mut state, effects);
    assert_eq!(
        state.notice.map(|n| n.text).as_deref(),
        Some("flushed 4 records of `traces`: bucket 0 v 484 · 3.1 ms")
    );
}

#[test]
fn a_tail_goes_on_answering_and_stops_when_it_is_left() {
    let mut state = after(&[TO_TRACES]);
    let effects = key(&mut state, Key::Char('f'));
    let id = begun(&effects, &Slot::Tail);
    let place = Place { topic: name("traces"), bucket: None };
    for round in 1..=3 {
        let result = answer(&Request::Tail {
            place: place.clone(),
            backlog: 9,
            filter: Filter::default(),
            inner: std::sync::Arc::default(),
        });
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
    assert!(matches!(state.tail.unwrap().following, Following::Paused(_)));
    assert!(state.detail.shown.is_some());
}

#[test]
fn leaving_a_tail_leads_to_its_record_in_the_table() {
    let mut state = after(&[TO_TRACES, Key::Char('f'), Key::Up]);
    let record = state.tail.as_ref().unwrap().selected_record().unwrap().offset;
    press(&mut state, &[Key::Char('f')]);
    assert_eq!(state.screen, Screen::Records);
    // The tail is ahead of the counts: the last row stands for it until they come.
    assert_eq!(state.records.scroll.selected, 120_576);
    let mut counts = counts_of(&state, "traces");
    counts.buckets[0].total_count = record + 100;
    let effects = changed(&mut state, "traces");
    let slot = Slot::Counts(name("traces"));
    let id = begun(&effects, &slot);
    update(&mut state, Event::Answer { slot, id, result: Ok(Answer::Counts(counts, now())) });
    assert_eq!(state.records.scroll.selected, record);
}

#[test]
fn one_walks_from_record_to_record_while_the_detail_has_the_keys() {
    let mut state = after(&[TO_TRACES, Key::Enter, Key::Enter, Key::Char('J'), Key::Char('J')]);
    assert_eq!(state.context(), Context::Detail);
    assert_eq!(state.detail.record().unwrap().0.offset, 2);
    press(&mut state, &[Key::Char('K')]);
    assert_eq!(state.detail.record().unwrap().0.offset, 1);
}

#[test]
fn a_topic_to_which_records_come_has_a_rate_until_a_minute_has_passed() {
    let mut state = after(&[TO_TRACES]);
    let effects = changed(&mut state, "traces");
    let slot = Slot::Counts(name("traces"));
    let id = begun(&effects, &slot);
    let mut counts = counts_of(&state, "traces");
    counts.buckets[2].next_offset += 40;
    update(&mut state, Event::Answer { slot, id, result: Ok(Answer::Counts(counts, now())) });
    assert!(state.needs_clock());
    let rates = &state.topics.get(&name("traces")).unwrap().rates;
    assert_eq!(rates.all.course().last(), Some(40));
    assert_eq!(rates.bucket(2).unwrap().course().last(), Some(40));
    assert!(rates.bucket(1).unwrap().is_still());
    for second in 1..=70 {
        update(&mut state, Event::Tick(now() + chrono::TimeDelta::seconds(second)));
    }
    assert!(!state.needs_clock());
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

#[test]
fn a_flush_takes_the_bucket_under_the_cursor_and_counts_again() {
    let mut state = after(&[TO_TRACES, Key::Right, Key::Down, Key::Down]);
    let effects = key(&mut state, Key::Char('F'));
    let place = Place { topic: name("traces"), bucket: Some(1) };
    let asked = effects.iter().any(|effect| {
        matches!(effect, Effect::Load { request: Request::Flush(found), .. } if *found == place)
    });
    assert!(asked, "{effects:?}");
    let slot = Slot::Flush(name("traces"));
    let id = begun(&effects, &slot);
    let flushed = crate::Flushed { bucket_id: 1, version: 483, rows: 0, next_offset: 9 };
    let counts = crate::BucketCounts::default();
    let took = std::time::Duration::ZERO;
    let bucket = BucketFlush { flushed, before: counts.clone(), after: counts, grown: None, took };
    let result = Ok(Answer::Flushed(FlushReport { buckets: vec![bucket], took }));
    let counted = update(&mut state, Event::Answer { slot, id, result });
    assert!(slots(&counted).contains(&Slot::Counts(name("traces"))));
    let said = state.notice.map(|notice| notice.text);
    assert_eq!(said.as_deref(), Some("nothing was buffered in `traces`, bucket 1"));
}

#[test]
fn the_tour_goes_on_with_what_was_done_and_not_with_what_was_refused() {
    use crate::tui::state::Tour;
    let place = |state: &State| state.tour.and_then(Tour::place).map(|(at, _)| at);
    let mut state = after(&[TO_TRACES]);
    state.tour = Some(Tour::default());
    for (keys, at) in [
        (vec![Key::Down, Key::Char('?'), Key::Char('?')], 1),
        (vec![Key::Enter], 2),
        (vec![Key::Char('f')], 3),
        (vec![Key::Enter], 4),
        (vec![Key::Char('p'), Key::Char('{'), Key::Enter, Key::Esc], 4),
        (vec![Key::Char('F')], 5),
    ] {
        press(&mut state, &keys);
        assert_eq!(place(&state), Some(at), "{keys:?}");
    }
    press(&mut state, &[Key::Char('T')]);
    assert_eq!(state.tour, None);
}

mod travel {
    //! Versions, and reading at one of them.

    use super::*;
    use crate::tui::effect::{BucketId, Past, To};
    use crate::tui::event::Landing;

    const OLDER: Key = Key::Char('[');
    const NEWER: Key = Key::Char(']');
    const VERSIONS: Key = Key::Char('v');

    fn look(effects: &[Effect]) -> crate::tui::effect::Look {
        let found = effects.iter().find_map(|effect| match effect {
            Effect::Load { request: Request::Pin(look), .. } => Some(look.clone()),
            _ => None,
        });
        found.expect("a version is looked at")
    }

    #[test]
    fn the_versions_open_on_the_bucket_of_the_selected_record_and_lead_back() {
        let mut state = after(&[TO_TRACES, Key::Enter, Key::End, VERSIONS]);
        assert_eq!(state.context(), Context::Versions);
        let list = state.versions.as_ref().unwrap();
        assert_eq!((list.bucket.bucket, list.selected()), (3, Some(483)));
        press(&mut state, &[Key::Left]);
        assert_eq!(state.versions.as_ref().unwrap().bucket.bucket, 2);
        press(&mut state, &[Key::Esc]);
        assert_eq!((state.context(), state.versions.is_none()), (Context::Records, true));
    }

    #[test]
    fn a_flush_adds_its_version_on_top_and_the_selection_stays() {
        let mut state = after(&[TO_TRACES, VERSIONS, Key::Down, Key::Down]);
        let effects = changed(&mut state, "traces");
        let slot = Slot::Counts(name("traces"));
        let id = begun(&effects, &slot);
        let mut counts = counts_of(&state, "traces");
        counts.buckets[0].version = 484;
        let effects = update(
            &mut state,
            Event::Answer { slot, id, result: Ok(Answer::Counts(counts, now())) },
        );
        let id = begun(&effects, &Slot::VersionList);
        let result = Ok(Answer::VersionNumbers((400..=484).collect()));
        let effects = update(&mut state, Event::Answer { slot: Slot::VersionList, id, result });
        let list = state.versions.as_ref().unwrap();
        assert_eq!((list.number(0), list.selected(), list.scroll.top), (Some(484), Some(481), 0));
        let asked = effects.iter().find_map(|effect| match effect {
            Effect::Load { request: Request::Versions { numbers, .. }, .. } => {
                Some(numbers.clone())
            }
            _ => None,
        });
        // The new one, and the one that the view may need next below its end.
        assert_eq!(asked.as_deref(), Some(&[484, 457][..]), "only what is new is read");
    }

    #[test]
    fn a_step_back_shows_the_version_before_with_the_record_that_was_selected() {
        let mut state = after(&[TO_TRACES, Key::Enter, Key::Down, Key::Down, Key::Down]);
        press(&mut state, &[OLDER]);
        assert_eq!(state.records.version(), Some(482));
        let record = state.selected_record().unwrap();
        assert_eq!((record.bucket, record.offset, record.version), (0, 3, Some(Past::own(482))));
        assert_eq!(state.records.extents.total(), 120_573 - 250);
        press(&mut state, &[NEWER]);
        assert_eq!(state.records.version(), None);
        assert_eq!(state.records.extents.total(), 4 * 120_577);
        assert_eq!(state.selected_record().unwrap().offset, 3);
    }

    #[test]
    fn steps_that_have_not_arrived_are_added_up() {
        let mut state = after(&[TO_TRACES, Key::Enter]);
        key(&mut state, OLDER);
        key(&mut state, OLDER);
        let effects = key(&mut state, OLDER);
        assert_eq!(look(&effects).to, To::Steps { from: None, by: -3 });
        settle(&mut state, effects);
        assert_eq!(state.records.version(), Some(480));
        let effects = key(&mut state, OLDER);
        assert_eq!(look(&effects).to, To::Steps { from: Some(Past::own(480)), by: -1 });
    }

    #[test]
    fn a_record_that_is_still_on_its_way_is_searched_for_too() {
        let mut state = after(&[TO_TRACES, Key::Enter]);
        key(&mut state, Key::End);
        let found = look(&key(&mut state, OLDER));
        assert_eq!((found.bucket.bucket, found.offset), (3, Some(120_576)));
    }

    #[test]
    fn a_record_that_a_version_has_not_is_found_again_in_one_that_has_it() {
        let mut state = after(&[TO_TRACES, Key::Right, Key::Down, Key::Enter, Key::End]);
        press(&mut state, &[Key::PageUp]);
        let offset = state.selected_record().unwrap().offset;
        press(&mut state, &[OLDER, OLDER, OLDER]);
        assert!(state.selected_record().unwrap().offset < offset);
        press(&mut state, &[NEWER, NEWER, NEWER]);
        assert_eq!(state.records.version(), None);
        assert_eq!(state.selected_record().unwrap().offset, offset);
    }

    #[test]
    fn what_was_being_read_of_another_version_never_shows() {
        let mut state = after(&[TO_TRACES, Key::Enter, OLDER]);
        let effects = key(&mut state, Key::End);
        let slot = Slot::Page(PageKey { bucket: 0, index: (120_573 - 250 - 1) / 128 });
        let id = begun(&effects, &slot);
        let effects = key(&mut state, Key::Esc);
        assert!(effects.contains(&Effect::Cancel(slot.clone())), "{effects:?}");
        let rows = run(0, 120_192..120_320, u64::MAX);
        let late = Answer::Page { rows, took: std::time::Duration::ZERO, generation: 2 };
        update(&mut state, Event::Answer { slot, id, result: Ok(late) });
        assert!(state.records.pages.row(0, 120_192).is_none());
    }

    #[test]
    fn pages_and_records_are_read_at_the_version() {
        let mut state = opened(Size { width: 160, height: 40 });
        press(&mut state, &[TO_TRACES, Key::Enter, OLDER]);
        let effects = key(&mut state, Key::End);
        let asked = |wanted: fn(&Request) -> bool| {
            effects.iter().any(|e| matches!(e, Effect::Load { request, .. } if wanted(request)))
        };
        assert!(asked(|request| matches!(
            request,
            Request::Page { version: Some(Past { version: 482, .. }), .. }
        )));
        settle(&mut state, effects);
        assert_eq!(state.detail.wanted.as_ref().unwrap().version, Some(Past::own(482)));
    }

    #[test]
    fn esc_leads_back_to_now_first_and_then_to_the_topics() {
        let mut state = after(&[TO_TRACES, Key::Enter, OLDER, OLDER, Key::Esc]);
        assert_eq!((state.records.version(), state.context()), (None, Context::Records));
        press(&mut state, &[Key::Esc]);
        assert_eq!(state.context(), Context::Topics);
    }

    #[test]
    fn a_record_that_was_selected_meanwhile_is_selected_now_too() {
        let mut state = after(&[TO_TRACES, Key::Enter, OLDER, Key::Down, Key::Down]);
        press(&mut state, &[Key::Esc]);
        assert_eq!(state.selected_record().unwrap().offset, 2);
    }

    #[test]
    fn counts_that_come_meanwhile_are_those_of_now() {
        let mut state = after(&[TO_TRACES, Key::Enter, OLDER]);
        let effects = changed(&mut state, "traces");
        let slot = Slot::Counts(name("traces"));
        let id = begun(&effects, &slot);
        let mut counts = counts_of(&state, "traces");
        counts.buckets[0].version = 490;
        counts.buckets[0].total_count += 10;
        update(&mut state, Event::Answer { slot, id, result: Ok(Answer::Counts(counts, now())) });
        assert_eq!(state.records.extents.total(), 120_573 - 250);
        assert_eq!(state.records.pin.as_ref().unwrap().newest, 490);
        press(&mut state, &[Key::Esc]);
        assert_eq!(state.records.extents.total(), 4 * 120_577 + 10);
    }

    #[test]
    fn a_version_is_left_with_the_place_and_kept_under_the_tail() {
        let mut state = after(&[TO_TRACES, Key::Enter, OLDER, Key::Char('f')]);
        assert_eq!((state.screen, state.records.version()), (Screen::Tail, Some(482)));
        assert_eq!(state.selected_record().unwrap().version, None);
        press(&mut state, &[Key::Char('f'), Key::Tab, Key::Up]);
        assert_eq!(state.records.version(), None);
    }

    #[test]
    fn enter_in_the_list_reads_the_records_at_that_version() {
        let mut state = after(&[TO_TRACES, VERSIONS, Key::Down, Key::Down, Key::Enter]);
        assert_eq!((state.context(), state.records.version()), (Context::Records, Some(481)));
        press(&mut state, &[VERSIONS]);
        assert_eq!(state.versions.unwrap().selected(), Some(481));
    }

    #[test]
    fn the_ends_say_that_they_are_the_ends() {
        let newest = after(&[TO_TRACES, Key::Enter, NEWER]).notice.unwrap();
        assert_eq!(newest.text, "this is what is there now: there is nothing newer");
        let empty = after(&[Key::Down, OLDER]).notice.unwrap();
        assert_eq!(empty.text, "there are no versions yet: the first flush makes one");
        let mut state = after(&[TO_TRACES, Key::Enter]);
        let effects = key(&mut state, OLDER);
        let id = begun(&effects, &Slot::Pin);
        let result = Ok(Answer::Pinned(0, Landing::Oldest(7)));
        update(&mut state, Event::Answer { slot: Slot::Pin, id, result });
        assert_eq!(state.notice.unwrap().text, "v 7 is the oldest version that is kept");
    }

    fn shown(state: &State) -> &crate::tui::state::DiffList {
        let Overlay::Diff(list) = &state.overlay else { panic!("no diff is shown") };
        list
    }

    #[test]
    fn a_version_is_compared_with_the_one_before_or_the_marked_one_and_a_record_leads_there() {
        let mut state = after(&[TO_TRACES, VERSIONS, Key::Down, Key::Char('d')]);
        let versus = &shown(&state).versus;
        assert_eq!((versus.before, versus.after), (481, 482));
        press(&mut state, &[Key::Esc, Key::Char('m'), Key::Down, Key::Down, Key::Char('d')]);
        let versus = &shown(&state).versus;
        assert_eq!((versus.before, versus.after), (480, 482));
        press(&mut state, &[Key::Down, Key::Down, Key::Enter]);
        assert_eq!(state.records.version(), Some(480), "a deleted record is in the version before");
        assert_eq!(state.context(), Context::Records);
        let mut state = after(&[TO_TRACES, VERSIONS, Key::Char('d'), Key::Char('g')]);
        assert_eq!(state.records.version(), Some(483));
        press(&mut state, &[VERSIONS, Key::End, Key::Char('d')]);
        let said = state.notice.unwrap().text;
        assert_eq!(said, "nothing came before it: m marks a version to compare others with");
    }

    #[test]
    fn who_closes_a_diff_stops_it_and_what_came_late_is_dropped() {
        let mut state = after(&[TO_TRACES, VERSIONS]);
        let effects = key(&mut state, Key::Char('d'));
        let id = begun(&effects, &Slot::Diff);
        let closed = key(&mut state, Key::Esc);
        assert!(closed.contains(&Effect::Cancel(Slot::Diff)));
        let result = Err(Fault::new("late"));
        update(&mut state, Event::Answer { slot: Slot::Diff, id, result });
        assert!(state.notice.is_none() && matches!(state.overlay, Overlay::None));
    }

    #[test]
    fn a_refused_name_stays_to_be_corrected_and_a_given_one_is_said() {
        let typed = |text: &str| text.chars().map(Key::Char).collect::<Vec<_>>();
        let mut state = after(&[TO_TRACES, VERSIONS, Key::Char('t')]);
        press(&mut state, &[typed("before-fix"), vec![Key::Enter]].concat());
        let Overlay::Tag(prompt, ..) = &state.overlay else { panic!("it is closed") };
        assert!(prompt.error.as_ref().unwrap().contains("has a tag"));
        press(&mut state, &[typed("-2"), vec![Key::Enter]].concat());
        assert!(matches!(state.overlay, Overlay::None));
        assert_eq!(state.notice.unwrap().text, "v 483 of bucket 0 is `before-fix-2` now");
    }

    #[test]
    fn nothing_is_restored_or_untagged_without_a_yes() {
        let mut state = after(&[TO_TRACES, VERSIONS]);
        assert!(key(&mut state, Key::Char('R')).is_empty());
        assert_eq!(state.notice.as_ref().unwrap().text, "this version is the newest already");
        key(&mut state, Key::Char('u'));
        assert_eq!(state.notice.as_ref().unwrap().text, "this version has no tag");
        press(&mut state, &[Key::Down, Key::Down, Key::Down]);
        for asked in [Key::Char('R'), Key::Char('u')] {
            assert!(key(&mut state, asked).is_empty(), "it asks first");
            assert!(key(&mut state, Key::Esc).is_empty());
            key(&mut state, asked);
            begun(&key(&mut state, Key::Enter), &Slot::Alter);
            state.loads.finish(&Slot::Alter);
        }
    }

    #[test]
    fn the_list_follows_the_tree() {
        let mut state = after(&[TO_TRACES, VERSIONS, Key::Tab, Key::Up]);
        let list = state.versions.as_ref().unwrap();
        assert_eq!(list.bucket, BucketId { topic: name("notes"), bucket: 0 });
        press(&mut state, &[Key::Tab, Key::Enter]);
        assert_eq!(state.records.version(), Some(483));
    }
}

mod jobs {
    //! Flushes of one topic and of all, their cards, and the list of what takes long.

    use std::time::Duration;

    use super::*;
    use crate::tui::sample::now;
    use crate::tui::state::CardLine;

    const ALL: Key = Key::Char('A');
    const JOBS: Key = Key::Char('w');
    const STOP: Key = Key::Char('x');

    fn wait(state: &mut State, millis: u64) {
        state.pass(now(), Duration::from_millis(millis));
    }

    fn said(state: &State) -> &str {
        state.notice.as_ref().map_or("", |notice| notice.text.as_str())
    }

    /// A second topic with something buffered, and one that nobody has counted.
    fn busy(state: &mut State) {
        let topic = state.topics.get_mut(&name("metrics")).unwrap();
        let crate::tui::state::Counts::Known(counts) = &mut topic.counts else { panic!() };
        (counts.buffer_count, counts.buckets[0].buffer_count) = (310, 310);
    }

    #[test]
    fn a_card_tells_before_and_after_and_the_next_key_takes_it_away_and_acts() {
        let mut state = after(&[TO_TRACES, Key::Char('F')]);
        let card = state.card.as_ref().unwrap();
        let [CardLine::Bucket(topic, bucket)] = &card.lines[..] else { panic!("{card:?}") };
        assert_eq!(
            (topic.as_str(), bucket.before.buffer_count, bucket.after.buffer_count),
            ("traces", 4, 0)
        );
        let selected = state.topics.scroll.selected;
        press(&mut state, &[Key::Up]);
        assert!(state.card.is_none() && state.topics.scroll.selected == selected - 1);
    }

    #[test]
    fn esc_closes_the_card_and_nothing_else() {
        let mut state = after(&[TO_TRACES, Key::Enter, Key::Char('F'), Key::Esc]);
        assert!(state.card.is_none());
        assert_eq!(state.context(), Context::Records);
        press(&mut state, &[Key::Esc]);
        assert_eq!(state.context(), Context::Topics);
    }

    #[test]
    fn where_nothing_was_buffered_there_is_no_card() {
        let state = after(&[Key::Down, Key::Down, Key::Down, Key::Char('F')]);
        assert!(state.card.is_none());
        assert_eq!(said(&state), "nothing was buffered in `metrics`, bucket 0");
    }

    #[test]
    fn all_topics_are_flushed_after_a_yes_one_after_the_other() {
        let mut state = state();
        busy(&mut state);
        press(&mut state, &[ALL]);
        assert_eq!(state.context(), Context::FlushAll);
        let plan = state.flush_plan();
        let topics: Vec<&str> = plan.topics.iter().map(|(topic, ..)| topic.as_str()).collect();
        assert_eq!(
            (topics, plan.records(), plan.foreign, plan.broken),
            (vec!["metrics", "traces"], 326, 1, 1)
        );
        let first = key(&mut state, Key::Enter);
        assert_eq!(slots(&first), [Slot::Flush(name("metrics"))], "one at a time");
        settle(&mut state, first);
        let card = state.card.as_ref().unwrap();
        assert!(card.lines.iter().any(|line| line.topic().as_str() == "traces"), "{card:?}");
        assert!(state.flush_run.is_none());
        assert!(said(&state).starts_with("flushed 4 records of 2 topics"), "{}", said(&state));
    }

    #[test]
    fn esc_flushes_nothing() {
        let mut state = after(&[ALL]);
        assert!(key(&mut state, Key::Esc).is_empty());
        assert!(state.flush_run.is_none());
    }

    #[test]
    fn a_flush_of_all_waits_until_all_are_counted() {
        let mut state = state();
        state.topics.get_mut(&name("events")).unwrap().counts = crate::tui::state::Counts::Unknown;
        state.topics.get_mut(&name("events")).unwrap().stale = true;
        let asked = key(&mut state, ALL);
        assert!(slots(&asked).contains(&Slot::Counts(name("events"))));
        assert!(key(&mut state, Key::Enter).is_empty());
        assert_eq!(said(&state), "1 topic still to be counted");
        settle(&mut state, asked);
        assert!(!key(&mut state, Key::Enter).is_empty());
    }

    #[test]
    fn a_topic_that_fails_is_told_and_the_others_are_flushed() {
        let mut state = state();
        busy(&mut state);
        press(&mut state, &[ALL]);
        let effects = key(&mut state, Key::Enter);
        let slot = Slot::Flush(name("metrics"));
        let id = begun(&effects, &slot);
        let result = Err(Fault::new("the disk is full"));
        let effects = update(&mut state, Event::Answer { slot, id, result });
        settle(&mut state, effects);
        let lines = &state.card.as_ref().unwrap().lines;
        assert_eq!(lines[0], CardLine::Failed(name("metrics"), "the disk is full".into()));
        assert!(matches!(&lines[1], CardLine::Bucket(topic, _) if topic.as_str() == "traces"));
    }

    #[test]
    fn a_run_that_is_stopped_ends_behind_the_topic_that_is_being_flushed() {
        let mut state = state();
        busy(&mut state);
        press(&mut state, &[ALL]);
        let effects = key(&mut state, Key::Enter);
        wait(&mut state, 900);
        press(&mut state, &[JOBS, STOP]);
        assert_eq!(said(&state), "the flush stops behind `metrics`");
        settle(&mut state, effects);
        assert!(state.flush_run.is_none());
        assert_eq!(state.card.as_ref().unwrap().left, 1);
        assert!(said(&state).contains("1 topic left as they are"), "{}", said(&state));
    }

    #[test]
    fn what_takes_long_is_a_job_and_what_is_quick_is_none() {
        let mut state = after(&[TO_TRACES, Key::Enter]);
        key(&mut state, Key::End);
        assert!(state.rest().is_some());
        wait(&mut state, 200);
        assert!(state.jobs().is_empty());
        wait(&mut state, 350);
        let jobs: Vec<String> = state.jobs().into_iter().map(|job| job.what).collect();
        assert_eq!(jobs, ["read records"]);
    }

    #[test]
    fn a_read_can_be_stopped_and_says_so_in_its_place() {
        let mut state = after(&[TO_TRACES, Key::Enter]);
        key(&mut state, Key::End);
        wait(&mut state, 400);
        press(&mut state, &[JOBS]);
        let slot = Slot::Page(PageKey { bucket: 3, index: 120_577 / 128 });
        let stopped = key(&mut state, STOP);
        assert!(stopped.contains(&Effect::Cancel(slot.clone())), "{stopped:?}");
        assert!(
            !slots(&key(&mut state, Key::Esc)).contains(&slot),
            "it is not asked for again by itself"
        );
        assert_eq!(
            state.records.failed.as_ref().unwrap().0.message,
            "stopped by hand; r tries again"
        );
        assert!(slots(&key(&mut state, Key::Char('r'))).contains(&slot));
        assert_eq!(state.jobs.ended[0].outcome, Err("stopped".into()));
    }

    #[test]
    fn a_flush_that_has_begun_cannot_be_stopped_and_says_why() {
        let mut state = after(&[TO_TRACES]);
        let effects = key(&mut state, Key::Char('F'));
        wait(&mut state, 2_000);
        press(&mut state, &[JOBS]);
        assert!(key(&mut state, STOP).is_empty());
        assert_eq!(said(&state), "a flush that has begun goes on to its end");
        settle(&mut state, effects);
        assert_eq!(state.jobs.ended[0].outcome, Ok("4 records".into()));
        press(&mut state, &[STOP]);
        assert_eq!(said(&state), "nothing that is selected is under way");
    }

    #[test]
    fn time_stands_still_where_nothing_is_under_way() {
        for keys in
            [vec![], vec![TO_TRACES, Key::Enter], vec![JOBS], vec![TO_TRACES, Key::Char('F')]]
        {
            assert_eq!(after(&keys).rest(), None, "{keys:?}");
        }
    }
}

mod similar {
    //! Similar records, and the seek prompt's other forms.

    use super::*;
    use crate::tui::effect::Exemplar;
    use crate::tui::state::Similar;

    const SIMILAR: Key = Key::Char('s');

    fn list(state: &State) -> &Similar {
        let Overlay::Similar(similar) = &state.overlay else { panic!("the list is gone") };
        similar
    }

    fn searched(effects: &[Effect]) -> (u64, Option<String>) {
        let found = effects.iter().find_map(|effect| match effect {
            Effect::Load {
                request: Request::Similar { like: Exemplar::Record(record), column },
                ..
            } => Some((record.offset, column.clone())),
            _ => None,
        });
        found.expect("something is searched")
    }

    #[test]
    fn hops_lead_on_and_back() {
        let mut state = after(&[TO_TRACES, Key::Enter, Key::Down, SIMILAR]);
        assert_eq!((state.context(), list(&state).hops.len()), (Context::Similar, 1));
        press(&mut state, &[Key::Down, Key::Down]);
        let wanted = list(&state).selected().unwrap();
        let effects = key(&mut state, Key::Enter);
        assert_eq!(searched(&effects).0, wanted.offset);
        assert!(list(&state).found.is_none(), "what was found before is of another record");
        settle(&mut state, effects);
        let effects = key(&mut state, Key::Char('b'));
        assert_eq!(searched(&effects).0, 1);
        settle(&mut state, effects);
        assert!(key(&mut state, Key::Char('b')).is_empty());
        assert!(state.notice.is_some(), "there is nothing before the first");
        press(&mut state, &[Key::Esc]);
        assert_eq!(state.context(), Context::Records);
    }

    #[test]
    fn what_is_like_all_marked_records_is_looked_for_and_gone_to_from_anywhere() {
        let (mark, list_marks) = (Key::Char('m'), Key::Char('\''));
        let marked = [TO_TRACES, Key::Enter, mark, Key::Down, Key::Down, mark];
        let mut state = after(&marked);
        press(&mut state, &[Key::Esc, Key::Home, list_marks]);
        let effects = key(&mut state, SIMILAR);
        let records = vec![(0, 0), (0, 2)];
        let mean = Exemplar::Mean { topic: name("traces"), records };
        let wanted = Request::Similar { like: mean.clone(), column: None };
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Load { request, .. } if *request == wanted))
        );
        settle(&mut state, effects);
        let found = list(&state).selected().unwrap();
        press(&mut state, &[Key::Enter]);
        assert_eq!(list(&state).hops, [mean, Exemplar::Record(found)]);
        press(&mut state, &[Key::Char('b'), Key::Down, Key::Down, Key::Down]);
        let wanted = list(&state).selected().unwrap();
        press(&mut state, &[Key::Char('g')]);
        assert_eq!(state.records.place.as_ref().unwrap().topic, name("traces"));
        let record = state.selected_record().unwrap();
        assert_eq!((record.bucket, record.offset), (wanted.bucket, wanted.offset));
    }

    #[test]
    fn a_hop_to_the_record_itself_leads_nowhere() {
        let mut state = after(&[TO_TRACES, Key::Enter, SIMILAR]);
        assert!(key(&mut state, Key::Enter).is_empty());
        assert_eq!(list(&state).hops.len(), 1);
    }

    #[test]
    fn another_vector_column_is_searched_sideways() {
        let mut state = after(&[TO_TRACES, Key::Enter, SIMILAR]);
        let effects = key(&mut state, Key::Right);
        assert_eq!(searched(&effects).1.as_deref(), Some("title_embedding"));
        settle(&mut state, effects);
        assert!(key(&mut state, Key::Right).is_empty(), "there are two");
        assert_eq!(searched(&key(&mut state, Key::Left)).1.as_deref(), Some("embedding"));
    }

    #[test]
    fn a_similar_record_is_gone_to_also_where_another_bucket_is_shown() {
        let mut state = after(&[TO_TRACES, Key::Right, Key::Down, Key::Enter, SIMILAR]);
        while list(&state).selected().unwrap().bucket == 0 {
            press(&mut state, &[Key::Down]);
        }
        let wanted = list(&state).selected().unwrap();
        press(&mut state, &[Key::Char('g')]);
        assert_eq!(state.records.place, Some(Place { topic: name("traces"), bucket: None }));
        let record = state.selected_record().unwrap();
        assert_eq!((record.bucket, record.offset), (wanted.bucket, wanted.offset));
        assert_eq!(state.context(), Context::Records);
    }

    #[test]
    fn an_answer_that_comes_after_the_list_was_closed_changes_nothing() {
        let mut state = after(&[TO_TRACES, Key::Enter]);
        let effects = key(&mut state, SIMILAR);
        let id = begun(&effects, &Slot::Similar);
        let closed = key(&mut state, Key::Esc);
        assert!(closed.contains(&Effect::Cancel(Slot::Similar)));
        let result = Err(Fault::new("late"));
        update(&mut state, Event::Answer { slot: Slot::Similar, id, result });
        assert_eq!((state.context(), state.notice), (Context::Records, None));
    }

    #[test]
    fn a_jump_takes_versions_and_places_from_the_end() {
        let typed = |text: &str| -> Vec<Key> {
            let keys = text.chars().map(Key::Char);
            [TO_TRACES, Key::Char('g')].into_iter().chain(keys).chain([Key::Enter]).collect()
        };
        let state = after(&typed("2:-77"));
        let record = state.selected_record().unwrap();
        assert_eq!((record.bucket, record.offset), (2, 120_577 - 77));
        let state = after(&typed("1:v480"));
        assert_eq!(state.records.version(), Some(480));
        assert_eq!(state.records.pin.as_ref().unwrap().bucket, 1);
    }
}

mod words {
    //! Records that have words.

    use super::*;
    use crate::tui::effect::WordSearch;
    use crate::tui::state::Found;

    fn typed(text: &str) -> Vec<Key> {
        let typed = text.chars().map(Key::Char);
        [TO_TRACES, Key::Enter, Key::Char('W')].into_iter().chain(typed).collect()
    }

    fn list(state: &State) -> &Found {
        let Overlay::Found(list) = &state.overlay else { panic!("the list is gone") };
        list
    }

    fn searched(effects: &[Effect]) -> WordSearch {
        let found = effects.iter().find_map(|effect| match effect {
            Effect::Load { request: Request::Words(search), .. } => Some(search.clone()),
            _ => None,
        });
        found.expect("something is searched")
    }

    #[test]
    fn words_are_typed_searched_and_typed_again() {
        let mut state = after(&typed("bug"));
        assert_eq!(state.context(), Context::Words);
        let effects = key(&mut state, Key::Enter);
        let search = searched(&effects);
        assert_eq!((search.text.as_str(), search.column), ("bug", None));
        assert_eq!(search.place, Place { topic: name("traces"), bucket: None });
        settle(&mut state, effects);
        assert_eq!(state.context(), Context::Found);
        assert!(!list(&state).hits().is_empty());
        press(&mut state, &[Key::Char('/'), Key::Esc]);
        assert_eq!(state.context(), Context::Found, "what was found is still there");
        press(&mut state, &[Key::Char('/'), Key::Char('s')]);
        assert_eq!(searched(&key(&mut state, Key::Enter)).text, "bugs");
        press(&mut state, &[Key::Esc]);
        assert_eq!(state.context(), Context::Records);
    }

    #[test]
    fn what_is_no_query_is_told_where_it_is_typed() {
        let mut state = after(&typed("bug \"that"));
        assert!(key(&mut state, Key::Enter).is_empty());
        let Overlay::Words(prompt, _) = &state.overlay else { panic!("the prompt is gone") };
        assert_eq!(prompt.fault, Some(4..5));
        assert!(prompt.error.as_ref().unwrap().contains("is not closed"));
    }

    #[test]
    fn another_column_is_searched_sideways() {
        let mut state = after(&[typed("bug"), vec![Key::Enter]].concat());
        assert!(key(&mut state, Key::Left).is_empty(), "all of them come first");
        let effects = key(&mut state, Key::Right);
        assert_eq!(searched(&effects).column.as_deref(), Some("id"));
        settle(&mut state, effects);
        assert_eq!(searched(&key(&mut state, Key::Left)).column, None);
    }

    #[test]
    fn a_record_that_was_found_is_gone_to_also_where_another_bucket_is_shown() {
        let mut state = after(&[typed("the"), vec![Key::Enter, Key::Down, Key::Down]].concat());
        let wanted = list(&state).selected().unwrap();
        press(&mut state, &[Key::Char('g')]);
        assert_eq!(state.context(), Context::Records);
        let record = state.selected_record().unwrap();
        assert_eq!((record.bucket, record.offset), (wanted.bucket, wanted.offset));
    }

    #[test]
    fn a_search_that_fails_or_comes_late_leaves_the_screen_as_it_is() {
        let mut state = after(&typed("bug"));
        let effects = key(&mut state, Key::Enter);
        let id = begun(&effects, &Slot::Words);
        let failed = |state: &mut State| {
            let result = Err(Fault::new("no"));
            update(state, Event::Answer { slot: Slot::Words, id, result });
        };
        failed(&mut state);
        assert!(matches!(list(&state).finds, Some(Err(_))));
        assert!(key(&mut state, Key::Enter).is_empty(), "there is nothing to go to");
        assert!(state.notice.is_some());

        let mut state = after(&typed("bug"));
        key(&mut state, Key::Enter);
        assert!(key(&mut state, Key::Esc).contains(&Effect::Cancel(Slot::Words)));
        failed(&mut state);
        assert_eq!((state.context(), state.notice), (Context::Records, None));
    }

    #[test]
    fn words_are_searched_where_the_records_are_and_not_among_versions() {
        let mut state = after(&[TO_TRACES, Key::Right, Key::Down, Key::Enter, Key::Char('[')]);
        press(&mut state, &[Key::Char('W'), Key::Char('a')]);
        let search = searched(&key(&mut state, Key::Enter));
        assert_eq!(search.place.bucket, Some(0));
        let version = search.version.as_ref().map(|past| past.version);
        assert_eq!(version, state.records.version());
        assert!(search.version.is_some());

        let mut state = after(&[TO_TRACES, Key::Enter, Key::Char('v'), Key::Char('W')]);
        assert_eq!(state.context(), Context::Versions);
        let mut empty = after(&[Key::Down, Key::Enter, Key::Char('W')]);
        assert!(key(&mut empty, Key::Enter).is_empty());
        drop(key(&mut state, Key::Esc));
    }
}
