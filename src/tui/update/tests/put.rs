//! A record by hand, in the form.

use super::*;
use crate::tui::state::{Content, Finding, PutPage, Verdict};

const ID: usize = 0;
const LATENCY: usize = 2;
const EMBEDDING: usize = 5;
/// The row below the columns of the sample.
const NEW: usize = 6;

/// The form on `traces`, and what is typed into some of its rows, one after the other.
fn typed(fields: &[(usize, &str)]) -> Vec<Key> {
    let mut keys = vec![TO_TRACES, Key::Char('p')];
    let mut row = 0;
    for (at, text) in fields {
        keys.extend(std::iter::repeat_n(Key::Down, at - row));
        keys.extend(text.chars().map(Key::Char));
        row = *at;
    }
    keys
}

fn page(state: &State) -> &PutPage {
    let Overlay::Put(page) = &state.overlay else { panic!("the form is gone") };
    page
}

fn said(state: &State) -> &str {
    state.notice.as_ref().map(|notice| notice.text.as_str()).unwrap_or_default()
}

#[test]
fn each_field_is_checked_as_it_is_typed_in_the_words_of_the_engine() {
    let wrong = |text: &str| Finding::Wrong(text.into());
    for ((row, text), finding, note) in [
        ((ID, "a"), Finding::Fits, None),
        ((LATENCY, "12.5"), Finding::Fits, None),
        ((LATENCY, "-"), Finding::Unfinished("not finished".into()), None),
        ((LATENCY, "fast"), wrong("expected float64, found text \"fast\""), None),
        (
            (4, "{\"input\": 1, \"output\": -3}"),
            wrong("output: expected uint64, found integer -3, which it cannot hold exactly"),
            None,
        ),
        ((4, "{\"input\": 1 2"), wrong("column 13: expected `,` or `}`"), None),
        (
            (EMBEDDING, "[0.5, 1"),
            Finding::Unfinished("not finished".into()),
            Some("2 of 64 numbers"),
        ),
        ((EMBEDDING, "[0.5]"), wrong("expected 64 items, found 1 items"), Some("1 of 64 numbers")),
        ((EMBEDDING, ""), Finding::Open, None),
    ] {
        let state = after(&typed(&[(row, text)]));
        assert_eq!(state.context(), Context::Put);
        let field = page(&state).form.selected();
        assert_eq!((&field.finding, field.note.as_deref()), (&finding, note), "{text}");
    }
}

#[test]
fn what_would_become_of_the_record_is_said_before_it_is_put() {
    let state = after(&typed(&[(ID, "hello")]));
    let Verdict::Fits(trial) = &page(&state).verdict else { panic!("{:?}", page(&state).verdict) };
    assert_eq!((trial.buckets.as_slice(), trial.added.len()), (&[(2, 1)][..], 0));
    let mut keys = typed(&[(NEW, "zzz")]);
    keys.extend([Key::Enter, Key::Char('['), Key::Char('1'), Key::Char(']')]);
    let state = after(&keys);
    let Verdict::Fits(trial) = &page(&state).verdict else { panic!("{:?}", page(&state).verdict) };
    assert_eq!(trial.added, ["zzz: list<int64>"]);
    assert_eq!(page(&state).form.selected().note.as_deref(), Some("new column: list<int64>"));
    assert_eq!(page(&state).form.fields().len(), 8, "there is room for one more");
}

#[test]
fn keys_that_act_elsewhere_are_typed_here() {
    let state = after(&typed(&[(ID, "q?gfFrpP ")]));
    assert_eq!(page(&state).form.selected().text(), "q?gfFrpP ");
    assert!(!state.ended);
}

