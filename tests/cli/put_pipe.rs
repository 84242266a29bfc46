//! Pipes: records are put as they come.

use std::io::Write;
use std::process::Stdio;

use serde_json::json;

use crate::program::{Running, Test};

#[test]
fn a_pipes_schema_is_that_of_its_first_record_and_grows() {
    let test = Test::new();
    test.run_with(["put", "t"], "{\"a\":1}\n\n{\"a\":2,\"b\":\"x\"}\n").code(0);
    test.run(["get", "t"]).stdout("{\"a\":1,\"b\":null}\n{\"a\":2,\"b\":\"x\"}\n");
    test.run_with(["put", "t", "-"], "{\"a\":1.5}\n")
        .code(1)
        .stderr_contains("error: stdin, line 1: field `a`: expected int64, found real 1.5");
}

#[test]
fn a_pipe_that_breaks_says_how_many_were_put_and_where_it_stopped() {
    let test = Test::new();
    test.run_with(["put", "t"], "{\"a\":1}\n{\"a\":2}\n{\"a\":\n{\"a\":4}\n")
        .code(1)
        .stderr_contains("stopped: put 2 records into t (flushed, version 2)\n")
        .stderr_contains("error: stdin, line 3, column ");
    test.run(["get", "t"]).stdout("{\"a\":1}\n{\"a\":2}\n");
}

#[test]
fn a_pipe_may_hold_an_array() {
    let test = Test::new();
    test.run_with(["put", "t"], " [ {\"a\":1},\n{\"a\":2} ]").code(0);
    test.run(["get", "t"]).stdout("{\"a\":1}\n{\"a\":2}\n");
    test.run_with(["put", "t"], "[{\"a\":3},")
        .code(1)
        .stderr_contains("stopped: put 1 record into t")
        .stderr_contains("the array is cut short");
}

#[test]
fn a_record_is_put_while_the_pipe_stays_open() {
    let test = Test::new();
    let mut command = test.command(["put", "t", "--flush-threshold", "1"]);
    command.stdin(Stdio::piped());
    let mut put = Running::start(command);
    let mut pipe = put.child.stdin.take().unwrap();
    pipe.write_all(b"{\"a\":1}\n").unwrap();
    let begun = std::time::Instant::now();
    while !test.run(["get", "t"]).stdout.contains("{\"a\":1}") {
        assert!(begun.elapsed() < crate::program::PATIENCE, "the record was never put");
    }
    drop(pipe);
    let (code, said) = put.end();
    assert_eq!((code, said.as_str()), (Some(0), "put 1 record into t (flushed, version 2)"));
}

#[test]
fn dead_letters_of_a_pipe_are_named_after_the_topic() {
    let test = Test::new();
    test.run_with(["put", "t", "-", "--on-error", "dead-letter"], "{\"a\":1}\n{\"a\":\"x\"}\n")
        .code(0)
        .stderr_contains("t.rejected.jsonl");
    assert!(test.path("t.rejected.jsonl").exists());
}

#[test]
fn csv_from_a_pipe_is_kept_aside_first() {
    let test = Test::new();
    test.run_with(["put", "t", "--input-format", "csv"], "id,n\na,1\nb,2.5\n")
        .code(0)
        .stderr_contains("note: reading stdin into a temporary file first");
    assert_eq!(test.records("t"), [json!({"id": "a", "n": 1.0}), json!({"id": "b", "n": 2.5})]);
}

#[test]
fn one_record_may_stand_on_the_command_line() {
    let test = Test::new();
    test.run(["put", "t", "--record", "{\"a\":1}"])
        .code(0)
        .stderr("put 1 record into t (flushed, version 2)\n");
    test.run(["put", "t", "--record", "{\"a\":"])
        .code(1)
        .stderr_contains("error: --record: line 1, column ");
    test.run(["put", "t", "--record", "{\"a\":\"x\"}"])
        .code(1)
        .stderr_contains("error: --record: field `a`: expected int64, found text \"x\"");
    test.run(["put", "t", "--record", "{\"a\":\"2\"}", "--coerce"]).code(0);
    test.run(["get", "t"]).stdout("{\"a\":1}\n{\"a\":2}\n");
}

#[test]
fn without_any_input_nothing_is_put() {
    let test = Test::new();
    test.run(["put", "t"]).code(1).stderr("error: stdin is empty: there is no record in it\n");
    test.run_with(["put", "t"], "\n \n").code(1).stderr_contains("stdin is empty");
    assert!(!test.has_topic("t"));
}
