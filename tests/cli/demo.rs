//! The demo: writers that end with whoever started them.

use std::fs;
use std::io::{Read, Write};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::program::{PATIENCE, PROGRAM, Running, Test};

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
    let temporary = test.path("tmp");
    fs::create_dir(&temporary).unwrap();
    let pair =
        native_pty_system().openpty(PtySize { rows: 30, cols: 110, ..PtySize::default() }).unwrap();
    let mut command = CommandBuilder::new(PROGRAM);
    command.arg("demo");
    command.env("TMPDIR", &temporary);
    command.env("TERM", "xterm-256color");
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let output = bytes_of(pair.master.try_clone_reader().unwrap());
    let mut keys = pair.master.take_writer().unwrap();
    let mut screen = vt100::Parser::new(30, 110, 0);
    wait_for(&mut screen, &output, "t-0000");
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(begun.elapsed() < PATIENCE, "it never ended:\n{}", screen.screen().contents());
        keys.write_all(b"q").ok();
        if let Ok(bytes) = output.recv_timeout(Duration::from_millis(200)) {
            screen.process(&bytes);
        }
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0, "the temporary root is gone");
}

fn bytes_of(mut reader: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, output) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(read @ 1..) = reader.read(&mut bytes) {
            if sender.send(bytes[..read].to_vec()).is_err() {
                return;
            }
        }
    });
    output
}

fn wait_for(screen: &mut vt100::Parser, output: &Receiver<Vec<u8>>, text: &str) {
    let begun = Instant::now();
    while !screen.screen().contents().contains(text) {
        match output.recv_timeout(Duration::from_millis(100)) {
            Ok(bytes) => screen.process(&bytes),
            Err(RecvTimeoutError::Timeout) if begun.elapsed() < PATIENCE => {}
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                panic!("{text:?} never showed:\n{}", screen.screen().contents())
            }
        }
    }
}
