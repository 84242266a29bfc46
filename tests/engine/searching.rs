//! Search by similarity, against distances that are computed here in the plainest way.

use std::path::Path;

use lance::Dataset;
use lance::dataset::optimize::{CompactionOptions, compact_files};
use lanceq::{At, ErrorKind, Likeness, Matches, Metric, Reader, Search, TopicSchema, Writer};
use serde_json::{Value, json};

use crate::setup::Setup;

const LENGTH: usize = 19;
const METRICS: [Metric; 3] = [Metric::L2, Metric::Cosine, Metric::Dot];

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn real(&mut self) -> f32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // A sixteenth is the same in each width of reals.
        let sixteenths = i16::try_from(self.0 >> 56).unwrap() - 128;
        f32::from(sixteenths) / 16.0
    }

    fn vector(&mut self) -> Vec<f32> {
        (0..LENGTH).map(|_| self.real()).collect()
    }
}

/// Record `n`: every 13th has no vector, every 7th has that of the record before it.
fn vectors(count: u64) -> Vec<Option<Vec<f32>>> {
    let mut dice = Dice(7);
    let mut all: Vec<Option<Vec<f32>>> = Vec::new();
    for n in 0..count {
        let fresh = dice.vector();
        all.push(match n {
            n if n % 13 == 5 => None,
            n if n % 7 == 3 => all.last().cloned().unwrap_or_default(),
            _ => Some(fresh),
        });
    }
    all
}

fn records(numbers: std::ops::Range<u64>) -> Vec<Value> {
    let all = vectors(numbers.end);
    let record =
        |n: u64| json!({"id": n, "group": n % 10, "vector": all[usize::try_from(n).unwrap()]});
    numbers.map(record).collect()
}

async fn writer(setup: &Setup, buckets: u32, real: &str) -> Writer {
    let fields = format!(
        r#"{{"id": "int64", "group": "int64", "vector": "fixed_size_list<{real}, {LENGTH}>"}}"#
    );
    let schema: TopicSchema = fields.parse().unwrap();
    let writer = setup.engine.writer("t").num_buckets(buckets).schema(schema);
    writer.flush_threshold(100_000).open().await.unwrap()
}

fn distance(metric: Metric, a: &[f32], b: &[f32]) -> f64 {
    let sum = |term: fn(f64, f64) -> f64, a: &[f32], b: &[f32]| -> f64 {
        a.iter().zip(b).map(|(a, b)| term(f64::from(*a), f64::from(*b))).sum()
    };
    let product = |a, b| sum(|a, b| a * b, a, b);
    match metric {
        Metric::L2 => sum(|a, b| (a - b) * (a - b), a, b),
        Metric::Cosine => 1.0 - product(a, b) / (product(a, a).sqrt() * product(b, b).sqrt()),
        _ => 1.0 - product(a, b),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "that is the precision of distances")]
fn single(real: f64) -> f32 {
    real as f32
}

/// What a search finds, by reading every record and sorting.
async fn naive(
    reader: &Reader,
    (metric, k): (Metric, usize),
    to: &[f32],
    is_in: impl Fn(u64) -> bool,
) -> (Vec<(u32, u64, f64)>, u64) {
    let mut all = Vec::new();
    for record in reader.get(0, 1_000_000).await.unwrap().records() {
        let id = record.fields["id"].as_u64().unwrap();
        let Value::Array(vector) = &record.fields["vector"] else { continue };
        // The shortest text of a real of 16 bits is not its exact value, which is a number of sixteenths.
        let exact = |n: &Value| single((n.as_f64().unwrap() * 16.0).round() / 16.0);
        let vector: Vec<f32> = vector.iter().map(exact).collect();
        if is_in(id) {
            all.push((record.bucket, record.offset, distance(metric, to, &vector)));
        }
    }
    let searched = all.len() as u64;
    all.sort_by(|a, b| single(a.2).total_cmp(&single(b.2)).then((a.0, a.1).cmp(&(b.0, b.1))));
    all.truncate(k);
    (all, searched)
}

fn same(found: &Matches, (expected, searched): &(Vec<(u32, u64, f64)>, u64), what: &str) {
    let places = |found: &Matches| -> Vec<_> {
        found.hits.iter().map(|hit| (hit.record.bucket, hit.record.offset)).collect()
    };
    let wanted: Vec<_> = expected.iter().map(|(bucket, offset, _)| (*bucket, *offset)).collect();
    assert_eq!(places(found), wanted, "{what}");
    assert_eq!(found.searched, *searched, "{what}");
    for (hit, (.., distance)) in found.hits.iter().zip(expected) {
        assert!(
            (f64::from(hit.distance) - distance).abs() <= distance.abs() * 1e-6 + 1e-6,
            "{what}"
        );
    }
}

