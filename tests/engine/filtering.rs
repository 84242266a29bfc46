//! Filters mean the same of buffered records as of persisted ones, in every kind of read.

use futures::StreamExt;
use lanceq::{
    Columns, ErrorKind, From, Likeness, Reader, Search, StreamOptions, TailEvent, Writer,
};
use serde_json::{Value, json};

use crate::setup::{Setup, ids};

fn record(n: u64) -> Value {
    let note = (!n.is_multiple_of(4)).then(|| format!("note {}", n % 5));
    json!({"id": n, "note": note, "score": n as f64 / 8.0, "vec": [n as f64, 1.0],
           "place": {"host": format!("h{}", n % 3)}})
}

/// A condition, and what it means.
type Condition = (&'static str, fn(u64) -> bool);

const CONDITIONS: [Condition; 8] = [
    ("id >= 90 and id < 120", |n| (90..120).contains(&n)),
    ("note is null", |n| n.is_multiple_of(4)),
    ("not (note = 'note 2')", |n| !n.is_multiple_of(4) && n % 5 != 2),
    ("note like '%2' or score > 20", |n| (!n.is_multiple_of(4) && n % 5 == 2) || n > 160),
    ("place.host = 'h1'", |n| n % 3 == 1),
    ("id in (3, 77, 199, 1000)", |n| [3, 77, 199].contains(&n)),
    ("id < 0", |_| false),
    ("true", |_| true),
];

async fn put(writer: &Writer, numbers: std::ops::Range<u64>) {
    writer.put_batch(numbers.map(record).collect()).await.unwrap();
}

/// `get` and `window` in small pages, a stream from the start: each must give just the matches.
async fn check(reader: &Reader, count: u64, what: &str) {
    for (sql, matches) in CONDITIONS {
        let expected: Vec<u64> = (0..count).filter(|n| matches(*n)).collect();
        let filtered = reader.filter(sql).await.unwrap();
        for limit in [1, 7, 1000] {
            let (mut got, mut offset) = (Vec::new(), 0);
            loop {
                let page = filtered.get(offset, limit).await.unwrap();
                assert!(page.len() <= limit);
                let Some(last) = page.records().last() else { break };
                offset = last.offset + 1;
                got.extend(ids(&page));
            }
            assert_eq!(got, expected, "{what}: {sql}, pages of {limit}");
        }
        for row in [0, expected.len() / 2, expected.len()] {
            let page = filtered.window(row as u64, 5).await.unwrap();
            let end = expected.len().min(row + 5);
            assert_eq!(ids(&page), expected[row..end], "{what}: {sql}, row {row}");
            if let Some(first) = page.records().next() {
                assert_eq!(filtered.locate(0, first.offset).await.unwrap(), row as u64);
            }
        }
        let stream = filtered.stream(StreamOptions::from_start()).await.unwrap().records();
        let streamed: Vec<_> = stream.map(|record| record.unwrap().offset).collect().await;
        assert_eq!(streamed, expected, "{what}: {sql}, as a stream");
    }
}

#[tokio::test]
async fn a_filter_means_the_same_buffered_flushed_and_mixed() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").flush_threshold(100_000).open().await.unwrap();
    put(&writer, 0..150).await;
    let reader = setup.engine.reader("t").await.unwrap();
    check(&reader, 150, "buffered").await;
    writer.flush().await.unwrap();
    check(&reader, 150, "flushed").await;
    put(&writer, 150..200).await;
    check(&reader, 200, "mixed").await;
    check(&setup.other().await.reader("t").await.unwrap(), 200, "of another process").await;
}

#[tokio::test]
async fn a_filter_may_name_columns_that_are_not_returned_and_narrows_another() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put(&writer, 0..20).await;
    writer.flush().await.unwrap();
    put(&writer, 20..40).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let reader = reader.filter("id > 5").await.unwrap().filter("id % 10 = 0").await.unwrap();
    let narrow = reader.columns(Columns::Only(vec!["score".into()]));
    for page in [narrow.get(0, 10).await.unwrap(), narrow.window(0, 10).await.unwrap()] {
        let records: Vec<Value> = page.records().map(|r| Value::Object(r.fields)).collect();
        assert_eq!(
            records,
            [json!({"score": 1.25}), json!({"score": 2.5}), json!({"score": 3.75})]
        );
    }
    let like = Likeness::Vector(vec![24.0, 1.0]);
    let found = reader.search(&Search::like("vec", like)).await.unwrap();
    let found: Vec<u64> = found.hits.iter().map(|hit| hit.record.offset).collect();
    assert_eq!(found, [20, 30, 10], "search looks among what the reader reads");
}

