//! `search`, and the filters of the reading commands.

use serde_json::{Value, json};

use crate::program::{Test, lines, shared};

/// Points on a line; number 3 has no vector.
fn points() -> Test {
    let line = |n: usize| match n {
        3 => "{\"id\":3,\"vec\":null}".to_owned(),
        _ => format!("{{\"id\":{n},\"vec\":[{n},0.5]}}"),
    };
    Test::new().topic("t", &lines(8, line))
}

#[test]
fn the_nearest_come_first_with_their_distance() {
    let test = points();
    test.run(["search", "t", "--column", "vec", "--like", "4", "--k", "3", "--columns", "id"])
        .code(0)
        .stderr("")
        .stdout(
            "{\"_offset\":4,\"_distance\":0.0,\"id\":4}\n{\"_offset\":5,\"_distance\":1.0,\"id\":5}\n{\"_offset\":2,\"_distance\":4.0,\"id\":2}\n",
        );
    let found = test
        .run([
            "search",
            "t",
            "--column",
            "vec",
            "--vector",
            "[6.25, 0.5]",
            "--with-offset",
            "--exact",
        ])
        .code(0)
        .json_lines();
    assert_eq!(found.len(), 7, "all that have a vector");
    assert_eq!(
        found[0],
        json!({"_bucket": 0, "_offset": 6, "_buffered": false, "_distance": 0.0625, "id": 6, "vec": [6.0, 0.5]})
    );
    let names: Vec<&String> = found[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["_bucket", "_offset", "_buffered", "_distance", "id", "vec"]);
    test.run(["search", "t", "--column", "vec", "--like", "4", "--format", "table"])
        .code(0)
        .stdout_contains("_distance");
}

#[test]
fn buffered_records_are_searched_and_a_filter_leaves_out() {
    let test = points();
    test.run(["put", "t", "--no-flush", "--record", "{\"id\":100,\"vec\":[4.5,0.5]}"]).code(0);
    let search = |args: &[&str]| -> Vec<Value> {
        let command = ["search", "t", "--column", "vec", "--like", "4", "--with-offset"];
        let found = test.run(command.iter().chain(args)).code(0).json_lines();
        found.into_iter().map(|hit| hit["id"].clone()).collect()
    };
    assert_eq!(search(&["--k", "2"]), [4, 100]);
    assert_eq!(search(&["--k", "2", "--filter", "id <> 4 and id < 100"]), [5, 2]);
    assert_eq!(search(&["--k", "2", "--at", "2"]), [4, 5], "an older version");
    let nothing = test.run(["search", "t", "--column", "vec", "--like", "4", "--filter", "id < 0"]);
    nothing.code(0).stdout("").stderr("t: no record with a vector matches\n");
}

#[test]
fn in_several_buckets_a_record_needs_its_bucket() {
    let records = lines(20, |n| format!("{{\"id\":{n},\"vec\":[{n},1]}}"));
    let test = Test::new().file("t.jsonl", records);
    test.run(["put", "t", "t.jsonl", "--buckets", "2"]).code(0);
    test.run(["search", "t", "--column", "vec", "--like", "1"])
        .code(2)
        .stderr_contains("`--like 1` does not say of which bucket; t has 2 buckets")
        .stderr_contains("hint: write `--like BUCKET:1`");
    let search = ["search", "t", "--column", "vec", "--with-offset", "--k", "1", "--like"];
    let found = test.run(search.iter().chain(&["1:2"])).code(0).json_lines();
    assert_eq!((&found[0]["_bucket"], &found[0]["_offset"]), (&json!(1), &json!(2)));
    let plain = ["search", "t", "--column", "vec", "--k", "1", "--columns", "id", "--like", "1:2"];
    let bare = test.run(plain).code(0).json_lines();
    let names: Vec<&String> = bare[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["_bucket", "_offset", "_distance", "id"]);
    assert_eq!((&bare[0]["_bucket"], &bare[0]["_offset"]), (&json!(1), &json!(2)));
    let found = test.run(search.iter().chain(&["2", "--bucket", "0"])).code(0).json_lines();
    assert_eq!((&found[0]["_bucket"], &found[0]["_offset"]), (&json!(0), &json!(2)));
}

#[test]
fn a_search_that_cannot_be_is_told() {
    let test = points();
    for (args, code, said) in [
        (["--column", "nope", "--like", "0"].as_slice(), 2, "no such column; vectors are in vec"),
        (&["--column", "id", "--like", "0"], 2, "it holds int64"),
        (&["--column", "vec", "--like", "3"], 2, "has no vector in `vec`"),
        (&["--column", "vec", "--like", "99"], 1, "the bucket's offsets are 0 to 7"),
        (&["--column", "vec", "--like", "5:0"], 1, "t` has no record 5:0"),
        (&["--column", "vec", "--like", "x"], 2, "expected an offset"),
        (&["--column", "vec", "--like", "-1"], 2, "expected an offset"),
        (&["--column", "vec", "--vector", "[1]"], 2, "those in `vec` have 2"),
        (&["--column", "vec", "--vector", "1, 2"], 2, "a JSON array of numbers"),
        (&["--column", "vec", "--vector", "[1e39, 0]"], 2, "out of range"),
        (&["--column", "vec", "--like", "0", "--vector", "[1,2]"], 2, "--vector"),
        (&["--column", "vec"], 2, "--like"),
        (&["--like", "0"], 2, "--column"),
        (&["--column", "vec", "--like", "0", "--k", "0"], 2, "--k"),
        (&["--column", "vec", "--like", "0", "--metric", "far"], 2, "--metric"),
        (&["--column", "vec", "--like", "0", "--filter", "id >"], 2, "`filter` cannot be `id >`"),
        (&["--column", "vec", "--like", "0", "--filter", "nope = 1"], 2, "no column `nope`"),
        (&["--column", "vec", "--like", "0", "--columns", "nope"], 2, "`nope`"),
    ] {
        let command = ["search", "t"];
        test.run(command.iter().chain(args)).code(code).stdout("").stderr_contains(said);
    }
}

