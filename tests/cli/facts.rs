//! Facts as JSON: shapes that scripts rely on.

use serde_json::{Value, json};

use crate::program::Test;

fn topics() -> Test {
    let test = Test::new()
        .topic("b", "{\"n\":1}\n{\"n\":2}\n")
        .file("a.jsonl", "{\"id\":1}\n{\"id\":2}\n{\"id\":3}\n");
    test.run(["put", "a", "a.jsonl", "--buckets", "2"]).code(0);
    test
}

#[test]
fn ls_has_its_shape() {
    let listed = topics().run(["ls", "--json"]).code(0).stderr("").json();
    assert_eq!(
        listed,
        json!([
            {"topic": "a", "buckets": 2, "total_count": 3, "buffer_count": 0, "foreign": false, "error": null},
            {"topic": "b", "buckets": 1, "total_count": 2, "buffer_count": 0, "foreign": false, "error": null},
        ])
    );
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn stats_has_its_shape() {
    let test = topics();
    let stats = test.run(["stats", "a", "--json"]).code(0).json();
    assert_eq!(
        keys(&stats),
        [
            "topic",
            "total_count",
            "buffer_count",
            "persisted_count",
            "buffer_bytes",
            "retention",
            "record_retention",
            "buckets",
            "groups"
        ]
    );
    assert_eq!(
        stats["retention"],
        json!({"keep_versions": 10, "keep_for": 604_800, "at_most": 100})
    );
    assert_eq!(
        (&stats["topic"], &stats["total_count"], &stats["persisted_count"]),
        (&json!("a"), &json!(3), &json!(3))
    );
    let buckets = stats["buckets"].as_array().unwrap();
    assert_eq!(buckets.len(), 2);
    for (id, bucket) in buckets.iter().enumerate() {
        assert_eq!(
            keys(bucket),
            [
                "bucket_id",
                "total_count",
                "buffer_count",
                "persisted_count",
                "buffer_bytes",
                "first_offset",
                "next_offset",
                "version",
                "fragments",
                "bytes_on_disk",
                "wal_bytes",
                "storage_path",
                "maintenance",
            ]
        );
        assert_eq!(bucket["bucket_id"], json!(id));
        assert_eq!(
            bucket["maintenance"],
            json!({"due": null, "versions": 2, "last_begun": null, "error": null})
        );
        assert!(
            bucket["storage_path"]
                .as_str()
                .unwrap()
                .ends_with(&format!("a/bucket_{id}/data.lance"))
        );
    }
    let all = test.run(["stats", "--json"]).code(0).json();
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert_eq!(all[0], stats);
}

#[test]
fn versions_has_its_shape() {
    let test = topics();
    test.run(["put", "b", "--record", "{\"n\":3}"]).code(0);
    let versions = test.run(["versions", "b", "--json"]).code(0).json();
    assert_eq!(
        keys(&versions[0]),
        [
            "bucket_id",
            "version",
            "timestamp",
            "operation",
            "rows",
            "tags",
            "next_offset",
            "updated",
            "fragments",
            "bytes"
        ]
    );
    let told: Vec<_> = versions
        .as_array()
        .unwrap()
        .iter()
        .map(|v| (v["version"].as_u64(), v["rows"].as_u64()))
        .collect();
    assert_eq!(told, [(Some(3), Some(3)), (Some(2), Some(2)), (Some(1), Some(0))]);
    assert_eq!((&versions[0]["operation"], &versions[0]["tags"]), (&json!("append"), &json!([])));
    assert!(versions[0]["timestamp"].as_str().unwrap().ends_with('Z'));
    let newest =
        test.run(["versions", "a", "--bucket", "1", "--limit", "1", "--json"]).code(0).json();
    assert_eq!((newest.as_array().unwrap().len(), &newest[0]["bucket_id"]), (1, &json!(1)));
}

#[test]
fn schema_has_its_shape() {
    let schema = topics().run(["schema", "b", "--json"]).code(0).json();
    assert_eq!(schema, json!({"fields": [{"name": "n", "type": "int64", "nullable": true}]}));
}

#[test]
fn for_people_the_same_facts_stand_in_columns() {
    let test = topics();
    test.run(["ls"]).code(0).stdout(
        "TOPIC  BUCKETS  RECORDS  BUFFERED  NOTE\na            2        3         0\nb            1        2         0\n",
    );
    test.run(["schema", "b"]).code(0).stdout("FIELD  TYPE   NULLABLE\nn      int64  true\n");
    test.run(["stats", "b"]).code(0).stdout_contains("OFFSETS").stdout_contains("0..2");
    test.run(["versions", "b"]).code(0).stdout_contains("append").stdout_contains("create");
}

#[test]
fn a_flush_says_what_it_did_or_that_nothing_was_buffered() {
    let test = topics();
    test.run(["flush", "a"]).code(0).stdout("").stderr("a: nothing was buffered\n");
    test.run(["flush", "a", "--bucket", "0"]).code(0).stderr("a: nothing was buffered\n");
    test.run(["flush"]).code(0).stdout("").stderr_contains("queue_storage: nothing was buffered");
    test.run(["flush", "nope"]).code(1).stderr_contains("there is no topic `nope`");
    test.run(["flush", "a", "--bucket", "7"]).code(1).stderr_contains("no bucket 7");
}

#[test]
fn a_repair_names_what_is_not_there() {
    let test = topics();
    test.run(["repair", "nope"]).code(1).stderr_contains("there is no topic `nope`");
    test.run(["repair", "a", "--bucket", "7"]).code(1).stderr_contains("no bucket 7");
}

#[test]
fn compact_has_its_shape_and_says_what_it_did() {
    let test = topics();
    for n in 3..6 {
        test.run(["put", "b", "--record", &format!("{{\"n\":{n}}}")]).code(0);
    }
    let done = test.run(["compact", "b", "--json"]).code(0).stderr("").json();
    assert_eq!(
        keys(&done[0]),
        [
            "bucket_id",
            "version",
            "fragments_before",
            "fragments_after",
            "rows",
            "deleted",
            "bytes_before",
            "bytes_after"
        ]
    );
    let counts = (&done[0]["fragments_before"], &done[0]["fragments_after"], &done[0]["rows"]);
    assert_eq!(counts, (&json!(4), &json!(1), &json!(5)));
    test.run(["get", "b"]).stdout("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}\n{\"n\":5}\n");
    let again = test.run(["compact", "b"]).code(0).stdout("");
    again.stderr("b, bucket 0: nothing to compact: 1 fragment\n");
    test.run(["compact", "nope"]).code(1).stderr_contains("there is no topic `nope`");
    test.run(["compact", "a", "--bucket", "7"]).code(1).stderr_contains("no bucket 7");
}

#[test]
fn verify_has_its_shape_and_fails_where_something_is_damaged() {
    let test = topics();
    let intact = test.run(["verify", "b", "--json"]).code(0).stderr("").json();
    assert_eq!(
        keys(&intact[0]),
        [
            "bucket_id",
            "versions",
            "files",
            "bytes",
            "as_written",
            "as_first_seen",
            "unvouched",
            "taken_in",
            "damaged_notes",
            "damage"
        ]
    );
    assert_eq!((&intact[0]["damage"], &intact[0]["unvouched"]), (&json!([]), &json!(0)));
    let folder = test.root("b/bucket_0/data.lance/data");
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    std::fs::remove_file(&file).unwrap();
    let run = test.run(["verify", "b", "--json"]).code(1);
    let damaged = run.json();
    assert_eq!(
        damaged[0]["damage"],
        json!([{
            "file": file, "kind": "data", "what": "it is missing",
            "first_offset": 0, "last_offset": 1, "records": 2, "first_version": 2, "last_version": 2,
        }])
    );
    test.run(["verify", "b"])
        .code(1)
        .stdout_contains("it is missing; it holds 2 records of the offsets 0 to 1");
}
