//! What each event does to the state, and what it asks for.

use ratatui::layout::Size;

use super::update;
use crate::tui::data::Fault;
use crate::tui::effect::{Effect, LoadId, PageKey, Place, Request, Slot};
use crate::tui::event::{Answer, Event, Input};
use crate::tui::input::{Context, Key};
use crate::tui::picture::opened;
use crate::tui::sample::{answer, now, press, run, settle};
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
    let nothing = crate::Flushed { bucket_id: 1, version: 483, rows: 0, next_offset: 9 };
    let result = Ok(Answer::Flushed(vec![nothing], std::time::Duration::ZERO));
    let counted = update(&mut state, Event::Answer { slot, id, result });
    assert!(slots(&counted).contains(&Slot::Counts(name("traces"))));
    let said = state.notice.map(|notice| notice.text);
    assert_eq!(said.as_deref(), Some("nothing was buffered in `traces`, bucket 1"));
}

mod put {
    //! A record by hand.

    use super::*;
    use crate::tui::state::{PutPrompt, Verdict};

    fn typed(text: &str) -> Vec<Key> {
        let open = [TO_TRACES, Key::Char('p')];
        open.into_iter().chain(text.chars().map(Key::Char)).collect()
    }

    fn prompt(state: &State) -> &PutPrompt {
        let Overlay::Put(prompt) = &state.overlay else { panic!("the prompt is gone") };
        prompt
    }

    #[test]
    fn what_is_typed_is_checked_against_the_topic_at_every_key() {
        for (text, verdict) in [
            ("", Verdict::Open),
            ("[", Verdict::Unfinished("EOF while parsing a list".into())),
            ("{\"id\": \"1\"}", Verdict::Fits),
            ("{]", Verdict::Wrong("column 2: key must be a string".into())),
            (
                "{\"latency_ms\": \"x\"}",
                Verdict::Wrong("field `latency_ms`: expected float64, found text \"x\"".into()),
            ),
        ] {
            let state = after(&typed(text));
            assert_eq!(state.context(), Context::Put);
            assert_eq!(prompt(&state).draft.verdict, verdict, "{text}");
        }
    }

    #[test]
    fn keys_that_act_elsewhere_are_typed_here() {
        let state = after(&typed("q?gfFrp "));
        assert_eq!(prompt(&state).draft.text(), "q?gfFrp ");
        assert!(!state.ended);
    }

    #[test]
    fn an_answer_to_what_stood_there_before_is_dropped() {
        let mut state = after(&typed("{\"latency_ms\": \"x\""));
        let old = key(&mut state, Key::Char('}'));
        let id = begun(&old, &Slot::Check);
        let cancelled = key(&mut state, Key::Backspace);
        assert!(cancelled.contains(&Effect::Cancel(Slot::Check)));
        let result = Ok(Answer::Checked(Some("late".into())));
        update(&mut state, Event::Answer { slot: Slot::Check, id, result });
        assert!(matches!(prompt(&state).draft.verdict, Verdict::Unfinished(_)));
    }

    #[test]
    fn enter_puts_it_says_where_it_is_and_counts_again() {
        let mut state = after(&typed("{\"id\": \"1\"}"));
        let effects = key(&mut state, Key::Enter);
        let slot = Slot::Put(name("traces"));
        let id = begun(&effects, &slot);
        let again = key(&mut state, Key::Enter);
        assert!(again.is_empty(), "it is put once: {again:?}");
        key(&mut state, Key::Char('x'));
        assert_eq!(prompt(&state).draft.text(), "{\"id\": \"1\"}", "it stands while it is put");
        let receipt = crate::Receipt { bucket: 2, lsn: 1057, rows: 1 };
        let result = Ok(Answer::Put(receipt));
        let counted = update(&mut state, Event::Answer { slot, id, result });
        assert!(slots(&counted).contains(&Slot::Counts(name("traces"))));
        assert_eq!(state.context(), Context::Topics);
        let said = state.notice.as_ref().map(|notice| notice.text.as_str());
        assert_eq!(said, Some("put · bucket 2 · offset 1 057 · buffered"));
        key(&mut state, Key::Char('p'));
        assert_eq!(prompt(&state).draft.text(), "", "the draft has served");
    }

    #[test]
    fn a_refused_record_stays_with_the_reason() {
        let mut keys = typed("{\"latency_ms\": \"x\"}");
        keys.push(Key::Enter);
        let state = after(&keys);
        let reason = "field `latency_ms`: expected float64, found text \"x\"";
        assert_eq!(prompt(&state).draft.verdict, Verdict::Wrong(reason.into()));
    }

