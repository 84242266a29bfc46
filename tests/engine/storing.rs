//! What a topic takes on disk: by column, by version, and what is worth doing about it.

use std::fs;

use lance::dataset::WriteMode;
use lanceq::{AdviceKind, BucketStorage, CleanupOptions, Engine, IndexKind, IndexSpec, Job};
use serde_json::{Value, json};

use crate::foreign::{own, write};
use crate::setup::{Setup, put_all};

async fn storage(engine: &Engine) -> BucketStorage {
    engine.reader("t").await.unwrap().storage().await.unwrap().remove(0)
}

fn bytes_in(setup: &Setup, folder: &str) -> u64 {
    let entries = fs::read_dir(own(setup).join(folder)).into_iter().flatten();
    entries.map(|entry| entry.unwrap().metadata().unwrap().len()).sum()
}

fn wide(n: u64) -> Value {
    let vector: Vec<f64> = (0..64).map(|i| f64::from(i) * (n as f64).sin()).collect();
    json!({"id": n, "vector": vector, "at": {"x": n, "y": n * 7}, "text": format!("{n} some words")})
}

#[tokio::test]
async fn columns_take_what_their_values_do_and_all_of_them_no_more_than_the_files() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    writer.put_batch((0..500).map(wide).collect()).await.unwrap();
    writer.flush().await.unwrap();
    for engine in [setup.engine.clone(), setup.other().await] {
        let found = storage(&engine).await;
        let names: Vec<&str> = found.columns.iter().map(|column| column.column.as_str()).collect();
        assert_eq!(names, ["id", "vector", "at", "text"]);
        let of = |name: &str| found.columns.iter().find(|c| c.column == name).unwrap();
        assert!(of("vector").bytes >= 500 * 64 * 4, "{found:?}");
        assert!(of("vector").bytes < 500 * 64 * 4 + 4096, "{found:?}");
        assert_eq!(of("vector").r#type, "fixed_size_list<float32, 64>");
        assert!(of("at").bytes > 0 && of("id").bytes > 0 && of("text").bytes > 500, "{found:?}");
        let sum: u64 = found.columns.iter().map(|column| column.bytes).sum();
        assert!(sum <= found.data_bytes && sum * 10 > found.data_bytes * 8, "{found:?}");
        assert_eq!((found.files, found.files_read, found.records), (1, 1, 500));
        assert_eq!(found.data_bytes, bytes_in(&setup, "data"));
        assert_eq!(found.advice, []);
    }
}

#[tokio::test]
async fn each_version_says_what_came_with_it_and_what_only_it_still_needs() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").maintenance(false).open().await.unwrap();
    for flush in 0..20 {
        put_all(&writer, flush * 10..flush * 10 + 10).await;
        writer.flush().await.unwrap();
    }
    let before = storage(&setup.engine).await;
    assert_eq!(before.fragments.count, 20);
    assert_eq!((before.fragments.small, before.fragments.would_become), (20, 1));
    assert!(before.versions.iter().take(20).all(|version| version.added_bytes > Some(0)));
    assert_eq!(before.older_bytes, 0);
    assert_eq!(before.advice[0].what, AdviceKind::Compact);
    assert_eq!(before.advice[0].command, "lanceq compact t --bucket 0");
    setup.engine.compact("t", None, &Job::new()).await.unwrap();
    let found = storage(&setup.other().await).await;
    assert_eq!((found.fragments.count, found.fragments.small), (1, 0));
    assert_eq!(found.older_bytes, before.data_bytes, "the former files");
    assert_eq!(found.data_bytes + found.older_bytes, bytes_in(&setup, "data"));
    let (head, alone) = (&found.versions[0], found.versions[0].only_here_bytes);
    assert_eq!((head.operation.as_str(), head.version), ("compact", found.version));
    assert!(head.added_bytes >= Some(found.data_bytes) && alone >= Some(found.data_bytes));
    assert_eq!(
        found.manifest_bytes,
        bytes_in(&setup, "_versions") + bytes_in(&setup, "_transactions") - hint(&setup)
    );
    let keep = CleanupOptions { keep: Some(1), ..CleanupOptions::default() };
    setup.engine.cleanup("t", None, &keep, &Job::new()).await.unwrap();
    let cleaned = storage(&setup.other().await).await;
    assert_eq!((cleaned.older_bytes, cleaned.versions.len()), (0, 2));
    assert_eq!(cleaned.cleanup.unwrap().bytes, 0);
}

/// Lance's note of the newest version, which is no manifest.
fn hint(setup: &Setup) -> u64 {
    fs::metadata(own(setup).join("_versions/latest_version_hint.json")).map_or(0, |file| file.len())
}

#[tokio::test]
async fn an_index_that_leaves_much_uncovered_is_to_be_built_anew() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").maintenance(false).open().await.unwrap();
    let texts =
        |range: std::ops::Range<u64>| range.map(|n| json!({"id": n, "text": format!("word {n}")}));
    writer.put_batch(texts(0..100).collect()).await.unwrap();
    writer.flush().await.unwrap();
    let spec = IndexSpec::on("text").kind(IndexKind::Text);
    setup.engine.create_index("t", None, &spec, &Job::new()).await.unwrap();
    let found = storage(&setup.engine).await;
    assert_eq!((found.indices[0].covered, found.advice.len()), (100, 0));
    assert!(found.index_bytes > 0);
    writer.put_batch(texts(100..1200).collect()).await.unwrap();
    writer.flush().await.unwrap();
    let found = storage(&setup.other().await).await;
    let advice = found.advice.iter().find(|advice| advice.what == AdviceKind::Index).unwrap();
    assert_eq!(advice.command, "lanceq index t text --kind text --bucket 0");
}

#[tokio::test]
async fn a_topic_of_another_program_and_one_that_was_never_flushed_are_told_without_advice() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    let found = storage(&setup.engine).await;
    assert_eq!((found.records, found.buffer_count, found.files), (0, 3, 0));
    assert!(found.wal_bytes > 0);
    write(&setup.engine.root().join("theirs.lance"), 0..50, WriteMode::Create, false).await;
    let reader = setup.other().await.reader("theirs").await.unwrap();
    let found = reader.storage().await.unwrap().remove(0);
    assert_eq!((found.records, found.files_read, found.columns.len()), (50, 1, 2));
    assert!(found.columns.iter().all(|column| column.bytes > 0));
    assert_eq!((found.cleanup, found.advice.len()), (None, 0));
}
