//! `search --text`, alone and along with likeness.

use serde_json::{Value, json};

use crate::program::{Test, lines, shared};

const NOTES: &str = r#"{"id":0,"title":"Rivers","text":"The old river bends by the mill","vec":[0,1]}
{"id":1,"title":"Mills","text":"A mill, an old mill","vec":[1,0]}
{"id":2,"title":"Cities","text":"Nothing of the kind","vec":[0.5,0.5]}
"#;

fn notes() -> Test {
    let test = Test::new().topic("t", NOTES);
    test.run(["put", "t", "--no-flush", "--record", r#"{"id":3,"title":"Old town","text":null}"#])
        .code(0);
    test
}

fn ids(found: &[Value]) -> Vec<u64> {
    found.iter().map(|hit| hit["id"].as_u64().unwrap()).collect()
}

#[test]
fn the_best_come_first_with_their_score_and_the_places_of_the_words() {
    let test = notes();
    let search = ["search", "t", "--text", "mills", "--column", "text", "--columns", "id,text"];
    let run = test.run(search).code(0).stderr("t: 2 of 3 records match\n");
    let found = run.json_lines();
    assert_eq!(ids(&found), [1, 0]);
    let names: Vec<&String> = found[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["_offset", "_score", "_highlights", "id", "text"]);
    assert_eq!(found[0]["_highlights"], json!({"text": [[2, 6], [15, 19]]}));
    assert!(found[0]["_score"].as_f64().unwrap() > found[1]["_score"].as_f64().unwrap());

    let all = test.run(["search", "t", "--text", "old"]).code(0).json_lines();
    assert_eq!(ids(&all).len(), 3, "in all columns, and in what is buffered");
    assert!(ids(&all).contains(&3));
    let one = test.run(["search", "t", "--text", "old", "--k", "1", "--with-offset"]).code(0);
    one.stderr("t: the best 1 of 3 that match, of 4 records\n");
    let csv = ["search", "t", "--text", "river", "--format", "csv", "--columns", "id"];
    test.run(csv).code(0).stdout_contains("\"{\"\"title\"\":[[0,6]],\"\"text\"\":[[8,13]]}\"");
    let table = ["search", "t", "--text", "river", "--format", "table"];
    test.run(table).code(0).stdout_contains("_score").stdout_contains("The old river bends");
}

#[test]
fn a_query_may_say_what_must_and_must_not_be_there() {
    let test = notes();
    let found = |text: &str, more: &[&str]| -> Vec<u64> {
        let search = ["search", "t", "--text", text];
        let mut found = ids(&test.run(search.iter().chain(more)).code(0).json_lines());
        found.sort_unstable();
        found
    };
    assert_eq!(found("+old -river", &[]), [1, 3]);
    assert_eq!(found("\"old river\"", &[]), [0]);
    assert_eq!(found("old", &["--filter", "id < 1"]), [0]);
    assert_eq!(found("old", &["--find", "bends"]), [0]);
    assert_eq!(found("old", &["--at", "2"]), [0, 1], "an older version");
    test.run(["search", "t", "--text", "zebra"])
        .code(0)
        .stdout("")
        .stderr("t: none of 4 records with text matches\n");
}

#[test]
fn words_and_likeness_together_are_one_ranking() {
    let test = notes();
    let search = ["search", "t", "--text", "old mill", "--vector", "[0, 1]"];
    let columns = ["--column", "vec", "--column", "text", "--columns", "id"];
    let found = test.run(search.iter().chain(&columns)).code(0).stderr("").json_lines();
    assert_eq!(found.len(), 3);
    let first = &found[0];
    assert_eq!((&first["id"], &first["_like_rank"]), (&json!(0), &json!(1)));
    assert_eq!((&first["_distance"], &first["_text_rank"]), (&json!(0.0), &json!(2)));
    let names: Vec<&String> = first.as_object().unwrap().keys().collect();
    let wanted = [
        "_offset",
        "_fused",
        "_text_rank",
        "_score",
        "_like_rank",
        "_distance",
        "_highlights",
        "id",
    ];
    assert_eq!(names, wanted);
    assert_eq!((&found[2]["_text_rank"], &found[2]["_score"]), (&Value::Null, &Value::Null));
    test.run(search.iter().chain(&["--column", "text"]))
        .code(2)
        .stderr_contains("one --column has to name a column of vectors");
}

#[test]
fn a_search_for_words_that_cannot_be_is_told() {
    let test = notes();
    for (args, code, said) in [
        (["--text", "old \"river"].as_slice(), 2, "at character 5: this `\"` is not closed"),
        (&["--text", "the"], 2, "`the` is in nearly every text"),
        (&["--text", ""], 2, "there is no word in it"),
        (&["--text", "-old"], 2, "only says what must not be there"),
        (&["--text", "old AND new"], 2, "at character 5: `AND` joins nothing here"),
        (&["--text", "old", "--column", "nope"], 2, "texts are in title, text"),
        (&["--text", "old", "--column", "id"], 2, "it holds int64, no texts"),
        (&["--text", "old", "--k", "0"], 2, "--k"),
        (&["--text", "old", "--metric", "dot"], 2, "--like"),
        (&["--text", "old", "--filter", "nope = 1"], 2, "no column `nope`"),
        (&["--column", "vec", "--column", "text", "--like", "0"], 2, "compared in one column"),
        (&[], 2, "--column"),
    ] {
        let command = ["search", "t"];
        test.run(command.iter().chain(args)).code(code).stdout("").stderr_contains(said);
    }
    let numbers = Test::new().topic("n", &lines(3, |n| format!("{{\"n\":{n}}}")));
    numbers
        .run(["search", "n", "--text", "one"])
        .code(2)
        .stderr_contains("the topic has no column of texts");
}

#[test]
fn films_about_toys_are_found_by_their_plots() {
    let Some(path) = shared("movies_embedded.parquet") else { return };
    let test = Test::new();
    test.run(["put", "films", path.to_str().unwrap()]).code(0);
    let search = ["search", "films", "--text", "+toy \"space ranger\"", "--columns", "title"];
    let found = test.run(search).code(0).json_lines();
    let titles: Vec<&str> = found.iter().filter_map(|film| film["title"].as_str()).collect();
    assert!(titles.contains(&"Toy Story"), "{titles:?}");
}
