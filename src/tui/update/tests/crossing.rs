//! Where two things meet: an answer that comes late, a tail over a version, a detail that covers the
//! table, flushes side by side.

use std::time::Duration;

use super::*;
use crate::tui::effect::To;
use crate::tui::event::Arrival;
use crate::tui::state::{CardLine, Counts, Focus, Line};

const OLDER: Key = Key::Char('[');
const TAIL: Key = Key::Char('f');
const VERSIONS: Key = Key::Char('v');
const SIMILAR: Key = Key::Char('s');

/// The answer to what an effect asks for.
fn answered(effects: &[Effect], wanted: &Slot) -> Event {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Load { id, slot, request } if slot == wanted => Some((*id, request)),
        _ => None,
    });
    let (id, request) = found.expect("the load was begun");
    Event::Answer { slot: wanted.clone(), id, result: answer(request) }
}

fn said(state: &State) -> (Severity, &str) {
    let notice = state.notice.as_ref().expect("something is said");
    (notice.severity, &notice.text)
}

fn jump(to: &str) -> Vec<Key> {
    [Key::Char('g')].into_iter().chain(to.chars().map(Key::Char)).chain([Key::Enter]).collect()
}

mod late {
    use super::*;

    #[test]
    fn a_copy_that_comes_late_does_not_take_the_place_of_what_is_typed() {
        let mut state = after(&[TO_TRACES, Key::Enter]);
        let effects = key(&mut state, Key::Char('c'));
        let late = answered(&effects, &Slot::Clone);
        let effects = key(&mut state, Key::Char('p'));
        assert!(effects.contains(&Effect::Cancel(Slot::Clone)));
        settle(&mut state, effects);
        press(&mut state, &[Key::Ctrl('n'), Key::Char('{')]);
        update(&mut state, late);
        let Overlay::Put(page) = &state.overlay else { panic!("the form is gone") };
        assert_eq!(page.form.selected().text(), "{");
    }

    #[test]
    fn esc_gives_up_a_copy_and_does_nothing_else() {
        let mut state = after(&[TO_TRACES, Key::Enter]);
        key(&mut state, Key::Char('c'));
        assert!(key(&mut state, Key::Esc).contains(&Effect::Cancel(Slot::Clone)));
        assert_eq!((state.context(), state.cloned), (Context::Records, None));
    }

    #[test]
    fn who_moves_in_the_table_is_not_carried_to_what_was_looked_for() {
        for (mover, moved) in [(Key::Down, 1), (Key::PageDown, 32)] {
            let mut state = after(&[TO_TRACES, Key::Enter, Key::Char('g'), Key::Char('9')]);
            let effects = key(&mut state, Key::Enter);
            let late = answered(&effects, &Slot::Seek);
            assert!(key(&mut state, mover).contains(&Effect::Cancel(Slot::Seek)));
            update(&mut state, late);
            assert_eq!(state.records.scroll.selected, moved);
        }
    }

    #[test]
    fn who_leaves_the_versions_or_follows_is_not_carried_to_a_version() {
        for leave in [Key::Esc, VERSIONS, TAIL] {
            let mut state = after(&[TO_TRACES, VERSIONS, Key::Down]);
            let effects = key(&mut state, Key::Enter);
            let late = answered(&effects, &Slot::Pin);
            assert!(key(&mut state, leave).contains(&Effect::Cancel(Slot::Pin)), "{leave}");
            update(&mut state, late);
            assert_eq!(state.records.version(), None, "{leave}");
        }
        let mut state = after(&[TO_TRACES, Key::Enter]);
        key(&mut state, OLDER);
        assert!(key(&mut state, TAIL).contains(&Effect::Cancel(Slot::Pin)));
    }

    #[test]
    fn steps_that_were_given_up_do_not_count_from_a_version_that_was_named() {
        let mut state = after(&[TO_TRACES, Key::Enter]);
        for _ in 0..3 {
            key(&mut state, OLDER);
        }
        for pressed in jump("v400") {
            key(&mut state, pressed);
        }
        let effects = key(&mut state, OLDER);
        let asked = effects.iter().find_map(|effect| match effect {
            Effect::Load { request: Request::Pin(look), .. } => Some(look.to.clone()),
            _ => None,
        });
        assert_eq!(asked, Some(To::Steps { from: None, by: -1 }));
    }

    #[test]
    fn a_new_search_says_nothing_of_the_one_before() {
        let mut state = after(&[TO_TRACES, Key::Enter, Key::Char('/'), Key::Char('x')]);
        key(&mut state, Key::Enter);
        key(&mut state, Key::Char('n'));
        assert_eq!(state.notice, None);
    }
}

