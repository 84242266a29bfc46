//! What reads promise.

use lanceq::{Columns, ErrorKind};

use crate::setup::{Setup, ids, put_all};

/// 10 flushes of 30 records, and 7 buffered behind them.
async fn filled(setup: &Setup) -> lanceq::Writer {
    let writer = setup.engine.writer("t").open().await.unwrap();
    for flush in 0..10 {
        put_all(&writer, flush * 30..flush * 30 + 30).await;
        writer.flush().await.unwrap();
    }
    put_all(&writer, 300..307).await;
    writer
}

#[tokio::test]
async fn get_returns_the_records_from_an_offset_on_across_versions_and_buffer() {
    let setup = Setup::new().await;
    let _writer = filled(&setup).await;
    let reader = setup.engine.reader("t").await.unwrap();
    for (offset, limit) in
        [(0, 1), (29, 2), (30, 30), (5, 200), (299, 3), (300, 100), (306, 1), (0, 9999)]
    {
        let page = reader.get(offset, limit).await.unwrap();
        let end = 307.min(offset + limit as u64);
        assert_eq!(ids(&page), (offset..end).collect::<Vec<_>>(), "{offset}+{limit}");
    }
    for (offset, limit) in [(307, 5), (u64::MAX, 1), (0, 0)] {
        assert!(reader.get(offset, limit).await.unwrap().is_empty(), "{offset}+{limit}");
    }
}

#[tokio::test]
async fn a_window_counts_rows_and_locate_is_its_inverse() {
    let setup = Setup::new().await;
    let _writer = filled(&setup).await;
    let reader = setup.engine.reader("t").await.unwrap();
    for row in [0, 29, 30, 299, 300, 306] {
        let page = reader.window(row, 2).await.unwrap();
        let first = page.records().next().unwrap();
        assert_eq!(first.offset, row);
        assert_eq!(reader.locate(0, first.offset).await.unwrap(), row);
    }
    assert!(reader.window(307, 2).await.unwrap().is_empty());
}

#[tokio::test]
async fn columns_come_in_schema_order_whatever_the_order_they_were_asked_in() {
    let setup = Setup::new().await;
    let _writer = filled(&setup).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let only = reader.columns(Columns::Only(vec!["text".into(), "id".into()]));
    for offset in [0, 300] {
        let page = only.get(offset, 1).await.unwrap();
        let names: Vec<String> = page.records().next().unwrap().fields.keys().cloned().collect();
        assert_eq!(names, ["id", "text"]);
    }
    let without = reader.columns(Columns::Except(vec!["id".into()]));
    let fields = without.get(0, 1).await.unwrap().records().next().unwrap().fields;
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["text"]);
    let unknown = reader.columns(Columns::Only(vec!["nope".into()]));
    let error = unknown.get(0, 1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("`nope`") && error.to_string().contains("text"), "{error}");
}

#[tokio::test]
async fn unknown_names_are_told_by_name() {
    let setup = Setup::new().await;
    let Err(error) = setup.engine.reader("missing").await else { panic!("found") };
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let _writer = filled(&setup).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let Err(error) = reader.bucket(3) else { panic!("found") };
    assert_eq!((error.kind(), error.to_string().contains('3')), (ErrorKind::OutOfRange, true));
}

#[tokio::test]
async fn statistics_tell_what_is_where() {
    let setup = Setup::new().await;
    let _writer = filled(&setup).await;
    let stats = setup.engine.reader("t").await.unwrap().stats().await.unwrap();
    assert_eq!((stats.total_count, stats.buffer_count, stats.persisted_count), (307, 7, 300));
    let bucket = &stats.buckets[0];
    assert_eq!((bucket.fragments, bucket.next_offset, bucket.first_offset), (10, 307, 0));
    assert_eq!(bucket.version, 11, "one that created the dataset, and ten flushes");
    assert!(bucket.bytes_on_disk > 0 && bucket.buffer_bytes > 0 && stats.buffer_bytes > 0);
    assert!(bucket.storage_path.ends_with("t/bucket_0/data.lance"), "{}", bucket.storage_path);
}
