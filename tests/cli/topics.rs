//! `create`, `options`, `rename`, `delete`, `trash`, `adopt`: topics as wholes.

use serde_json::{Value, json};

use crate::console::{Console, command};
use crate::program::{Running, Test, lines};

fn three() -> Test {
    Test::new().topic("t", &lines(3, |n| format!("{{\"n\":{n}}}")))
}

#[test]
fn a_topic_is_made_like_a_file_of_which_nothing_is_put() {
    let records = "{\"id\":1,\"text\":\"a\"}\n{\"id\":2,\"score\":0.5}\n";
    let test = Test::new().file("sample.jsonl", records);
    let made = test.run(["create", "t", "--like", "sample.jsonl", "--buckets", "3"]);
    made.code(0).stdout("").stderr_contains("made t: 3 buckets, 3 columns");
    let schema = test.run(["schema", "t", "--json"]).code(0).json();
    test.run(["put", "u", "sample.jsonl"]).code(0);
    assert_eq!(schema, test.run(["schema", "u", "--json"]).code(0).json());
    assert_eq!(test.records("t"), Vec::<Value>::new());
    test.run(["create", "t"]).code(1).stderr_contains("is a topic");
    test.run(["put", "t", "sample.jsonl"]).code(0);
    assert_eq!(test.records("t").len(), 2);
    let stats = test.run(["stats", "t", "--json"]).code(0).json();
    assert_eq!(stats["buckets"].as_array().unwrap().len(), 3);
}

#[test]
fn a_topic_without_columns_grows_and_one_with_a_schema_refuses_what_does_not_fit() {
    let test = Test::new().file("schema.json", "{\"id\": \"int64\", \"text\": \"utf8\"}");
    test.run(["create", "empty"]).code(0);
    test.run(["put", "empty", "--record", "{\"n\":1}"]).code(0);
    assert_eq!(test.records("empty"), [json!({"n": 1})]);
    test.run(["create", "typed", "--schema", "schema.json"]).code(0);
    test.run(["put", "typed", "--record", "{\"id\":\"x\"}"]).code(1);
    test.run(["put", "typed", "--record", "{\"id\":1}"]).code(0);
    assert_eq!(test.records("typed"), [json!({"id": 1, "text": null})]);
    test.run(["create", "bad", "--buckets", "2", "--bucket-column", "id", "--like", "none"])
        .code(1);
    assert!(!test.has_topic("bad"));
}

#[test]
fn options_has_its_shape_and_keeps_what_is_said() {
    let test = three();
    let shape = |keep_versions: u64, keep_for: u64, at_most: u64, is_default: bool| {
        json!({
            "topic": "t",
            "num_buckets": 1,
            "bucket_column": "id",
            "schema_version": 1,
            "retention": {"keep_versions": keep_versions, "keep_for": keep_for, "at_most": at_most},
            "retention_is_default": is_default,
            "record_retention": {},
        })
    };
    let options =
        |more: &[&str]| test.run(["options", "t", "--json"].iter().chain(more)).code(0).json();
    assert_eq!(options(&[]), shape(10, 604_800, 100, true));
    assert_eq!(options(&["--keep-versions", "3", "--keep-for", "1h"]), shape(3, 3600, 100, false));
    assert_eq!(options(&["--keep-at-most", "7"]), shape(3, 3600, 7, false));
    assert_eq!(options(&[]), shape(3, 3600, 7, false));
    test.run(["options", "t"]).code(0).stdout_contains("never: records are routed by it");
    test.run(["options", "t", "--keep-versions", "0"]).code(2);
}

#[test]
fn a_renamed_topic_has_its_records_and_the_old_name_is_free() {
    let test = three();
    test.run(["put", "t", "--record", "{\"n\":3}", "--no-flush"]).code(0);
    test.run(["rename", "t", "u"]).code(0).stdout("").stderr_contains("t is u now");
    assert_eq!(test.records("u").len(), 4);
    test.run(["get", "t"]).code(1).stderr_contains("there is no topic `t`");
    test.run(["rename", "u", "../v"]).code(2);
    test.run(["put", "t", "--record", "{\"m\":0}"]).code(0);
    test.run(["rename", "u", "t"]).code(1).stderr_contains("is a topic");
    assert_eq!((test.records("t").len(), test.records("u").len()), (1, 4));
}

