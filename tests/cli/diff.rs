//! `diff`: what differs between two versions, for eyes and for programs.

use std::sync::Arc;

use lance::Dataset;
use lance::dataset::{ColumnAlteration, UpdateBuilder};
use serde_json::{Value, json};

use crate::program::{Test, lines};

/// Versions: 1 empty, 2 with two records, 3 with a third that has another field.
fn topic() -> Test {
    let test = Test::new().topic("t", "{\"n\":1}\n{\"n\":2}\n");
    test.run(["put", "t", "--record", "{\"n\":3,\"late\":7}"]).code(0);
    test
}

#[test]
fn a_diff_prints_what_came_and_says_how_much() {
    let test = topic();
    let said = "t, bucket 0, version 2 to ";
    let ran = test.run(["diff", "t", "2"]).code(0).stderr_contains(said);
    assert!(ran.stderr.ends_with(": +1 ~0 -0; columns: + late int64\n"), "{}", ran.stderr);
    let added = json!({"change": "added", "bucket": 0, "offset": 2, "columns": [],
                       "before": null, "after": {"n": 3, "late": 7}});
    assert_eq!(ran.json_lines(), std::slice::from_ref(&added));
    let array = test.run(["diff", "t", "2", "--format", "json"]).code(0).json();
    assert_eq!(array, json!([added]));
    test.run(["diff", "t", "2", "--format", "table"]).code(0).stdout("+ 2  n: 3, late: 7\n");
    test.run(["diff", "t", "2", "--format", "csv"])
        .code(0)
        .stdout_contains("change,bucket,offset,columns,before,after\nadded,0,2,[],,");
    let back = test.run(["diff", "t", "3", "2"]).code(0).json_lines();
    assert!(back.is_empty() || back[0]["change"] == "deleted", "{back:?}");
}

#[tokio::test]
async fn a_column_that_another_program_renamed_and_filled_anew_shows_what_it_was() {
    let test = Test::new().topic("t", "{\"text\":\"old\"}\n{\"text\":\"other\"}\n");
    let path = test.root("t/bucket_0/data.lance");
    let mut dataset = Box::pin(Dataset::open(path.to_str().unwrap())).await.unwrap();
    let renamed = ColumnAlteration::new("text".into()).rename("words".into());
    Box::pin(dataset.alter_columns(&[renamed])).await.unwrap();
    let update = UpdateBuilder::new(Arc::new(dataset)).update_where("words = 'old'").unwrap();
    let update = update.set("words", "'new'").unwrap().build().unwrap();
    Box::pin(update.execute()).await.unwrap();
    test.run(["diff", "t", "2", "--format", "table"]).code(0).stdout("~ 0  words: old → new\n");
    let found = test.run(["diff", "t", "2"]).code(0).json_lines();
    let updated = json!({"change": "updated", "bucket": 0, "offset": 0, "columns": ["words"],
                         "before": {"text": "old"}, "after": {"words": "new"}});
    assert_eq!(found, [updated]);
}

#[test]
fn a_diff_has_its_shape() {
    let test = topic();
    let newest = test.run(["versions", "t", "--json"]).json()[0]["version"].clone();
    let found = test.run(["diff", "t", "2", "--json"]).code(0).stderr("").json();
    assert_eq!(
        found,
        json!([{"bucket_id": 0, "before": 2, "after": newest, "added": 1, "updated": 0, "deleted": 0,
                "columns": [{"change": "added", "column": "late", "type": "int64"}], "by_position": false}])
    );
    let same = test.run(["diff", "t", "2", "2"]).code(0).stdout("");
    assert_eq!(same.stderr, "t, bucket 0: nothing differs between version 2 and 2\n");
}

#[test]
fn records_beyond_the_limit_are_counted() {
    let test = Test::new()
        .topic("t", "{\"n\":0}\n")
        .file("t.jsonl", lines(500, |n| format!("{{\"n\":{n}}}")));
    test.run(["put", "t", "t.jsonl"]).code(0);
    let ran = test.run(["diff", "t", "2", "-n", "3"]).code(0).stderr_contains("+500 ~0 -0");
    let offsets: Vec<Value> = ran.json_lines().iter().map(|line| line["offset"].clone()).collect();
    assert_eq!(offsets, [json!(1), json!(2), json!(3)]);
}

#[test]
fn several_buckets_are_compared_by_tag_or_time_and_one_by_number() {
    let test = Test::new().file("t.jsonl", lines(40, |n| format!("{{\"id\":{n}}}")));
    test.run(["put", "t", "t.jsonl", "--buckets", "3"]).code(0);
    test.run(["tag", "t", "full"]).code(0);
    test.run(["put", "t", "t.jsonl"]).code(0);
    test.run(["diff", "t", "2"]).code(2).stderr_contains("version numbers are a bucket's own");
    let found = test.run(["diff", "t", "full", "--json"]).code(0).json();
    let added = found.as_array().unwrap().iter().map(|bucket| bucket["added"].as_u64().unwrap());
    assert_eq!(added.sum::<u64>(), 40);
    test.run(["diff", "t", "2", "--bucket", "1"]).code(0).stderr_contains("t, bucket 1, version 2");
    test.run(["diff", "t", "full", "--format", "table"]).code(0).stdout_contains("+ 2:");
}

#[test]
fn what_cannot_be_compared_is_told() {
    let test = topic();
    for (args, code, said) in [
        (["diff", "t"].as_slice(), 2, "<BEFORE>"),
        (&["diff", "t", "99"], 1, "no version 99: the newest is"),
        (&["diff", "t", "2", "nope"], 1, "no version `nope`"),
        (&["diff", "t", "2000-01-01T00:00:00Z"], 1, "there was none yet"),
        (&["diff", "nope", "1"], 1, "there is no topic `nope`"),
        (&["diff", "t", "2", "--columns", "x"], 2, "there is no such column"),
        (&["diff", "t", "2", "--json", "--format", "csv"], 2, "--format"),
        (&["diff", "t", "2", "--bucket", "5"], 1, "no bucket 5"),
    ] {
        test.run(args).code(code).stdout("").stderr_contains(said);
    }
}

#[test]
fn a_version_that_was_cleaned_up_says_so() {
    let test = topic();
    for n in 4..8 {
        test.run(["put", "t", "--record", &format!("{{\"n\":{n}}}")]).code(0);
    }
    test.run(["cleanup", "t", "--keep", "1"]).code(0);
    test.run(["diff", "t", "3"]).code(1).stderr_contains("no version 3: it was cleaned up");
}
