//! Reads at a version.

use std::sync::Arc;

use lance::dataset::optimize::{CompactionOptions, compact_files};
use lance::dataset::{NewColumnTransform, UpdateBuilder, WriteMode};
use lanceq::{At, ErrorKind, StreamOptions};

use crate::foreign::{open, write};
use crate::setup::{Setup, ids, put_all};

#[tokio::test]
async fn a_pinned_reader_sees_its_version_whatever_comes_after() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..10).await;
    let version = writer.flush().await.unwrap()[0].version;
    let reader = setup.engine.reader("t").await.unwrap();
    let pinned = reader.at(At::Version(version)).await.unwrap();
    put_all(&writer, 10..20).await;
    writer.flush().await.unwrap();
    put_all(&writer, 20..25).await;
    assert_eq!(ids(&pinned.get(0, 100).await.unwrap()), (0..10).collect::<Vec<_>>());
    assert_eq!(pinned.counts().await.unwrap().total_count, 10);
    let empty = reader.at(At::Version(1)).await.unwrap();
    assert_eq!(empty.counts().await.unwrap().total_count, 0);
}

#[tokio::test]
async fn a_stream_of_a_pinned_reader_ends_with_its_version() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..10).await;
    let version = writer.flush().await.unwrap()[0].version;
    put_all(&writer, 10..20).await;
    writer.flush().await.unwrap();
    put_all(&writer, 20..25).await;
    let pinned = setup.engine.reader("t").await.unwrap().at(At::Version(version)).await.unwrap();
    let tail = pinned.stream(StreamOptions::from_start().blocking()).await.unwrap();
    let streamed = futures::StreamExt::collect::<Vec<_>>(tail.records()).await;
    let offsets: Vec<u64> = streamed.into_iter().map(|record| record.unwrap().offset).collect();
    assert_eq!(offsets, (0..10).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_time_finds_the_version_that_was_the_head_then() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    for n in 0..8 {
        put_all(&writer, n..n + 1).await;
        writer.flush().await.unwrap();
    }
    let reader = setup.engine.reader("t").await.unwrap();
    for version in reader.versions(100).await.unwrap() {
        let found = reader.at(At::Time(version.timestamp)).await.unwrap();
        assert!(found.counts().await.unwrap().total_count >= version.rows);
    }
    let before = reader.versions(100).await.unwrap().last().unwrap().timestamp;
    let before = before - chrono::TimeDelta::seconds(60);
    let Err(error) = reader.at(At::Time(before)).await else { panic!("found") };
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_bucket_that_came_later_than_the_time_was_empty_then() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    put_all(&writer, 1..2).await;
    writer.flush().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let now = reader.versions(1).await.unwrap()[0].timestamp;
    let then = reader.at(At::Time(now)).await.unwrap();
    put_all(&writer, 2..3).await;
    writer.close().await.unwrap();
    assert_eq!(ids(&then.get(0, 9).await.unwrap()), [1]);
    assert_eq!(ids(&reader.at(At::Time(now)).await.unwrap().get(0, 9).await.unwrap()), [1]);
}

#[tokio::test]
async fn versions_come_newest_first_with_what_made_them() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    for n in 0..3 {
        put_all(&writer, n * 10..n * 10 + 10).await;
        writer.flush().await.unwrap();
    }
    let reader = setup.engine.reader("t").await.unwrap();
    let found: Vec<(u64, String, u64)> = reader
        .versions(3)
        .await
        .unwrap()
        .into_iter()
        .map(|v| (v.version, v.operation, v.rows))
        .collect();
    let append = |version, rows| (version, "append".to_owned(), rows);
    assert_eq!(found, [append(4, 30), append(3, 20), append(2, 10)]);
    assert_eq!(reader.versions(100).await.unwrap().last().unwrap().operation, "create");
}

