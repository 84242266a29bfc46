//! Imports that are resumed: wherever they are killed, and whatever others do in between, each record of the file is there once.

use std::os::unix::process::ExitStatusExt as _;

use serde_json::{Value, json};

use crate::program::{PROGRAM, Running, Test, lines};

/// Steps at which an import is killed, with the flush that counts; the program comes to each.
const STEPS: &[&str] = &[
    "import.begun:1",
    "flush.staged:1",
    "flush.synced:2",
    "flush.commit:1",
    "flush.commit:3",
    "flush.committed:1",
    "flush.committed:3",
    "import.note:2",
    "import.noted:1",
    "import.noted:3",
    "import.end:1",
    "import.ended:1",
];

const FILE: &str = "big.jsonl";
const PUT: [&str; 6] = ["put", "t", FILE, "--resume", "--flush-threshold", "1000"];

fn record(n: usize) -> String {
    format!("{{\"id\":\"r{n}\",\"n\":{n}}}")
}

fn with_file(records: usize) -> Test {
    Test::new().file(FILE, lines(records, record))
}

/// Runs a command that is killed at a step.
fn killed(test: &Test, args: &[&str], step: &str) {
    killed_with(test, args, &[("LANCEQ_CRASH", step)]);
}

fn killed_with(test: &Test, args: &[&str], variables: &[(&str, &str)]) {
    let done = test.command(args).envs(variables.iter().copied()).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    // A flush takes all that is there when it begins, so on a busy machine there may be no second one.
    let may_end = variables.iter().all(|(_, step)| !step.ends_with(":1"));
    let is_killed = done.status.signal().is_some();
    assert!(is_killed || may_end && done.status.success(), "{variables:?} was not passed: {said}");
}

/// The numbers of the file's records as the topic has them, bucket after bucket.
fn numbers(test: &Test) -> Vec<u64> {
    let is_mine = |record: &Value| record["n"].as_u64();
    test.records("t").iter().filter_map(is_mine).collect()
}

/// Each record of the file is there once; those of a bucket in the order of the file.
#[track_caller]
fn each_once(test: &Test, records: u64, buckets: u32, step: &str) {
    for bucket in 0..buckets {
        let bucket = bucket.to_string();
        let found = test.run(["get", "t", "--limit", "100000", "--bucket", &bucket]).code(0);
        let mine: Vec<u64> = found.json_lines().iter().filter_map(|r| r["n"].as_u64()).collect();
        assert!(mine.is_sorted(), "{step}: bucket {bucket} has them in another order");
    }
    let mut all = numbers(test);
    all.sort_unstable();
    assert_eq!(all, (0..records).collect::<Vec<_>>(), "{step}");
}

#[test]
fn an_import_that_is_killed_at_any_step_has_each_record_once_when_it_is_resumed() {
    for step in STEPS {
        let test = with_file(5000);
        killed(&test, &PUT, step);
        test.run(PUT).code(0);
        each_once(&test, 5000, 1, step);
        test.run(PUT).code(0).stderr("big.jsonl is in t already, all 5000 records of it\n");
        each_once(&test, 5000, 1, step);
    }
}

#[test]
fn several_buckets_and_other_writers_in_between_change_nothing_of_that() {
    let put = [&PUT[..], &["--buckets", "3", "--bucket-column", "id"]].concat();
    let other = |test: &Test, from: usize| {
        // They flush by themselves, and leave some in the log.
        let more = lines(30, |n| format!("{{\"id\":\"o{}\"}}", from + n));
        let args = ["put", "t", "-", "--flush-threshold", "10", "--no-flush"];
        test.run_with(args, more).code(0);
    };
    for step in ["flush.commit:2", "flush.committed:2", "import.noted:4", "import.end:2"] {
        let test = with_file(12_000);
        killed(&test, &put, step);
        other(&test, 0);
        killed(&test, &put, "flush.committed:1");
        other(&test, 30);
        test.run(["compact", "t"]).code(0);
        test.run(["cleanup", "t", "--keep", "1", "--older-than", "0s"]).code(0);
        test.run(&put).code(0);
        each_once(&test, 12_000, 3, step);
        let others = test.records("t").iter().filter(|record| record["n"].is_null()).count();
        assert_eq!(others, 60, "{step}");
    }
}

#[test]
fn what_a_clean_up_takes_away_is_known_before() {
    for (off, code) in [("", 0), ("cleanup-imports", 1)] {
        let test = with_file(5000);
        // The version says more than the note, and goes.
        killed(&test, &PUT, "flush.committed:1");
        let before = numbers(&test).len();
        for n in 0..3 {
            test.run(["put", "t", "--record", &format!("{{\"id\":\"o{n}\"}}")]).code(0);
        }
        let mut cleanup = test.command(["cleanup", "t", "--keep", "1", "--older-than", "0s"]);
        assert!(cleanup.env("LANCEQ_OFF", off).output().unwrap().status.success());
        let resumed = test.run(PUT).code(code);
        if code == 0 {
            each_once(&test, 5000, 1, "cleanup");
        } else {
            resumed
                .stderr_contains("it cannot be known how much of ")
                .stderr_contains("was put: version ");
            assert_eq!(numbers(&test).len(), before, "nothing was put");
        }
    }
}

