//! How many records match is told exactly where there are few, and from a sample where there are many.

use std::time::Duration;

use lanceq::{Estimate, Writer};
use serde_json::{Value, json};

use crate::setup::Setup;

const LONG: Duration = Duration::from_mins(1);

fn record(n: u64) -> Value {
    json!({"id": n, "text": format!("line {n}")})
}

async fn put(writer: &Writer, numbers: std::ops::Range<u64>) {
    writer.put_batch(numbers.map(record).collect()).await.unwrap();
}

#[tokio::test]
async fn few_records_are_counted_one_by_one_wherever_they_lie() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(3).flush_threshold(100_000);
    let writer = writer.open().await.unwrap();
    put(&writer, 0..700).await;
    writer.flush().await.unwrap();
    put(&writer, 700..1000).await;
    let reader = setup.engine.reader("t").await.unwrap();
    for (sql, matches) in [("id % 10 = 3", 100), ("id >= 650", 350), ("id < 0", 0)] {
        let found = reader.filter(sql).await.unwrap().estimate(4096, LONG).await.unwrap();
        assert_eq!(found, Estimate { matches, looked_at: 1000, total: 1000 }, "{sql}");
        assert!(found.is_exact());
    }
    let text = reader.containing("line 99").estimate(4096, LONG).await.unwrap();
    assert_eq!((text.matches, text.is_exact()), (11, true));
    let all = reader.estimate(4096, LONG).await.unwrap();
    assert_eq!(all.matches, 1000);
}

#[tokio::test]
async fn of_many_records_a_sample_tells_and_of_no_time_a_part_of_it() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").flush_threshold(100_000).open().await.unwrap();
    put(&writer, 0..30_000).await;
    writer.flush().await.unwrap();
    put(&writer, 30_000..34_000).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let half = reader.filter("id >= 17000").await.unwrap();
    let found = half.estimate(2048, LONG).await.unwrap();
    assert_eq!(found.total, 34_000);
    assert!((1900..=2048).contains(&found.looked_at), "{found:?}");
    let share = found.matches as f64 / found.looked_at as f64;
    assert!((0.45..0.55).contains(&share), "{found:?}");
    let hurried = half.estimate(2048, Duration::ZERO).await.unwrap();
    assert!(hurried.looked_at > 0 && hurried.looked_at < found.looked_at, "{hurried:?}");
    assert!(!hurried.is_exact());
}

#[tokio::test]
async fn of_no_records_none_match() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put(&writer, 0..1).await;
    let reader = setup.engine.reader("t").await.unwrap().filter("id > 5").await.unwrap();
    let found = reader.estimate(10, LONG).await.unwrap();
    assert_eq!(found, Estimate { matches: 0, looked_at: 1, total: 1 });
}
