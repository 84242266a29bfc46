//! Records that are pasted, and one that is typed as JSON.

use super::*;
use crate::tui::state::{PutPage, Verdict};

fn page(state: &State) -> &PutPage {
    let Overlay::Put(page) = &state.overlay else { panic!("the form is gone") };
    page
}

fn said(state: &State) -> &str {
    state.notice.as_ref().map(|notice| notice.text.as_str()).unwrap_or_default()
}

fn paste(state: &mut State, text: &str) {
    let effects = update(state, Event::Input(Input::Paste(text.into())));
    settle(state, effects);
}

fn form() -> State {
    after(&[TO_TRACES, Key::Char('p')])
}

fn typed(state: &mut State, text: &str) {
    press(state, &text.chars().map(Key::Char).collect::<Vec<_>>());
}

mod lines {
    use super::*;

    const THREE: &str = "{\"id\": \"1\"}\r{\"id\": \"hello\", \"zzz\": 1}\r\r{\"id\": \"1\"}\r";

    #[test]
    fn records_that_are_pasted_are_shown_with_what_would_become_of_them_and_put_together() {
        let mut state = form();
        paste(&mut state, THREE);
        assert_eq!(state.context(), Context::PutLines);
        let pasted = page(&state).pasted.as_ref().unwrap();
        let trial = pasted.trial.as_ref().unwrap();
        assert_eq!((pasted.records().len(), trial.buckets.as_slice()), (3, &[(2, 1), (3, 2)][..]));
        assert_eq!(trial.added, ["zzz: int64"]);
        let effects = key(&mut state, Key::Enter);
        let put = effects.iter().find_map(|effect| match effect {
            Effect::Load { request: Request::Put { records, .. }, .. } => Some(records.len()),
            _ => None,
        });
        assert_eq!(put, Some(3), "in one batch");
        settle(&mut state, effects);
        assert_eq!(state.context(), Context::Topics);
        let receipt = "put · bucket 2 · offset 120 577 · bucket 3 · offsets 120 577 to 120 578";
        assert!(said(&state).starts_with(receipt), "{}", said(&state));
    }

    #[test]
    fn nothing_is_put_where_one_line_is_refused_by_the_parser_or_by_the_engine() {
        let mut state = form();
        paste(
            &mut state,
            "{\"id\": \"1\"}\n{\"id\": 2}\n{\"id\": \"3\"}\n{\"id\" 4}\n{\"id\": \"5\"}",
        );
        let refused = |state: &State| -> Vec<(u64, String)> {
            let lines = page(state).pasted.as_ref().unwrap().lines();
            lines.iter().filter_map(|line| Some((line.number, line.refusal.clone()?))).collect()
        };
        let expected = [
            (2, "field `id`: expected utf8, found integer 2".to_owned()),
            (4, "column 7: expected `:`".to_owned()),
        ];
        assert_eq!(refused(&state), expected);
        let effects = key(&mut state, Key::Ctrl('p'));
        assert!(!slots(&effects).contains(&Slot::Put(name("traces"))), "{effects:?}");
        assert_eq!(state.context(), Context::PutLines);
    }

    #[test]
    fn what_was_typed_before_is_there_after_lines_were_left_or_put() {
        let mut state = form();
        typed(&mut state, "mine");
        press(&mut state, &[Key::Down]);
        for leave in [Key::Esc, Key::Enter] {
            paste(&mut state, THREE);
            assert_eq!(state.context(), Context::PutLines);
            press(&mut state, &[leave]);
            assert_eq!(state.context(), Context::Put, "{leave}");
            assert_eq!(page(&state).form.fields()[0].text(), "mine");
        }
    }

    #[test]
    fn a_put_that_fails_keeps_the_lines() {
        let mut state = form();
        paste(&mut state, THREE);
        let effects = key(&mut state, Key::Enter);
        let slot = Slot::Put(name("traces"));
        let id = begun(&effects, &slot);
        update(&mut state, Event::Answer { slot, id, result: Err(Fault::new("the disk is full")) });
        assert_eq!(page(&state).verdict, Verdict::Wrong("the disk is full".into()));
        assert_eq!(page(&state).pasted.as_ref().unwrap().records().len(), 3);
    }

    #[test]
    fn one_record_fills_the_form_and_a_text_goes_into_the_field() {
        let mut state = form();
        paste(&mut state, "{\n  \"id\": \"a\",\n  \"latency_ms\": 2.5\n}\n");
        let record = page(&state).form.record().unwrap();
        assert_eq!((&record["id"], &record["latency_ms"]), (&"a".into(), &2.5.into()));
        // Where something stands already, a text is a text.
        paste(&mut state, "{\"id\": \"b\"}");
        assert_eq!(page(&state).form.selected().text(), "{\"id\": \"b\"}a");
    }

