//! A text is found in any field, of buffered records as of persisted ones, in every kind of read.

use futures::StreamExt;
use lanceq::{Columns, Likeness, Page, Reader, Search, StreamOptions, Writer};
use serde_json::{Value, json};

use crate::setup::{Setup, ids};

fn record(n: u64) -> Value {
    json!({"id": n, "note": n.is_multiple_of(3).then(|| format!("Note {n}")), "place": {"host": format!("h{}", n % 7)},
           "tags": [format!("t{}", n % 5)], "vec": [n as f64, 1.0]})
}

async fn put(writer: &Writer, numbers: std::ops::Range<u64>) {
    writer.put_batch(numbers.map(record).collect()).await.unwrap();
}

/// Texts that a record must have all of, and what that means.
type Case = (&'static [&'static str], fn(u64) -> bool);

const CASES: [Case; 7] = [
    (&["note 1"], |n| n % 3 == 0 && n.to_string().starts_with('1')),
    (&["note 1", "h3"], |n| n % 3 == 0 && n.to_string().starts_with('1') && n % 7 == 3),
    (&["Note 12"], |n| n % 3 == 0 && n.to_string().starts_with("12")),
    (&["NOTE"], |_| false),
    (&["t4"], |n| n % 5 == 4),
    (&["119"], |n| n == 119),
    (&[""], |_| true),
];

async fn check(reader: &Reader, count: u64, what: &str) {
    for (texts, matches) in CASES {
        let expected: Vec<u64> = (0..count).filter(|n| matches(*n)).collect();
        let found = texts.iter().fold(reader.clone(), |reader, text| reader.containing(text));
        let got = found.get(0, 1000).await.unwrap();
        assert_eq!(ids(&got), expected, "{what}: {texts:?}");
        let stream = found.stream(StreamOptions::from_start()).await.unwrap().records();
        let streamed: Vec<_> = stream.map(|record| record.unwrap().offset).collect().await;
        assert_eq!(streamed, expected, "{what}: {texts:?}, as a stream");
        let places: Vec<(u32, u64)> = (0..count).map(|offset| (0, offset)).collect();
        let taken = found.take(&places).await.unwrap();
        assert_eq!(ids(&taken), expected, "{what}: {texts:?}, taken");
        let window = found.window(expected.len() as u64 / 2, 3).await.unwrap();
        let half = expected.len() / 2;
        assert_eq!(ids(&window), expected[half..expected.len().min(half + 3)], "{what}: {texts:?}");
    }
}

#[tokio::test]
async fn a_text_is_found_buffered_flushed_and_mixed() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").flush_threshold(100_000).open().await.unwrap();
    put(&writer, 0..90).await;
    let reader = setup.engine.reader("t").await.unwrap();
    check(&reader, 90, "buffered").await;
    writer.flush().await.unwrap();
    check(&reader, 90, "flushed").await;
    put(&writer, 90..130).await;
    check(&reader, 130, "mixed").await;
}

#[tokio::test]
async fn a_text_narrows_a_filter_and_a_search_and_is_found_in_columns_that_are_not_returned() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").flush_threshold(100_000).open().await.unwrap();
    put(&writer, 0..60).await;
    writer.flush().await.unwrap();
    put(&writer, 60..100).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let both = reader.filter("id % 10 = 2").await.unwrap().containing("note");
    let narrow = both.columns(Columns::Only(vec!["id".into()]));
    let offsets = |page: Page| page.records().map(|r| r.fields["id"].as_u64().unwrap()).collect();
    let found: Vec<u64> = offsets(narrow.get(0, 100).await.unwrap());
    assert_eq!(found, [12, 42, 72]);
    let places = [(0, 72), (0, 2), (0, 12), (0, 13)];
    let found: Vec<u64> = offsets(narrow.take(&places).await.unwrap());
    assert_eq!(found, [12, 72]);
    let like = Likeness::Vector(vec![40.0, 1.0]);
    let found = both.search(&Search::like("vec", like)).await.unwrap();
    let found: Vec<u64> = found.hits.iter().map(|hit| hit.record.offset).collect();
    assert_eq!(found, [42, 12, 72]);
}

#[tokio::test]
async fn a_stream_finds_a_text_in_a_column_that_comes_later() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put(&writer, 0..3).await;
    let reader = setup.engine.reader("t").await.unwrap().containing("late");
    let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap().records();
    writer.put(json!({"id": 3, "late": "better late than never"})).await.unwrap();
    assert_eq!(tail.next().await.unwrap().unwrap().offset, 3);
    writer.put(json!({"id": 4, "late": "in time"})).await.unwrap();
    writer.put(json!({"id": 5, "late": "LATER"})).await.unwrap();
    writer.flush().await.unwrap();
    assert_eq!(tail.next().await.unwrap().unwrap().offset, 5);
    assert_eq!(ids(&reader.get(0, 9).await.unwrap()), [3, 5]);
}
