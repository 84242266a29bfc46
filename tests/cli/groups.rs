//! `tail --group` and `groups`: a reader that goes on where it committed.

use serde_json::{Value, json};

use crate::program::{Ran, Running, Test, lines};

fn ten() -> Test {
    Test::new().topic("t", &lines(10, |n| format!("{{\"n\":{n}}}")))
}

fn tailed(test: &Test, more: &[&str]) -> Ran {
    let args = ["tail", "t", "--group", "g", "--timeout", "0"];
    test.run(args.iter().chain(more))
}

fn numbers(ran: &Ran) -> Vec<u64> {
    ran.json_lines().iter().map(|record| record["n"].as_u64().unwrap()).collect()
}

#[test]
fn a_group_goes_on_where_it_wrote_last() {
    let test = ten();
    assert_eq!(numbers(&tailed(&test, &["-n", "3"]).code(0)), [0, 1, 2]);
    assert_eq!(numbers(&tailed(&test, &["-n", "4"]).code(0)), [3, 4, 5, 6]);
    test.run(["put", "t", "--record", "{\"n\":10}", "--no-flush"]).code(0);
    assert_eq!(numbers(&tailed(&test, &[]).code(0)), [7, 8, 9, 10]);
    test.run(["flush", "t"]).code(0);
    assert_eq!(numbers(&tailed(&test, &[]).code(0)), Vec::<u64>::new());
    let other = ["tail", "t", "--group", "late", "--from", "end", "--timeout", "0"];
    test.run(other).code(0).stdout("");
    test.run(["put", "t", "--record", "{\"n\":11}"]).code(0);
    assert_eq!(numbers(&test.run(other).code(0)), [11], "--from is for a new group");
    assert_eq!(numbers(&tailed(&test, &["--from", "start"]).code(0)), [11]);
}

#[test]
fn what_was_written_and_not_committed_is_written_again() {
    // The first passage is that of the new group's beginning.
    for (crash, before, first) in [
        ("group.commit:2", vec![0, 1, 2], 0),
        ("group.written:2", vec![0, 1, 2], 0),
        ("group.committed:2", vec![0, 1, 2], 3),
        ("group.committed:1", vec![], 0),
    ] {
        let test = ten();
        let mut command = test.command(["tail", "t", "--group", "g", "-n", "3"]);
        let died = command.env("LANCEQ_CRASH", crash).output().unwrap();
        assert_eq!(died.status.code(), None, "{crash}: it is killed");
        let written = String::from_utf8(died.stdout).unwrap();
        let written: Vec<u64> = written
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["n"].as_u64().unwrap())
            .collect();
        assert_eq!(written, before, "{crash}");
        assert_eq!(
            numbers(&tailed(&test, &[]).code(0)),
            (first..10).collect::<Vec<_>>(),
            "{crash}"
        );
    }
}

#[test]
fn a_killed_tail_skips_nothing_and_a_stopped_one_repeats_nothing() {
    let test = ten();
    let group = || Running::start(test.command(["tail", "t", "--group", "g"]));
    let tail = group();
    for n in 0..10 {
        assert_eq!(tail.line(), format!("{{\"n\":{n}}}"));
    }
    tail.kill();
    test.run(["put", "t", "--record", "{\"n\":10}"]).code(0);
    let tail = group();
    let mut last = None;
    while last != Some("{\"n\":10}".into()) {
        last = Some(tail.line());
    }
    tail.interrupt();
    assert_eq!(tail.end().0, Some(130));
    assert_eq!(numbers(&tailed(&test, &[]).code(0)), Vec::<u64>::new());
}

#[test]
fn two_tails_of_one_group_are_told_of_each_other() {
    let test = ten();
    let one = Running::start(test.command(["tail", "t", "--group", "g", "-n", "12"]));
    for n in 0..10 {
        assert_eq!(one.line(), format!("{{\"n\":{n}}}"));
    }
    test.run(["groups", "t", "g", "--seek", "5"]).code(0).stderr("t: group `g` goes on at 0:5\n");
    test.run(["put", "t", "--record", "{\"n\":10}"]).code(0);
    let (code, said) = one.end();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("error: topic `t`, group `g`: in bucket 0, somebody else"), "{said}");
    assert_eq!(numbers(&tailed(&test, &["-n", "1"])), [5]);
}

