//! `retain`: what a topic keeps of its records, said once and kept by everybody.

use serde_json::json;

use crate::program::Test;

/// Four flushes of a record each.
fn topic() -> Test {
    let test = Test::new().topic("t", "{\"n\":1}\n");
    for n in 2..=4 {
        test.run(["put", "t", "--record", &format!("{{\"n\":{n}}}")]).code(0);
    }
    test
}

#[test]
fn what_goes_is_said_before_and_after() {
    let test = topic();
    test.run(["retain", "t"]).code(0).stdout("").stderr_contains("t keeps all records\n");
    test.run(["retain", "t", "--keep-records", "2", "--dry-run"])
        .code(0)
        .stderr_contains("t would keep of each bucket's records the newest 2 records\n")
        .stdout_contains("t, bucket 0: would let go 2 records, 2 fragments whole, ")
        .stdout_contains("; 2 records left, from offset 2 on\n");
    test.run(["retain", "t"]).code(0).stderr_contains("t keeps all records\n");
    test.run(["retain", "t", "--keep-records", "2"]).code(0).stdout("");
    test.run(["get", "t"]).code(0).stdout("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}\n");
    let said = test.run(["retain", "t", "--now", "--json"]).code(0).json();
    let bytes = said["buckets"][0]["bytes"].as_u64().unwrap();
    assert_eq!(
        said,
        json!({
            "record_retention": {"keep_records": 2},
            "buckets": [{"bucket_id": 0, "version": 6, "records": 2, "fragments": 2, "bytes": bytes,
                         "first_offset": 2, "records_left": 2}]
        })
    );
    test.run(["get", "t", "--with-offset"])
        .code(0)
        .stdout("{\"_bucket\":0,\"_offset\":2,\"_buffered\":false,\"n\":3}\n{\"_bucket\":0,\"_offset\":3,\"_buffered\":false,\"n\":4}\n");
    test.run(["retain", "t", "--now"])
        .code(0)
        .stdout("t, bucket 0: nothing to let go; 2 records left, from offset 2 on\n");
    test.run(["stats", "t"])
        .code(0)
        .stdout_contains("2..4")
        .stderr_contains("t keeps of each bucket's records the newest 2 records\n");
    test.run(["verify", "t"]).code(0).stdout_contains("intact");
}

#[test]
fn bounds_add_up_until_all_of_them_are_taken_back() {
    let test = topic();
    let rule = |test: &Test| {
        test.run(["retain", "t", "--json"]).code(0).json()["record_retention"].clone()
    };
    assert_eq!(rule(&test), json!({}));
    test.run(["retain", "t", "--keep-records", "500", "--keep-age", "2d"]).code(0);
    test.run(["put", "t", "--record", "{\"n\":5}", "--keep-bytes", "2MB"]).code(0);
    assert_eq!(
        rule(&test),
        json!({"keep_records": 500, "keep_bytes": 2_000_000, "keep_age": 172_800})
    );
    test.run(["put", "t", "--record", "{\"n\":6}", "--keep-records", "1", "--dry-run"]).code(0);
    assert_eq!(rule(&test)["keep_records"], 500, "a dry run changes nothing");
    test.run(["retain", "t", "--off"]).code(0).stderr_contains("t keeps all records\n");
    assert_eq!(rule(&test), json!({}));
    test.run(["get", "t"]).code(0).stdout_contains("{\"n\":1}\n");
}

#[test]
fn a_topic_is_made_with_what_it_keeps_and_those_of_other_programs_are_refused() {
    let test = Test::new();
    test.run(["put", "new", "--record", "{\"n\":1}", "--keep-records", "7"]).code(0);
    let rule = test.run(["retain", "new", "--json"]).code(0).json();
    assert_eq!(rule["record_retention"], json!({"keep_records": 7}));
    test.run(["retain", "none"]).code(1).stderr_contains("there is no topic `none`");
    std::fs::remove_file(test.path("queue_storage/new/topic.json")).unwrap();
    test.run(["retain", "new", "--keep-records", "1", "--now"])
        .code(1)
        .stdout("")
        .stderr_contains("topic `new` can only be read: another program made ");
}