#[test]
fn a_deleted_topic_is_listed_comes_back_and_is_removed_for_good() {
    let test = three();
    test.run(["tag", "t", "v1"]).code(0);
    let told = "t has 3 records, ";
    test.run(["delete", "t"]).code(2).stderr_contains(told).stderr_contains("--yes");
    test.run(["delete", "t", "--dry-run"]).code(0).stderr_contains("1 tag (v1)");
    let goes = test.run(["delete", "t", "--dry-run", "--json"]).code(0).json();
    assert_eq!((&goes["total_count"], &goes["tags"]), (&json!(3), &json!(["v1"])));
    let keys: Vec<_> = goes.as_object().unwrap().keys().cloned().collect();
    let shape =
        ["topic", "buckets", "total_count", "buffer_count", "bytes", "tags", "groups", "error"];
    assert_eq!(keys, shape);
    assert!(test.has_topic("t"));
    let gone = test.run(["delete", "t", "--yes", "--json"]).code(0).json();
    assert!(!test.has_topic("t"));
    let listed = test.run(["trash", "--json"]).code(0).json();
    assert_eq!(listed, json!([gone]));
    let keys: Vec<_> = gone.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["name", "topic", "deleted_at", "bytes"]);
    test.run(["trash"]).code(0).stdout_contains(gone["name"].as_str().unwrap());
    test.run(["trash", "--restore", "t"]).code(0).stderr_contains("t is back");
    assert_eq!(test.records("t").len(), 3);
    test.run(["trash", "--restore", "t"]).code(1).stderr_contains("the trash has nothing");
    test.run(["delete", "t", "--yes"]).code(0);
    test.run(["trash", "--empty", "--older-than", "1d"]).code(0).stderr_contains("nothing");
    test.run(["trash", "--empty", "--dry-run"]).code(0).stderr_contains("would remove 1 topic");
    test.run(["trash", "--empty"]).code(0).stderr_contains("removed 1 topic for good");
    test.run(["trash"]).code(0).stdout("").stderr_contains("the trash is empty");
}

#[test]
fn a_tail_of_a_topic_that_goes_ends_and_says_why() {
    let test = three();
    let tail = Running::start(test.command(["tail", "t", "--from", "start"]));
    for n in 0..3 {
        assert_eq!(tail.line(), format!("{{\"n\":{n}}}"));
    }
    test.run(["rename", "t", "u"]).code(0);
    let (code, told) = tail.end();
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("topic `t`: its folder was moved or removed"), "{told}");
}

#[test]
fn on_a_terminal_the_topics_name_is_to_be_typed() {
    let test = three();
    for (typed, code) in [("other\r", 1), ("t\r", 0)] {
        assert!(test.has_topic("t"));
        let mut console = Console::start(command(&test, ["delete", "t"]));
        console.shows("Type t to go on");
        console.type_in(typed);
        assert_eq!(console.end(), code, "{typed:?}");
    }
    assert!(!test.has_topic("t"));
}

#[test]
fn an_adopted_dataset_is_told_of_before_and_after() {
    let test = three();
    std::fs::rename(test.root("t/bucket_0/data.lance"), test.root("movies.lance")).unwrap();
    std::fs::remove_dir_all(test.root("t")).unwrap();
    test.run(["put", "movies", "--record", "{\"n\":3}"])
        .code(1)
        .stderr_contains("lanceq adopt movies");
    let plan = test.run(["adopt", "movies", "--dry-run", "--json"]).code(0).json();
    let keys: Vec<_> = plan.as_object().unwrap().keys().cloned().collect();
    let shape = ["topic", "num_buckets", "bucket_column", "rows", "buckets", "lost", "original"];
    assert_eq!(keys, shape);
    assert_eq!((&plan["buckets"][0]["by"], &plan["rows"]), (&json!("moving"), &json!(3)));
    let path = test.root("movies.lance");
    test.run(["adopt", path.to_str().unwrap()])
        .code(0)
        .stderr_contains("movies is lanceq's: 3 records");
    test.run(["put", "movies", "--record", "{\"n\":3}"]).code(0);
    assert_eq!(test.records("movies").len(), 4);
    test.run(["adopt", "movies"]).code(1).stderr_contains("lanceq's own");
    test.run(["trash"]).code(0).stdout_contains("movies.lance");
}
