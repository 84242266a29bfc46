//! Tags and restores: what they mark, what they leave, and what readers see of them.

use std::path::Path;

use futures::StreamExt;
use lance::Dataset;
use lanceq::{At, ErrorKind, ResetReason, StreamOptions, Tail, TailEvent};
use serde_json::json;

use crate::setup::{Setup, ids, put_all};

async fn dataset(path: &Path) -> Dataset {
    Box::pin(Dataset::open(path.to_str().unwrap())).await.unwrap()
}

/// The next records' offsets, and the resets before them.
async fn next(tail: &mut Tail, count: usize) -> (Vec<u64>, Vec<ResetReason>) {
    let (mut offsets, mut resets) = (Vec::new(), Vec::new());
    while offsets.len() < count {
        match tail.next().await.unwrap().unwrap() {
            TailEvent::Rows(chunk) => offsets.extend(chunk.offsets),
            TailEvent::Reset(reset) => resets.push(reset.reason),
            _ => {}
        }
    }
    (offsets, resets)
}

#[tokio::test]
async fn a_tag_names_the_head_of_each_bucket_and_is_read_by_anybody() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(3).open().await.unwrap();
    put_all(&writer, 0..30).await;
    writer.flush().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let before = ids(&reader.get(0, 100).await.unwrap());
    put_all(&writer, 30..35).await;
    let tagged = setup.engine.tag("t", "first", None, None).await.unwrap();
    assert_eq!(tagged.iter().map(|t| t.bucket_id).collect::<Vec<_>>(), [0, 1, 2]);
    writer.flush().await.unwrap();
    for engine in [setup.engine.clone(), setup.other().await] {
        let reader = engine.reader("t").await.unwrap();
        let then = reader.at(At::Tag("first".into())).await.unwrap();
        assert_eq!(ids(&then.get(0, 100).await.unwrap()), before, "without what was buffered");
        let versions = reader.versions(100).await.unwrap();
        let marked: Vec<_> = versions.iter().filter(|v| v.tags == ["first"]).collect();
        assert_eq!(marked.len(), 3);
    }
    let lance = dataset(&setup.engine.root().join("t/bucket_0/data.lance")).await;
    assert_eq!(Box::pin(lance.tags().list()).await.unwrap().len(), 1, "it is Lance's own tag");

    let error = setup.engine.tag("t", "first", None, None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{error}");
    assert_eq!(setup.engine.untag("t", "first", None).await.unwrap(), tagged);
    let error = setup.engine.untag("t", "first", None).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert!(reader.at(At::Tag("first".into())).await.is_err());
}

#[tokio::test]
async fn a_bucket_that_came_later_than_a_tag_was_empty_then() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    put_all(&writer, 1..2).await;
    writer.flush().await.unwrap();
    assert_eq!(setup.engine.tag("t", "one", None, None).await.unwrap().len(), 1);
    let reader = setup.engine.reader("t").await.unwrap();
    assert_eq!(
        reader.at(At::Tag("one".into())).await.unwrap().counts().await.unwrap().total_count,
        1
    );
    put_all(&writer, 2..20).await;
    writer.flush().await.unwrap();
    let then = reader.at(At::Tag("one".into())).await.unwrap();
    assert_eq!(ids(&then.get(0, 100).await.unwrap()), [1]);
    // A tag of one bucket alone is no state of the topic.
    setup.engine.tag("t", "alone", None, Some(0)).await.unwrap();
    assert!(reader.at(At::Tag("alone".into())).await.is_err());
    assert!(reader.bucket(0).unwrap().at(At::Tag("alone".into())).await.is_ok());
    let restored = setup.engine.restore("t", At::Tag("one".into()), None).await.unwrap();
    assert_eq!(restored.iter().map(|r| r.rows_after).sum::<u64>(), 1);
    assert_eq!(ids(&reader.get(0, 100).await.unwrap()), [1]);
}

#[tokio::test]
async fn a_restore_brings_back_the_records_and_gives_no_offset_twice() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..10).await;
    let old = writer.flush().await.unwrap()[0].version;
    put_all(&writer, 10..20).await;
    writer.flush().await.unwrap();
    put_all(&writer, 20..23).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
    assert_eq!(next(&mut tail, 23).await, ((0..23).collect(), vec![]));

    let restored = setup.engine.restore("t", At::Version(old), None).await.unwrap();
    let [restored] = restored.as_slice() else { panic!("{restored:?}") };
    assert_eq!((restored.rows_before, restored.rows_after, restored.buffer_count), (20, 10, 3));
    assert_eq!((restored.restored, restored.version), (old, old + 2));
    let expected: Vec<u64> = (0..10).chain(20..23).collect();
    assert_eq!(ids(&reader.get(0, 100).await.unwrap()), expected, "what is buffered lands behind");
    put_all(&writer, 23..25).await;
    writer.flush().await.unwrap();
    let expected: Vec<u64> = (0..10).chain(20..25).collect();
    for engine in [setup.engine.clone(), setup.other().await] {
        let page = engine.reader("t").await.unwrap().get(0, 100).await.unwrap();
        assert_eq!(ids(&page), expected);
        assert!(page.records().all(|record| record.fields["id"] == record.offset), "offsets stay");
    }
    assert_eq!(next(&mut tail, 2).await, (vec![23, 24], vec![]), "the stream goes on behind");
    // And back again: nothing was lost by it.
    setup.engine.restore("t", At::Version(old + 1), None).await.unwrap();
    assert_eq!(ids(&reader.get(0, 100).await.unwrap()), (0..20).collect::<Vec<_>>());
    put_all(&writer, 25..26).await;
    writer.close().await.unwrap();
    let operations: Vec<String> =
        reader.versions(9).await.unwrap().into_iter().map(|v| v.operation).collect();
    assert_eq!(operations.iter().filter(|o| *o == "restore").count(), 2, "{operations:?}");
}

