//! `lanceq bench`: what it prints, and that nothing is left of it.

use serde_json::Value;

use crate::program::{Running, Test};

const NAMES: [&str; 6] = ["put", "durable", "flush", "get", "stream", "tail"];

fn test() -> Test {
    let test = Test::new();
    std::fs::create_dir(test.path("disk")).unwrap();
    test
}

fn is_empty(test: &Test) -> bool {
    test.path("disk").read_dir().unwrap().next().is_none()
}

/// The keys of a value and of what is in it, without the values; of an array those of its first item.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect()
        }
        Value::Array(items) => items.iter().take(1).map(shape).collect(),
        _ => Value::Null,
    }
}

#[test]
fn the_json_of_a_run_has_its_documented_shape_and_every_figure() {
    let test = test();
    let args = ["bench", "--quick", "--records", "300", "--json", "--root", "disk"];
    let ran = test.run(args).code(0).stderr_contains("measuring stream …");
    let found = ran.json();
    let guide = include_str!("../../docs/cli.md");
    let sample = guide.split("`lanceq bench --json`").nth(1).unwrap();
    let sample = sample.split("```json").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(shape(&found), shape(&serde_json::from_str(sample).unwrap()), "{found}");
    assert_eq!((&found["records"], &found["rounds"]), (&300.into(), &1.into()));
    let results = found["results"].as_array().unwrap();
    let names: Vec<_> = results.iter().map(|result| result["what"].as_str().unwrap()).collect();
    assert_eq!(names, NAMES);
    for result in results {
        for side in ["lanceq", "raw"] {
            let is_some = |name: &str| result[side][name].as_f64().unwrap() > 0.0;
            assert!(["rate", "p50_ms", "p99_ms"].iter().all(|name| is_some(name)), "{result}");
        }
        assert!(result["ratio"]["median"].as_f64().unwrap() > 0.0, "{result}");
    }
    assert!(is_empty(&test));
}

#[test]
fn a_table_tells_what_was_asked_for_on_which_machine() {
    let test = test();
    let args = ["bench", "get", "put", "--quick", "--records", "200", "--root", "disk"];
    let ran = test.run(args).code(0).stdout_contains(" build, ").stdout_contains("RATIO");
    let rows: Vec<_> = ran.stdout.lines().skip(2).collect();
    assert!(
        rows.len() == 2 && rows[0].starts_with("put ") && rows[1].starts_with("get "),
        "{ran:?}"
    );
    let is_debug = ran.stdout.contains("debug build");
    assert_eq!(ran.stderr.contains("its figures say nothing"), is_debug, "{ran:?}");
}

#[test]
fn a_run_that_is_interrupted_leaves_nothing() {
    let test = test();
    let command = test.command(["bench", "put", "--records", "100000000", "--root", "disk"]);
    let bench = Running::start(command);
    while !bench.said().contains("measuring put") {}
    assert!(!is_empty(&test));
    bench.interrupt();
    let (code, said) = bench.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("the temporary folder is removed"), "{said}");
    assert!(is_empty(&test));
}

#[test]
fn what_cannot_be_measured_is_said() {
    let test = test();
    test.run(["bench", "gat"]).code(2).stdout("").stderr_contains("'gat'");
    test.run(["bench", "--records", "0"]).code(2).stderr_contains("1 or more");
    test.run(["bench", "put", "--root", "missing"])
        .code(1)
        .stdout("")
        .stderr_contains("error: there is no folder missing")
        .stderr_contains("hint: ");
    assert!(!test.path("missing").exists());
}
