//! Ctrl-C: what was put is flushed and said.

use std::io::Write as _;
use std::process::Stdio;
use std::time::Instant;

use crate::program::{PATIENCE, Running, Test};

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
