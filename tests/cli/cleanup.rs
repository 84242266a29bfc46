//! `cleanup`: what it says, and what `versions` and `get --at` say behind it.

use serde_json::json;

use crate::program::Test;

/// Four versions: empty, and one more record each.
fn topic() -> Test {
    let test = Test::new().topic("t", "{\"n\":1}\n");
    test.run(["put", "t", "--record", "{\"n\":2}"]).code(0);
    test.run(["put", "t", "--record", "{\"n\":3}"]).code(0);
    test
}

#[test]
fn what_goes_is_said_before_and_after() {
    let test = topic();
    test.run(["cleanup", "t"]).code(0).stdout("t, bucket 0: nothing to remove; 4 versions left\n");
    test.run(["tag", "t", "first", "2"]).code(0);
    test.run(["cleanup", "t", "--keep", "1", "--dry-run"])
        .code(0)
        .stderr("")
        .stdout_contains("t, bucket 0: would remove 1 version: 2 files, ")
        .stdout_contains("; 3 versions left\n");
    let versions = |test: &Test| {
        let listed = test.run(["versions", "t", "--json"]).code(0).json();
        let numbers = listed.as_array().unwrap().iter().map(|v| v["version"].as_u64().unwrap());
        numbers.collect::<Vec<_>>()
    };
    assert_eq!(versions(&test), [4, 3, 2, 1]);
    let cleaned = test.run(["cleanup", "t", "--keep", "1", "--json"]).code(0).json();
    let bytes = cleaned[0]["bytes"].as_u64().unwrap();
    assert!(bytes > 0);
    assert_eq!(
        cleaned,
        json!([{"bucket_id": 0, "versions": 1, "files": 2, "bytes": bytes, "versions_left": 3, "kept_for_readers": 0}])
    );
    assert_eq!(versions(&test), [4, 2, 1], "the first one says since when it is there");
    test.run(["get", "t"]).code(0).stdout("{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
    test.run(["get", "t", "--at", "first"]).code(0).stdout("{\"n\":1}\n");
    test.run(["get", "t", "--at", "3"])
        .code(1)
        .stdout("")
        .stderr_contains("topic `t`, bucket 0 has no version 3")
        .stderr_contains("`lanceq versions TOPIC`");
    test.run(["verify", "t"]).code(0).stdout_contains("intact");
}

#[test]
fn what_is_younger_than_asked_for_stays() {
    let test = topic();
    test.run(["cleanup", "t", "--older-than", "1h"]).code(0).stdout_contains("nothing to remove");
    test.run(["cleanup", "t", "--older-than", "0s", "--keep", "2"])
        .code(0)
        .stdout_contains("removed 1 version:");
    test.run(["cleanup", "t", "--older-than", "0s"]).code(0).stdout_contains("removed 1 version:");
}

#[test]
fn a_topic_of_another_program_is_refused() {
    let test = topic();
    test.run(["cleanup", "none"]).code(1).stderr_contains("there is no topic `none`");
    std::fs::remove_file(test.path("queue_storage/t/topic.json")).unwrap();
    test.run(["cleanup", "t", "--keep", "1"])
        .code(1)
        .stdout("")
        .stderr_contains("topic `t` can only be read: another program made ")
        .stderr_contains("hint: ");
}

#[test]
fn what_a_topic_keeps_is_said_once_and_kept_by_everybody() {
    let test = topic();
    let kept = |test: &Test| test.run(["stats", "t", "--json"]).code(0).json()["retention"].clone();
    let default = json!({"keep_versions": 10, "keep_for": 604_800, "at_most": 100});
    assert_eq!(kept(&test), default);
    let put = ["put", "t", "--record", "{\"n\":4}", "--keep-versions", "2"];
    test.run(put.iter().chain(&["--dry-run"])).code(0);
    assert_eq!(kept(&test), default, "a dry run changes nothing");
    test.run(put).code(0);
    test.run(["put", "t", "--record", "{\"n\":5}", "--keep-for", "1h"]).code(0);
    assert_eq!(kept(&test), json!({"keep_versions": 2, "keep_for": 3_600, "at_most": 100}));
    test.run(["stats", "t"])
        .code(0)
        .stderr("t keeps the newest 2 versions, and of the newest 100 those of the last 1 hour\n");
    test.run(["put", "t", "--record", "{\"n\":6}", "--keep-for", "0s"]).code(0);
    // It is not said by hand: who has just read a version has ten minutes.
    test.run(["cleanup", "t"]).code(0).stdout_contains("nothing to remove; 7 versions left");
    test.run(["cleanup", "t", "--older-than", "0s"]).code(0).stdout_contains("removed 5 versions");
    test.run(["put", "new", "--record", "{\"n\":1}", "--keep-versions", "1"]).code(0);
    let stats = test.run(["stats", "new", "--json"]).code(0).json();
    assert_eq!(stats["retention"]["keep_versions"], json!(1));
}
