//! Files: learned whole, checked whole, and put only then.

use serde_json::json;

use crate::program::{Test, lines};

#[test]
fn a_files_schema_is_inferred_from_all_of_it() {
    let test = Test::new()
        .file("t.jsonl", "{\"a\":null,\"n\":1}\n{\"a\":\"x\"}\n{\"n\":1.5,\"late\":true}\n");
    test.run(["put", "t", "t.jsonl"]).code(0).stderr("put 3 records into t (flushed, version 2)\n");
    let schema = test.run(["schema", "t", "--json"]).code(0).json();
    let fields: Vec<_> =
        schema["fields"].as_array().unwrap().iter().map(|f| (&f["name"], &f["type"])).collect();
    assert_eq!(fields.len(), 3);
    assert_eq!(json!(fields), json!([["a", "utf8"], ["n", "float64"], ["late", "bool"]]));
    test.run(["get", "t"]).stdout(
        "{\"a\":null,\"n\":1.0,\"late\":null}\n{\"a\":\"x\",\"n\":null,\"late\":null}\n{\"a\":null,\"n\":1.5,\"late\":true}\n",
    );
}

#[test]
fn a_file_that_does_not_fit_an_existing_topic_leaves_it_as_it_was() {
    let test = Test::new()
        .topic("t", "{\"a\":1}\n")
        .file("t.jsonl", "{\"a\":2,\"b\":1}\n{\"a\":3,\"b\":\"x\"}\n{\"a\":\"four\"}\n");
    test.run(["put", "t", "t.jsonl"])
        .code(1)
        .stderr_contains("2 of 3 records do not fit; nothing was put")
        .stderr_contains("t.jsonl, line 2: field `b`: expected int64, found text \"x\"");
    test.run(["get", "t"]).stdout("{\"a\":1}\n");
}

#[test]
fn a_new_field_of_a_file_has_one_type_for_all_its_batches() {
    let lines: String = (0..2500)
        .map(|i| {
            if i < 2000 {
                format!("{{\"a\":{i},\"b\":{i}}}\n")
            } else {
                format!("{{\"a\":{i},\"b\":{i}.5}}\n")
            }
        })
        .collect();
    let test = Test::new().topic("t", "{\"a\":1}\n").file("t.jsonl", lines);
    test.run(["put", "t", "t.jsonl"]).code(0);
    let records = test.records("t");
    assert_eq!(records.len(), 2501);
    assert_eq!(records[2500]["b"], json!(2499.5));
}

#[test]
fn skipped_lines_are_told_with_place_and_reason_and_the_rest_is_put() {
    let test = Test::new().file("t.jsonl", "{\"a\":1}\nnonsense\n{\"a\":2}\n[1]\n{\"a\":\"x\"}\n");
    test.run(["put", "t", "t.jsonl", "--on-error", "skip"])
        .code(0)
        .stderr_contains("t.jsonl, line 2, column ")
        .stderr_contains("t.jsonl, line 4, column 1: expected an object, found list of 1\n")
        .stderr_contains("t.jsonl, line 5: field `a`: expected int64, found text \"x\"\n")
        .stderr_contains("put 2 records into t, refused 3 (flushed, version 2)\n");
    test.run(["get", "t"]).stdout("{\"a\":1}\n{\"a\":2}\n");
}

#[test]
fn dead_letters_keep_what_was_refused_and_why() {
    let test = Test::new().file("t.jsonl", "{\"a\":1}\nnonsense\n{\"a\":2}\n{\"a\":\"x\"}\n");
    test.run(["put", "t", "t.jsonl", "--on-error", "dead-letter"])
        .code(0)
        .stderr_contains("2 refused records are kept in t.jsonl.rejected.jsonl");
    let kept = std::fs::read_to_string(test.path("t.jsonl.rejected.jsonl")).unwrap();
    let kept: Vec<serde_json::Value> =
        kept.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(kept.len(), 2);
    assert_eq!((&kept[0]["line"], &kept[0]["text"]), (&json!(2), &json!("nonsense")));
    assert_eq!(
        kept[1],
        json!({"line": 4, "reason": "field `a`: expected int64, found text \"x\"", "record": {"a": "x"}})
    );
    // A second run adds to them: what was kept is never lost.
    test.run(["put", "t", "t.jsonl", "--on-error", "dead-letter"]).code(0);
    let kept = std::fs::read_to_string(test.path("t.jsonl.rejected.jsonl")).unwrap();
    assert_eq!(kept.lines().count(), 4);
}