mod narrow {
    use super::*;

    /// Presses keys where the detail covers the table.
    fn after(keys: &[Key]) -> State {
        let mut state = opened(Size { width: 100, height: 40 });
        press(&mut state, keys);
        state
    }

    fn detail() -> Vec<Key> {
        vec![TO_TRACES, Key::Enter, Key::Enter]
    }

    #[test]
    fn a_jump_from_the_detail_shows_the_table_that_it_leads_to() {
        let state = after(&[detail(), jump("100")].concat());
        assert_eq!((state.context(), state.detail.open), (Context::Records, false));
        assert_eq!(state.records.scroll.selected, 100);
        let state = after(&[detail(), vec![SIMILAR, Key::Down, Key::Char('g')]].concat());
        assert_eq!((state.context(), state.detail.open), (Context::Records, false));
    }

    #[test]
    fn keys_go_to_the_detail_where_it_covers_the_table() {
        let state = after(&[detail(), vec![Key::Tab, Key::Enter]].concat());
        assert_eq!(state.context(), Context::Detail);
        let state = after(&[detail(), vec![Key::Tab, Key::Enter, Key::Esc, Key::Esc]].concat());
        assert!(!state.ended && state.context() == Context::Topics, "one pane after the other");
    }

    #[test]
    fn a_search_from_the_detail_stays_in_it() {
        let text = "a haiku".chars().map(Key::Char);
        let find = [Key::Char('/')].into_iter().chain(text).chain([Key::Enter]).collect();
        let state = after(&[detail(), find].concat());
        assert_eq!((state.context(), state.detail.open), (Context::Detail, true));
        assert!(state.records.scroll.selected > 0);
    }

    #[test]
    fn a_detail_that_a_smaller_terminal_has_no_room_for_loses_the_keys() {
        let mut state = opened(Size { width: 160, height: 40 });
        press(&mut state, &[TO_TRACES, Key::Enter, Key::Tab]);
        assert_eq!(state.focus, Focus::Detail);
        let smaller = Size { width: 100, height: 40 };
        update(&mut state, Event::Input(Input::Resize(smaller)));
        assert_eq!(state.focus, Focus::Main);
    }
}

mod tail_over_a_version {
    use super::*;

    #[test]
    fn its_records_are_in_the_version_of_now() {
        let mut state = after(&[TO_TRACES, Key::Enter, OLDER]);
        assert_eq!(state.extents().get(0).unwrap().version, 482);
        press(&mut state, &[TAIL]);
        assert_eq!(state.extents().get(0).unwrap().version, 483);
        let buckets = state.extents().iter().count();
        assert_eq!(buckets, 4, "the tail is of all buckets, the version of one");
    }

    #[test]
    fn a_similar_record_is_gone_to_in_the_table_of_now() {
        let mut state = after(&[TO_TRACES, Key::Enter, OLDER, TAIL, SIMILAR]);
        let similar = |state: &State| match &state.overlay {
            Overlay::Similar(similar) => similar.selected().unwrap(),
            other => panic!("{other:?}"),
        };
        while similar(&state).bucket == 0 {
            press(&mut state, &[Key::Down]);
        }
        let wanted = similar(&state);
        let effects = key(&mut state, Key::Char('g'));
        let located = effects.iter().rev().find_map(|effect| match effect {
            Effect::Load { request: Request::Locate(id), .. } => Some(id.clone()),
            _ => None,
        });
        assert_eq!(located.unwrap(), wanted);
        settle(&mut state, effects);
        let record = state.selected_record().unwrap();
        assert_eq!((record.bucket, record.offset), (wanted.bucket, wanted.offset));
        assert_eq!((state.context(), state.records.version()), (Context::Records, None));
    }

    #[test]
    fn its_versions_are_those_of_the_bucket_of_its_record() {
        let mut state = after(&[TO_TRACES, Key::Enter, TAIL]);
        let tail = state.tail.as_mut().unwrap();
        let rows = run(2, 120_600..120_610, 0);
        tail.take(0, vec![Arrival::Rows(rows)], now());
        assert_eq!(state.selected_record().unwrap().bucket, 2);
        press(&mut state, &[VERSIONS]);
        assert_eq!(state.versions.unwrap().bucket.bucket, 2);
    }

