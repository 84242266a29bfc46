//! A process dies at each step of letting records go: all of them are gone or none, and what is buffered is there once.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

use lanceq::Engine;
use serde_json::json;

use crate::scratch::Scratch;

const STEPS: [&str; 5] =
    ["retain.staged", "retain.commit", "commit.link", "commit.linked", "flush.committed"];

/// The offsets of all records, each of which is the record's number.
async fn offsets(root: &Path) -> Vec<u64> {
    let engine = Engine::open(root).await.unwrap();
    let page = engine.reader("t").await.unwrap().get(0, 1000).await.unwrap();
    assert!(page.records().all(|record| record.fields["n"] == record.offset));
    page.records().map(|record| record.offset).collect()
}

/// Lets all but the newest 15 go, in a process that dies at a step; whether it did.
fn dies(root: &Path, step: Option<&str>) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lanceq"));
    child.arg("--root").arg(root).args(["retain", "t", "--keep-records", "15", "--now"]);
    if let Some(step) = step {
        child.env("LANCEQ_CRASH", step);
    }
    let status = child.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert!(status.success() || status.signal().is_some(), "{status}");
    status.signal().is_some()
}

#[tokio::test]
async fn a_process_that_dies_while_records_go_has_let_all_go_or_none() {
    for (nth, step) in STEPS.iter().enumerate() {
        let folder = Scratch::new();
        let root = folder.path();
        let engine = Engine::open(root).await.unwrap();
        let writer = engine.writer("t").maintenance(false).open().await.unwrap();
        for n in 0..33 {
            writer.put(json!({"n": n})).await.unwrap();
            if n % 10 == 9 {
                writer.flush().await.unwrap();
            }
        }
        writer.close_unflushed().await.unwrap();
        drop((writer, engine));
        assert!(dies(root, Some(step)), "{step} is passed");
        let first = if nth < 3 { 0 } else { 15 };
        assert_eq!(offsets(root).await, (first..33).collect::<Vec<_>>(), "{step}");
        assert!(!dies(root, None));
        assert_eq!(offsets(root).await, (15..33).collect::<Vec<_>>(), "{step}");
        let engine = Engine::open(root).await.unwrap();
        let writer = engine.writer("t").maintenance(false).open().await.unwrap();
        assert_eq!(writer.flush().await.unwrap()[0].next_offset, 33, "{step}");
        assert_eq!(offsets(root).await, (15..33).collect::<Vec<_>>(), "{step}");
    }
}
