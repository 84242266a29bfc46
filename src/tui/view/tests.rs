//! Snapshots of the whole screen at the sizes that matter.

use ratatui::buffer::Buffer;
use ratatui::layout::Size;

use crate::tui::event::{Event, Input};
use crate::tui::input::Key;
use crate::tui::picture::{drawn, opened};
use crate::tui::sample::press;
use crate::tui::state::{State, Tour};
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
fn a_record_by_hand() {
    let (down, enter) = (Key::Down, Key::Enter);
    let typed = |text: &str| text.chars().map(Key::Char).collect::<Vec<_>>();
    let open = vec![TO_TRACES, Key::Char('p')];
    look("put_empty", &open);
    let wrong = [&open[..], &typed("t-1"), &[down, down], &typed("fast")].concat();
    look("put_wrong", &wrong);
    let vector = [&[down, down, down], &typed("[0.25, 日本")[..]].concat();
    look(
        "form_vector",
        &[&open[..], &typed("日本語の長い文字列"), &[down, Key::Ctrl('n'), down], &vector].concat(),
    );
    let new = [&typed("t-1")[..], &[down; 6], &typed("tags"), &[enter], &typed("[\"a\"]")].concat();
    look("put_adds", &[&open[..], &new].concat());
    look("put_done", &[&open[..], &typed("t-1"), &[Key::Ctrl('p')]].concat());
}

#[test]
fn a_record_as_json_and_lines_that_were_pasted() {
    let typed = |text: &str| text.chars().map(Key::Char).collect::<Vec<_>>();
    let open = [TO_TRACES, Key::Char('p')];
    let json = [&open[..], &typed("日本語"), &[Key::Ctrl('t')]].concat();
    look("json", &json);
    let broken =
        [&json[..], &[Key::End], &typed(","), &[Key::Enter], &typed("\"latency_ms\": tru")]
            .concat();
    look("json_wrong", &[&broken[..], &[Key::Down], &[Key::Up]].concat());
    for (name, pasted) in [
        ("pasted", "{\"id\": \"1\", \"model\": \"日本\"}\n{\"id\": \"2\", \"zzz\": [1]}\n"),
        (
            "pasted_wrong",
            "{\"id\": \"1\"}\n{\"id\": 2, \"prompt\": \"Is this a duplicate?\"}\n\n{\"id\": tru}\n{\"id\": \"4\"}\n",
        ),
    ] {
        for (width, height) in SIZES {
            let mut state = opened(Size { width, height });
            press(&mut state, &open);
            let effects = update(&mut state, Event::Input(Input::Paste(pasted.into())));
            crate::tui::sample::settle(&mut state, effects);
            insta::assert_snapshot!(format!("{name}_{width}x{height}"), text(&drawn(&state)));
        }
    }
}

#[test]
fn a_tail_that_follows() {
    look("tail", &[TO_TRACES, Key::Char('f')]);
}