#[test]
fn groups_has_its_shape() {
    let test = Test::new().file("t.jsonl", lines(20, |n| format!("{{\"id\":{n}}}")));
    test.run(["put", "t", "t.jsonl", "--buckets", "2"]).code(0);
    test.run(["groups", "t"]).code(0).stdout("").stderr("t has no groups\n");
    assert_eq!(test.run(["groups", "t", "--json"]).code(0).json(), json!([]));
    tailed(&test, &["-n", "5"]).code(0);
    let only = ["tail", "t", "--group", "end", "--from", "end", "--bucket", "1", "--timeout", "0"];
    test.run(only).code(0);
    let groups = test.run(["groups", "t", "--json"]).code(0).json();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&groups[0]), ["group", "lag", "buckets"]);
    let place = &groups[0]["buckets"][0];
    assert_eq!(
        keys(place),
        ["bucket_id", "position", "next_offset", "lag", "missed", "committed_at", "error"]
    );
    let next = place["next_offset"].to_string();
    assert_eq!(
        (&groups[0]["group"], &groups[0]["lag"], &place["position"], &place["error"]),
        (&json!("end"), &json!(0), &json!(next), &Value::Null)
    );
    assert_eq!((&groups[1]["group"], &groups[1]["lag"]), (&json!("g"), &json!(15)));
    let one = test.run(["groups", "t", "g", "--json"]).code(0).json();
    assert_eq!(one, json!([groups[1]]));
    let stats = test.run(["stats", "t", "--json"]).code(0).json();
    assert_eq!(stats["groups"], json!([{"group": "end", "lag": 0}, {"group": "g", "lag": 15}]));
    test.run(["stats", "t"]).code(0).stderr_contains("t: group `g` is 15 records behind");
    test.run(["groups", "t"]).code(0).stdout_contains("POSITION");
}

#[test]
fn a_group_is_moved_reset_and_deleted() {
    let test = ten();
    tailed(&test, &[]).code(0);
    for (change, first) in [
        (vec!["--seek", "7"], Some(7)),
        (vec!["--seek", "-2"], Some(8)),
        (vec!["--seek", "0:4"], Some(4)),
        (vec!["--seek", "end"], None),
        (vec!["--reset"], Some(0)),
    ] {
        let args = ["groups", "t", "g"].into_iter().chain(change.iter().copied());
        test.run(args).code(0).stderr_contains("goes on at");
        let found = numbers(&tailed(&test, &["-n", "1"]).code(0));
        assert_eq!(found.first().copied(), first, "{change:?}");
    }
    test.run(["groups", "t", "g", "--seek", "11"]).code(2).stderr_contains("ends at 10");
    test.run(["groups", "t", "g", "--seek", "middle"]).code(2);
    test.run(["groups", "t", "--reset"]).code(2);
    test.run(["groups", "t", "g", "--reset", "--delete"]).code(2);
    test.run(["groups", "t", "../g", "--reset"]).code(2).stderr_contains("no usable group name");
    test.run(["groups", "t", "g", "--delete"]).code(0).stderr("t: group `g` is deleted\n");
    let missing = test.run(["groups", "t", "g", "--delete"]).code(1);
    missing.stderr_contains("the topic has no groups at all");
    test.run(["groups", "t", "g"]).code(1).stderr_contains("lanceq groups t");
}

#[test]
fn a_damaged_group_is_told_with_what_mends_it() {
    let test = ten();
    tailed(&test, &["-n", "3"]).code(0);
    std::fs::write(test.root("t/bucket_0/groups/g"), "nonsense\n").unwrap();
    tailed(&test, &[])
        .code(1)
        .stdout("")
        .stderr_contains("groups/g is damaged: its checksum does not match")
        .stderr_contains("hint: `lanceq groups t g --seek POSITION` goes on there");
    test.run(["groups", "t"]).code(0).stderr_contains("cannot be read").stdout_contains("?");
    let stats = test.run(["stats", "t", "--json"]).code(0).json();
    assert_eq!(stats["groups"], json!([{"group": "g", "lag": null}]));
    test.run(["groups", "t", "g", "--seek", "3"]).code(0);
    assert_eq!(numbers(&tailed(&test, &["-n", "1"]).code(0)), [3]);
}

#[test]
fn a_topic_of_another_program_has_no_groups() {
    let test = ten();
    let (native, foreign) = (test.root("t/bucket_0/data.lance"), test.root("u.lance"));
    std::fs::rename(native, foreign).unwrap();
    test.run(["tail", "u", "--group", "g"]).code(1).stderr_contains("another program made it");
    test.run(["groups", "u"]).code(0).stderr("u has no groups\n");
}
