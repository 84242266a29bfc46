//! `tail`: new records as they come.

use std::io::{BufRead as _, BufReader};
use std::time::Instant;

use crate::program::{Running, Test, lines};

fn three() -> Test {
    Test::new().topic("t", "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n")
}

#[test]
fn it_starts_where_it_is_told_and_ends_when_nothing_comes() {
    let test = three();
    for (from, lines) in [
        ("start", "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n"),
        ("1", "{\"n\":1}\n{\"n\":2}\n"),
        ("-1", "{\"n\":2}\n"),
        ("-99", "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n"),
        ("end", ""),
        ("99", ""),
    ] {
        test.run(["tail", "t", "--from", from, "--timeout", "0.1"]).code(0).stdout(lines);
    }
}

#[test]
fn what_is_there_already_is_printed_however_short_the_timeout() {
    three()
        .run(["tail", "t", "--from", "start", "--timeout", "0"])
        .code(0)
        .stdout("{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n");
}

#[test]
fn a_limit_ends_it_at_once() {
    let begun = Instant::now();
    three()
        .run(["tail", "t", "--from", "start", "--limit", "2"])
        .code(0)
        .stdout("{\"n\":0}\n{\"n\":1}\n");
    assert!(begun.elapsed() < crate::program::PATIENCE);
}

#[test]
fn records_of_another_process_arrive_line_by_line() {
    let test = three();
    let tail = Running::start(test.command(["tail", "t", "--from", "-1", "--with-offset"]));
    assert_eq!(tail.line(), "{\"_bucket\":0,\"_offset\":2,\"_buffered\":false,\"n\":2}");
    for n in 3..6 {
        test.run(["put", "t", "--record", &format!("{{\"n\":{n}}}")]).code(0);
        // It shows when it is put, which is before its flush; a slow reader may see it after.
        let shown = tail.line().replace("\"_buffered\":true", "\"_buffered\":false");
        assert_eq!(
            shown,
            format!("{{\"_bucket\":0,\"_offset\":{n},\"_buffered\":false,\"n\":{n}}}")
        );
    }
    tail.interrupt();
    assert_eq!(tail.end(), (Some(130), String::new()), "Ctrl-C ends it quietly");
}

#[test]
fn one_bucket_can_be_followed_alone() {
    let lines = lines(50, |n| format!("{{\"id\":{n}}}"));
    let test = Test::new().file("t.jsonl", lines);
    test.run(["put", "t", "t.jsonl", "--buckets", "2"]).code(0);
    let args = ["tail", "t", "--from", "start", "--timeout", "0", "--bucket", "1", "--with-offset"];
    let found = test.run(args).json_lines();
    assert!(!found.is_empty() && found.iter().all(|r| r["_bucket"] == 1));
}

#[test]
fn a_reader_that_is_gone_ends_it_at_once() {
    let test = three();
    let mut tail = test.command(["tail", "t", "--from", "-1"]).spawn().unwrap();
    let mut reader = BufReader::new(tail.stdout.take().unwrap());
    let mut first = String::new();
    reader.read_line(&mut first).unwrap();
    assert_eq!(first, "{\"n\":2}\n");
    drop(reader);
    // No record comes any more, so no write could tell it.
    let done = tail.wait_with_output().unwrap();
    assert_eq!((done.status.code(), done.stderr), (Some(0), Vec::new()));
}