#[test]
fn a_tail_of_two_topics() {
    let tick = [Key::Down, Key::Down, Key::Char(' '), TO_TRACES, Key::Char('f')];
    look("tail_together", &tick);
    look("tail_muted", &[&tick[..], &[Key::Up, Key::Char('M')]].concat());
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
fn what_is_asked_for() {
    let typed = |text: &str| text.chars().map(Key::Char).collect::<Vec<_>>();
    let open = [TO_TRACES, Key::Enter];
    let text = [&open[..], &typed("&haiku"), &[Key::Enter]].concat();
    look("filtered", &text);
    let cell = [&text[..], &[Key::Down, Key::Right, Key::Char('!'), Key::End]].concat();
    look("filtered_twice", &cell);
    look("filter_prompt", &[&open[..], &typed("&model = 'op")].concat());
    look("filter_wrong", &[&open[..], &typed("&latency > 90"), &[Key::Enter]].concat());
    look("filter_nothing", &[&open[..], &typed("&no such text"), &[Key::Enter]].concat());
    let right = Key::Right;
    look("sorted", &[&open[..], &[right, right, Key::Char('o')]].concat());
    look("filtered_tail", &[&text[..], &[Key::Char('f')]].concat());
}

#[test]
fn the_marked_records() {
    let (mark, down) = (Key::Char('m'), Key::Down);
    look("marks", &[TO_TRACES, Key::Enter, mark, down, down, mark, Key::Char('\'')]);
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
    let down = Key::Down;
    look("versions_tagged", &[TO_TRACES, Key::Char('v'), down, down, down]);
    look("versions_middle", &[TO_TRACES, Key::Char('v'), Key::Right, Key::End, Key::PageUp]);
}

#[test]
fn what_differs_between_two_versions() {
    let marked = [TO_TRACES, Key::Char('v'), Key::Char('m'), Key::Down, Key::Down];
    look("versions_marked", &marked);
    look("diff", &[&marked[..], &[Key::Char('d')]].concat());
    look("diff_added", &[TO_TRACES, Key::Char('v'), Key::Char('d'), Key::PageDown]);
}

#[test]
fn what_would_be_done_to_a_version() {
    let versions = [TO_TRACES, Key::Char('v'), Key::Down, Key::Down, Key::Down];
    look("restore", &[&versions[..], &[Key::Char('R')]].concat());
    look("untag", &[&versions[..], &[Key::Char('u')]].concat());
    look("tag", &[&versions[..], &[Key::Char('t'), Key::Char('x')]].concat());
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
    let marked = [TO_TRACES, Key::Enter, Key::Char('m'), Key::Down, Key::Char('m')];
    let marked = [&marked[..], &[Key::Down, Key::Char('m'), Key::Char('\'')]].concat();
    look("marks_similar", &[&marked[..], &[Key::Char('s'), Key::Down]].concat());
    look("similar_refused", &[Key::Down, Key::Enter, Key::Char('s')]);
}

#[test]
fn branches_and_one_that_is_read() {
    // `metrics` is the third topic from the end.
    let to_metrics = [Key::End, Key::Up, Key::Up, Key::Enter, Key::Char('v')];
    look("versions_branched", &to_metrics);
    look("branches", &[&to_metrics[..], &[Key::Char('b')]].concat());
    look("branch", &[&to_metrics[..], &[Key::Char('b'), Key::Down, Key::Enter]].concat());
}

#[test]
fn a_mark_is_of_the_buckets_own_record_and_not_of_one_that_a_branch_has_at_its_offset() {
    let mut state = opened(Size { width: 120, height: 40 });
    let marked = |state: &State| text(&drawn(state)).lines().any(|line| line.contains("■◆"));
    press(&mut state, &[Key::End, Key::Up, Key::Up, Key::Enter, Key::Char('m')]);
    assert!(marked(&state));
    press(&mut state, &[Key::Char('v'), Key::Char('b'), Key::Down, Key::Enter]);
    assert!(state.records.branch().is_some() && !marked(&state));
    press(&mut state, &[Key::Esc]);
    assert!(marked(&state));
}

fn words(text: &str) -> Vec<Key> {
    let typed = text.chars().map(Key::Char);
    [TO_TRACES, Key::Enter, Key::Char('W')].into_iter().chain(typed).collect()
}

#[test]
fn records_that_have_words_and_the_words_that_are_typed() {
    let enter = [Key::Enter];
    look("words_typed", &words("bug function"));
    look("words_refused", &[&words("bug \"that"), &enter[..]].concat());
    look("words_found", &[&words("bug function"), &enter[..]].concat());
    let other = [Key::Enter, Key::Right, Key::Down, Key::Char('/')];
    look("words_other", &[&words("bug function"), &other[..]].concat());
    look("words_nothing", &[&words("zebra"), &enter[..]].concat());
}

#[test]
fn a_tour_has_lines_of_its_own() {
    for (width, height) in SIZES {
        let mut state = opened(Size { width, height });
        state.tour = Some(Tour::default());
        press(&mut state, &[TO_TRACES, Key::Enter]);
        insta::assert_snapshot!(format!("tour_{width}x{height}"), text(&drawn(&state)));
    }
}

#[test]
fn columns_to_choose_from_and_those_that_were_arranged() {
    let arranged = [&[TO_TRACES, Key::Enter], &typed("l-lzl>")[..]].concat();
    look("columns_arranged", &arranged);
    look("columns_list", &[&arranged[..], &typed("C")].concat());
    look("columns_typed", &[&arranged[..], &typed("Cm")].concat());
}

#[test]
fn what_may_be_copied() {
    look("copy_menu", &[&[TO_TRACES, Key::Enter], &typed("y")[..]].concat());
    look("code_menu", &[&[TO_TRACES], &typed("fY")[..]].concat());
    look("copied", &[&[TO_TRACES, Key::Enter], &typed("yr")[..]].concat());
}

#[test]
fn the_commands_and_what_was_said() {
    look("commands", &[&[TO_TRACES, Key::Enter], &typed(":")[..]].concat());
    look("commands_typed", &[&[TO_TRACES, Key::Enter], &typed(":ver")[..]].concat());
    look("log", &[&[TO_TRACES, Key::Enter], &typed("]yr-")[..], &[Key::F(4)]].concat());
}

#[test]
fn lines_of_ascii() {
    let mut state = opened(Size { width: 80, height: 24 });
    state.look.ascii = true;
    press(&mut state, &[&[TO_TRACES, Key::Enter], &typed("zf")[..]].concat());
    insta::assert_snapshot!("ascii_80x24", text(&drawn(&state)));
}

fn typed(text: &str) -> Vec<Key> {
    text.chars().map(Key::Char).collect()
}

#[test]
fn what_leaves_the_explorer_and_what_keeps_topics_in_order() {
    let open = |keys: &str| {
        let key = |c| if c == '\n' { Key::Enter } else { Key::Char(c) };
        let keys = keys.chars().map(key);
        [TO_TRACES, Key::Enter].into_iter().chain(keys).collect::<Vec<_>>()
    };
    look("export", &open("jme"));
    look("exported", &open("e\n"));
    look("compact", &open("vC"));
    look("compacted", &open("vC\n"));
    look("storage", &open("D"));
    look("rename", &[TO_TRACES, Key::Char('R'), Key::Char('x')]);
    look("delete", &[TO_TRACES, Key::Char('X'), Key::Char('t'), Key::Enter]);
    look("done", &open("Fvtgood\nvC\nU"));
    look("read_only", &[open(""), vec![Key::F(6), Key::Char('p')]].concat());
}
