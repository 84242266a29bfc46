//! Records come in the order of a column, over all buckets, buffered ones among them.

use lanceq::{At, Columns, ErrorKind, Page, Ranking, Reader, Sort, Writer};
use serde_json::{Value, json};

use crate::setup::Setup;

/// Scores repeat, every tenth record has none.
fn score(n: u64) -> Option<u64> {
    (!n.is_multiple_of(10)).then_some(n * 7919 % 101)
}

fn record(n: u64) -> Value {
    json!({"id": n, "score": score(n), "name": format!("n{}", n * 31 % 97), "list": [n]})
}

async fn put(writer: &Writer, numbers: std::ops::Range<u64>) {
    writer.put_batch(numbers.map(record).collect()).await.unwrap();
}

fn numbers(page: &Page) -> Vec<u64> {
    page.records().map(|record| record.fields["id"].as_u64().unwrap()).collect()
}

/// The scores of a page, in its order; those that have none come last.
fn scores(page: &Page) -> Vec<Option<u64>> {
    page.records().map(|record| record.fields["score"].as_u64()).collect()
}

async fn sorted(reader: &Reader, sort: &Sort, skip: usize, limit: usize) -> Page {
    reader.sorted(sort, skip, limit).await.unwrap().page().await.unwrap()
}

async fn three_buckets() -> (Setup, Writer, Reader) {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(3).flush_threshold(100_000);
    let writer = writer.open().await.unwrap();
    put(&writer, 0..500).await;
    writer.flush().await.unwrap();
    put(&writer, 500..700).await;
    let reader = setup.engine.reader("t").await.unwrap();
    (setup, writer, reader)
}

#[tokio::test]
async fn the_first_of_an_order_come_over_all_buckets_and_the_rest_behind_them() {
    let (_setup, _writer, reader) = three_buckets().await;
    for (sort, falls) in [(Sort::ascending("score"), false), (Sort::descending("score"), true)] {
        let all = sorted(&reader, &sort, 0, 700).await;
        let found = scores(&all);
        assert_eq!(found.len(), 700);
        let there: Vec<u64> = found.iter().flatten().copied().collect();
        assert_eq!(there.len(), 630);
        assert!(found[630..].iter().all(Option::is_none), "what is null comes last");
        assert!(there.windows(2).all(|two| if falls {
            two[0] >= two[1]
        } else {
            two[0] <= two[1]
        }));
        let order = numbers(&all);
        for (skip, limit) in [(0, 1), (0, 300), (299, 301), (690, 100), (700, 5)] {
            let part = sorted(&reader, &sort, skip, limit).await;
            let end = (skip + limit).min(700);
            assert_eq!(numbers(&part), order[skip.min(700)..end], "{skip} and {limit}");
        }
    }
}

#[tokio::test]
async fn records_of_one_value_stand_as_they_lie() {
    let (_setup, _writer, reader) = three_buckets().await;
    let all = sorted(&reader, &Sort::descending("score"), 0, 700).await;
    let places: Vec<_> =
        all.records().map(|r| (r.fields["score"].as_u64(), r.bucket, r.offset)).collect();
    let same = places.windows(2).filter(|two| two[0].0 == two[1].0);
    assert!(same.clone().count() > 100);
    assert!(same.into_iter().all(|two| (two[0].1, two[0].2) < (two[1].1, two[1].2)));
}

#[tokio::test]
async fn only_what_matches_is_sorted_by_a_column_that_need_not_be_returned() {
    let (_setup, _writer, reader) = three_buckets().await;
    let few = reader.filter("id < 40").await.unwrap().containing("n3");
    let narrow = few.columns(Columns::Only(vec!["id".into()]));
    let sorted = narrow.sorted(&Sort::ascending("name"), 0, 100).await.unwrap();
    let mut expected: Vec<u64> =
        (0..40).filter(|n| format!("n{}", n * 31 % 97).starts_with("n3")).collect();
    assert_eq!(sorted.matches(), expected.len() as u64);
    expected.sort_by_key(|n| format!("n{}", n * 31 % 97));
    let page = sorted.page().await.unwrap();
    assert_eq!(numbers(&page), expected);
    assert!(page.records().all(|record| record.fields.len() == 1));
}

#[tokio::test]
async fn what_comes_later_does_not_show_and_an_older_version_is_sorted_as_it_was() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").flush_threshold(100_000).open().await.unwrap();
    put(&writer, 0..300).await;
    writer.flush().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let version = reader.counts().await.unwrap().buckets[0].version;
    let mut begun = reader.sorted(&Sort::descending("id"), 0, 1000).await.unwrap();
    put(&writer, 300..400).await;
    let mut seen = Vec::new();
    while let Some(page) = begun.next().await.unwrap() {
        seen.extend(numbers(&page));
    }
    assert_eq!(seen, (0..300).rev().collect::<Vec<_>>());
    let then = reader.at(At::Version(version)).await.unwrap();
    assert_eq!(numbers(&sorted(&then, &Sort::descending("id"), 0, 1).await), [299]);
    assert_eq!(numbers(&sorted(&reader, &Sort::descending("id"), 0, 1).await), [399]);
}

#[tokio::test]
async fn what_cannot_be_sorted_is_refused_with_the_reason() {
    let (_setup, _writer, reader) = three_buckets().await;
    for (sort, limit, said) in [
        (Sort::ascending("nope"), 1, "no such column; there are id, score, name, list"),
        (Sort::ascending("list"), 1, "list<int64>, which has no order"),
        (Sort::ascending("id"), Ranking::MOST + 1, "at most 100000 records"),
    ] {
        let Err(error) = reader.sorted(&sort, 0, limit).await else { panic!("{sort}") };
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
}
