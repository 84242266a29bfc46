//! Another program removes a version that may have been a flush: nobody guesses, `repair` compares and is told.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch, RecordBatchIterator};
use lance::Dataset;
use lance::dataset::{WriteMode, WriteParams};

use crate::program::{Test, lines};

fn dataset(test: &Test) -> PathBuf {
    test.root("t/bucket_0/data.lance")
}

/// Another program commits a version.
pub(crate) async fn other_program(test: &Test, numbers: &[i64], mode: WriteMode) {
    commit(&dataset(test), numbers, mode).await;
}

/// Another program commits a version of a dataset, or of a branch of one.
pub(crate) async fn commit(dataset: &Path, numbers: &[i64], mode: WriteMode) {
    let numbers = Arc::new(Int64Array::from(numbers.to_vec()));
    let batch = RecordBatch::try_from_iter([("n", numbers as _)]).unwrap();
    let schema = batch.schema();
    let reader = RecordBatchIterator::new([Ok(batch)], schema);
    let params = WriteParams { mode, enable_stable_row_ids: true, ..Default::default() };
    Box::pin(Dataset::write(reader, dataset.to_str().unwrap(), Some(params))).await.unwrap();
}

/// As a cleanup of another program does.
fn remove_version(test: &Test, version: u64) {
    let name = format!("_versions/{:020}.manifest", u64::MAX - version);
    std::fs::remove_file(dataset(test).join(name)).unwrap();
}

/// Records 0 to 2 are version 2, and 3 to 5 are sealed in the log; the process that flushed them died at a point.
fn died_in_its_flush(point: &str) -> Test {
    let test = Test::new().topic("t", &lines(3, |n| format!("{{\"n\":{n}}}")));
    test.run_with(["put", "t", "--no-flush"], lines(3, |n| format!("{{\"n\":{}}}", n + 3))).code(0);
    let mut flush = test.command(["flush", "t"]);
    let status = flush.env("LANCEQ_CRASH", point).status().unwrap();
    assert_eq!(status.code(), None, "it was killed");
    test
}

/// The log's records are version 3, which another program removed behind its own version 4.
async fn persisted_in_a_removed_version() -> Test {
    let test = died_in_its_flush("flush.committed");
    other_program(&test, &[100, 101, 102], WriteMode::Append).await;
    remove_version(&test, 3);
    test
}

fn numbers(test: &Test) -> Vec<i64> {
    test.records("t").iter().map(|record| record["n"].as_i64().unwrap()).collect()
}

fn copies(test: &Test) -> usize {
    let folder = test.root("t/bucket_0/wal/quarantine/1");
    std::fs::read_dir(folder).map_or(0, Iterator::count)
}

#[tokio::test]
async fn what_a_removed_version_persisted_is_dropped_from_the_log_and_there_once() {
    let test = persisted_in_a_removed_version().await;
    let removed = "bucket 0: another program removed version 3, which may have persisted 3 records that the log holds too";
    for args in [["put", "t", "--record", "{\"n\":6}"].as_slice(), &["flush", "t"]] {
        test.run(args).code(1).stderr_contains(removed).stderr_contains("lanceq repair TOPIC");
    }
    assert!(test.records("t").len() >= 9, "reading works");
    test.run(["repair", "t"])
        .code(1)
        .stderr_contains("; by their contents, 3 of these are rows")
        .stderr_contains("`--drop` (they are persisted) or `--keep` (they are not)");
    assert_eq!(copies(&test), 0, "nothing was changed");

    test.run(["repair", "t", "--drop"])
        .code(0)
        .stdout_contains("by their contents, 3 of these 3 are rows from offset 3 on; they are taken for persisted now")
        .stdout_contains("no record is lost");
    assert_eq!(copies(&test), 1);
    test.run(["repair", "t"]).code(0).stderr("t: there is nothing to repair\n");
    assert_eq!(numbers(&test), [0, 1, 2, 3, 4, 5, 100, 101, 102]);
    test.run(["put", "t", "--record", "{\"n\":6}"]).code(0);
    assert_eq!(numbers(&test), [0, 1, 2, 3, 4, 5, 100, 101, 102, 6]);
}

