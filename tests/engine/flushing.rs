//! What a flush promises.

use std::time::Duration;

use lanceq::{Durability, Engine, ErrorKind, Events, StreamOptions, TailEvent};

use crate::setup::{Setup, ids, put_all, record};

#[tokio::test]
async fn flushed_records_outlive_the_writer() {
    let setup = Setup::new().await;
    {
        let writer = setup.engine.writer("t").open().await.unwrap();
        put_all(&writer, 0..250).await;
        let flushed = writer.flush().await.unwrap();
        assert_eq!((flushed[0].rows, flushed[0].next_offset), (250, 250));
    }
    let page = setup.other().await.reader("t").await.unwrap().get(0, 1000).await.unwrap();
    assert_eq!(ids(&page), (0..250).collect::<Vec<_>>());
    assert!(page.records().all(|record| !record.buffered));
    assert!(page.records().enumerate().all(|(n, record)| record.offset == n as u64));
}

#[tokio::test]
async fn buffered_records_are_read_by_every_process() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..10).await;
    writer.flush().await.unwrap();
    put_all(&writer, 10..15).await;

    let page = setup.engine.reader("t").await.unwrap().get(8, 100).await.unwrap();
    assert_eq!(ids(&page), [8, 9, 10, 11, 12, 13, 14]);
    let marks: Vec<bool> = page.records().map(|record| record.buffered).collect();
    assert_eq!(marks, [false, false, true, true, true, true, true]);
    let counts = setup.engine.reader("t").await.unwrap().counts().await.unwrap();
    assert_eq!((counts.total_count, counts.buffer_count, counts.persisted_count), (15, 5, 10));

    let page = setup.other().await.reader("t").await.unwrap().get(8, 100).await.unwrap();
    assert_eq!(ids(&page), [8, 9, 10, 11, 12, 13, 14]);
    assert_eq!(page.records().filter(|record| record.buffered).count(), 5);
}

#[tokio::test]
async fn a_full_threshold_flushes_by_itself_and_close_flushes_the_rest() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").flush_threshold(100).open().await.unwrap();
    put_all(&writer, 0..1050).await;
    let flushed = writer.close().await.unwrap();
    assert_eq!(flushed[0].next_offset, 1050);
    let reader = setup.other().await.reader("t").await.unwrap();
    assert_eq!(ids(&reader.get(0, 2000).await.unwrap()), (0..1050).collect::<Vec<_>>());
    let appends = reader.versions(100).await.unwrap();
    let appends = appends.iter().filter(|version| version.operation == "append").count();
    assert!((2..=11).contains(&appends), "{appends} appends");
}

#[tokio::test]
async fn an_old_record_is_flushed_though_no_other_comes() {
    let setup = Setup::new().await;
    let age = Duration::from_millis(20);
    let writer = setup.engine.writer("t").flush_age(age).open().await.unwrap();
    writer.put(record(0)).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_end().blocking()).await.unwrap();
    let event = futures::StreamExt::next(&mut tail).await.unwrap().unwrap();
    assert!(matches!(event, TailEvent::Flushed(flushed) if flushed.rows == 1), "not flushed");
    assert_eq!(writer.buffer_count(), 0);
}

#[tokio::test]
async fn a_record_put_during_a_flush_gets_its_own_age() {
    let setup = Setup::new().await;
    let age = Duration::from_millis(5);
    let writer = setup.engine.writer("t").flush_age(age).open().await.unwrap();
    writer.put(record(0)).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
    let mut persisted = 0;
    for n in 1..60 {
        writer.put(record(n)).await.unwrap();
        tokio::task::yield_now().await;
    }
    // Nobody flushes and no threshold is reached: only ages make this end.
    while persisted < 60 {
        if let TailEvent::Flushed(flushed) =
            futures::StreamExt::next(&mut tail).await.unwrap().unwrap()
        {
            persisted = flushed.next_offset;
        }
    }
    assert_eq!(writer.buffer_count(), 0);
}

#[tokio::test]
async fn a_close_that_fails_keeps_the_records_for_the_next_one() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    writer.put(record(0)).await.unwrap();
    let data = setup.engine.root().join("t/bucket_0/data.lance/data");
    std::fs::write(&data, "in the way").unwrap();
    writer.close().await.unwrap_err();
    assert_eq!(writer.buffer_count(), 1);
    std::fs::remove_file(&data).unwrap();
    assert_eq!(writer.close().await.unwrap()[0].next_offset, 1);
    assert_eq!(writer.put(record(1)).await.unwrap_err().kind(), ErrorKind::Closed);
}