/// Compares a few searches of each kind.
async fn check(reader: &Reader, what: &str) {
    let mut dice = Dice(99);
    for metric in METRICS {
        for k in [1, 10, 1000] {
            let to = dice.vector();
            let what = format!("{what}, {metric:?}, {k}");
            let search = Search::like("vector", Likeness::Vector(to.clone())).metric(metric).k(k);
            let found = reader.search(&search).await.unwrap();
            same(&found, &naive(reader, (metric, k), &to, |_| true).await, &what);
            let filtered = reader.search(&search.filter("`group` < 3 and id > 20")).await.unwrap();
            let is_in = |id: u64| id % 10 < 3 && id > 20;
            same(&filtered, &naive(reader, (metric, k), &to, is_in).await, &what);
            assert!(
                filtered.hits.iter().all(|hit| is_in(hit.record.fields["id"].as_u64().unwrap()))
            );
        }
    }
}

async fn dataset(setup: &Setup, bucket: u32) -> Dataset {
    let path = setup.engine.root().join(format!("t/bucket_{bucket}/data.lance"));
    Box::pin(Dataset::open(Path::new(&path).to_str().unwrap())).await.unwrap()
}

#[tokio::test]
async fn the_nearest_are_found_exactly_buffered_flushed_and_mixed() {
    for (buckets, real) in [(1, "float32"), (1, "float16"), (3, "float64")] {
        let setup = Setup::new().await;
        let writer = writer(&setup, buckets, real).await;
        writer.put_batch(records(0..300)).await.unwrap();
        let reader = setup.engine.reader("t").await.unwrap();
        let what = format!("{buckets} buckets of {real}");
        check(&reader, &format!("{what}, buffered")).await;
        writer.flush().await.unwrap();
        check(&reader, &format!("{what}, flushed")).await;
        writer.put_batch(records(300..400)).await.unwrap();
        check(&reader, &format!("{what}, mixed")).await;
        let other = setup.other().await.reader("t").await.unwrap();
        check(&other, &format!("{what}, of another process")).await;
    }
}

#[tokio::test]
async fn deleted_and_compacted_records_are_searched_as_they_are_read() {
    let setup = Setup::new().await;
    let writer = writer(&setup, 2, "float32").await;
    for flush in 0..10 {
        writer.put_batch(records(flush * 40..flush * 40 + 40)).await.unwrap();
        writer.flush().await.unwrap();
    }
    writer.put_batch(records(400..420)).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    for bucket in 0..2 {
        let mut dataset = dataset(&setup, bucket).await;
        Box::pin(dataset.delete("id % 3 = 0")).await.unwrap();
    }
    check(&reader, "with holes").await;
    for bucket in 0..2 {
        let mut dataset = dataset(&setup, bucket).await;
        Box::pin(compact_files(&mut dataset, CompactionOptions::default(), None)).await.unwrap();
    }
    check(&reader, "compacted").await;
}

#[tokio::test]
async fn a_record_is_its_own_nearest_and_its_distance_does_not_change_with_a_flush() {
    let setup = Setup::new().await;
    let writer = writer(&setup, 1, "float32").await;
    writer.put_batch(records(0..200)).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let likes = [0, 2, 46, 197].map(|offset| Likeness::Record { bucket: 0, offset });
    let search =
        |like: &Likeness, metric| Search::like("vector", like.clone()).metric(metric).k(50);
    let mut before = Vec::new();
    for like in &likes {
        for metric in METRICS {
            before.push(reader.search(&search(like, metric)).await.unwrap());
        }
    }
    assert!(before.iter().all(|found| found.hits.iter().all(|hit| hit.record.buffered)));
    writer.flush().await.unwrap();
    let mut before = before.into_iter();
    for like in &likes {
        for metric in METRICS {
            let after = reader.search(&search(like, metric)).await.unwrap();
            let bits = |found: &Matches| -> Vec<_> {
                found.hits.iter().map(|hit| (hit.record.offset, hit.distance.to_bits())).collect()
            };
            assert_eq!(bits(&after), bits(&before.next().unwrap()), "{like:?} {metric:?}");
            let Likeness::Record { offset, .. } = like else { panic!() };
            if metric != Metric::Dot {
                assert_eq!((after.hits[0].record.offset, after.hits[0].distance), (*offset, 0.0));
            }
        }
    }
}

