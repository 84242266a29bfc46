//! A process dies while it makes, renames, deletes or brings back a topic, or empties the trash: before or after, never between.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use lanceq::{Engine, Job};

use crate::child::{Putter, Said};
use crate::oracle::{records, violation};
use crate::scratch::Scratch;

const RENAME: &[&str] = &["rename", "t", "u"];
const DELETE: &[&str] = &["delete", "t", "--yes"];
const RESTORE: &[&str] = &["trash", "--restore", "t"];
const EMPTY: &[&str] = &["trash", "--empty"];
const MOVES: [&str; 3] = ["move.noted", "move.named", "move.durable"];

/// Runs a command that dies at a point; whether it did.
fn dies(root: &Path, command: &[&str], point: &str) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lanceq"));
    child.arg("--root").arg(root).args(command).env("LANCEQ_CRASH", point);
    let ended = child.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    ended.status().unwrap().signal().is_some()
}

fn runs(root: &Path, command: &[&str]) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lanceq"));
    child.arg("--root").arg(root).args(command);
    child
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
        .success()
}

/// Where the topic is by now: its name, or nothing where it is in the trash.
async fn whereabouts(root: &Path) -> Option<String> {
    let engine = Engine::open(root).await.unwrap();
    let mut found: Vec<Option<String>> =
        engine.topics().await.unwrap().into_iter().map(|t| Some(t.name.to_string())).collect();
    found.extend(engine.trash().await.unwrap().iter().map(|_| None));
    assert_eq!(found.len(), 1, "it is in one place: {found:?}");
    found.pop().unwrap()
}

/// Lets the topic be `t` again, wherever it is.
async fn brings_back(root: &Path) {
    let engine = Engine::open(root).await.unwrap();
    match whereabouts(root).await.as_deref() {
        None => drop(engine.restore_trashed("t", None).await.unwrap()),
        Some("t") => {}
        Some(other) => engine.rename_topic(other, "t").await.unwrap(),
    }
}

#[tokio::test]
async fn a_topic_that_is_moved_by_a_process_that_dies_has_one_name_and_all_of_its_records() {
    let steps = MOVES.iter().flat_map(|point| [(RENAME, *point), (DELETE, *point)]);
    for (command, point) in steps {
        let folder = Scratch::new();
        let mut all: Vec<Said> = Vec::new();
        for series in 0..3 {
            // One that puts meanwhile is told, or goes on.
            let putter = Putter::start(folder.path(), "always", series, 0, None);
            let mut putter = putter;
            assert!(putter.acks_within(Duration::from_secs(20)));
            assert!(dies(folder.path(), command, point), "{command:?}, {point}");
            let is_moved = whereabouts(folder.path()).await.as_deref() != Some("t");
            assert_eq!(is_moved, point != "move.noted", "{command:?}, {point}");
            all.push(putter.kill_after(false, Duration::from_millis(20)));
            assert_eq!(is_moved, !folder.path().join("t").exists(), "{command:?}, {point}");
            brings_back(folder.path()).await;
            let found = violation(&records(folder.path()).await, &all);
            assert_eq!(found, None, "{command:?}, {point}, series {series}");
        }
    }
}

#[tokio::test]
async fn a_topic_that_is_brought_back_by_a_process_that_dies_is_there_or_in_the_trash() {
    for (point, is_back) in [("restore.found", false), ("restore.named", true)] {
        let folder = Scratch::new();
        let mut putter = Putter::start(folder.path(), "os", 0, 0, None);
        assert!(putter.acks_within(Duration::from_secs(20)));
        let said = putter.kill();
        assert!(runs(folder.path(), DELETE));
        assert!(dies(folder.path(), RESTORE, point));
        assert_eq!(whereabouts(folder.path()).await.is_some(), is_back, "{point}");
        assert_eq!(
            runs(folder.path(), RESTORE),
            !is_back,
            "{point}: it is done again where it was not"
        );
        assert_eq!(violation(&records(folder.path()).await, &[said]), None, "{point}");
    }
}