    #[test]
    fn too_many_are_not_taken_and_the_way_for_them_is_said() {
        let mut state = form();
        paste(&mut state, &"{\"id\": \"1\"}\n".repeat(10_001));
        assert_eq!(state.context(), Context::Put);
        let note = page(&state).note.as_deref().unwrap();
        assert!(note.contains("10 000 records: `lanceq put traces FILE`"), "{note}");
    }
}

mod json {
    use super::*;

    const TURN: Key = Key::Ctrl('t');

    fn text(state: &State) -> &str {
        page(state).editor.as_ref().unwrap().text()
    }

    #[test]
    fn the_form_and_the_text_are_two_views_of_one_record() {
        let mut state = form();
        typed(&mut state, "a\"b");
        press(&mut state, &[Key::Down, Key::Ctrl('n'), Key::Down]);
        typed(&mut state, "2.50");
        press(&mut state, &[TURN]);
        assert_eq!(state.context(), Context::PutJson);
        let json = "{\n  \"id\": \"a\\\"b\",\n  \"model\": null,\n  \"latency_ms\": 2.5\n}";
        assert_eq!(text(&state), json);
        assert!(matches!(page(&state).verdict, Verdict::Fits(_)));
        press(&mut state, &[TURN]);
        assert_eq!(state.context(), Context::Put);
        let again = page(&state).form.record().unwrap();
        assert_eq!(
            serde_json::Value::Object(again),
            serde_json::from_str::<serde_json::Value>(json).unwrap()
        );
        press(&mut state, &[TURN, TURN, TURN]);
        assert_eq!(text(&state), json);
    }

    #[test]
    fn what_is_wrong_is_said_with_line_and_column_while_one_types() {
        for (typed_text, verdict, fault) in [
            ("", Verdict::Open, None),
            ("{", Verdict::Unfinished("not finished".into()), None),
            (
                "{⏎\"id\": tru}",
                Verdict::Wrong("line 2, column 10: expected true, false or null".into()),
                Some((1, 9)),
            ),
            ("{⏎\"ü\" 1}", Verdict::Wrong("line 2, column 5: expected `:`".into()), Some((1, 5))),
            (
                "{}{}",
                Verdict::Wrong(
                    "line 1, column 3: one record at a time; several are pasted as lines".into(),
                ),
                Some((0, 2)),
            ),
            (
                "{⏎\"model\": \"x\",⏎\"latency_ms\": \"fast\"}",
                Verdict::Wrong(
                    "line 3: field `latency_ms`: expected float64, found text \"fast\"".into(),
                ),
                Some((2, 14)),
            ),
        ] {
            let mut state = form();
            press(&mut state, &[TURN, Key::Ctrl('x')]);
            let keys: Vec<Key> = typed_text
                .chars()
                .map(|c| if c == '⏎' { Key::Enter } else { Key::Char(c) })
                .collect();
            press(&mut state, &keys);
            assert_eq!(
                (&page(&state).verdict, page(&state).fault),
                (&verdict, fault),
                "{typed_text}"
            );
        }
    }

    #[test]
    fn what_is_amiss_in_the_form_stands_in_the_text_as_it_was_typed() {
        let mut state = form();
        press(&mut state, &[Key::Down; 4]);
        typed(&mut state, "{\"input\": 1");
        press(&mut state, &[TURN]);
        assert_eq!(text(&state), "{\n  \"usage\": {\"input\": 1\n}");
        press(&mut state, &[TURN]);
        assert_eq!(state.context(), Context::PutJson, "it is no record yet");
        press(&mut state, &[Key::End]);
        typed(&mut state, "}");
        press(&mut state, &[TURN]);
        assert_eq!(page(&state).form.selected().text(), "{\"input\": 1}");
        assert_eq!(page(&state).form.record().unwrap()["usage"]["input"], 1);
    }

    #[test]
    fn what_the_form_cannot_say_keeps_the_text() {
        let mut state = form();
        press(&mut state, &[TURN, Key::Ctrl('x')]);
        typed(&mut state, "{\"model\": 5}");
        press(&mut state, &[TURN]);
        assert_eq!(state.context(), Context::PutJson);
        let Verdict::Wrong(why) = &page(&state).verdict else { panic!("it was turned") };
        assert!(why.contains("no way to say `model`"), "{why}");
    }

    #[test]
    fn a_text_is_put_like_a_form_and_kept_like_one() {
        let mut state = form();
        press(&mut state, &[TURN, Key::Ctrl('x')]);
        typed(&mut state, "{\"id\": \"1\"");
        press(&mut state, &[Key::Ctrl('p')]);
        assert_eq!(page(&state).verdict, Verdict::Wrong("not finished".into()));
        press(&mut state, &[Key::Esc, Key::Char('p')]);
        assert_eq!(text(&state), "{\"id\": \"1\"");
        typed(&mut state, "}");
        press(&mut state, &[Key::Ctrl('p')]);
        assert_eq!(state.context(), Context::Topics);
        assert!(said(&state).starts_with("put · bucket 3 · offset 120 577"), "{}", said(&state));
    }
}