#[tokio::test]
async fn a_restore_to_before_a_column_keeps_what_is_buffered_readable_and_flushable() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..2).await;
    let old = writer.flush().await.unwrap()[0].version;
    writer.put(json!({"id": 2, "late": 7})).await.unwrap();
    writer.flush().await.unwrap();
    writer.put(json!({"id": 3, "late": 8})).await.unwrap();
    setup.engine.restore("t", At::Version(old), None).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    assert_eq!(ids(&reader.get(0, 9).await.unwrap()), [0, 1, 3]);
    writer.put(json!({"id": 4, "late": 9})).await.unwrap();
    writer.close().await.unwrap();
    let page = setup.other().await.reader("t").await.unwrap().get(0, 9).await.unwrap();
    let late: Vec<_> = page.records().map(|record| record.fields["late"].clone()).collect();
    assert_eq!(late, [json!(null), json!(null), json!(8), json!(9)]);
}

#[tokio::test]
async fn a_restore_by_another_process_is_followed() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..10).await;
    writer.flush().await.unwrap();
    put_all(&writer, 10..15).await;
    writer.flush().await.unwrap();
    put_all(&writer, 15..16).await;
    let other = setup.other().await;
    other.restore("t", At::Version(2), None).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let expected: Vec<u64> = (0..10).chain(15..16).collect();
    assert_eq!(ids(&reader.get(0, 100).await.unwrap()), expected);
    writer.flush().await.unwrap();
    assert_eq!(ids(&other.reader("t").await.unwrap().get(0, 100).await.unwrap()), expected);
}

#[tokio::test]
async fn a_foreign_restore_of_positions_resets_a_stream() {
    let setup = Setup::new().await;
    let path = setup.engine.root().join("foreign.lance");
    for (mode, start) in
        [(lance::dataset::WriteMode::Create, 0), (lance::dataset::WriteMode::Append, 5)]
    {
        let numbers = arrow_array::Int64Array::from_iter_values(start..start + 5);
        let column: arrow_array::ArrayRef = std::sync::Arc::new(numbers);
        let batch = arrow_array::RecordBatch::try_from_iter([("id", column)]).unwrap();
        let schema = batch.schema();
        let rows = arrow_array::RecordBatchIterator::new([Ok(batch)], schema);
        let params = lance::dataset::WriteParams { mode, ..Default::default() };
        Box::pin(Dataset::write(rows, path.to_str().unwrap(), Some(params))).await.unwrap();
    }
    let reader = setup.engine.reader("foreign").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
    assert_eq!(next(&mut tail, 10).await.0, (0..10).collect::<Vec<_>>());
    let mut old = Box::pin(dataset(&path).await.checkout_version(1)).await.unwrap();
    Box::pin(old.restore()).await.unwrap();
    let event = loop {
        if let TailEvent::Reset(reset) = tail.next().await.unwrap().unwrap() {
            break reset;
        }
    };
    assert_eq!((event.reason, event.next_offset), (ResetReason::Rewritten, 5));
    for refused in [
        setup.engine.restore("foreign", At::Version(1), None).await.err(),
        setup.engine.tag("foreign", "x", None, None).await.err(),
        setup.engine.untag("foreign", "x", None).await.err(),
    ] {
        assert_eq!(refused.unwrap().kind(), ErrorKind::Unsupported);
    }
}

#[tokio::test]
async fn what_is_not_there_is_neither_marked_nor_restored() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    put_all(&writer, 0..10).await;
    writer.flush().await.unwrap();
    let engine = &setup.engine;
    for (error, kind) in [
        (engine.tag("t", "x", Some(1), None).await.err(), ErrorKind::Invalid),
        (engine.tag("t", "x", Some(99), Some(0)).await.err(), ErrorKind::NotFound),
        (engine.tag("t", "x", None, Some(9)).await.err(), ErrorKind::OutOfRange),
        (engine.tag("t", "7", None, None).await.err(), ErrorKind::Invalid),
        (engine.tag("t", "../x", None, None).await.err(), ErrorKind::Invalid),
        (engine.tag("nope", "x", None, None).await.err(), ErrorKind::NotFound),
        (engine.untag("t", "x", None).await.err(), ErrorKind::NotFound),
        (engine.restore("t", At::Version(1), None).await.err(), ErrorKind::Invalid),
        (engine.restore("t", At::Version(99), Some(0)).await.err(), ErrorKind::NotFound),
        (engine.restore("t", At::Tag("x".into()), None).await.err(), ErrorKind::NotFound),
    ] {
        let error = error.unwrap();
        assert_eq!(error.kind(), kind, "{error}");
    }
    let versions = engine.reader("t").await.unwrap().versions(100).await.unwrap();
    assert!(versions.iter().all(|v| v.tags.is_empty() && v.operation != "restore"));
    let same = engine.restore("t", At::Version(2), Some(0)).await.unwrap();
    assert_eq!((same[0].restored, same[0].version), (2, 2), "the head already");
}