#[tokio::test]
async fn vectors_that_are_no_numbers_are_no_hits() {
    let setup = Setup::new().await;
    let path = setup.engine.root().join("foreign.lance");
    let vectors = arrow_array::FixedSizeListArray::from_iter_primitive::<
        arrow_array::types::Float32Type,
        _,
        _,
    >(
        [
            Some(vec![Some(f32::NAN), Some(0.0)]),
            Some(vec![Some(0.0), Some(0.0)]),
            None,
            Some(vec![Some(f32::INFINITY), Some(0.0)]),
            Some(vec![Some(1.0), None]),
            Some(vec![Some(3.0), Some(4.0)]),
        ],
        2,
    );
    let column: arrow_array::ArrayRef = std::sync::Arc::new(vectors);
    let batch =
        arrow_array::RecordBatch::try_from_iter_with_nullable([("v", column, true)]).unwrap();
    let schema = batch.schema();
    let reader = arrow_array::RecordBatchIterator::new([Ok(batch)], schema);
    Box::pin(Dataset::write(reader, path.to_str().unwrap(), None)).await.unwrap();
    let reader = setup.engine.reader("foreign").await.unwrap();
    for (metric, offsets) in
        [(Metric::L2, &[1, 5, 3][..]), (Metric::Cosine, &[5]), (Metric::Dot, &[3, 5, 1])]
    {
        let search = Search::like("v", Likeness::Vector(vec![0.5, 0.0])).metric(metric);
        let found = reader.search(&search).await.unwrap();
        let offsets_found: Vec<u64> = found.hits.iter().map(|hit| hit.record.offset).collect();
        assert_eq!(offsets_found, offsets, "{metric:?}");
        assert!(found.hits.iter().all(|hit| !hit.distance.is_nan()));
    }
}

#[tokio::test]
async fn a_pinned_reader_and_chosen_columns_are_respected() {
    let setup = Setup::new().await;
    let writer = writer(&setup, 1, "float32").await;
    writer.put_batch(records(0..20)).await.unwrap();
    let version = writer.flush().await.unwrap()[0].version;
    writer.put_batch(records(20..60)).await.unwrap();
    writer.flush().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let pinned = reader.at(At::Version(version)).await.unwrap();
    let pinned = pinned.columns(lanceq::Columns::Only(vec!["id".into()]));
    let like = Likeness::Record { bucket: 0, offset: 0 };
    let found = pinned.search(&Search::like("vector", like).k(100)).await.unwrap();
    assert_eq!(found.searched, 18, "two of the twenty have no vector");
    for hit in &found.hits {
        assert!(hit.record.offset < 20);
        assert_eq!(hit.record.fields.keys().collect::<Vec<_>>(), ["id"]);
    }
    let late = Likeness::Record { bucket: 0, offset: 30 };
    let error = pinned.search(&Search::like("vector", late)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutOfRange);
}

#[tokio::test]
async fn a_search_that_cannot_be_says_what_is_wrong_and_what_there_is() {
    let setup = Setup::new().await;
    let writer = writer(&setup, 2, "float32").await;
    writer.put_batch(records(0..40)).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let like = |bucket, offset| Likeness::Record { bucket, offset };
    let search = |column: &str, like| Search::like(column, like);
    let zeros = Likeness::Vector(vec![0.0; LENGTH]);
    let nan = Likeness::Vector(vec![f32::NAN; LENGTH]);
    let null = reader.get(0, 100).await.unwrap();
    let null = null.records().find(|record| record.fields["vector"].is_null()).unwrap();
    let null = like(null.bucket, null.offset);
    for (search, kind, said) in [
        (
            search("nope", zeros.clone()),
            ErrorKind::Invalid,
            "no such column; vectors are in vector",
        ),
        (search("id", zeros.clone()), ErrorKind::Invalid, "`id`: it holds int64, no vectors"),
        (search("vector", zeros.clone()).k(0), ErrorKind::Invalid, "`k` cannot be 0"),
        (
            search("vector", Likeness::Vector(vec![1.0])),
            ErrorKind::Invalid,
            "of 1 number: those in `vector` have 19",
        ),
        (search("vector", Likeness::Vector(vec![])), ErrorKind::Invalid, "of 0 numbers"),
        (search("vector", nan), ErrorKind::Invalid, "NaN or infinite"),
        (search("vector", null), ErrorKind::Invalid, "has no vector in `vector`"),
        (search("vector", zeros.clone()).filter("id >"), ErrorKind::Invalid, "`id >`"),
        (
            search("vector", zeros.clone()).filter("nope > 1"),
            ErrorKind::Invalid,
            "no column `nope`",
        ),
        (search("vector", zeros).filter("id"), ErrorKind::Invalid, "not true or false"),
        (search("vector", like(7, 0)), ErrorKind::OutOfRange, "no record 7:0"),
        (search("vector", like(0, 999)), ErrorKind::OutOfRange, "offsets are 0 to"),
    ] {
        let error = reader.search(&search).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
}
