//! `tag`, `restore`, and what `versions` shows of them.

use serde_json::json;

use crate::program::{Test, lines};

/// Three versions: empty, two records, three records.
fn topic() -> Test {
    let test = Test::new().topic("t", "{\"n\":1}\n{\"n\":2}\n");
    test.run(["put", "t", "--record", "{\"n\":3}"]).code(0);
    test
}

#[test]
fn a_tag_is_made_shown_read_and_taken_away() {
    let test = topic();
    test.run(["tag", "t", "old", "2"])
        .code(0)
        .stdout("")
        .stderr("t: `old` marks version 2 of bucket 0\n");
    test.run(["put", "t", "--no-flush", "--record", "{\"n\":4}"]).code(0);
    let tagged = test.run(["tag", "t", "new", "--json"]).code(0);
    assert_eq!(tagged.json(), json!([{"tag": "new", "bucket_id": 0, "version": 3}]));
    let versions = test.run(["versions", "t", "--json"]).code(0).json();
    let tags: Vec<_> = versions.as_array().unwrap().iter().map(|v| v["tags"].clone()).collect();
    assert_eq!(tags, [json!(["new"]), json!(["old"]), json!([])]);
    test.run(["get", "t", "--at", "old"]).code(0).stdout("{\"n\":1}\n{\"n\":2}\n");
    test.run(["tag", "t", "other"])
        .code(0)
        .stderr_contains("note: 1 buffered record is in no version, and not marked");
    test.run(["tag", "t", "old"])
        .code(1)
        .stderr_contains("has a tag `old` already: it marks version 2")
        .stderr_contains("--delete");
    test.run(["tag", "t", "old", "--delete"])
        .code(0)
        .stderr("t: `old` no longer marks version 2 of bucket 0\n");
    test.run(["get", "t", "--at", "old"]).code(1).stderr_contains("no version `old`");
    for wrong in ["x", "-1", "1.5"] {
        test.run(["tag", "t", "odd", wrong]).code(2).stderr_contains("expected a whole number");
    }
    test.run(["tag", "t", "old", "--delete"]).code(1).stderr_contains("t` has no tag `old`");
}

#[test]
fn a_restore_says_what_there_was_and_what_there_is() {
    let test = topic();
    test.run(["put", "t", "--no-flush", "--record", "{\"n\":4}"]).code(0);
    test.run(["restore", "t", "2"]).code(0).stdout("").stderr(
        "t, bucket 0: version 2 is restored as version 4: 2 records, before 3; 1 buffered record stays, and lands behind\n",
    );
    test.run(["get", "t"]).code(0).stdout("{\"n\":1}\n{\"n\":2}\n{\"n\":4}\n");
    test.run(["flush", "t"]).code(0).stderr("t: flushed 1 record (version 5)\n");
    let places: Vec<_> = test
        .run(["get", "t", "--with-offset"])
        .json_lines()
        .iter()
        .map(|record| record["_offset"].as_u64().unwrap())
        .collect();
    assert_eq!(places, [0, 1, 3], "no offset is given twice");
    let restored = test.run(["restore", "t", "3", "--json"]).code(0).json();
    assert_eq!(
        restored,
        json!([{"bucket_id": 0, "restored": 3, "version": 6, "rows_before": 3, "rows_after": 3, "buffer_count": 0}])
    );
    test.run(["versions", "t"]).code(0).stdout_contains("restore");
    test.run(["restore", "t", "6"]).code(0).stderr("t, bucket 0: version 6 is the head already\n");
}

#[test]
fn several_buckets_are_restored_to_a_tag_or_one_to_a_number() {
    let test = Test::new().file("t.jsonl", lines(40, |n| format!("{{\"id\":{n}}}")));
    test.run(["put", "t", "t.jsonl", "--buckets", "3"]).code(0);
    test.run(["tag", "t", "full"]).code(0).stderr_contains("of bucket 2");
    test.run(["put", "t", "t.jsonl"]).code(0);
    test.run(["restore", "t", "2"]).code(2).stderr_contains("version numbers are a bucket's own");
    test.run(["restore", "t", "2", "--bucket", "1"])
        .code(0)
        .stderr_contains("t, bucket 1: version 2");
    test.run(["restore", "t", "full"])
        .code(0)
        .stderr_contains("t, bucket 1: version 2 is restored");
    assert_eq!(test.records("t").len(), 40);
    test.run(["tag", "t", "x", "1"]).code(2).stderr_contains("version numbers are a bucket's own");
}

#[test]
fn what_cannot_be_tagged_or_restored_is_told() {
    let test = topic();
    for (args, code, said) in [
        (["tag", "t", "7"].as_slice(), 2, "a number names a version"),
        (&["tag", "t", "a/b"], 2, "'/'"),
        (&["tag", "t", "x", "99"], 1, "no version 99"),
        (&["tag", "t", "x", "new"], 2, "VERSION"),
        (&["tag", "t", "x", "2", "--delete"], 2, "--delete"),
        (&["tag", "t"], 2, "<NAME>"),
        (&["tag", "nope", "x"], 1, "there is no topic `nope`"),
        (&["tag", "t", "x", "--bucket", "5"], 1, "no bucket 5"),
        (&["restore", "t"], 2, "<VERSION|TAG|TIME>"),
        (&["restore", "t", "99"], 1, "no version 99"),
        (&["restore", "t", "nope"], 1, "no version `nope`"),
        (&["restore", "t", "2000-01-01T00:00:00Z"], 1, "no version at 2000"),
        (&["restore", "nope", "1"], 1, "there is no topic `nope`"),
    ] {
        test.run(args).code(code).stdout("").stderr_contains(said);
    }
    assert_eq!(test.records("t").len(), 3, "nothing was changed");
}

#[test]
fn a_tag_may_end_as_a_time_does() {
    let test = topic();
    for tag in ["chicago", "long-ago"] {
        test.run(["tag", "t", tag, "2"]).code(0);
        test.run(["get", "t", "--at", tag]).code(0).stdout("{\"n\":1}\n{\"n\":2}\n");
    }
    test.run(["get", "t", "--at", "long ago"]).code(2).stderr_contains("`long ago` is no time");
}
