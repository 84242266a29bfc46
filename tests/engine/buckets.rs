//! Topics of several buckets.

use std::collections::BTreeMap;

use lanceq::{Columns, ErrorKind, StreamOptions};
use serde_json::json;

use crate::setup::{Setup, ids, record};

#[tokio::test]
async fn records_go_where_the_hash_of_their_key_says() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(4).open().await.unwrap();
    // int(md5(b"0").hexdigest(), 16) % 4 and so on, as Python computes them.
    let expected = BTreeMap::from([(0, 2), (1, 3), (2, 0), (3, 3), (4, 0), (5, 1)]);
    let receipts = writer.put_batch((0..6).map(record).collect()).await.unwrap();
    assert_eq!(receipts.iter().map(|receipt| receipt.rows).sum::<u64>(), 6);
    writer.close().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    for record in reader.get(0, 100).await.unwrap().records() {
        let id = record.fields["id"].as_u64().unwrap();
        assert_eq!(record.bucket, expected[&id], "record {id}");
    }
}

#[tokio::test]
async fn a_topic_reads_bucket_after_bucket_and_a_window_runs_over_all() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(3).open().await.unwrap();
    writer.put_batch((0..300).map(record).collect()).await.unwrap();
    writer.flush().await.unwrap();
    writer.put_batch((300..360).map(record).collect()).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let whole: Vec<(u32, u64)> =
        reader.get(0, 1000).await.unwrap().records().map(|r| (r.bucket, r.offset)).collect();
    assert_eq!(whole.len(), 360);
    assert!(whole.is_sorted());
    for start in [0, 90, 100, 250, 359] {
        let page = reader.window(start, 20).await.unwrap();
        let found: Vec<(u32, u64)> = page.records().map(|r| (r.bucket, r.offset)).collect();
        let from = usize::try_from(start).unwrap();
        assert_eq!(found, whole[from..(from + 20).min(360)], "window {start}");
        let (bucket, offset) = found[0];
        assert_eq!(reader.locate(bucket, offset).await.unwrap(), start);
    }
    let one = reader.bucket(1).unwrap().get(0, 1000).await.unwrap();
    assert!(one.records().all(|record| record.bucket == 1));
}

#[tokio::test]
async fn a_record_without_the_bucket_column_is_refused_and_nothing_of_its_batch_is_put() {
    let setup = Setup::new().await;
    let writer =
        setup.engine.writer("t").num_buckets(2).bucket_column("user").open().await.unwrap();
    writer.put(json!({"user": "a"})).await.unwrap();
    let refused = [json!({"other": 1}), json!({"user": 1.5}), json!({"user": [1]})];
    for bad in refused {
        let error = writer.put_batch(vec![json!({"user": "b"}), bad.clone()]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{bad}: {error}");
    }
    writer.put(json!({"user": null})).await.unwrap();
    assert_eq!(writer.buffer_count(), 2);
}

#[tokio::test]
async fn a_column_that_only_one_bucket_got_is_null_in_the_others() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    writer.put_batch((0..10).map(record).collect()).await.unwrap();
    writer.flush().await.unwrap();
    writer.put(json!({"id": 0, "new": true})).await.unwrap();
    writer.close().await.unwrap();
    let reader = setup.other().await.reader("t").await.unwrap();
    let page = reader.get(0, 100).await.unwrap();
    assert_eq!(page.len(), 11);
    assert!(page.records().all(|record| record.fields.contains_key("new")));
    assert_eq!(reader.schema().await.unwrap().fields().len(), 3);
}

#[tokio::test]
async fn choosing_a_column_that_a_bucket_lacks_reads_nulls_there() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    writer.put_batch((0..4).map(record).collect()).await.unwrap();
    writer.flush().await.unwrap();
    writer.put(json!({"id": 0, "new": true})).await.unwrap();
    writer.close().await.unwrap();
    let columns = Columns::Only(vec!["new".into()]);
    let reader = setup.other().await.reader("t").await.unwrap().columns(columns);
    let page: Vec<_> = reader.get(0, 9).await.unwrap().records().map(|r| r.fields).collect();
    let tail = reader.stream(StreamOptions::from_start()).await.unwrap();
    let streamed = futures::StreamExt::collect::<Vec<_>>(tail.records()).await;
    for fields in page.into_iter().chain(streamed.into_iter().map(|record| record.unwrap().fields))
    {
        assert_eq!(fields.keys().collect::<Vec<_>>(), ["new"]);
    }
    assert_eq!(reader.get(0, 9).await.unwrap().len(), 5);
}

#[tokio::test]
async fn a_stream_merges_buckets_each_in_order() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(4).flush_threshold(50).open().await.unwrap();
    writer.put_batch((0..1000).map(record).collect()).await.unwrap();
    writer.close().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let tail = reader.stream(StreamOptions::from_start()).await.unwrap();
    let records: Vec<_> = futures::StreamExt::collect::<Vec<_>>(tail.records()).await;
    let mut next = [0; 4];
    for record in records.iter().map(|record| record.as_ref().unwrap()) {
        let bucket = record.bucket as usize;
        assert_eq!(record.offset, next[bucket]);
        next[bucket] += 1;
    }
    assert_eq!(next.iter().sum::<u64>(), 1000);
    let mut all = ids(&reader.get(0, 2000).await.unwrap());
    all.sort_unstable();
    assert_eq!(all, (0..1000).collect::<Vec<_>>());
}

#[tokio::test]
async fn one_bucket_can_be_flushed_alone() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    writer.put_batch((0..40).map(record).collect()).await.unwrap();
    let flushed = writer.flush_bucket(1).await.unwrap();
    let counts = setup.engine.reader("t").await.unwrap().counts().await.unwrap();
    let buffered: Vec<u64> = counts.buckets.iter().map(|bucket| bucket.buffer_count).collect();
    assert_eq!((flushed.bucket_id, buffered[1]), (1, 0));
    assert_eq!(flushed.rows + buffered[0], 40);
    let beyond = writer.flush_bucket(2).await.unwrap_err();
    assert_eq!(beyond.kind(), ErrorKind::OutOfRange);
}

#[tokio::test]
async fn a_writer_knows_the_bucket_of_each_row() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(4).open().await.unwrap();
    writer.put_batch((0..6).map(record).collect()).await.unwrap();
    let page = setup.engine.reader("t").await.unwrap().get(0, 100).await.unwrap();
    for chunk in &page.chunks {
        let expected = vec![chunk.bucket; chunk.batch.num_rows()];
        assert_eq!(writer.buckets_of(&chunk.batch).unwrap(), expected);
    }
}

#[tokio::test]
async fn a_writer_that_ends_without_a_flush_leaves_its_clones_open() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    let clone = writer.clone();
    clone.put(record(0)).await.unwrap();
    clone.close_unflushed().await.unwrap();
    drop(clone);
    writer.put(record(1)).await.unwrap();
    let counts = setup.engine.reader("t").await.unwrap().counts().await.unwrap();
    assert_eq!((counts.persisted_count, counts.buffer_count), (0, 2), "nothing was flushed");
    writer.close_unflushed().await.unwrap();
    assert_eq!(writer.put(record(2)).await.unwrap_err().kind(), ErrorKind::Closed);
}