#[test]
fn a_dry_run_prints_the_schema_lists_all_refusals_and_puts_nothing() {
    let test = Test::new().file("t.jsonl", "{\"a\":1}\n{\"a\":\"2\"}\n{\"a\":3}\n{\"a\":\"4\"}\n");
    let ran = test
        .run(["put", "t", "t.jsonl", "--dry-run"])
        .code(1)
        .stderr_contains("t.jsonl, line 2: ")
        .stderr_contains("t.jsonl, line 4: ")
        .stderr_contains("2 of 4 records fit");
    assert_eq!(ran.json(), json!({"fields": [{"name": "a", "type": "int64", "nullable": true}]}));
    assert!(!test.has_topic("t"));
    test.run(["put", "t", "t.jsonl", "--dry-run", "--coerce"])
        .code(0)
        .stderr_contains("4 of 4 records fit");
}

#[test]
fn a_given_schema_wins_over_what_would_be_inferred() {
    let test = Test::new()
        .file(
            "s.json",
            r#"{"id": "utf8", "at": "timestamp(ms, UTC)", "v": "fixed_size_list<float32, 2>"}"#,
        )
        .file("t.jsonl", "{\"id\":\"007\",\"at\":\"2026-01-31T12:00:00+01:00\",\"v\":[1,2]}\n");
    test.run(["put", "t", "t.jsonl", "--schema", "s.json"]).code(0);
    test.run(["get", "t"])
        .stdout("{\"id\":\"007\",\"at\":\"2026-01-31T11:00:00Z\",\"v\":[1.0,2.0]}\n");
    // What `schema` prints can be given again.
    let printed = test.run(["schema", "t", "--json"]).code(0).stdout;
    std::fs::write(test.path("again.json"), printed).unwrap();
    test.run(["put", "u", "t.jsonl", "--schema", "again.json"]).code(0);
}

#[test]
fn a_schema_that_cannot_be_read_is_named() {
    let test =
        Test::new().file("s.json", r#"{"id": "strnig"}"#).file("t.jsonl", "{\"id\":\"1\"}\n");
    test.run(["put", "t", "t.jsonl", "--schema", "s.json"])
        .code(1)
        .stderr_contains("error: s.json is no schema that can be read")
        .stderr_contains("strnig");
    assert!(!test.has_topic("t"));
}

#[test]
fn records_of_one_key_lie_in_one_bucket_and_a_record_without_it_is_refused() {
    let lines = lines(40, |i| format!("{{\"user\":\"u{}\",\"n\":{i}}}", i % 8));
    let test = Test::new().file("t.jsonl", lines).file("keyless.jsonl", "{\"n\":1}\n");
    test.run(["put", "t", "t.jsonl", "--buckets", "4", "--bucket-column", "user"]).code(0);
    let records = test.run(["get", "t", "--with-offset"]).json_lines();
    assert_eq!(records.len(), 40);
    for user in 0..8 {
        let user = format!("u{user}");
        let mut buckets: Vec<_> =
            records.iter().filter(|r| r["user"] == user.as_str()).map(|r| &r["_bucket"]).collect();
        buckets.dedup();
        assert_eq!(buckets.len(), 1, "{user}");
    }
    test.run(["put", "t", "keyless.jsonl"]).code(1).stderr_contains("bucket column `user`");
    assert_eq!(test.records("t").len(), 40);
    test.run(["put", "t", "t.jsonl", "--buckets", "2"])
        .code(1)
        .stderr_contains("exists with num_buckets 4, not 2");
}

#[test]
fn auto_flushes_happen_on_the_way_where_a_threshold_is_given() {
    let lines = lines(5000, |i| format!("{{\"n\":{i}}}"));
    let test = Test::new().file("t.jsonl", lines);
    test.run(["put", "t", "t.jsonl", "--flush-threshold", "1000"]).code(0);
    let versions = test.run(["versions", "t", "--json"]).code(0).json();
    assert!(versions.as_array().unwrap().len() > 2, "{versions}");
    let numbers: Vec<_> = test.records("t").iter().map(|r| r["n"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (0..5000).collect::<Vec<_>>());
}