#[test]
fn nothing_null_and_an_empty_text_are_three_things() {
    let mut state = after(&typed(&[]));
    let content = |state: &State| match &page(state).form.selected().content {
        Content::Left => "left".to_owned(),
        Content::Null => "null".to_owned(),
        Content::Typed(input) => format!("{:?}", input.value()),
    };
    let mut seen = vec![content(&state)];
    for pressed in ["^n", "^n", "^n", "a", "backspace", "backspace"] {
        press(&mut state, &[pressed.parse().unwrap()]);
        seen.push(content(&state));
    }
    assert_eq!(seen, ["left", "null", "\"\"", "null", "\"a\"", "\"\"", "left"]);
    let mut record = |keys: &[&str]| {
        press(&mut state, &keys.iter().map(|key| key.parse().unwrap()).collect::<Vec<_>>());
        page(&state).form.record().unwrap()
    };
    assert_eq!(record(&[]).len(), 0);
    assert_eq!(record(&["^n"])["id"], serde_json::Value::Null);
    assert_eq!(record(&["^n"])["id"], "");
    // Where an empty text is no value, one that is emptied is left out.
    let state = after(&[typed(&[(LATENCY, "1")]), vec![Key::Backspace]].concat());
    assert_eq!(content(&state), "left");
}

#[test]
fn an_answer_to_what_stood_there_before_is_dropped() {
    let mut state = after(&typed(&[(LATENCY, "1")]));
    let old = key(&mut state, Key::Char('2'));
    let id = begun(&old, &Slot::Check);
    let cancelled = key(&mut state, Key::Char('x'));
    assert!(cancelled.contains(&Effect::Cancel(Slot::Check)));
    let result = Ok(Answer::Checked(Ok(crate::tui::data::Trial::default())));
    update(&mut state, Event::Answer { slot: Slot::Check, id, result });
    assert_eq!(page(&state).verdict, Verdict::Open);
}

#[test]
fn it_is_put_once_and_says_where_it_is_and_what_it_survives() {
    let mut state = after(&typed(&[(ID, "hello")]));
    let effects = key(&mut state, Key::Ctrl('p'));
    let slot = Slot::Put(name("traces"));
    let id = begun(&effects, &slot);
    let again = key(&mut state, Key::Ctrl('p'));
    assert!(again.is_empty(), "it is put once: {again:?}");
    key(&mut state, Key::Char('x'));
    assert_eq!(page(&state).form.selected().text(), "hello", "it stands while it is put");
    let receipts = vec![crate::Receipt { bucket: 2, lsn: 1057, rows: 1 }];
    let stored = crate::tui::data::Stored { receipts, durability: crate::Durability::Os };
    let counted = update(&mut state, Event::Answer { slot, id, result: Ok(Answer::Put(stored)) });
    assert!(slots(&counted).contains(&Slot::Counts(name("traces"))));
    assert_eq!(state.context(), Context::Topics);
    let receipt = "put · bucket 2 · offset 1 057 · buffered: survives kill -9 · P goes there";
    assert_eq!(said(&state), receipt);
    let went = key(&mut state, Key::Char('P'));
    let record = Request::Locate(crate::tui::effect::RecordId {
        topic: name("traces"),
        bucket: 2,
        offset: 1057,
        version: None,
    });
    assert!(
        went.iter()
            .any(|effect| matches!(effect, Effect::Load { request, .. } if *request == record)),
        "{went:?}"
    );
    press(&mut state, &[Key::Char('p')]);
    assert!(page(&state).form.is_blank(), "the draft has served");
}

#[test]
fn what_is_amiss_is_not_put_and_the_cursor_goes_there() {
    let mut state = after(&typed(&[(ID, "a"), (LATENCY, "fast"), (EMBEDDING, "[1]")]));
    let effects = key(&mut state, Key::Ctrl('p'));
    assert!(!slots(&effects).contains(&Slot::Put(name("traces"))), "{effects:?}");
    assert_eq!(page(&state).form.row(), LATENCY);
    let mut state = after(&typed(&[]));
    assert!(!slots(&key(&mut state, Key::Ctrl('p'))).contains(&Slot::Put(name("traces"))));
    assert!(matches!(page(&state).verdict, Verdict::Wrong(_)), "nothing is no record");
}

