//! When records came is told of buffered ones and of persisted ones, by whichever process they were put.

use chrono::{DateTime, TimeDelta, Utc};
use lanceq::Reader;

use crate::setup::{Setup, put_all};

async fn times(reader: &Reader, offsets: std::ops::Range<u64>) -> Vec<Option<DateTime<Utc>>> {
    let places: Vec<(u32, u64)> = offsets.map(|offset| (0, offset)).collect();
    reader.times(&places).await.unwrap()
}

#[tokio::test]
async fn a_record_came_when_it_was_put_or_else_when_its_flush_was_made() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").flush_threshold(1000).open().await.unwrap();
    let begun = Utc::now();
    put_all(&writer, 0..10).await;
    writer.flush().await.unwrap();
    put_all(&writer, 10..15).await;
    writer.flush().await.unwrap();
    put_all(&writer, 15..20).await;
    let ended = Utc::now();
    let reader = setup.engine.reader("t").await.unwrap();
    let versions = reader.versions(10).await.unwrap();
    let flushed = |rows: u64| {
        let all = versions.iter().filter(|version| version.rows == rows);
        all.map(|version| version.timestamp).min()
    };
    let found = times(&reader, 0..20).await;
    assert!(found[..10].iter().all(|time| *time == flushed(10)), "{found:?}");
    assert!(found[10..15].iter().all(|time| *time == flushed(15)), "{found:?}");
    let put: Vec<DateTime<Utc>> = found[15..].iter().map(|time| time.unwrap()).collect();
    let grain = TimeDelta::milliseconds(2);
    assert!(put.is_sorted() && put.iter().all(|time| *time >= begun - grain && *time <= ended));
    let other = setup.other().await.reader("t").await.unwrap();
    assert_eq!(times(&other, 0..20).await, found, "another process reads the same");
    assert_eq!(times(&reader, 20..22).await, [None, None]);
    assert_eq!(reader.times(&[(7, 0)]).await.unwrap(), [None]);
    writer.flush().await.unwrap();
    let persisted = times(&reader, 15..20).await;
    assert!(persisted.iter().zip(&found[15..]).all(|(now, then)| now >= then), "{persisted:?}");
}

#[tokio::test]
async fn a_compaction_changes_no_time_and_places_may_be_named_in_any_order() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).maintenance(false).open().await.unwrap();
    for part in 0..6 {
        put_all(&writer, part * 10..part * 10 + 10).await;
        writer.flush().await.unwrap();
    }
    let reader = setup.engine.reader("t").await.unwrap();
    let places = [(1, 20), (0, 3), (1, 0), (0, 25), (1, 3)];
    let before = reader.times(&places).await.unwrap();
    assert!(before.iter().all(Option::is_some));
    assert!(before[2] <= before[4] && before[4] <= before[0] && before[1] <= before[3]);
    setup.engine.compact("t", None, &lanceq::Job::new()).await.unwrap();
    assert_eq!(reader.times(&places).await.unwrap(), before);
}