/// What is read out of a manifest without decoding it, against what Lance decodes.
#[tokio::test]
async fn what_is_said_of_a_version_is_what_lance_says_of_it() {
    let setup = Setup::new().await;
    std::fs::create_dir_all(setup.engine.root()).unwrap();
    for stable in [true, false] {
        let path = setup.engine.root().join(format!("stable_{stable}.lance"));
        write(&path, 0..10, WriteMode::Create, stable).await;
        write(&path, 10..30, WriteMode::Append, stable).await;
        let mut dataset = open(&path).await;
        Box::pin(dataset.delete("id < 5")).await.unwrap();
        Box::pin(dataset.delete("id = 25")).await.unwrap();
        let update = UpdateBuilder::new(Arc::new(dataset.clone())).update_where("id = 7").unwrap();
        let update = update.set("text", "'changed'").unwrap().build().unwrap();
        Box::pin(update.execute()).await.unwrap();
        let mut dataset = open(&path).await;
        Box::pin(compact_files(&mut dataset, CompactionOptions::default(), None)).await.unwrap();
        let more = NewColumnTransform::SqlExpressions(vec![("twice".into(), "id * 2".into())]);
        Box::pin(dataset.add_columns(more, None, None)).await.unwrap();
        Box::pin(dataset.drop_columns(&["twice"])).await.unwrap();
        let mut older = Box::pin(dataset.checkout_version(3)).await.unwrap();
        Box::pin(older.restore()).await.unwrap();
        write(&path, 0..3, WriteMode::Overwrite, stable).await;
        let reader = setup.engine.reader(&format!("stable_{stable}")).await.unwrap();
        let found = reader.versions(100).await.unwrap();
        let all = found.len() as u64;
        assert!(all >= 10, "{all}");
        for version in found {
            let then = Box::pin(dataset.checkout_version(version.version)).await.unwrap();
            let made = Box::pin(then.read_version_transaction(version.version)).await.unwrap();
            let name = made.transaction.as_ref().unwrap().operation.name().to_lowercase();
            let name = match (name.as_str(), version.version) {
                ("rewrite", _) => "compact",
                ("overwrite", 1) => "create",
                (other, _) => other,
            };
            let rows = Box::pin(then.count_rows(None)).await.unwrap() as u64;
            let files = then.fragments().iter().flat_map(|fragment| &fragment.files);
            let bytes: Option<u64> =
                files.map(|file| file.file_size_bytes.get().map(u64::from)).sum();
            let next = if stable { then.manifest().next_row_id } else { rows };
            let expected = (made.timestamp, name, rows, then.fragments().len() as u64, bytes, next);
            let operation = version.operation.replace('_', "");
            let said = (version.timestamp, operation.as_str(), version.rows);
            let (fragments, bytes, next) = (version.fragments, version.bytes, version.next_offset);
            let said = (said.0, said.1, said.2, fragments, bytes, next);
            assert_eq!(said, expected, "stable {stable}, version {}", version.version);
        }
        let counts = reader.read_counts();
        assert_eq!((counts.manifests, counts.described), (2, all - 1), "the update's is decoded");
    }
}

#[tokio::test]
async fn a_version_that_is_not_there_is_named() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    put_all(&writer, 0..10).await;
    writer.flush().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let Err(error) = reader.at(At::Version(1)).await else { panic!("one number, two buckets") };
    assert_eq!(error.kind(), ErrorKind::Invalid);
    let one = reader.bucket(0).unwrap();
    for at in [At::Version(99), At::Tag("nope".into())] {
        let Err(error) = one.at(at).await else { panic!("found") };
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    }
}

#[tokio::test]
async fn versions_are_listed_by_number_and_described_one_by_one() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    for n in 0..4 {
        put_all(&writer, n * 10..n * 10 + 10).await;
        writer.flush().await.unwrap();
    }
    let reader = setup.engine.reader("t").await.unwrap();
    let all = reader.versions(100).await.unwrap();
    let numbers = reader.version_numbers().await.unwrap();
    assert_eq!(numbers, all.iter().rev().map(|info| info.version).collect::<Vec<_>>());
    let newest = all[0].version;
    let some = reader.versions_of(&[newest, 9_999, newest - 1]).await.unwrap();
    assert_eq!(some, all[..2]);
    assert_eq!((some[0].rows, some[1].rows), (40, 30));
    assert_eq!(some[0].fragments, some[1].fragments + 1);
    let data = setup.engine.root().join("t/bucket_0/data.lance/data");
    let files =
        std::fs::read_dir(data).unwrap().map(|file| file.unwrap().metadata().unwrap().len());
    assert_eq!(some[0].bytes, Some(files.sum()));
}

#[tokio::test]
async fn version_numbers_of_several_buckets_are_refused() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    put_all(&writer, 0..10).await;
    writer.flush().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    assert_eq!(reader.version_numbers().await.unwrap_err().kind(), ErrorKind::Invalid);
    assert!(!reader.bucket(1).unwrap().version_numbers().await.unwrap().is_empty());
}
