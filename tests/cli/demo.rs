//! The demo: writers that end with whoever started them.

use std::fs;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::console::{Console, command};
use crate::program::{Running, Test};

#[test]
fn headless_it_writes_three_topics_and_says_how_much() {
    let test = Test::new();
    test.run(["demo", "--headless", "2", "--root", "here"])
        .code(0)
        .stdout("")
        .stderr_contains("put and flushed ")
        .stderr_contains("here");
    let listed = test.run(["ls", "--json", "--root", "here"]).code(0).json();
    let topics: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|t| (t["topic"].as_str().unwrap(), t["buckets"].as_u64().unwrap()))
        .collect();
    assert_eq!(topics, [("events", 4), ("metrics", 1), ("traces", 1)]);
    assert!(
        listed.as_array().unwrap().iter().all(|t| t["total_count"].as_u64() > Some(3)),
        "{listed}"
    );
    let trace =
        test.run(["get", "traces", "--limit", "1", "--root", "here"]).json_lines().remove(0);
    assert!(
        trace["prompt"].as_str().unwrap().len() > 10 && trace["usage"]["input"].is_u64(),
        "{trace}"
    );
    let length: f64 =
        trace["embedding"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap().powi(2)).sum();
    assert!((length - 1.0).abs() < 1e-3, "a unit vector");
}

#[test]
fn the_writers_stop_when_their_parents_pipe_closes() {
    let test = Test::new();
    let mut command =
        test.command(["demo", "--headless", "86400", "--until-stdin-ends", "--root", "here"]);
    command.stdin(Stdio::piped());
    let mut writers = Running::start(command);
    assert!(writers.said().starts_with("writing to "));
    drop(writers.child.stdin.take());
    let (code, said) = writers.end();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn never_where_somebody_keeps_records() {
    let test = Test::new().topic("t", "{\"n\":1}\n");
    let temporary = test.path("tmp");
    fs::create_dir(&temporary).unwrap();
    let mut command = test.command(["demo", "--headless", "0.1"]);
    command.env("LANCEQ_ROOT", test.path("queue_storage")).env("TMPDIR", &temporary);
    assert!(command.output().unwrap().status.success());
    assert!(!test.has_topic("traces"));
    assert_eq!(
        fs::read_dir(&temporary).unwrap().count(),
        1,
        "a headless demo leaves its root to be looked at"
    );
}

#[test]
fn in_a_terminal_it_shows_live_traces_and_leaves_nothing_behind() {
    let test = Test::new();
    let mut console = Console::start(command(&test, ["demo", "--no-tour"]));
    console.shows("t-0000");
    assert!(!console.has("tour ·"));
    console.type_in("\x03");
    assert_eq!(console.end(), 0);
    console.is_as_it_was();
    assert_eq!(fs::read_dir(test.path(".")).unwrap().count(), 0, "the temporary root is gone");
}

#[test]
fn the_tour_goes_on_with_what_is_done_and_one_key_skips_it() {
    let test = Test::new();
    let mut console = Console::start(command(&test, ["demo"]));
    console.shows("tour · 1 of 5");
    console.shows("▶  traces");
    for (keys, place) in [("\r", "2 of 5"), ("f", "3 of 5"), ("\r", "4 of 5"), ("F", "5 of 5")] {
        console.type_in(keys);
        // A tail without a record has none to be looked at.
        console.sees(|screen| {
            let shown = screen.contents();
            shown.contains(&format!("tour · {place}")) && shown.contains("t-0")
        });
    }
    console.type_in("T");
    console.sees(|screen| !screen.contents().contains("tour ·"));
    console.type_in("\x03");
    assert_eq!(console.end(), 0);
    console.is_as_it_was();
}

#[test]
fn writers_that_end_first_are_told_in_the_explorer_and_after_it() {
    let test = Test::new();
    let mut console = Console::start(command(&test, ["demo", "--no-tour"]));
    console.shows("t-0000");
    kill_process(only_child_of(console.id()), Signal::KILL).unwrap();
    console.shows("the demo's writers have ended: signal: 9");
    console.type_in("\x03");
    assert_eq!(console.end(), 1);
    assert!(console.has("error: the demo's writers have ended"));
}

fn only_child_of(parent: Pid) -> Pid {
    let listed = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().unwrap();
    let parent = parent.as_raw_nonzero().get();
    let children: Vec<i32> = String::from_utf8(listed.stdout)
        .unwrap()
        .lines()
        .map(|line| line.split_whitespace().map(|id| id.parse().unwrap()).collect::<Vec<i32>>())
        .filter(|ids| ids[1] == parent)
        .map(|ids| ids[0])
        .collect();
    assert_eq!(children.len(), 1, "{children:?}");
    Pid::from_raw(children[0]).unwrap()
}