#[tokio::test]
async fn nothing_of_which_a_part_is_gone_can_be_brought_back() {
    for point in ["empty.leaving", "empty.gone"] {
        let folder = Scratch::new();
        let mut putter = Putter::start(folder.path(), "os", 0, 0, None);
        assert!(putter.acks_within(Duration::from_secs(20)));
        putter.kill();
        assert!(runs(folder.path(), DELETE));
        assert!(dies(folder.path(), EMPTY, point));
        let engine = Engine::open(folder.path()).await.unwrap();
        assert!(engine.trash().await.unwrap().is_empty(), "{point}");
        assert!(!runs(folder.path(), RESTORE), "{point}");
        engine.empty_trash(None, false, &Job::new()).await.unwrap();
        let left = std::fs::read_dir(folder.path().join(".trash")).unwrap().count();
        assert_eq!(left, 0, "{point}: the next emptying removes what is left");
    }
}

/// What a killed creation leaves is hidden, and in nobody's way.
#[tokio::test]
async fn a_topic_that_is_made_by_a_process_that_dies_is_whole_or_not_there() {
    for (point, is_there) in [("create.hidden", false), ("create.named", true)] {
        let folder = Scratch::new();
        let command = ["create", "t", "--buckets", "3"];
        assert!(dies(folder.path(), &command, point));
        let engine = Engine::open(folder.path()).await.unwrap();
        let found: BTreeSet<(String, u32)> = engine
            .topics()
            .await
            .unwrap()
            .into_iter()
            .map(|t| (t.name.to_string(), t.buckets))
            .collect();
        let wanted = if is_there { BTreeSet::from([("t".to_owned(), 3)]) } else { BTreeSet::new() };
        assert_eq!(found, wanted, "{point}");
        assert_eq!(runs(folder.path(), &command), !is_there, "{point}");
        assert_eq!(engine.topic("t").await.unwrap().buckets, 3, "{point}");
    }
}

/// A dataset without stable row ids, as another program writes one.
async fn foreign(path: &Path) {
    use arrow_array::{Int64Array, RecordBatch, RecordBatchIterator};
    use arrow_schema::{DataType, Field, Schema};
    use lance::dataset::{WriteMode, WriteParams};

    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let schema = Arc::new(Schema::new(vec![Field::new("id", DataType::Int64, true)]));
    for first in [0, 50] {
        let numbers = Arc::new(Int64Array::from_iter_values(first..first + 50));
        let batch = RecordBatch::try_new(schema.clone(), vec![numbers]).unwrap();
        let mode = if first == 0 { WriteMode::Create } else { WriteMode::Append };
        let params = WriteParams { mode, enable_stable_row_ids: false, ..WriteParams::default() };
        let rows = RecordBatchIterator::new([Ok(batch)], schema.clone());
        Box::pin(lance::Dataset::write(rows, path.to_str().unwrap(), Some(params))).await.unwrap();
    }
}

#[tokio::test]
async fn a_dataset_that_is_adopted_by_a_process_that_dies_is_the_other_programs_or_ours_and_whole()
{
    let points = ["adopt.rewritten", "commit.linked", "adopt.built", "adopt.named", "adopt.aside"];
    let layouts = [("t", "t/data.lance"), ("t", "t.lance"), ("root", "bucket_0/data.lance")];
    for (topic, dataset) in layouts {
        for point in points {
            let (what, folder) = (format!("{dataset}, {point}"), Scratch::new());
            let root = folder.path().join("root");
            foreign(&root.join(dataset)).await;
            assert!(dies(&root, &["adopt", topic], point), "{what}");
            let is_adopted = ["adopt.named", "adopt.aside"].contains(&point);
            for is_again in [false, true] {
                let engine = Engine::open(&root).await.unwrap();
                let found = engine.topics().await.unwrap();
                assert_eq!(found.len(), 1, "{what}: {found:?}");
                assert_eq!(found[0].foreign, !(is_adopted || is_again), "{what}");
                let page = engine.reader(topic).await.unwrap().get(0, 1000).await.unwrap();
                let read: Vec<_> = page.records().map(|r| r.fields["id"].as_u64()).collect();
                assert_eq!(read, (0..100).map(Some).collect::<Vec<_>>(), "{what}");
                if !is_again {
                    assert_eq!(runs(&root, &["adopt", topic]), !is_adopted, "{what}");
                }
            }
            let engine = Engine::open(&root).await.unwrap();
            let trashed = engine.trash().await.unwrap();
            assert_eq!(trashed.len(), 1, "{what}: what was there is kept once: {trashed:?}");
            engine.restore_trashed(&trashed[0].name, Some("before")).await.unwrap();
            assert!(engine.topic("before").await.unwrap().foreign, "{what}");
            let rows = engine.reader("before").await.unwrap().counts().await.unwrap().total_count;
            assert_eq!(rows, 100, "{what}");
        }
    }
}