#[tokio::test]
async fn whoever_guesses_doubles_what_a_removed_version_persisted() {
    let test = persisted_in_a_removed_version().await;
    let mut flush = test.command(["flush", "t"]);
    assert!(flush.env("LANCEQ_OFF", "hole").status().unwrap().success());
    assert_eq!(numbers(&test), [0, 1, 2, 3, 4, 5, 100, 101, 102, 3, 4, 5]);
}

#[tokio::test]
async fn what_no_version_persisted_is_kept_in_the_log_and_flushed_once() {
    let test = died_in_its_flush("flush.commit");
    other_program(&test, &[100, 101, 102], WriteMode::Append).await;
    other_program(&test, &[103], WriteMode::Append).await;
    remove_version(&test, 3);
    test.run(["repair", "t"]).code(1).stderr_contains("by their contents, 0 of these are rows");
    let done = test.run(["repair", "t", "--keep", "--json"]).code(0).json();
    let what = done[0]["what"].as_str().unwrap();
    assert!(
        what.contains("at log positions 3 to 5; by their contents, none of these 3 is a row"),
        "{what}"
    );
    assert_eq!((done[0]["records_lost"].as_u64(), copies(&test)), (Some(0), 1));
    test.run(["flush", "t"]).code(0).stderr_contains("t: flushed 3 records (version ");
    assert_eq!(numbers(&test), [0, 1, 2, 100, 101, 102, 103, 3, 4, 5]);
    test.run(["repair", "t", "--keep", "--drop"]).code(2);
}

/// A repair that was killed is done by the next opening, or begins anew.
#[tokio::test]
async fn a_repair_that_dies_can_be_made_again() {
    for point in ["repair.copied", "repair.decided", "recover.synced"] {
        let test = persisted_in_a_removed_version().await;
        let mut repair = test.command(["repair", "t", "--drop"]);
        let status = repair.env("LANCEQ_CRASH", point).status().unwrap();
        assert_eq!(status.code(), None, "{point}");
        test.run(["repair", "t", "--drop"]).code(0);
        test.run(["flush", "t"]).code(0).stderr("t: nothing was buffered\n");
        assert_eq!(numbers(&test), [0, 1, 2, 3, 4, 5, 100, 101, 102], "{point}");
    }
}

#[tokio::test]
async fn where_too_few_rows_were_added_nothing_is_in_doubt() {
    let test = died_in_its_flush("flush.commit");
    for number in [100, 101] {
        other_program(&test, &[number], WriteMode::Append).await;
    }
    remove_version(&test, 3);
    test.run(["flush", "t"]).code(0).stderr_contains("t: flushed 3 records (version ");
    assert_eq!(numbers(&test), [0, 1, 2, 100, 101, 3, 4, 5]);
    // What is sealed from now on is not in doubt for the sake of that version.
    test.run_with(["put", "t", "--no-flush"], "{\"n\":6}\n").code(0);
    let mut flush = test.command(["flush", "t"]);
    assert_eq!(flush.env("LANCEQ_CRASH", "flush.commit").status().unwrap().code(), None);
    test.run(["flush", "t"]).code(0);
    assert_eq!(numbers(&test), [0, 1, 2, 100, 101, 3, 4, 5, 6]);
}

#[tokio::test]
async fn a_dataset_that_another_program_overwrote_takes_no_records_of_the_log() {
    let test = Test::new().topic("t", "{\"n\":0}\n");
    test.run_with(["put", "t", "--no-flush"], "{\"n\":1}\n").code(0);
    other_program(&test, &[7], WriteMode::Overwrite).await;
    for args in [["flush", "t"].as_slice(), &["put", "t", "--record", "{\"n\":2}"]] {
        test.run(args).code(1).stderr_contains(
            "another program changed the dataset in version 3: all rows were overwritten",
        );
    }
}
