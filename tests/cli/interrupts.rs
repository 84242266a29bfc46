//! Ctrl-C: what was put is flushed and said.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Instant;

use crate::program::{PATIENCE, PROGRAM, Running, Test, ignores_hang_ups};

#[test]
fn a_pipe_that_is_interrupted_keeps_what_was_put() {
    let test = Test::new();
    let mut command = test.command(["put", "t"]);
    command.stdin(Stdio::piped());
    let mut put = Running::start(command);
    let mut pipe = put.child.stdin.take().unwrap();
    // Both come in one piece, so both are put by the time that the topic is there.
    pipe.write_all(b"{\"n\":1}\n{\"n\":2}\n").unwrap();
    let begun = Instant::now();
    while !test.has_topic("t") {
        assert!(begun.elapsed() < PATIENCE, "nothing was ever put");
        std::thread::yield_now();
    }
    put.interrupt();
    let (code, said) = put.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("interrupted: put 2 records into t (flushed, version "), "{said}");
    assert_eq!(test.records("t").len(), 2);
    drop(pipe);
}

/// Puts a record, is hung up, and is offered another.
#[cfg(target_os = "linux")]
fn hung_up(test: &Test, started_by: &str) -> (Option<i32>, String) {
    let mut command = std::process::Command::new("sh");
    command.args(["-c", started_by, PROGRAM]).current_dir(test.path(".")).env_remove("LANCEQ_ROOT");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut put = Running::start(command);
    let mut pipe = put.child.stdin.take().unwrap();
    pipe.write_all(b"{\"n\":1}\n").unwrap();
    assert_eq!(put.line(), "0 0");
    put.signal(rustix::process::Signal::HUP);
    if !started_by.contains("trap") {
        return put.end();
    }
    pipe.write_all(b"{\"n\":2}\n").unwrap();
    assert_eq!(put.line(), "0 1");
    drop(pipe);
    put.end()
}

#[cfg(target_os = "linux")]
#[test]
fn a_hang_up_stops_cleanly_but_not_what_was_told_to_ignore_it() {
    if !ignores_hang_ups() {
        let test = Test::new();
        let (code, said) = hung_up(&test, "exec \"$0\" put t --ack");
        assert_eq!(code, Some(130), "{said}");
        assert!(said.contains("interrupted: put 1 record into t (flushed, version "), "{said}");
    }
    let test = Test::new();
    let (code, said) = hung_up(&test, "trap '' HUP; exec \"$0\" put t --ack");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(test.records("t").len(), 2);
}