#[tokio::test]
async fn puts_go_on_while_a_flush_runs_and_none_is_lost() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").flush_threshold(50).open().await.unwrap();
    let other = writer.clone();
    let flushes = tokio::spawn(async move {
        for _ in 0..20 {
            other.flush().await.unwrap();
        }
    });
    put_all(&writer, 0..2000).await;
    flushes.await.unwrap();
    writer.close().await.unwrap();
    let reader = setup.other().await.reader("t").await.unwrap();
    assert_eq!(ids(&reader.get(0, 5000).await.unwrap()), (0..2000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_full_buffer_makes_try_put_fail_and_put_wait() {
    let setup = Setup::new().await;
    let writer = setup
        .engine
        .writer("t")
        .flush_threshold(100_000)
        .buffer_limit(64 << 10)
        .open()
        .await
        .unwrap();
    let mut put = 0;
    let error = loop {
        match writer.try_put(record(put)).await {
            Ok(_) => put += 1,
            Err(error) => break error,
        }
        assert!(put < 10_000, "the buffer never filled");
    };
    assert!(matches!(error, lanceq::Error::BufferFull { .. }), "{error}");
    put_all(&writer, put..put + 2000).await;
    assert_eq!(writer.close().await.unwrap()[0].next_offset, put + 2000);
}

#[tokio::test]
async fn a_closed_writer_refuses_puts_and_the_topic_can_be_opened_again() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    let clone = writer.clone();
    writer.put(record(0)).await.unwrap();
    writer.close().await.unwrap();
    assert_eq!(clone.put(record(1)).await.unwrap_err().kind(), ErrorKind::Closed);
    let writer = setup.other().await.writer("t").open().await.unwrap();
    writer.put(record(1)).await.unwrap();
    assert_eq!(writer.close().await.unwrap()[0].next_offset, 2);
}

#[tokio::test]
async fn what_is_left_of_a_closed_writer_does_nothing_to_the_next_ones_records() {
    let setup = Setup::new().await;
    let closed = setup.engine.writer("t").open().await.unwrap();
    closed.put(record(0)).await.unwrap();
    closed.close().await.unwrap();
    let next = setup.engine.writer("t").open().await.unwrap();
    put_all(&next, 1..6).await;
    assert!(closed.flush().await.unwrap().iter().all(|flushed| flushed.rows == 0));
    drop(closed);
    assert_eq!(next.buffer_count(), 5);
    assert_eq!(next.close().await.unwrap()[0].next_offset, 6);
}

#[tokio::test]
async fn records_of_a_dropped_writer_stay_in_the_log_and_those_without_a_log_are_gone() {
    for (durability, left) in
        [(Durability::Os, vec![0, 1, 2, 3, 4]), (Durability::Memory, vec![0, 1, 2])]
    {
        let setup = Setup::new().await;
        let open = || setup.engine.writer("t").durability(durability).open();
        let reader = {
            let writer = open().await.unwrap();
            put_all(&writer, 0..3).await;
            writer.flush().await.unwrap();
            put_all(&writer, 3..5).await;
            setup.engine.reader("t").await.unwrap()
        };
        assert_eq!(ids(&reader.get(0, 9).await.unwrap()), left, "{durability}");
        let writer = open().await.unwrap();
        put_all(&writer, 7..8).await;
        writer.close().await.unwrap();
        let all: Vec<u64> = left.into_iter().chain([7]).collect();
        assert_eq!(ids(&reader.get(0, 9).await.unwrap()), all, "{durability}");
    }
}

#[tokio::test]
async fn several_processes_put_beside_each_other_and_flush_what_any_of_them_buffered() {
    let setup = Setup::new().await;
    let other = setup.other().await;
    let one = setup.engine.writer("t").flush_threshold(1_000_000).open().await.unwrap();
    one.put(record(0)).await.unwrap();
    let two = other.writer("t").flush_threshold(1_000_000).open().await.unwrap();
    for round in 0..20 {
        let (first, second) = (1 + round * 2, 2 + round * 2);
        assert_eq!(one.put(record(first)).await.unwrap().lsn, first);
        assert_eq!(two.put(record(second)).await.unwrap().lsn, second);
        if round % 7 == 3 {
            let flushed = two.flush().await.unwrap();
            assert_eq!(flushed[0].next_offset, second + 1, "what the other one put, too");
        }
    }
    for engine in [&setup.engine, &other, &setup.other().await] {
        let page = engine.reader("t").await.unwrap().get(0, 99).await.unwrap();
        assert_eq!(ids(&page), (0..41).collect::<Vec<_>>());
    }
    assert_eq!(one.close().await.unwrap()[0].next_offset, 41);
    assert!(two.close().await.unwrap()[0].rows == 0);
}

#[tokio::test]
async fn a_column_that_one_process_adds_is_there_for_the_others() {
    let setup = Setup::new().await;
    let other = setup.other().await;
    let one = setup.engine.writer("t").open().await.unwrap();
    one.put(serde_json::json!({"id": 0})).await.unwrap();
    let two = other.writer("t").open().await.unwrap();
    two.put(serde_json::json!({"id": 1, "new": "x"})).await.unwrap();
    one.put(serde_json::json!({"id": 2})).await.unwrap();
    one.put(serde_json::json!({"id": 3, "new": "y"})).await.unwrap();
    let wrong = one.put(serde_json::json!({"id": 4, "new": 5})).await.unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Invalid, "{wrong}");
    one.close().await.unwrap();
    let page = other.reader("t").await.unwrap().get(0, 9).await.unwrap();
    let new: Vec<String> = page.records().map(|record| record.fields["new"].to_string()).collect();
    assert_eq!(new, ["null", "\"x\"", "null", "\"y\""]);
}

#[tokio::test]
async fn the_same_engine_hands_out_one_writer_a_topic() {
    let setup = Setup::new().await;
    let one = setup.engine.writer("t").open().await.unwrap();
    let two = setup.engine.writer("t").open().await.unwrap();
    one.put(record(0)).await.unwrap();
    two.put(record(1)).await.unwrap();
    assert_eq!(one.buffer_count(), 2);
}

#[tokio::test]
async fn readers_of_an_engine_without_events_see_flushes_too() {
    let setup = Setup::new().await;
    let quiet = Engine::builder(setup.engine.root()).events(Events::Off).open().await.unwrap();
    let writer = setup.engine.writer("t").open().await.unwrap();
    for n in 0..5 {
        writer.put(record(n)).await.unwrap();
        writer.flush().await.unwrap();
        let counts = quiet.reader("t").await.unwrap().counts().await.unwrap();
        assert_eq!(counts.persisted_count, n + 1);
    }
}