#[test]
fn a_record_that_is_refused_stays_with_the_reason() {
    let mut state = after(&typed(&[(ID, "hello")]));
    let effects = key(&mut state, Key::Ctrl('p'));
    let slot = Slot::Put(name("traces"));
    let id = begun(&effects, &slot);
    update(&mut state, Event::Answer { slot, id, result: Err(Fault::new("the disk is full")) });
    assert_eq!(page(&state).verdict, Verdict::Wrong("the disk is full".into()));
    assert_eq!(page(&state).form.selected().text(), "hello");
}

#[test]
fn a_put_that_fails_after_one_left_is_told_and_the_draft_is_kept() {
    let mut state = after(&typed(&[(ID, "hello")]));
    let effects = key(&mut state, Key::Ctrl('p'));
    let slot = Slot::Put(name("traces"));
    let id = begun(&effects, &slot);
    key(&mut state, Key::Esc);
    update(&mut state, Event::Answer { slot, id, result: Err(Fault::new("the disk is full")) });
    assert_eq!(said(&state), "not put into `traces`: the disk is full");
    press(&mut state, &[Key::Char('p')]);
    assert_eq!(page(&state).form.selected().text(), "hello");
}

#[test]
fn a_draft_is_kept_for_its_topic_until_it_is_put_or_emptied() {
    let mut state = after(&typed(&[(LATENCY, "fas")]));
    press(&mut state, &[Key::Esc, Key::Home, Key::Down, Key::Char('p')]);
    assert!(page(&state).form.is_blank(), "another topic has its own");
    press(&mut state, &[Key::Esc, TO_TRACES, Key::Char('p')]);
    assert_eq!(page(&state).form.selected().text(), "fas");
    press(&mut state, &[Key::Ctrl('x'), Key::Esc, Key::Char('p')]);
    assert!(page(&state).form.is_blank());
}

#[test]
fn what_was_typed_stays_where_the_topic_gets_a_column_meanwhile() {
    let mut state = after(&typed(&[(ID, "a"), (NEW, "later")]));
    press(&mut state, &[Key::Enter, Key::Char('7'), Key::Esc]);
    let effects = key(&mut state, Key::Char('p'));
    let id = begun(&effects, &Slot::Shape);
    let schema: crate::TopicSchema = r#"{"later": "int64", "id": "utf8"}"#.parse().unwrap();
    let shape =
        crate::tui::data::Shape { schema: schema.into(), strictness: crate::Strictness::Strict };
    update(&mut state, Event::Answer { slot: Slot::Shape, id, result: Ok(Answer::Shape(shape)) });
    let form = &page(&state).form;
    let rows: Vec<_> =
        form.fields().iter().map(|f| (f.name.value(), f.text(), f.is_new())).collect();
    assert_eq!(rows, [("later", "7", false), ("id", "a", false), ("", "", true)]);
    assert_eq!(form.selected().name.value(), "later");
}

#[test]
fn names_of_new_fields_are_needed_and_stand_once() {
    let finding = |keys: &[Key]| {
        let state = after(&[typed(&[(NEW, "")]), keys.to_vec()].concat());
        page(&state).form.selected().finding.clone()
    };
    let name = |text: &str| text.chars().map(Key::Char).collect::<Vec<_>>();
    assert_eq!(finding(&name("model")), Finding::Wrong("there is a field model already".into()));
    let mut unnamed = name("x");
    unnamed.extend([Key::Enter, Key::Char('1'), Key::Up, Key::Backspace]);
    assert_eq!(finding(&unnamed), Finding::Unfinished("the field needs a name".into()));
}