#[test]
fn without_the_mark_in_the_commit_records_would_be_doubled() {
    let test = with_file(3000);
    killed_with(
        &test,
        &PUT,
        &[("LANCEQ_CRASH", "flush.committed:1"), ("LANCEQ_OFF", "import-mark")],
    );
    test.run(PUT).code(0);
    assert!(numbers(&test).len() > 3000, "the test would not find a double");
}

#[test]
fn what_was_refused_stays_out_and_is_told_once() {
    let bad = |n: usize| n % 500 == 7;
    let line = |n: usize| if bad(n) { format!("torn {n}") } else { record(n) };
    let put = [&PUT[..], &["--on-error", "dead-letter"]].concat();
    for step in ["flush.commit:1", "flush.committed:1", "import.noted:2", "import.end:1"] {
        let test = Test::new().file(FILE, lines(5000, line));
        killed(&test, &put, step);
        // A letter that was not finished when the process died.
        let letters = test.path("big.jsonl.rejected.jsonl");
        let written = std::fs::read_to_string(&letters).unwrap();
        std::fs::write(&letters, written + "{\"line\":9").unwrap();
        test.run(&put).code(0);
        let mut found = numbers(&test);
        found.sort_unstable();
        let good = (0..5000).filter(|n| !bad(usize::try_from(*n).unwrap()));
        assert_eq!(found, good.collect::<Vec<u64>>(), "{step}");
        let letters = std::fs::read_to_string(&letters).unwrap();
        let told = |line: &str| serde_json::from_str::<Value>(line).unwrap()["line"].as_u64();
        let told: Vec<_> = letters.lines().filter_map(told).collect();
        assert_eq!(
            told,
            (0..5000).filter(|n| bad(*n)).map(|n| n as u64 + 1).collect::<Vec<_>>(),
            "{step}"
        );
    }
}

#[test]
fn a_file_that_comes_in_columns_is_resumed_too() {
    let test = with_file(9000);
    test.run(["put", "source", FILE]).code(0);
    test.run(["export", "source", "big.parquet"]).code(0);
    let put =
        ["put", "t", "big.parquet", "--resume", "--flush-threshold", "3000", "--buckets", "2"];
    for step in ["flush.commit:1", "flush.committed:1"] {
        killed(&test, &put, step);
    }
    test.run(put).code(0).stderr_contains("put ");
    each_once(&test, 9000, 2, "parquet");
}

#[test]
fn a_file_that_has_changed_is_not_gone_on_with() {
    let test = with_file(3000);
    killed(&test, &PUT, "flush.committed:1");
    let before = numbers(&test);
    assert!((1000..3000).contains(&before.len()), "{}", before.len());
    let test = test.file(FILE, lines(3001, record));
    test.run(PUT)
        .code(1)
        .stderr_contains("big.jsonl has changed since records of it were put: it was ")
        .stderr_contains("hint: nothing was put.");
    assert_eq!(numbers(&test), before);
}

#[tokio::test]
async fn one_process_at_a_time_goes_on_with_a_file() {
    let test = with_file(3000).topic("t", "{\"id\":\"o\"}\n");
    let name = std::fs::canonicalize(test.path(FILE)).unwrap();
    let engine = lanceq::Engine::open(test.path("queue_storage")).await.unwrap();
    let import = lanceq::Import::new(name.to_string_lossy(), "stamp");
    let first = engine.writer("t").import(import).open().await.unwrap();
    test.run(PUT)
        .code(1)
        .stderr_contains(&format!("process {} ", std::process::id()))
        .stderr_contains("has held the import lock");
    // Closed, it lets others go on; its file was another one.
    first.close().await.unwrap();
    test.run(PUT).code(1).stderr_contains("it was stamp, and is ");
    assert_eq!(numbers(&test), [0_u64; 0]);
}

#[test]
fn what_was_put_without_it_before_is_said_not_to_be_known() {
    let test = with_file(3);
    test.run(["put", "t", FILE]).code(0);
    test.run(PUT).code(0).stderr_contains(
        "note: no import of big.jsonl with --resume is noted in t; all of it is put\n",
    );
    assert_eq!(numbers(&test), [0, 1, 2, 0, 1, 2]);
}

#[test]
fn only_a_file_can_be_resumed_and_only_what_is_flushed_is_promised() {
    let test = with_file(3);
    test.run(["put", "t", "-", "--resume"]).code(2).stderr_contains("- cannot be resumed");
    test.run(["put", "t", "--resume"]).code(2);
    for with in [["--ack"].as_slice(), &["--no-flush"], &["--durability", "os"], &["--dry-run"]] {
        test.run([&PUT[..], with].concat()).code(2);
    }
    assert!(!test.has_topic("t"));
}

#[test]
fn an_interrupted_import_says_that_the_same_command_goes_on() {
    let test = with_file(200_000);
    let mut put = test.command(PUT);
    put.arg("--no-maintenance");
    let put = Running::start(put);
    while !test.root("t/bucket_0/imports").exists() {
        std::thread::yield_now();
    }
    put.interrupt();
    let (code, said) = put.end();
    assert_eq!(code, Some(130), "{PROGRAM}: {said}");
    assert!(said.contains("the same command goes on there"), "{said}");
    test.run(["put", "t", FILE, "--resume"]).code(0);
    let counts = test.run(["stats", "t", "--json"]).code(0).json();
    assert_eq!(counts["total_count"], json!(200_000));
}