#[tokio::test]
async fn a_column_that_came_late_is_null_before() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    put(&writer, 0..20).await;
    writer.flush().await.unwrap();
    let late = json!({"id": 20, "late": 7});
    writer.put(late).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    for _ in 0..2 {
        let none = reader.filter("late is null").await.unwrap();
        assert_eq!(none.get(0, 100).await.unwrap().len(), 20);
        let some = reader.filter("late = 7").await.unwrap().get(0, 100).await.unwrap();
        assert_eq!(ids(&some), [20]);
        writer.flush().await.unwrap();
    }
}

#[tokio::test]
async fn a_stream_delivers_matches_and_its_cursor_passes_the_rest() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").flush_threshold(100_000).open().await.unwrap();
    put(&writer, 0..3000).await;
    writer.flush().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let filtered = reader.filter("id = 10 or id >= 3010").await.unwrap();
    let mut tail = filtered.stream(StreamOptions::from_start().blocking()).await.unwrap();
    let mut next = async || loop {
        if let TailEvent::Rows(chunk) = tail.next().await.unwrap().unwrap() {
            return (chunk.offsets, tail.cursor());
        }
    };
    assert_eq!(next().await.0, [10]);
    put(&writer, 3000..3012).await;
    let (offsets, cursor) = next().await;
    assert_eq!(offsets, [3010, 3011]);
    // Whoever goes on from there is not given anything twice, nor has to look at anything again.
    let on = filtered.stream(StreamOptions::new(From::Cursor(cursor))).await.unwrap();
    assert_eq!(on.records().collect::<Vec<_>>().await.len(), 0);
    put(&writer, 3012..3013).await;
    writer.flush().await.unwrap();
    assert_eq!(next().await.0, [3012], "what was delivered while buffered does not come again");
    let mut nothing =
        reader.filter("id < 0").await.unwrap().stream(StreamOptions::from_start()).await.unwrap();
    while let Some(event) = nothing.next().await {
        assert!(!matches!(event.unwrap(), TailEvent::Rows(_)));
    }
    assert_eq!(nothing.cursor().to_string(), "0:3013");
}

#[tokio::test]
async fn how_far_a_stream_is_can_be_told_where_nothing_matches() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").flush_threshold(100_000).open().await.unwrap();
    put(&writer, 0..100).await;
    writer.flush().await.unwrap();
    put(&writer, 100..130).await;
    let reader = setup.engine.reader("t").await.unwrap().filter("id < 0").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
    let mut progress = tail.progress();
    assert_eq!(progress.next_offsets().get(&0), Some(&0));
    let mut comes_to = async |offset: u64| {
        loop {
            tokio::select! {
                event = tail.next() => {
                    let event = event.unwrap().unwrap();
                    assert!(matches!(event, TailEvent::Flushed(_)), "{event:?}");
                }
                is_there = progress.changed() => {
                    assert!(is_there);
                    if progress.next_offsets().get(&0) == Some(&offset) {
                        return;
                    }
                }
            }
        }
    };
    comes_to(130).await;
    put(&writer, 130..140).await;
    comes_to(140).await;
    writer.flush().await.unwrap();
    put(&writer, 140..141).await;
    comes_to(141).await;
    drop(tail);
    assert!(!progress.changed().await, "it is gone");
}

#[tokio::test]
async fn a_filter_that_cannot_be_is_refused_where_it_is_given() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put(&writer, 0..3).await;
    let reader = setup.engine.reader("t").await.unwrap();
    for (sql, said) in [
        ("", "empty"),
        ("id >", "EOF"),
        ("id > 1 order by id", "order"),
        ("nope = 1", "no column `nope`; there are id, note, score, vec, place"),
        ("\"id\" = 1", "in backticks"),
        ("id + 1", "not true or false"),
    ] {
        let Err(error) = reader.filter(sql).await else { panic!("{sql}") };
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
    let undefined = reader.filter("cast(note as int) > 1").await.unwrap();
    let error = undefined.get(0, 10).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.to_string().contains("note"), "{error}");
}

#[tokio::test]
async fn records_are_taken_by_their_offsets_wherever_they_lie_and_only_where_they_match() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").flush_threshold(100_000).open().await.unwrap();
    put(&writer, 0..60).await;
    writer.flush().await.unwrap();
    put(&writer, 60..120).await;
    writer.flush().await.unwrap();
    put(&writer, 120..130).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let places: Vec<(u32, u64)> =
        [125, 3, 60, 3, 59, 129, 130, 999].into_iter().map(|offset| (0, offset)).collect();
    let taken = reader.take(&places).await.unwrap();
    assert_eq!(ids(&taken), [3, 59, 60, 125, 129]);
    let filtered = reader.filter("id % 2 = 1").await.unwrap();
    assert_eq!(ids(&filtered.take(&places).await.unwrap()), [3, 59, 125, 129]);
    let narrow = filtered.columns(Columns::Only(vec!["score".into()]));
    assert_eq!(narrow.take(&places).await.unwrap().len(), 4);
    assert!(reader.take(&[(7, 3)]).await.unwrap().is_empty());
    assert!(reader.take(&[]).await.unwrap().is_empty());
}
