//! What the shared log promises on the command line: what one process buffers, all see, any flushes,
//! and no kill takes away.

use std::io::Write as _;

use serde_json::json;

use crate::program::{Running, Test, lines};
use crate::put_ack::piped;

/// A topic `t` with two records that stay in the log.
fn unflushed() -> Test {
    let test = Test::new();
    test.run_with(["put", "t", "--no-flush"], "{\"n\":0}\n{\"n\":1}\n")
        .code(0)
        .stderr("put 2 records into t (in the log; `lanceq flush t` makes a version of it)\n");
    test
}

#[test]
fn what_is_not_flushed_is_there_for_every_other_process() {
    let test = unflushed();
    test.run(["get", "t", "--with-offset"]).code(0).stdout(
        "{\"_bucket\":0,\"_offset\":0,\"_buffered\":true,\"n\":0}\n\
         {\"_bucket\":0,\"_offset\":1,\"_buffered\":true,\"n\":1}\n",
    );
    let listed = test.run(["ls", "--json"]).code(0).json();
    assert_eq!((&listed[0]["total_count"], &listed[0]["buffer_count"]), (&json!(2), &json!(2)));
    let stats = test.run(["stats", "t", "--json"]).code(0).json();
    assert!(stats["buckets"][0]["wal_bytes"].as_u64().unwrap() > 0, "{stats}");
}

#[test]
fn any_process_flushes_what_another_has_buffered() {
    let test = unflushed();
    test.run(["flush", "t"]).code(0).stderr_contains("t: flushed 2 records (version ");
    test.run(["flush", "t"]).code(0).stderr("t: nothing was buffered\n");
    let found = test.run(["get", "t", "--with-offset"]).code(0).json_lines();
    assert!(found.len() == 2 && found.iter().all(|r| r["_buffered"] == false), "{found:?}");
    test.run(["put", "t", "--no-flush", "--record", "{\"n\":2}"]).code(0);
    test.run(["flush"]).code(0).stderr_contains("t: flushed 1 record (version ");
}

#[test]
fn one_bucket_can_be_flushed_alone() {
    let test = Test::new();
    let records = lines(40, |id| format!("{{\"id\":{id}}}"));
    test.run_with(["put", "t", "--buckets", "2", "--no-flush"], records).code(0);
    test.run(["flush", "t", "--bucket", "1"]).code(0).stderr_contains("t: flushed ");
    let stats = test.run(["stats", "t", "--json"]).code(0).json();
    assert_eq!(stats["buckets"][1]["buffer_count"], 0);
    assert_eq!(stats["buckets"][0]["buffer_count"], stats["buckets"][0]["total_count"]);
}

#[test]
fn the_threshold_flushes_also_without_the_last_flush() {
    let test = Test::new();
    let records = lines(25, |n| format!("{{\"n\":{n}}}"));
    test.run_with(["put", "t", "--no-flush", "--flush-threshold", "10"], records).code(0);
    let stats = test.run(["stats", "t", "--json"]).code(0).json();
    assert_eq!(stats["total_count"], 25);
    assert!(stats["persisted_count"].as_u64().unwrap() >= 10, "{stats}");
}

#[test]
fn a_running_put_is_seen_at_once_and_flushed_by_another_process() {
    let test = Test::new();
    let (put, mut pipe) = piped(&test, &["put", "t", "--ack"]);
    pipe.write_all(b"{\"n\":0}\n").unwrap();
    assert_eq!(put.line(), "0 0");
    test.run(["get", "t"]).code(0).stdout("{\"n\":0}\n");
    test.run(["flush", "t"]).code(0).stderr_contains("t: flushed 1 record (version ");
    pipe.write_all(b"{\"n\":1}\n").unwrap();
    assert_eq!(put.line(), "0 1");
    drop(pipe);
    assert_eq!(put.end().0, Some(0));
    test.run(["get", "t"]).stdout("{\"n\":0}\n{\"n\":1}\n");
}

#[test]
fn two_processes_put_into_one_topic_beside_each_other() {
    let test = Test::new().topic("t", "{\"n\":0}\n");
    let (one, mut to_one) = piped(&test, &["put", "t", "--ack"]);
    let (other, mut to_other) = piped(&test, &["put", "t", "--ack"]);
    for n in [1, 3, 5] {
        writeln!(to_one, "{{\"n\":{n}}}").unwrap();
        assert_eq!(one.line(), format!("0 {n}"));
        writeln!(to_other, "{{\"n\":{}}}", n + 1).unwrap();
        assert_eq!(other.line(), format!("0 {}", n + 1));
    }
    drop((to_one, to_other));
    assert_eq!((one.end().0, other.end().0), (Some(0), Some(0)));
    let expected: Vec<_> = (0..7).map(|n| json!({"n": n})).collect();
    assert_eq!(test.records("t"), expected);
}

#[test]
fn what_was_answered_survives_a_kill() {
    for durability in ["os", "always", "1000"] {
        let test = Test::new();
        let (put, mut pipe) = piped(&test, &["put", "t", "--ack", "--durability", durability]);
        for n in 0..3 {
            writeln!(pipe, "{{\"n\":{n}}}").unwrap();
            assert_eq!(put.line(), format!("0 {n}"));
        }
        put.kill();
        assert_eq!(test.records("t").len(), 3, "{durability}");
        test.run(["flush", "t"]).code(0).stderr_contains("t: flushed 3 records (version ");
        test.run(["put", "t", "--ack", "--record", "{\"n\":3}"]).code(0).stdout("0 3\n");
    }
}

#[test]
fn a_tail_shows_records_before_they_are_flushed() {
    let test = Test::new().topic("t", "{\"n\":0}\n");
    let tail = Running::start(test.command(["tail", "t", "--from", "start", "--with-offset"]));
    assert_eq!(tail.line(), "{\"_bucket\":0,\"_offset\":0,\"_buffered\":false,\"n\":0}");
    test.run(["put", "t", "--no-flush", "--record", "{\"n\":1}"]).code(0);
    assert_eq!(tail.line(), "{\"_bucket\":0,\"_offset\":1,\"_buffered\":true,\"n\":1}");
}

#[test]
fn a_sound_topic_needs_no_repair() {
    let test = unflushed();
    test.run(["repair", "t"]).code(0).stdout("").stderr("t: there is nothing to repair\n");
    test.run(["repair", "t", "--bucket", "0", "--json"]).code(0).stdout("[]\n").stderr("");
}