    #[test]
    fn what_is_no_record_yet_is_not_put() {
        for text in ["", "{", "{\"a\": "] {
            let mut state = after(&typed(text));
            assert!(key(&mut state, Key::Enter).is_empty());
            assert!(matches!(prompt(&state).draft.verdict, Verdict::Wrong(_)), "{text}");
        }
    }

    #[test]
    fn a_draft_is_kept_for_its_topic_until_it_is_put() {
        let mut keys = typed("{\"id\": ");
        keys.extend([Key::Esc, Key::Home, Key::Down, Key::Char('p')]);
        let mut state = after(&keys);
        assert_eq!(prompt(&state).draft.text(), "", "another topic has its own");
        press(&mut state, &[Key::Esc, TO_TRACES, Key::Char('p')]);
        assert_eq!(prompt(&state).draft.text(), "{\"id\": ");
    }

    #[test]
    fn a_put_that_fails_after_one_left_is_told() {
        let mut state = after(&typed("{\"id\": \"1\"}"));
        let effects = key(&mut state, Key::Enter);
        let slot = Slot::Put(name("traces"));
        let id = begun(&effects, &slot);
        key(&mut state, Key::Esc);
        update(&mut state, Event::Answer { slot, id, result: Err(Fault::new("the disk is full")) });
        let notice = state.notice.as_ref().unwrap();
        assert_eq!(notice.text, "not put into `traces`: the disk is full");
        key(&mut state, Key::Char('p'));
        assert_eq!(prompt(&state).draft.text(), "{\"id\": \"1\"}");
    }

    #[test]
    fn a_copy_of_a_record_has_all_of_it_and_is_a_draft_only_once_it_was_changed() {
        let mut state = after(&[TO_TRACES, Key::Enter, Key::Down, Key::Char('c')]);
        let text = prompt(&state).draft.text().to_owned();
        assert!(
            text.starts_with(r#"{"id": "t-00004", "model": "opus", "latency_ms": 2451.1"#),
            "{text}"
        );
        let record = crate::parse_record(&text).unwrap();
        assert_eq!(record["embedding"].as_array().map(Vec::len), Some(64));
        assert_eq!(record["usage"]["input"].as_u64().map(|n| n < 900), Some(true));
        assert_eq!(prompt(&state).draft.verdict, Verdict::Fits);
        assert_eq!(prompt(&state).note.as_deref(), Some("a copy of 0·1"));
        press(&mut state, &[Key::Esc, Key::Down, Key::Char('c'), Key::Char(' '), Key::Esc]);
        press(&mut state, &[Key::Char('c')]);
        let said = state.notice.as_ref().map(|notice| notice.text.as_str());
        assert_eq!(said, Some("`traces` has an unfinished draft: p shows it, ^U empties it"));
        press(&mut state, &[Key::Char('p')]);
        assert!(prompt(&state).draft.text().starts_with(r#" {"id": "t-00008""#));
    }

    #[test]
    fn a_record_is_copied_from_the_tail_and_from_the_detail_too() {
        for (keys, id) in [
            (vec![TO_TRACES, Key::Char('f'), Key::Up], "t-82332"),
            (vec![TO_TRACES, Key::Enter, Key::Enter], "t-00000"),
        ] {
            let state = after(&[keys, vec![Key::Char('c')]].concat());
            assert!(prompt(&state).draft.text().contains(id), "{:?}", prompt(&state).draft);
        }
    }

    #[test]
    fn enter_on_what_is_wrong_goes_to_the_place() {
        let mut state = after(&typed(r#"{"id": "1", "x" 2}"#));
        press(&mut state, &[Key::Home, Key::Enter]);
        assert_eq!(prompt(&state).draft.cursor(), 16);
    }

    #[test]
    fn a_paste_that_is_too_long_is_not_cut() {
        let mut state = after(&typed("{"));
        update(&mut state, Event::Input(Input::Paste("x".repeat(100_000))));
        assert_eq!(prompt(&state).draft.text(), "{");
        let Verdict::Wrong(reason) = &prompt(&state).draft.verdict else { panic!("it was taken") };
        assert!(reason.contains("100 kB, too much for a prompt"), "{reason}");
    }

    #[test]
    fn a_paste_of_several_lines_is_one_line() {
        let mut state = after(&typed(""));
        let effects =
            update(&mut state, Event::Input(Input::Paste("{\n\t\"id\": \"1\"\n}".into())));
        settle(&mut state, effects);
        assert_eq!(prompt(&state).draft.text(), "{  \"id\": \"1\" }");
        assert_eq!(prompt(&state).draft.verdict, Verdict::Fits);
    }
}
