//! Files that are put, with damage: the program ends in order, and of a file that is refused nothing is put.

use std::fs;
use std::time::Instant;

use super::damage::{Damage, Dice};
use super::number;
use crate::program::{Test, lines};

/// The same records in each form that can be put.
fn sound(test: &Test) -> Vec<(&'static str, Vec<u8>)> {
    let record = |n| {
        format!(
            r#"{{"id": {n}, "text": "number {n}", "tags": ["a", "b"], "place": {{"x": {n}.5}}}}"#
        )
    };
    test.run_with(["put", "sound", "-"], lines(50, record)).code(0);
    let forms = ["records.jsonl", "records.csv", "records.parquet", "records.arrow"];
    let mut all: Vec<_> = forms
        .into_iter()
        .map(|name| {
            test.run(["export", "sound", name]).code(0);
            (name, fs::read(test.path(name)).unwrap())
        })
        .collect();
    let array = format!("[{}]", (0..50).map(record).collect::<Vec<_>>().join(","));
    all.push(("records.json", array.into_bytes()));
    all
}

#[test]
fn a_damaged_file_is_put_whole_or_refused_in_order() {
    let test = Test::new();
    let sound = sound(&test);
    let first = number("LANCEQ_SEED", 1);
    let (mut put, mut refused) = (0, 0);
    for seed in first..first + number("LANCEQ_MUTATIONS", 800) / 20 {
        let mut dice = Dice::new(seed);
        let (name, bytes) = dice.one_of(&sound);
        let damage = Damage::any(&mut dice, bytes.len());
        let case = format!("LANCEQ_SEED={seed} LANCEQ_MUTATIONS=20: {damage} in {name}");
        fs::write(test.path(name), damage.to(bytes)).unwrap();
        let begun = Instant::now();
        let topic = format!("t{seed}");
        let ran = test.run(["put", &topic, *name]);
        assert!(begun.elapsed() < super::PATIENCE, "{case}");
        match ran.exit_code() {
            Some(0) => put += 1,
            Some(1) => {
                refused += 1;
                assert!(ran.stderr.contains("error: "), "{case}: {ran:?}");
                assert!(!test.has_topic(&topic), "{case}: something was put: {ran:?}");
            }
            _ => panic!("{case}: {ran:?}"),
        }
    }
    eprintln!("mutated files: {put} put, {refused} refused");
}

#[test]
fn a_quote_left_open_and_a_nesting_without_end_are_told_where_they_begin() {
    let open = format!("a,b\n1,2\n3,\"{}", "x\n".repeat(40 << 20));
    let test = Test::new()
        .file("open.csv", open)
        .file("deep.jsonl", format!("{{\"a\":{}1{}}}\n", "[".repeat(5000), "]".repeat(5000)));
    test.run(["put", "t", "open.csv"])
        .code(1)
        .stderr_contains("line 3: the record has more than 64 MiB; is a quote left open?");
    test.run(["put", "t", "deep.jsonl"]).code(1).stderr_contains("deep.jsonl, line 1, column");
    assert!(!test.has_topic("t"));
}
