//! `get`: pages by offset.

use crate::program::{Test, lines};

fn numbers(count: usize) -> Test {
    let lines = lines(count, |n| format!("{{\"n\":{n},\"m\":\"m{n}\"}}"));
    Test::new().topic("t", &lines)
}

#[test]
fn a_page_starts_at_an_offset_and_ends_at_the_limit() {
    let test = numbers(2500);
    test.run(["get", "t", "--offset", "2", "--limit", "2", "--columns", "n"])
        .stdout("{\"n\":2}\n{\"n\":3}\n");
    assert_eq!(test.run(["get", "t"]).stdout.lines().count(), 100, "the default limit");
    let all = test.run(["get", "t", "--limit", "5000", "--exclude", "m"]).code(0);
    let expected = lines(2500, |n| format!("{{\"n\":{n}}}"));
    assert_eq!(all.stdout, expected, "pages join without a gap");
    test.run(["get", "t", "--limit", "0"]).code(0).stdout("").stderr("");
}

#[test]
fn beyond_the_end_there_is_nothing_and_the_end_is_named() {
    numbers(3)
        .run(["get", "t", "--offset", "1000"])
        .code(0)
        .stdout("")
        .stderr_contains("t, bucket 0: nothing at offset 1000 and behind; its offsets are 0 to 2");
}

#[test]
fn an_old_version_is_read_by_number_and_by_time() {
    let test = numbers(3);
    test.run(["put", "t", "--record", "{\"n\":3}"]).code(0);
    let count = |at: &str| test.run(["get", "t", "--at", at]).code(0).stdout.lines().count();
    assert_eq!((count("2"), count("3"), count("0s ago")), (3, 4, 4));
    test.run(["get", "t", "--at", "99"]).code(1).stderr_contains("no version 99");
    test.run(["get", "t", "--at", "no-such-tag"])
        .code(1)
        .stderr_contains("no version `no-such-tag`");
    test.run(["get", "t", "--at", "3 lightyears ago"]).code(2).stderr_contains("--at");
}

#[test]
fn buckets_follow_each_other_from_the_same_offset() {
    let lines = lines(100, |n| format!("{{\"id\":{n}}}"));
    let test = Test::new().file("t.jsonl", lines);
    test.run(["put", "t", "t.jsonl", "--buckets", "3"]).code(0);
    let places: Vec<_> = test
        .run(["get", "t", "--offset", "5", "--with-offset"])
        .json_lines()
        .iter()
        .map(|r| (r["_bucket"].as_u64().unwrap(), r["_offset"].as_u64().unwrap()))
        .collect();
    assert!(places.is_sorted());
    assert!(places.iter().all(|(_, offset)| *offset >= 5));
    assert_eq!(places.len(), 100 - 3 * 5);
    let one = test.run(["get", "t", "--bucket", "1", "--with-offset"]).json_lines();
    assert!(one.iter().all(|r| r["_bucket"] == 1) && !one.is_empty());
    test.run(["get", "t", "--bucket", "3"]).code(1).stderr_contains("topic `t` has no bucket 3");
}

#[test]
fn a_text_is_found_in_any_field_and_counts_the_limit() {
    let test = numbers(300);
    let found = |arguments: &[&str]| {
        let all = [&["get", "t", "--columns", "n"], arguments].concat();
        test.run(all).code(0).stdout
    };
    assert_eq!(found(&["--find", "M29", "--limit", "3"]), "");
    assert_eq!(found(&["--find", "m29", "--limit", "2"]), "{\"n\":29}\n{\"n\":290}\n");
    let both = found(&["--find", "29", "--find", "m1", "--filter", "n < 200"]);
    assert_eq!(both, "{\"n\":129}\n");
    test.run(["get", "t", "--find", "nowhere"]).code(0).stdout("").stderr("t: no record matches\n");
    test.run(["get", "t", "--find", "-x"]).code(0).stdout("");
    test.run(["get", "t", "--find", ""]).code(2).stderr_contains("--find");
}

#[test]
fn an_order_goes_over_all_buckets_and_a_part_of_it_can_be_asked_for() {
    let lines = lines(300, |n| format!("{{\"id\":{n},\"m\":{}}}", n * 7 % 300));
    let test = Test::new().file("t.jsonl", lines);
    test.run(["put", "t", "t.jsonl", "--buckets", "3"]).code(0);
    let ordered = |arguments: &[&str]| -> Vec<u64> {
        let all = [&["get", "t", "--columns", "m"], arguments].concat();
        let lines = test.run(all).json_lines();
        lines.iter().map(|line| line["m"].as_u64().unwrap()).collect()
    };
    assert_eq!(ordered(&["--sort", "m", "-n", "4"]), [0, 1, 2, 3]);
    assert_eq!(ordered(&["--sort", "m:desc", "--skip", "10", "-n", "3"]), [289, 288, 287]);
    assert_eq!(ordered(&["--sort", "m:desc", "--filter", "id < 3"]), [14, 7, 0]);
    assert_eq!(ordered(&["--sort", "m", "--limit", "1000"]), (0..300).collect::<Vec<_>>());
    test.run(["get", "t", "--sort", "m", "--skip", "300"])
        .code(0)
        .stdout("")
        .stderr("t: no record behind the first 300\n");
    for (wrong, said) in [
        (&["--sort", "nope"][..], "there are id, m"),
        (&["--sort", ":desc"], "--sort"),
        (&["--sort", "m", "--offset", "3"], "--offset"),
        (&["--skip", "3"], "--sort"),
        (&["--sort", "m", "--limit", "200000"], "at most 100000"),
    ] {
        let all = [&["get", "t"], wrong].concat();
        test.run(all).code(2).stderr_contains(said);
    }
}

#[test]
fn an_unknown_column_is_wrong_use_and_those_that_are_there_are_named() {
    numbers(1)
        .run(["get", "t", "--columns", "n,nope"])
        .code(2)
        .stderr_contains("`nope`")
        .stderr_contains("n, m");
}

#[test]
fn a_reader_that_has_seen_enough_ends_it_quietly() {
    use std::io::Read;

    let test = numbers(20_000);
    let mut get = test.command(["get", "t", "--limit", "20000"]).spawn().unwrap();
    let mut first = [0; 10];
    get.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let done = get.wait_with_output().unwrap();
    assert_eq!((done.status.code(), done.stderr.as_slice()), (Some(0), b"".as_slice()));
}

#[test]
fn records_that_came_since_a_version_are_told_from_those_before() {
    let test = Test::new().topic("t", "{\"n\":1}\n{\"n\":2}\n");
    test.run(["put", "t", "--record", "{\"n\":3}"]).code(0);
    test.run(["put", "t", "--record", "{\"n\":4}"]).code(0);
    test.run(["put", "t", "--no-flush", "--record", "{\"n\":5}"]).code(0);
    test.run(["get", "t", "--since", "2"]).code(0).stdout("{\"n\":3}\n{\"n\":4}\n{\"n\":5}\n");
    test.run(["get", "t", "--since", "2", "--until", "3"]).code(0).stdout("{\"n\":3}\n");
    test.run(["get", "t", "--since", "1h ago", "-n", "1"]).code(0).stdout("{\"n\":1}\n");
    test.run(["get", "t", "--since", "4", "--until", "4"])
        .code(0)
        .stdout("")
        .stderr("t: nothing has come since\n");
    test.run(["get", "t", "--since", "99"]).code(1).stderr_contains("no version 99");
    test.run(["get", "t", "--since", "2hours ago?"]).code(1).stderr_contains("no version");
}