    #[test]
    fn where_it_is_not_known_when_records_came_that_is_said_and_they_are_shown() {
        let mut state = after(&[TO_TRACES, Key::Enter]);
        let effects = key(&mut state, TAIL);
        let id = begun(&effects, &Slot::Tail);
        let untimed = Arrival::Untimed(Fault::new("a version cannot be read"));
        let backlog = Arrival::Backlog(run(2, 120_600..120_610, 0), Vec::new());
        let result = Ok(Answer::Tail(vec![untimed, backlog], now()));
        update(&mut state, Event::Answer { slot: Slot::Tail, id, result });
        let text = "when records of `traces` came that stand in front is not known: a version cannot be read";
        assert_eq!(said(&state), (Severity::Failed, text));
        assert_eq!(state.log.iter().next().unwrap().notice.text, text);
        assert_eq!(state.selected_record().unwrap().offset, 120_609);
    }

    #[test]
    fn a_flush_of_another_topic_is_not_told_in_it() {
        let mut state = after(&[TO_TRACES, TAIL]);
        let flush = Slot::Flush(name("metrics"));
        let place = Place { topic: name("metrics"), bucket: None };
        let request = Request::Flush(place);
        let begun = [state.loads.begin(flush.clone(), request)];
        update(&mut state, answered(&begun, &flush));
        let tail = state.tail.as_ref().unwrap();
        let told = (tail.ring.first()..tail.ring.end())
            .any(|number| matches!(tail.ring.get(number), Some(Line::Flush(_, Some(_)))));
        assert!(!told, "the time is that of another topic's flush");
    }
}

#[test]
fn the_brackets_move_in_the_versions_also_while_the_topics_have_the_keys() {
    let mut state = after(&[TO_TRACES, VERSIONS, Key::Tab, OLDER, OLDER, Key::Char(']')]);
    assert_eq!(state.context(), Context::Topics);
    assert_eq!(state.versions.as_ref().unwrap().selected(), Some(482));
    assert_eq!(state.records.place.as_ref().unwrap().topic, name("traces"));
    press(&mut state, &[Key::Char('g')]);
    assert_eq!(said(&state).1, "the versions are shown; leave them with v, then jump");
}

mod flushes {
    use super::*;

    fn slot(topic: &str) -> Slot {
        Slot::Flush(name(topic))
    }

    /// Two topics with something buffered, and a flush of both under way.
    fn running() -> (State, Vec<Effect>) {
        let mut state = state();
        busy(&mut state);
        press(&mut state, &[Key::Char('A')]);
        let effects = key(&mut state, Key::Enter);
        (state, effects)
    }

    fn busy(state: &mut State) {
        let topic = state.topics.get_mut(&name("metrics")).unwrap();
        let Counts::Known(counts) = &mut topic.counts else { panic!() };
        (counts.buffer_count, counts.buckets[0].buffer_count) = (310, 310);
    }

    fn fails(effects: &[Effect], slot: &Slot) -> Event {
        let result = Err(Fault::new("the disk is full"));
        Event::Answer { slot: slot.clone(), id: begun(effects, slot), result }
    }

    #[test]
    fn one_that_failed_in_part_is_not_told_as_success() {
        let (mut state, effects) = running();
        let effects = update(&mut state, fails(&effects, &slot("metrics")));
        settle(&mut state, effects);
        let (severity, text) = said(&state);
        assert_eq!(severity, Severity::Failed);
        assert!(text.starts_with("flushed 4 records of 1 topic, 1 topic failed"), "{text}");
        let outcome = state.jobs.ended[0].outcome.clone();
        assert_eq!(outcome, Err("4 records, 1 topic failed".into()));
        assert_eq!(state.card.as_ref().unwrap().failed(), 1);
    }

    #[test]
    fn a_topic_that_is_flushed_by_itself_meanwhile_keeps_its_report_and_has_its_turn() {
        let (mut state, all) = running();
        key(&mut state, TO_TRACES);
        let alone = key(&mut state, Key::Char('F'));
        let effects = update(&mut state, answered(&all, &slot("metrics")));
        assert!(!slots(&effects).contains(&slot("traces")), "it is being flushed already");
        assert!(state.flush_run.is_some());
        let effects = update(&mut state, answered(&alone, &slot("traces")));
        assert!(matches!(
            &state.card.as_ref().unwrap().lines[..],
            [CardLine::Bucket(topic, _)] if topic.as_str() == "traces"
        ));
        assert!(slots(&effects).contains(&slot("traces")), "its other buckets may have something");
        settle(&mut state, effects);
        assert!(state.flush_run.is_none());
    }