#[test]
fn a_copy_has_all_of_a_record_and_is_a_draft_only_once_it_was_changed() {
    let mut state = after(&[TO_TRACES, Key::Enter, Key::Down, Key::Char('c')]);
    let record = page(&state).form.record().unwrap();
    assert_eq!(record["id"], "t-00004");
    assert_eq!(record["embedding"].as_array().map(Vec::len), Some(64));
    assert_eq!(record["usage"]["input"].as_u64().map(|n| n < 900), Some(true));
    assert!(matches!(page(&state).verdict, Verdict::Fits(_)));
    assert_eq!(page(&state).note.as_deref(), Some("a copy of 0·1"));
    press(&mut state, &[Key::Esc, Key::Down, Key::Char('c'), Key::Char('x'), Key::Esc]);
    press(&mut state, &[Key::Char('c')]);
    assert_eq!(said(&state), "`traces` has an unfinished draft: p shows it, ^X empties it");
    press(&mut state, &[Key::Char('p')]);
    assert_eq!(page(&state).form.selected().text(), "xt-00008");
}

#[test]
fn a_record_is_copied_from_the_tail_and_from_the_detail_too() {
    for (keys, id) in [
        (vec![TO_TRACES, Key::Char('f'), Key::Up], "t-82332"),
        (vec![TO_TRACES, Key::Enter, Key::Enter], "t-00000"),
    ] {
        let state = after(&[keys, vec![Key::Char('c')]].concat());
        assert_eq!(page(&state).form.selected().text(), id);
    }
}

#[test]
fn what_is_typed_after_a_copy_was_emptied_is_no_copy() {
    let mut state = after(&[TO_TRACES, Key::Enter, Key::Char('c'), Key::Char('x')]);
    assert!(page(&state).note.is_some(), "a changed copy is one still");
    press(&mut state, &[Key::Ctrl('x')]);
    assert_eq!(page(&state).note, None);
}

#[test]
fn what_is_pasted_stands_where_the_cursor_was_and_is_never_cut() {
    let mut state = after(&typed(&[(3, "äb")]));
    press(&mut state, &[Key::Left]);
    let effects = update(&mut state, Event::Input(Input::Paste("💡\n💡".into())));
    settle(&mut state, effects);
    let field = page(&state).form.selected();
    assert_eq!((field.text(), field.cursor()), ("ä💡\n💡b", 4));
    update(&mut state, Event::Input(Input::Paste("x".repeat(300_000))));
    assert_eq!(page(&state).form.selected().text(), "ä💡\n💡b");
    let note = page(&state).note.as_deref().unwrap();
    assert!(note.contains("300 kB were pasted; a text may have 262 kB"), "{note}");
}

#[test]
fn a_form_without_an_answer_says_so_and_takes_nothing() {
    let mut state = after(&[TO_TRACES]);
    let effects = key(&mut state, Key::Char('p'));
    key(&mut state, Key::Char('x'));
    key(&mut state, Key::Ctrl('p'));
    assert_eq!(said(&state), "the fields are still being read");
    let id = begun(&effects, &Slot::Shape);
    let fault = Err(Fault::new("another process holds the lock"));
    update(&mut state, Event::Answer { slot: Slot::Shape, id, result: fault });
    key(&mut state, Key::Ctrl('p'));
    assert_eq!(said(&state), "another process holds the lock");
}

#[test]
fn what_is_typed_before_the_fields_are_there_is_typed_into_them() {
    let keys = typed(&[(ID, "early"), (LATENCY, "12")]).split_off(2);
    let mut state = after(&[TO_TRACES]);
    let id = begun(&key(&mut state, Key::Char('p')), &Slot::Shape);
    press(&mut state, &keys);
    assert!(page(&state).form.is_blank());
    let Ok(Answer::Shape(shape)) = answer(&Request::Shape("traces".parse().unwrap())) else {
        panic!("no shape")
    };
    update(&mut state, Event::Answer { slot: Slot::Shape, id, result: Ok(Answer::Shape(shape)) });
    let form = &page(&state).form;
    assert_eq!(
        (form.row(), form.fields()[ID].text(), form.selected().text()),
        (LATENCY, "early", "12")
    );
}

#[test]
fn a_topic_of_another_program_says_why_nothing_can_be_put() {
    let state = after(&[TO_TRACES, Key::Up, Key::Char('p')]);
    assert_eq!(state.context(), Context::Topics);
    assert_eq!(said(&state), "another program made `notes`: it is read and followed only");
}
