//! `put --ack`: each record is answered with its bucket and offset, once it is put.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, Stdio};

use crate::program::{Running, Test, lines};

/// A `put` that reads a pipe which stays open.
pub(crate) fn piped(test: &Test, args: &[&str]) -> (Running, ChildStdin) {
    let mut command = test.command(args);
    command.stdin(Stdio::piped());
    let mut put = Running::start(command);
    let pipe = put.child.stdin.take().unwrap();
    (put, pipe)
}

#[test]
fn each_record_is_answered_while_the_pipe_stays_open() {
    let test = Test::new();
    for durability in ["memory", "os", "always", "100"] {
        let args = ["put", durability, "--ack", "--durability", durability];
        let (put, mut pipe) = piped(&test, &args);
        for n in 0..5 {
            writeln!(pipe, "{{\"n\":{n}}}").unwrap();
            assert_eq!(put.line(), format!("0 {n}"));
        }
        drop(pipe);
        let (code, said) = put.end();
        assert_eq!(code, Some(0), "{said}");
        assert!(said.starts_with("put 5 records into "), "narration is on stderr: {said}");
    }
}

#[test]
fn offsets_go_on_where_an_earlier_put_ended() {
    let test = Test::new().topic("t", "{\"n\":0}\n{\"n\":1}\n");
    test.run(["put", "t", "--ack", "--record", "{\"n\":2}"]).code(0).stdout("0 2\n");
}

#[test]
fn answers_come_in_the_order_of_the_input_whatever_the_buckets() {
    let test = Test::new().file("t.jsonl", lines(500, |n| format!("{{\"id\":{n}}}")));
    let ran = test.run(["put", "t", "t.jsonl", "--buckets", "4", "--ack"]).code(0);
    let stored = test.run(["get", "t", "--limit", "1000", "--with-offset"]).code(0).json_lines();
    let places: HashMap<u64, String> = stored
        .iter()
        .map(|r| (r["id"].as_u64().unwrap(), format!("{} {}", r["_bucket"], r["_offset"])))
        .collect();
    let answered: Vec<&str> = ran.stdout.lines().collect();
    let expected: Vec<&str> = (0..500).map(|id| places[&id].as_str()).collect();
    assert_eq!(answered, expected);
}

#[test]
fn a_refused_record_has_no_answer() {
    let test = Test::new();
    test.run_with(
        ["put", "t", "--ack", "--on-error", "skip"],
        "{\"n\":1}\n{\"n\":\"x\"}\n{\"n\":3}\n",
    )
    .code(0)
    .stdout("0 0\n0 1\n")
    .stderr_contains("stdin, line 2: ");
}

#[test]
fn a_reader_that_is_gone_ends_it_at_once_and_what_was_put_is_kept() {
    let test = Test::new();
    let mut command = test.command(["put", "t", "--ack"]);
    command.stdin(Stdio::piped());
    let mut put = command.spawn().unwrap();
    let mut pipe = put.stdin.take().unwrap();
    let mut answers = BufReader::new(put.stdout.take().unwrap());
    pipe.write_all(b"{\"n\":1}\n").unwrap();
    let mut answer = String::new();
    answers.read_line(&mut answer).unwrap();
    assert_eq!(answer, "0 0\n");
    drop(answers);
    // Nothing more is put, so no write could tell it.
    assert_eq!(put.wait().unwrap().code(), Some(0));
    drop(pipe);
    assert_eq!(test.records("t").len(), 1);
}
