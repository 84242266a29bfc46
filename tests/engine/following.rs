//! What streams promise: in order, none missing, none twice.

use std::time::Duration;

use futures::StreamExt;
use lanceq::{Engine, Events, StreamOptions, Tail, TailEvent};

use crate::setup::{Setup, put_all};

/// The next `count` records' numbers; fails where the stream ends or stays silent.
async fn next_ids(tail: &mut Tail, count: usize) -> Vec<u64> {
    let mut ids = Vec::new();
    while ids.len() < count {
        let event = tokio::time::timeout(Duration::from_mins(1), tail.next()).await;
        match event.expect("the stream is stuck").expect("the stream ended").unwrap() {
            TailEvent::Rows(chunk) => {
                ids.extend(chunk.records().map(|record| record.fields["id"].as_u64().unwrap()));
            }
            TailEvent::Reset(reset) => panic!("{reset:?}"),
            _ => {}
        }
    }
    ids
}

#[tokio::test]
async fn a_stream_without_waiting_ends_at_the_end() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..2500).await;
    writer.flush().await.unwrap();
    put_all(&writer, 2500..2510).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let ends = [
        (StreamOptions::from_start(), 0),
        (StreamOptions::from_offset(2499), 2499),
        (StreamOptions::new(lanceq::From::Last(11)), 2499),
        (StreamOptions::from_offset(2505), 2505),
        (StreamOptions::from_end(), 2510),
    ];
    for (options, first) in ends {
        let tail = reader.stream(options.clone()).await.unwrap();
        let records: Vec<_> = tail.records().collect().await;
        let found: Vec<u64> = records.into_iter().map(|r| r.unwrap().offset).collect();
        assert_eq!(found, (first..2510).collect::<Vec<_>>(), "{options:?}");
    }
}

#[tokio::test]
async fn a_record_shows_when_it_is_put_and_not_again_when_it_is_flushed() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").flush_threshold(100_000).open().await.unwrap();
    put_all(&writer, 0..1).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
    assert_eq!(next_ids(&mut tail, 1).await, [0]);
    for round in 0..30 {
        let (start, end) = (1 + round * 10, 11 + round * 10);
        put_all(&writer, start..end).await;
        if round % 3 == 0 {
            writer.flush().await.unwrap();
        }
        assert_eq!(next_ids(&mut tail, 10).await, (start..end).collect::<Vec<_>>());
    }
    assert_eq!(tail.cursor().to_string(), "0:281+301");
}

#[tokio::test]
async fn a_stream_goes_on_where_its_cursor_stood() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..100).await;
    writer.flush().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_offset(90).blocking()).await.unwrap();
    next_ids(&mut tail, 10).await;
    let cursor = tail.cursor().to_string().parse().unwrap();
    drop(tail);
    put_all(&writer, 100..110).await;
    writer.flush().await.unwrap();
    let options = StreamOptions::new(lanceq::From::Cursor(cursor)).blocking();
    let mut tail = reader.stream(options).await.unwrap();
    assert_eq!(next_ids(&mut tail, 10).await, (100..110).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_stream_from_beyond_the_end_waits_for_its_offset() {
    for (flushed, is_flushed_between) in [(0, false), (5, false), (5, true), (10, true)] {
        let setup = Setup::new().await;
        let writer = setup.engine.writer("t").flush_threshold(100_000).open().await.unwrap();
        put_all(&writer, 0..flushed).await;
        writer.flush().await.unwrap();
        put_all(&writer, flushed..10).await;
        let reader = setup.engine.reader("t").await.unwrap();
        let nothing = reader.stream(StreamOptions::from_offset(15)).await.unwrap();
        assert_eq!(nothing.records().count().await, 0);
        let options = StreamOptions::from_offset(15).blocking();
        let mut tail = reader.stream(options).await.unwrap();
        let cursor = tail.cursor().to_string();
        assert_eq!(cursor, "0:15");
        for n in 10..17 {
            put_all(&writer, n..n + 1).await;
            if is_flushed_between && n % 3 == 0 {
                writer.flush().await.unwrap();
            }
        }
        assert_eq!(next_ids(&mut tail, 2).await, [15, 16]);
        let options = StreamOptions::new(lanceq::From::Cursor(cursor.parse().unwrap()));
        let mut again = reader.stream(options.blocking()).await.unwrap();
        assert_eq!(next_ids(&mut again, 2).await, [15, 16]);
        writer.flush().await.unwrap();
        put_all(&writer, 17..20).await;
        assert_eq!(next_ids(&mut tail, 3).await, [17, 18, 19], "nothing comes a second time");
    }
}

#[tokio::test]
async fn flushes_of_another_engine_arrive_in_order_with_events_and_without() {
    for events in [Events::Watch, Events::Off] {
        let setup = Setup::new().await;
        let writer = setup.engine.writer("t").open().await.unwrap();
        put_all(&writer, 0..1).await;
        writer.flush().await.unwrap();
        let other = Engine::builder(setup.engine.root())
            .events(events)
            .poll_interval(Duration::from_millis(20))
            .open()
            .await
            .unwrap();
        let reader = other.reader("t").await.unwrap();
        let mut tail = reader.stream(StreamOptions::from_end().blocking()).await.unwrap();
        for round in 0..20 {
            let (start, end) = (1 + round * 50, 51 + round * 50);
            put_all(&writer, start..end).await;
            writer.flush().await.unwrap();
            assert_eq!(
                next_ids(&mut tail, 50).await,
                (start..end).collect::<Vec<_>>(),
                "{events:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_stream_on_a_topic_without_records_waits_for_the_first() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    writer.put(crate::setup::record(2)).await.unwrap();
    writer.flush().await.unwrap();
    // Bucket 0 has a dataset now, bucket 1 has none.
    let other = setup.other().await;
    let reader = other.reader("t").await.unwrap().bucket(1).unwrap();
    let mut tail = reader.stream(StreamOptions::from_end().blocking()).await.unwrap();
    writer.put(crate::setup::record(1)).await.unwrap();
    writer.flush().await.unwrap();
    assert_eq!(next_ids(&mut tail, 1).await, [1]);
}

#[tokio::test]
async fn a_topic_that_is_removed_and_made_anew_is_streamed_from_its_beginning() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    for n in 0..5 {
        put_all(&writer, n..n + 1).await;
        writer.flush().await.unwrap();
    }
    drop(writer);
    let other = setup.other().await;
    let reader = other.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_end().blocking()).await.unwrap();
    std::fs::remove_dir_all(setup.engine.root().join("t")).unwrap();
    // It looks while there is nothing, and says so; that does not end it.
    let mut complaints = 0;
    let again = setup.other().await;
    let writer = again.writer("t").open().await.unwrap();
    put_all(&writer, 70..73).await;
    writer.flush().await.unwrap();
    let mut ids = Vec::new();
    let mut resets = 0;
    while ids.len() < 3 {
        match tail.next().await.unwrap() {
            Ok(TailEvent::Rows(chunk)) => {
                ids.extend(chunk.records().map(|r| r.fields["id"].as_u64().unwrap()));
            }
            Ok(TailEvent::Reset(reset)) => {
                assert_eq!(reset.reason, lanceq::ResetReason::Recreated);
                resets += 1;
            }
            Ok(_) => {}
            Err(error) => {
                let kinds = [lanceq::ErrorKind::Corrupt, lanceq::ErrorKind::NotFound];
                assert!(kinds.contains(&error.kind()), "{error}");
                complaints += 1;
                assert!(complaints < 100);
            }
        }
    }
    assert_eq!((ids, resets), (vec![70, 71, 72], 1));
}
