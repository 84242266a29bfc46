//! Snapshots of the whole screen at the sizes that matter, and laws that hold at every size.

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Size;

use crate::tui::event::{Event, Input};
use crate::tui::input::Key;
use crate::tui::picture::{drawn, opened};
use crate::tui::sample::press;
use crate::tui::state::State;
use crate::tui::update::update;

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

fn text(buffer: &Buffer) -> String {
    let area = buffer.area;
    let mut lines = Vec::new();
    for y in 0..area.height {
        let mut line = String::new();
        let mut x = 0;
        while x < area.width {
            let cell = &buffer[(x, y)];
            line.push_str(cell.symbol());
            x += ratatui::buffer::CellWidth::cell_width(cell.symbol()).max(1);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

fn look(name: &str, keys: &[Key]) {
    for (width, height) in SIZES {
        let mut state = opened(Size { width, height });
        press(&mut state, keys);
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), text(&drawn(&state)));
    }
}

/// From the first topic to `traces`.
const TO_TRACES: Key = Key::End;

#[test]
fn topics_at_the_start() {
    look("start", &[]);
}

#[test]
fn records_of_an_unfolded_topic() {
    look("records", &[TO_TRACES, Key::Right, Key::Enter, Key::Down, Key::Down]);
}

#[test]
fn the_end_of_one_bucket_with_buffered_records() {
    look("bucket_end", &[TO_TRACES, Key::Right, Key::Down, Key::Enter, Key::End]);
}

#[test]
fn one_record_in_full() {
    look("detail", &[TO_TRACES, Key::Enter, Key::Enter]);
}

#[test]
fn a_record_with_its_values_unfolded() {
    let open = [Key::End, Key::Enter, Key::Up, Key::Enter, Key::Down];
    look("detail_unfolded", &[&[TO_TRACES, Key::Enter, Key::Enter], &open[..]].concat());
}

#[test]
fn what_was_looked_for() {
    let typed = "/a haiku".chars().map(Key::Char);
    let typed: Vec<Key> = [TO_TRACES, Key::Enter].into_iter().chain(typed).collect();
    look("find_prompt", &typed);
    look("found", &[typed, vec![Key::Enter, Key::Char('n')]].concat());
    let tail = "f/bug".chars().map(Key::Char);
    let tail: Vec<Key> = [TO_TRACES].into_iter().chain(tail).chain([Key::Enter]).collect();
    look("found_in_tail", &tail);
}

#[test]
fn a_copy_of_a_record() {
    look("clone", &[TO_TRACES, Key::Enter, Key::Char('c')]);
}

#[test]
fn a_tail_that_follows() {
    look("tail", &[TO_TRACES, Key::Char('f')]);
}

#[test]
fn a_tail_held_still() {
    look("tail_paused", &[TO_TRACES, Key::Char('f'), Key::Up]);
}

#[test]
fn the_help() {
    look("help", &[Key::Char('?')]);
}

#[test]
fn the_prompt_and_its_error() {
    let typed =
        [TO_TRACES, Key::Char('g'), Key::Char('9'), Key::Char(':'), Key::Char('1'), Key::Enter];
    look("prompt", &typed[..5]);
    look("prompt_error", &typed);
}

#[test]
fn an_empty_topic_says_how_to_fill_it() {
    look("empty_topic", &[Key::Down]);
}

#[test]
fn a_flush_says_what_it_did_or_why_it_is_not_possible() {
    look("flushed", &[TO_TRACES, Key::Char('F')]);
    look("flush_refused", &[TO_TRACES, Key::Up, Key::Char('F')]);
}

#[test]
fn the_versions_of_a_bucket() {
    look("versions", &[TO_TRACES, Key::Char('v')]);
    look("versions_middle", &[TO_TRACES, Key::Char('v'), Key::Right, Key::End, Key::PageUp]);
}

#[test]
fn the_records_at_a_version() {
    let back = Key::Char('[');
    look("pinned", &[TO_TRACES, Key::Enter, Key::Down, Key::Down, back, back]);
    look("pinned_list", &[TO_TRACES, Key::Enter, back, back, Key::Char('v')]);
    look("pinned_end", &[TO_TRACES, Key::Enter, back, Key::End, Key::Enter]);
}

#[test]
fn what_a_flush_of_all_would_do() {
    look("flush_all", &[Key::Char('A')]);
}

#[test]
fn what_takes_long_is_told_in_one_line_and_in_a_list() {
    for (width, height) in SIZES {
        let mut state = opened(Size { width, height });
        press(&mut state, &[TO_TRACES, Key::Char('F'), Key::Enter]);
        update(&mut state, Event::Input(Input::Key(Key::Char('F'))));
        update(&mut state, Event::Input(Input::Key(Key::End)));
        state.pass(crate::tui::sample::now(), std::time::Duration::from_millis(2_345));
        let name = |what: &str| format!("{what}_{width}x{height}");
        insta::assert_snapshot!(name("job"), text(&drawn(&state)));
        update(&mut state, Event::Input(Input::Key(Key::Char('w'))));
        insta::assert_snapshot!(name("jobs"), text(&drawn(&state)));
    }
}

#[test]
fn similar_records_and_the_way_through_them() {
    let open = [TO_TRACES, Key::Enter, Key::Down, Key::Char('s')];
    look("similar", &open);
    look("similar_hops", &[&open[..], &[Key::Down, Key::Enter, Key::Down, Key::Enter]].concat());
    look("similar_refused", &[TO_TRACES, Key::Up, Key::Char('s')]);
}

fn put(text: &str) -> Vec<Key> {
    [TO_TRACES, Key::Char('p')].into_iter().chain(text.chars().map(Key::Char)).collect()
}

#[test]
fn a_record_by_hand() {
    let record = r#"{"model": "opus", "latency_ms": 3, "prompt": "Tell the reader at its end"}"#;
    look("put_empty", &put(""));
    look("put_fits", &put(record));
    look("put_wrong", &put(r#"{"model": "opus", "latency_ms": "fast"}"#));
    look("put_unfinished", &put(r#"{"model": "#));
    look("put_done", &[put(record), vec![Key::Enter]].concat());
}

fn any_key() -> impl Strategy<Value = Key> {
    prop_oneof![
        prop::sample::select(vec![
            Key::Up,
            Key::Down,
            Key::Left,
            Key::Right,
            Key::PageUp,
            Key::PageDown,
            Key::Home,
            Key::End,
            Key::Enter,
            Key::Tab,
            Key::BackTab,
            Key::Backspace,
            Key::Esc,
        ]),
        prop::sample::select(
            "bswfgGFAxpcrv[]?:/nNJK 0123456789kjhl{\"}".chars().map(Key::Char).collect::<Vec<_>>()
        ),
    ]
}

fn hold(state: &State) {
    let (records, topics) = (&state.records, &state.topics);
    assert!(records.scroll.selected < records.extents.total().max(1));
    assert!(topics.scroll.selected < topics.total().max(1));
    drawn(state);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_keys_at_any_size_bring_it_down(
        steps in prop::collection::vec((any_key(), (1_u16..=300, 1_u16..=100)), 1..40),
    ) {
        let mut state = opened(Size { width: 80, height: 24 });
        for (key, (width, height)) in steps {
            update(&mut state, Event::Input(Input::Resize(Size { width, height })));
            press(&mut state, &[key]);
            hold(&state);
        }
    }
}

mod hostile {
    //! Whatever a name, a record or an error holds: no cell of the screen is ever a control.

    use std::sync::Arc;

    use arrow_array::{Array, ArrayRef, BinaryArray, RecordBatch, StringArray, StructArray};
    use ratatui::layout::Size;

    use super::*;
    use crate::tui::data::{Fault, Like, Likes, Rows, Version, Whole};
    use crate::tui::effect::{Effect, Request};
    use crate::tui::event::{Answer, Arrival, Hit, Landing, Sight};
    use crate::tui::picture::opened;
    use crate::tui::sample::now;
    use crate::{BucketCounts, Chunk, TopicCounts, TopicEntry, TopicName};

    /// All bytes, all C1 controls, everything that turns the direction, and what has no width.
    fn poison() -> String {
        let bytes: Vec<u8> = (0..=255).collect();
        let c1: String = ('\u{80}'..='\u{9f}').collect();
        let turning = "\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}\u{200e}\u{200f}\u{61c}";
        let hidden = "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}\u{ad}";
        format!("\u{1b}[2J\u{1b}]0;x\u{7}{c1}{turning}{hidden}{}", String::from_utf8_lossy(&bytes))
    }

    fn topic() -> TopicName {
        TopicName::of_folder(&poison().replace(['/', '\\', '\0'], "")).unwrap()
    }

    fn fault() -> Fault {
        Fault { message: poison(), hint: Some(poison()), missing: false }
    }

    fn batch() -> RecordBatch {
        let values: ArrayRef = Arc::new(StringArray::from(vec![poison()]));
        let field = Arc::new(arrow_schema::Field::new(poison(), values.data_type().clone(), true));
        let inside: ArrayRef = Arc::new(StructArray::from(vec![(field, values.clone())]));
        let bytes: ArrayRef = Arc::new(BinaryArray::from_vec(vec![poison().as_bytes()]));
        let columns = [(poison(), values), ("inside".into(), inside), ("bytes".into(), bytes)];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    fn rows() -> Rows {
        let batch = batch();
        Rows::of_chunk(&Chunk { bucket: 0, offsets: vec![0], buffered: true, batch })
    }

    fn answer(request: &Request, broken: bool) -> Result<Answer, Fault> {
        let bucket = BucketCounts { total_count: 1, next_offset: 1, ..BucketCounts::default() };
        Ok(match request {
            Request::Topics => {
                Answer::Topics(vec![TopicEntry { name: topic(), buckets: 1, foreign: true }])
            }
            _ if broken => return Err(fault()),
            Request::Counts(_) => {
                let buckets = vec![bucket];
                Answer::Counts(
                    TopicCounts { total_count: 1, buckets, ..TopicCounts::default() },
                    now(),
                )
            }
            Request::Page { generation, .. } => Answer::Page {
                rows: rows(),
                took: std::time::Duration::ZERO,
                generation: *generation,
            },
            Request::Record(_) => Answer::Record(Whole::of_row(&batch(), true)),
            Request::Check { .. } => Answer::Checked(Some(poison())),
            Request::Similar { .. } => Answer::Similar(Likes {
                column: poison(),
                columns: vec![poison(), poison()],
                hits: vec![Like {
                    bucket: 0,
                    offset: 0,
                    buffered: true,
                    distance: f32::NAN,
                    text: poison(),
                }],
                searched: 1,
                took: std::time::Duration::ZERO,
            }),
            Request::VersionNumbers(_) => Answer::VersionNumbers(vec![1, 2]),
            Request::Versions { .. } => Answer::Versions(vec![version()]),
            Request::Pin(look) => {
                Answer::Pinned(look.bucket.bucket, Landing::At(Box::new(sight())))
            }
            Request::Find(_) => {
                Answer::Found(Hit { bucket: 0, row: 0, offset: 0, field: poison() })
            }
            Request::Locate(_) | Request::Put { .. } | Request::Flush(_) => return Err(fault()),
            Request::Tail { .. } => Answer::Tail(vec![Arrival::Rows(rows())], now()),
        })
    }

    fn version() -> Version {
        Version {
            number: 2,
            when: now(),
            operation: poison(),
            rows: 1,
            fragments: 1,
            bytes: Some(1),
            tags: vec![poison()],
        }
    }

    fn sight() -> Sight {
        let bucket = BucketCounts { total_count: 1, next_offset: 1, ..BucketCounts::default() };
        Sight {
            version: version(),
            newest: 2,
            counts: TopicCounts { buckets: vec![bucket], ..TopicCounts::default() },
            row: 0,
            pages: Vec::new(),
            took: std::time::Duration::ZERO,
        }
    }

    fn settle(state: &mut State, mut effects: Vec<Effect>, broken: bool) {
        while let Some(effect) = effects.pop() {
            if let Effect::Load { id, slot, request } = effect {
                let result = answer(&request, broken);
                effects.extend(update(state, Event::Answer { slot, id, result }));
            }
        }
    }

    fn check(state: &State, what: &str) {
        for cell in drawn(state).content() {
            let safe = |c: char| {
                !c.is_control() && crate::tui::text::sanitize::clean(&c.to_string()).contains(c)
            };
            assert!(cell.symbol().chars().all(safe), "{what}: {:?}", cell.symbol());
        }
    }

    #[test]
    fn no_text_reaches_the_screen_as_a_control() {
        for (broken, width) in [(false, 120), (false, 200), (true, 120), (true, 60)] {
            let mut state = opened(Size { width, height: 40 });
            state.root = poison();
            let effects = crate::tui::update::start(&mut state);
            settle(&mut state, effects, broken);
            for key in [
                Key::Right,
                Key::Enter,
                Key::Enter,
                Key::Enter,
                Key::End,
                Key::Enter,
                Key::Up,
                Key::Enter,
                Key::Esc,
                Key::Char('g'),
                Key::Char('0'),
                Key::Enter,
                Key::Char('f'),
                Key::Up,
                Key::Enter,
                Key::Esc,
                Key::Char('s'),
                Key::Esc,
                Key::Char('c'),
                Key::Esc,
                Key::Char('/'),
                Key::Char('a'),
                Key::Enter,
                Key::Char('n'),
                Key::Char('F'),
                Key::Char('A'),
                Key::Esc,
                Key::Char('w'),
                Key::Esc,
                Key::Char('v'),
                Key::Enter,
                Key::Char(']'),
                Key::Esc,
                Key::Char('?'),
            ] {
                let effects = update(&mut state, Event::Input(Input::Key(key)));
                settle(&mut state, effects, broken);
                check(&state, &format!("{key}, {broken}"));
            }
        }
    }

    #[test]
    fn a_list_that_cannot_be_read_and_a_hostile_prompt_are_shown_safely() {
        let mut state = opened(Size { width: 80, height: 24 });
        let effects = crate::tui::update::start(&mut state);
        for effect in effects {
            if let Effect::Load { id, slot, .. } = effect {
                update(&mut state, Event::Answer { slot, id, result: Err(fault()) });
            }
        }
        check(&state, "list");
        let mut state = opened(Size { width: 80, height: 24 });
        press(&mut state, &[TO_TRACES, Key::Char('g')]);
        update(&mut state, Event::Input(Input::Paste(poison())));
        press(&mut state, &[Key::Enter]);
        check(&state, "prompt");
        let mut state = opened(Size { width: 80, height: 24 });
        press(&mut state, &[TO_TRACES, Key::Char('p')]);
        for text in [poison(), format!("{{\"{}\": 1}}", poison().escape_default())] {
            let effects = update(&mut state, Event::Input(Input::Paste(text)));
            settle(&mut state, effects, false);
            check(&state, "draft");
            let effects = update(&mut state, Event::Input(Input::Key(Key::Enter)));
            settle(&mut state, effects, false);
            check(&state, "put");
            for _ in 0..400 {
                update(&mut state, Event::Input(Input::Key(Key::Left)));
                check(&state, "cursor");
            }
        }
    }
}