    #[test]
    fn what_was_dropped_from_a_run_is_not_done() {
        let (mut state, _) = running();
        state.pass(now(), Duration::from_secs(1));
        press(&mut state, &[Key::Char('w'), Key::Char('x')]);
        let run = state.flush_run.as_ref().unwrap();
        assert_eq!((run.done(), run.all, run.card.left), (0, 2, 1));
    }

    #[test]
    fn a_card_stays_while_something_lies_over_the_panes() {
        let mut state = after(&[TO_TRACES, Key::Char('?')]);
        let (flush, place) = (slot("traces"), Place { topic: name("traces"), bucket: None });
        let begun = [state.loads.begin(flush.clone(), Request::Flush(place))];
        update(&mut state, answered(&begun, &flush));
        press(&mut state, &[Key::Down, Key::Esc]);
        assert!(state.card.is_some() && state.context() == Context::Topics);
        press(&mut state, &[Key::Esc]);
        assert!(state.card.is_none() && !state.ended);
    }

    #[test]
    fn the_job_that_was_marked_is_stopped_however_the_list_changes() {
        let mut state = after(&[TO_TRACES, Key::Enter]);
        let lists = [(Slot::VersionList, 0), (Slot::Seek, 100), (Slot::Detail, 200)];
        for (slot, begun) in &lists {
            state.pass(now(), Duration::from_millis(*begun));
            state.loads.begin(slot.clone(), Request::Topics);
        }
        state.pass(now(), Duration::from_secs(2));
        press(&mut state, &[Key::Char('w'), Key::Down]);
        // The oldest ends: the one that is marked moves up.
        state.loads.finish(&Slot::VersionList);
        let effects = key(&mut state, Key::Char('x'));
        assert!(effects.contains(&Effect::Cancel(Slot::Seek)), "{effects:?}");
        assert_eq!(said(&state), (Severity::Done, "stopped: look for an offset"));
    }

    #[test]
    fn where_the_marked_job_has_ended_no_other_is_stopped() {
        let mut state = after(&[TO_TRACES, Key::Enter]);
        state.loads.begin(Slot::Seek, Request::Topics);
        state.pass(now(), Duration::from_millis(100));
        state.loads.begin(Slot::VersionList, Request::Topics);
        state.pass(now(), Duration::from_secs(2));
        press(&mut state, &[Key::Char('w')]);
        state.loads.finish(&Slot::Seek);
        assert!(key(&mut state, Key::Char('x')).is_empty());
        assert_eq!(said(&state).1, "nothing that is selected is under way");
    }
}

mod near {
    use super::*;

    fn column(effects: &[Effect]) -> Option<String> {
        effects.iter().find_map(|effect| match effect {
            Effect::Load { request: Request::Similar { column, .. }, .. } => column.clone(),
            _ => None,
        })
    }

    #[test]
    fn a_record_without_a_vector_in_the_first_column_may_have_one_in_the_next() {
        let mut state = after(&[TO_TRACES, Key::Enter]);
        let effects = key(&mut state, SIMILAR);
        let id = begun(&effects, &Slot::Similar);
        let columns: Vec<String> = vec!["embedding".into(), "title_embedding".into()];
        let fault = Fault::new("the record has no vector there");
        let unlike = Answer::Unlike { column: "embedding".into(), columns, fault };
        update(&mut state, Event::Answer { slot: Slot::Similar, id, result: Ok(unlike) });
        let next = key(&mut state, Key::Right);
        assert_eq!(column(&next).as_deref(), Some("title_embedding"));
        settle(&mut state, next);
        assert_eq!(column(&key(&mut state, Key::Left)).as_deref(), Some("embedding"));
    }

    #[test]
    fn a_hop_to_the_record_itself_says_so() {
        let state = after(&[TO_TRACES, Key::Enter, SIMILAR, Key::Enter]);
        let text = "this is the record itself: choose another with ↓";
        assert_eq!(said(&state), (Severity::Refused, text));
    }

    #[test]
    fn a_paste_that_is_too_long_to_be_looked_for_is_not_cut() {
        let mut state = after(&[TO_TRACES, Key::Enter, Key::Char('/')]);
        update(&mut state, Event::Input(Input::Paste("x".repeat(900))));
        update(&mut state, Event::Input(Input::Paste("y".repeat(1_001))));
        let Overlay::Find(prompt) = &state.overlay else { panic!("no prompt") };
        assert_eq!(prompt.text(), "x".repeat(900));
        let error = "what was pasted has 1 001 characters: 1 000 is the most here";
        assert_eq!(prompt.error.as_deref(), Some(error));
    }
}