#[test]
fn get_counts_its_limit_in_matches() {
    let test = Test::new().topic("t", &lines(500, |n| format!("{{\"n\":{n}}}")));
    test.run(["get", "t", "--filter", "n % 100 = 7", "--limit", "3"])
        .code(0)
        .stderr("")
        .stdout("{\"n\":7}\n{\"n\":107}\n{\"n\":207}\n");
    test.run(["get", "t", "--filter", "n % 100 = 7", "--offset", "300"])
        .code(0)
        .stdout("{\"n\":307}\n{\"n\":407}\n");
    test.run(["get", "t", "--filter", "n < 0", "--offset", "3"])
        .code(0)
        .stdout("")
        .stderr("t: no record from 3 on matches\n");
    test.run(["get", "t", "--filter", "n <"]).code(2).stderr_contains("`filter` cannot be `n <`");
    test.run(["get", "t", "--filter", "n > 1 limit 5"]).code(2).stderr_contains("limit");
    test.run(["get", "t", "--filter", "n / 0 > 1"]).code(2).stderr_contains("cannot be computed");
}

#[test]
fn tail_prints_matches_only() {
    let test = Test::new().topic("t", &lines(50, |n| format!("{{\"n\":{n}}}")));
    test.run(["put", "t", "--no-flush", "--record", "{\"n\":70}"]).code(0);
    let tail = ["tail", "t", "--from", "start", "--timeout", "0", "--filter"];
    test.run(tail.iter().chain(&["n > 47"])).code(0).stdout("{\"n\":48}\n{\"n\":49}\n{\"n\":70}\n");
    test.run(tail.iter().chain(&["n > 47", "--limit", "1"])).code(0).stdout("{\"n\":48}\n");
    test.run(tail.iter().chain(&["m > 47"])).code(2).stderr_contains("no column `m`");
}

#[test]
fn toy_story_is_near_toy_story_2() {
    let Some(path) = shared("movies_embedded.parquet") else { return };
    let test = Test::new();
    test.run(["put", "films", path.to_str().unwrap()]).code(0);
    let get = ["get", "films", "--filter", "title = 'Toy Story'", "--with-offset"];
    let films = test.run(get).code(0).json_lines();
    assert_eq!(films.len(), 1);
    let offset = films[0]["_offset"].to_string();
    let found = test
        .run(["search", "films", "--column", "vector", "--like", &offset, "--columns", "title"])
        .code(0)
        .json_lines();
    let titles: Vec<&str> = found.iter().map(|film| film["title"].as_str().unwrap()).collect();
    assert_eq!((titles.len(), titles[0]), (10, "Toy Story"));
    assert!(titles[..3].contains(&"Toy Story 2"), "{titles:?}");
    assert_eq!(found[0]["_distance"], json!(0.0));
}

#[test]
fn numbers_that_json_cannot_say_are_counted_in_a_note() {
    use std::sync::Arc;

    use arrow_array::types::Float32Type;
    use arrow_array::{FixedSizeListArray, Float64Array, RecordBatch};

    let reals = Float64Array::from(vec![f64::NAN, 0.5, f64::INFINITY]);
    let vectors = [[0.0, 1.0], [0.0, 2.0], [0.0, 3.0]].map(|v| Some(v.map(Some)));
    let vectors = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(vectors, 2);
    let batch = RecordBatch::try_from_iter([
        ("real", Arc::new(reals) as _),
        ("vec", Arc::new(vectors) as _),
    ])
    .unwrap();
    let mut file = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    file.write(&batch).unwrap();
    let test = Test::new().file("t.arrow", file.into_inner().unwrap());
    test.run(["put", "t", "t.arrow"]).code(0);
    let search = |k: &str| {
        let search = ["search", "t", "--column", "vec", "--like", "0", "--columns", "real", "--k"];
        test.run(search.iter().chain(&[k])).code(0)
    };
    search("2")
        .stdout("{\"_offset\":0,\"_distance\":0.0,\"real\":null}\n{\"_offset\":1,\"_distance\":1.0,\"real\":0.5}\n")
        .stderr("note: 1 value is NaN or infinite, printed as null\n");
    search("3").stderr("note: 2 values are NaN or infinite, printed as null\n");
}
