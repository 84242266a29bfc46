//! A process that is stopped while it holds a lock: the others wait, say for whom, and read on; nothing is lost.

use std::io::Write as _;
use std::process::{ChildStdin, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use serde_json::json;

use crate::program::{Running, Test};
use crate::put_ack::piped;

/// A `put` that stops itself at a point.
fn stopping(test: &Test, args: &[&str], point: &str) -> (Running, ChildStdin) {
    let mut command = test.command(args);
    command.stdin(Stdio::piped()).env("LANCEQ_STOP", point);
    let mut put = Running::start(command);
    let pipe = put.child.stdin.take().unwrap();
    (put, pipe)
}

fn pid(process: &Running) -> Pid {
    Pid::from_raw(i32::try_from(process.child.id()).unwrap()).unwrap()
}

fn until_it_stops(process: &Running) {
    let found = waitpid(Some(pid(process)), WaitOptions::UNTRACED).unwrap();
    assert!(found.is_some_and(|(_, status)| status.stopped()), "it ended: {found:?}");
}

fn wake(process: &Running) {
    kill_process(pid(process), Signal::CONT).unwrap();
}

/// Fails after the timeout, and names the process that holds the lock.
fn is_kept_out(test: &Test, args: &[&str], holder: &Running, lock: &str) {
    let begun = Instant::now();
    let pid = holder.child.id();
    let args: Vec<&str> = args.iter().copied().chain(["--lock-timeout", "0.3"]).collect();
    test.run(args)
        .code(1)
        .stderr_contains(&format!("process {pid} "))
        .stderr_contains(&format!("has held the {lock} lock for longer than 300 ms"))
        .stderr_contains(&format!("`kill -CONT {pid}` wakes one that was stopped"));
    assert!(begun.elapsed() >= Duration::from_millis(300), "it did not wait");
}

#[test]
fn a_process_stopped_with_the_append_lock_is_named_and_goes_on_where_it_stood() {
    let test = Test::new().topic("t", "{\"n\":0}\n");
    let (holder, mut pipe) = stopping(&test, &["put", "t", "--ack"], "put.locked:2");
    pipe.write_all(b"{\"n\":1}\n").unwrap();
    assert_eq!(holder.line(), "0 1");
    pipe.write_all(b"{\"n\":2}\n").unwrap();
    until_it_stops(&holder);

    is_kept_out(&test, &["put", "t", "--record", "{\"n\":7}"], &holder, "append");
    is_kept_out(&test, &["flush", "t"], &holder, "append");
    assert_eq!(test.records("t"), [json!({"n": 0}), json!({"n": 1})], "reads go on");
    let (waiting, mut to_waiting) = piped(&test, &["put", "t", "--ack"]);
    to_waiting.write_all(b"{\"n\":3}\n").unwrap();

    wake(&holder);
    assert_eq!(holder.line(), "0 2");
    assert_eq!(waiting.line(), "0 3");
    drop((pipe, to_waiting));
    assert_eq!((holder.end().0, waiting.end().0), (Some(0), Some(0)));
    let expected: Vec<_> = (0..4).map(|n| json!({"n": n})).collect();
    assert_eq!(test.records("t"), expected);
    test.run(["put", "t", "--record", "{\"n\":4}"])
        .code(0)
        .stderr("put 1 record into t (flushed, version 4)\n");
}

#[test]
fn a_process_stopped_with_the_flush_lock_keeps_nobody_from_putting_and_reading() {
    let test = Test::new().topic("t", "{\"n\":0}\n");
    let (beside, mut to_beside) = piped(&test, &["put", "t", "--ack"]);
    to_beside.write_all(b"{\"n\":1}\n").unwrap();
    assert_eq!(beside.line(), "0 1");
    let args = ["put", "t", "--ack", "--flush-threshold", "2"];
    let (holder, mut pipe) = stopping(&test, &args, "flush.staged");
    pipe.write_all(b"{\"n\":2}\n").unwrap();
    until_it_stops(&holder);

    for n in 3..6 {
        writeln!(to_beside, "{{\"n\":{n}}}").unwrap();
        assert_eq!(beside.line(), format!("0 {n}"), "who writes already puts on");
    }
    is_kept_out(&test, &["put", "t", "--record", "{\"n\":7}"], &holder, "flush");
    is_kept_out(&test, &["flush", "t"], &holder, "flush");
    let expected: Vec<_> = (0..6).map(|n| json!({"n": n})).collect();
    assert_eq!(test.records("t"), expected, "reads go on");

    wake(&holder);
    assert_eq!(holder.line(), "0 2");
    drop((pipe, to_beside));
    assert_eq!((holder.end().0, beside.end().0), (Some(0), Some(0)));
    assert_eq!(test.records("t"), expected);
}

#[test]
fn a_process_that_is_killed_while_it_is_stopped_lets_go_of_its_locks() {
    for point in ["put.locked:2", "flush.staged"] {
        let test = Test::new().topic("t", "{\"n\":0}\n");
        let args = ["put", "t", "--ack", "--flush-threshold", "2"];
        let (holder, mut pipe) = stopping(&test, &args, point);
        pipe.write_all(b"{\"n\":1}\n").unwrap();
        assert_eq!(holder.line(), "0 1");
        pipe.write_all(b"{\"n\":2}\n").unwrap();
        until_it_stops(&holder);
        holder.kill();
        test.run(["put", "t", "--record", "{\"n\":3}", "--lock-timeout", "0"]).code(0);
        let found: Vec<_> = test.records("t").iter().map(|r| r["n"].as_u64().unwrap()).collect();
        // The second record was never acknowledged; where its flush had begun it was in the log.
        let expected = if point.starts_with("put") { vec![0, 1, 3] } else { vec![0, 1, 2, 3] };
        assert_eq!(found, expected, "{point}");
    }
}
