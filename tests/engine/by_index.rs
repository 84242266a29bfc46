//! Indices that the engine makes, and searches by them, against searches that compare every vector.

use lanceq::fault::{Event, Plan, Then};
use lanceq::{
    At, Engine, Error, ErrorKind, IndexKind, IndexSpec, Job, Likeness, Matches, Metric, Reader,
    RecallOptions, Search, TopicSchema, Writer,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::foreign::{open, own};
use crate::retaining::keep_newest;
use crate::setup::{Setup, drop_indices, ids};

const LENGTH: usize = 16;
const METRICS: [Metric; 3] = [Metric::L2, Metric::Cosine, Metric::Dot];

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn vector(&mut self) -> Vec<f32> {
        let sixteenth = |n: u64| f32::from(i16::try_from(n).unwrap() - 128) / 16.0;
        (0..LENGTH).map(|_| sixteenth(self.below(256))).collect()
    }
}

/// Record `n`: every 13th has no vector, every 17th one of zeros, every 7th that of the record before it.
fn record(n: u64) -> Value {
    let vector = |n: u64| Dice(n).vector();
    let vector = match n {
        n if n % 13 == 5 => None,
        n if n % 17 == 3 => Some(vec![0.0; LENGTH]),
        n if n % 7 == 3 => Some(vector(n - 1)),
        n => Some(vector(n)),
    };
    json!({"id": n, "group": n % 10, "vector": vector})
}

fn schema(real: &str) -> TopicSchema {
    let fields = format!(
        r#"{{"id": "int64", "group": "int64", "vector": "fixed_size_list<{real}, {LENGTH}>"}}"#
    );
    fields.parse().unwrap()
}

async fn writer(engine: &Engine, buckets: u32, real: &str) -> Writer {
    let writer = engine.writer("t").num_buckets(buckets).schema(schema(real)).maintenance(false);
    writer.flush_threshold(100_000).open().await.unwrap()
}

async fn put(writer: &Writer, numbers: std::ops::Range<u64>) {
    writer.put_batch(numbers.map(record).collect()).await.unwrap();
}

/// A topic of so many flushed records.
async fn flushed(setup: &Setup, count: u64) -> Writer {
    let writer = writer(&setup.engine, 1, "float32").await;
    put(&writer, 0..count).await;
    writer.flush().await.unwrap();
    writer
}

fn flat() -> IndexSpec {
    IndexSpec::on("vector").kind(IndexKind::IvfFlat)
}

async fn index(engine: &Engine, spec: &IndexSpec) -> Vec<lanceq::Indexed> {
    engine.create_index("t", None, spec, &Job::new()).await.unwrap()
}

fn search(vector: Vec<f32>) -> Search {
    Search::like("vector", Likeness::Vector(vector)).k(5).effort(1.0)
}

fn places(found: &Matches) -> Vec<(u32, u64, f32)> {
    found.hits.iter().map(|hit| (hit.record.bucket, hit.record.offset, hit.distance)).collect()
}

/// Compares a search with the exact one; whether an index was asked.
async fn is_as_exact(reader: &Reader, search: &Search, what: &str) -> bool {
    let found = reader.search(search).await.unwrap();
    let exact = reader.search(&search.clone().exact(true)).await.unwrap();
    assert!(exact.found_by.is_exact() && exact.found_by.passed_over.is_empty(), "{what}");
    let (found_by, found, exact) = (found.found_by.clone(), places(&found), places(&exact));
    let distances = |hits: &[(u32, u64, f32)]| hits.iter().map(|hit| hit.2).collect::<Vec<_>>();
    assert_eq!(distances(&found), distances(&exact), "{what}: {found_by:?}");
    // Of those that are as far as the last, an index may name others.
    let last = exact.last().map(|hit| hit.2);
    let nearer = |hits: Vec<(u32, u64, f32)>| -> Vec<_> {
        hits.into_iter().filter(|hit| last.is_some_and(|last| hit.2 < last)).collect()
    };
    assert_eq!(nearer(found), nearer(exact), "{what}: {found_by:?}");
    !found_by.is_exact()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_records_are_found_after_each_of_twenty_interleavings() {
    let mut asked = 0;
    for seed in 0..20 {
        let setup = Setup::new().await;
        let writer = writer(&setup.engine, u32::try_from(1 + seed % 2).unwrap(), "float32").await;
        put(&writer, 0..30).await;
        let reader = setup.engine.reader("t").await.unwrap();
        let (mut dice, mut next, mut done) = (Dice(seed), 30, Vec::new());
        for _ in 0..12 {
            let deed = dice.below(9);
            match deed {
                0..=2 => {
                    let count = 30 + dice.below(200);
                    put(&writer, next..next + count).await;
                    next += count;
                }
                3 => drop(writer.flush().await.unwrap()),
                4 | 5 => {
                    writer.flush().await.unwrap();
                    let metric = METRICS[usize::try_from(dice.below(3)).unwrap()];
                    let partitions = 1 + usize::try_from(dice.below(4)).unwrap();
                    index(&setup.engine, &flat().metric(metric).partitions(partitions)).await;
                }
                6 => drop(setup.engine.compact("t", None, &Job::new()).await.unwrap()),
                7 => keep_newest(&setup.engine, 20 + dice.below(next)).await,
                _ => drop_indices(&setup.engine, "vector").await,
            }
            done.push(deed);
            let what = format!("seed {seed}, {done:?}");
            for metric in METRICS {
                let search = search(dice.vector()).metric(metric);
                asked += u64::from(is_as_exact(&reader, &search, &what).await);
                let few = search.clone().filter("`group` < 3 and id > 20");
                is_as_exact(&reader, &few, &what).await;
                let found = reader.search(&search.filter("`group` < 9")).await.unwrap();
                let is_in = |hit: &lanceq::Hit| hit.record.fields["group"].as_u64().unwrap() < 9;
                assert!(found.hits.iter().all(is_in), "{what}");
            }
        }
        let other = setup.other().await.reader("t").await.unwrap();
        is_as_exact(&other, &search(dice.vector()), "of another process").await;
        let found = setup.engine.verify("t", None, &Job::new()).await.unwrap();
        assert!(found.iter().all(|found| found.unvouched == 0 && found.damage.is_empty()));
    }
    assert!(asked > 100, "an index was asked {asked} times only");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_kind_over_each_width_of_reals_finds_what_is_near_with_its_exact_distance() {
    for real in ["float16", "float32", "float64"] {
        let setup = Setup::new().await;
        let writer = writer(&setup.engine, 1, real).await;
        put(&writer, 0..400).await;
        writer.flush().await.unwrap();
        let reader = setup.engine.reader("t").await.unwrap();
        // To train a codebook takes seconds where Lance is not optimised.
        let is_slow = |(kind, metric): &(IndexKind, Metric)| {
            kind.name().ends_with("PQ") && *metric != Metric::L2
        };
        let all =
            IndexKind::VECTORS.into_iter().flat_map(|kind| METRICS.map(|metric| (kind, metric)));
        for (kind, metric) in all.filter(|pair| !is_slow(pair)) {
            let what = format!("{kind} over {real}, {metric:?}");
            let spec = IndexSpec::on("vector").kind(kind).metric(metric);
            let made = index(&setup.engine, &spec).await;
            assert_eq!((made[0].kind, made[0].metric, made[0].rows), (kind, Some(metric), 400));
            assert_eq!(made[0].replaced, kind != IndexKind::VECTORS[0], "{what}");
            let search = search(Dice(7).vector()).metric(metric);
            let found = reader.search(&search).await.unwrap();
            assert_eq!(found.found_by.indices[0].kind, kind.name(), "{what}: {found:?}");
            let exact = places(&reader.search(&search.exact(true).k(50)).await.unwrap());
            let near = places(&found).iter().filter(|hit| exact.contains(hit)).count();
            assert_eq!(near, 5, "{what}: {found:?} of {exact:?}");
            let options = RecallOptions::of("vector").metric(metric).k(5).sample(20).effort(1.0);
            let tried = reader.recall(&options, &Job::new()).await.unwrap();
            // Two bytes are all that a codebook keeps of vectors so short.
            let least = if kind.name().ends_with("PQ") { 0.5 } else { 0.9 };
            assert!(tried.recall > least && tried.sample > 10, "{what}: {tried:?}");
        }
        assert_eq!(reader.indices().await.unwrap().len(), METRICS.len());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_is_listed_replaced_extended_by_name_and_dropped() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 400).await;
    let reader = setup.engine.reader("t").await.unwrap();
    assert_eq!(reader.indices().await.unwrap(), []);
    index(&setup.engine, &flat()).await;
    index(&setup.engine, &flat().metric(Metric::Cosine)).await;
    put(&writer, 400..500).await;
    writer.flush().await.unwrap();
    drop(writer);
    let reader = setup.other().await.reader("t").await.unwrap();
    let listed = reader.indices().await.unwrap();
    let told = |index: &lanceq::IndexInfo| {
        (index.name.clone(), index.kind.clone(), index.metric, index.covered, index.open)
    };
    let kind = "IVF_FLAT".to_owned();
    assert_eq!(
        listed.iter().map(told).collect::<Vec<_>>(),
        [
            ("vector_idx".into(), kind.clone(), Some(Metric::L2), 400, 100),
            ("vector_idx_2".into(), kind, Some(Metric::Cosine), 400, 100),
        ]
    );
    assert!(listed[0].bytes > 400 * LENGTH as u64 * 4 && listed[0].segments == 1, "{listed:?}");
    setup.engine.tag("t", "two", None, None).await.unwrap();
    let again = index(&setup.engine, &flat().metric(Metric::Cosine)).await;
    assert_eq!((again[0].name.as_str(), again[0].replaced), ("vector_idx_2", true));
    let gone = setup.engine.drop_index("t", None, "vector", Some(Metric::Cosine)).await.unwrap();
    assert_eq!(gone[0].names, ["vector_idx_2"]);
    assert_eq!(setup.engine.drop_index("t", None, "vector", None).await.unwrap()[0].names.len(), 1);
    let error = setup.engine.drop_index("t", None, "vector", None).await.unwrap_err();
    assert_eq!(error.to_string(), "topic `t` has no index over `vector`; it has none at all");
    let page = reader.get(0, 1000).await.unwrap();
    assert_eq!(ids(&page), (0..500).collect::<Vec<_>>());
    let older = reader.at(At::Tag("two".into())).await.unwrap();
    assert_eq!(older.indices().await.unwrap().len(), 2, "an older version has its own");
    assert!(is_as_exact(&older, &search(Dice(3).vector()), "at an older version").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_of_several_buckets_are_found_by_their_own_indices() {
    let setup = Setup::new().await;
    let writer = writer(&setup.engine, 3, "float32").await;
    put(&writer, 0..900).await;
    writer.flush().await.unwrap();
    let made = index(&setup.engine, &flat().partitions(2)).await;
    assert_eq!(made.iter().map(|index| index.bucket_id).collect::<Vec<_>>(), [0, 1, 2]);
    let reader = setup.engine.reader("t").await.unwrap();
    let found = reader.search(&search(Dice(1).vector())).await.unwrap();
    assert_eq!(found.found_by.indices.len(), 3);
    setup.engine.drop_index("t", Some(1), "vector", None).await.unwrap();
    for seed in 0..20 {
        let found = reader.search(&search(Dice(seed).vector())).await.unwrap();
        assert_eq!(found.found_by.indices.len(), 2);
        assert!(found.found_by.compared < 900, "{:?}", found.found_by);
        assert!(is_as_exact(&reader, &search(Dice(seed).vector()), "two of three").await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_records_are_searched_for_by_the_mean_of_their_vectors() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 300).await;
    put(&writer, 300..310).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let like = |records: &[u64]| {
        let records = records.iter().map(|offset| (0, *offset)).collect();
        Search::like("vector", Likeness::Records(records))
    };
    let vectors = [1, 301].map(|n| Dice(n).vector());
    let mean = vectors[0].iter().zip(&vectors[1]).map(|(a, b)| (a + b) / 2.0).collect();
    let expected = reader.search(&Search::like("vector", Likeness::Vector(mean))).await.unwrap();
    let found = reader.search(&like(&[1, 301])).await.unwrap();
    assert_eq!(places(&found), places(&expected));
    let one = reader.search(&like(&[1])).await.unwrap();
    assert_eq!(places(&one)[0], (0, 1, 0.0));
    for (records, reason) in [
        (&[][..], "`like` cannot be no record: it takes one at least"),
        (&[1, 5], "the record has no vector in `vector`"),
        (&[1, 999], "the bucket's offsets are 0 to 309"),
    ] {
        let error = reader.search(&like(records)).await.unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[tokio::test]
async fn what_cannot_be_indexed_or_searched_is_told_and_nothing_is_changed() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 200).await;
    let versions = async || setup.engine.reader("t").await.unwrap().versions(9).await.unwrap();
    let before = versions().await;
    for (spec, reason) in [
        (
            IndexSpec::on("nope"),
            "`column` cannot be `nope`: there is no such column; vectors are in vector",
        ),
        (IndexSpec::on("id"), "it holds int64, no vectors"),
        (
            flat().kind(IndexKind::IvfPq),
            "`kind` cannot be IVF_PQ over `vector` in bucket 0: its codebook is trained on 256 vectors",
        ),
        (flat().kind(IndexKind::IvfHnswPq), "there are 200 persisted records"),
        (flat().partitions(0), "a partition at least"),
        (flat().partitions(201), "200 records are divided into 200 partitions at most"),
    ] {
        let refused = setup.engine.create_index("t", None, &spec, &Job::new()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid);
        assert!(refused.to_string().contains(reason), "{refused}");
    }
    let reader = setup.engine.reader("t").await.unwrap();
    for (search, reason) in [
        (search(vec![0.0; LENGTH]).k(0), "`k` cannot be 0"),
        (search(vec![0.0; LENGTH]).effort(1.5), "`effort` cannot be 1.5"),
        (search(vec![0.0; LENGTH]).effort(f64::NAN), "`effort` cannot be NaN"),
        (search(vec![0.0; 3]), "those in `vector` have 16"),
        (search(vec![f32::NAN; LENGTH]), "its number 0, counted from 0, is NaN"),
    ] {
        let refused = reader.search(&search).await.unwrap_err();
        assert!(refused.to_string().contains(reason), "{refused}");
    }
    let recall = async |options: RecallOptions| {
        reader.recall(&options, &Job::new()).await.unwrap_err().to_string()
    };
    assert!(recall(RecallOptions::of("vector")).await.contains("there is no index"));
    assert!(recall(RecallOptions::of("nope")).await.contains("no such column"));
    assert!(recall(RecallOptions::of("vector").sample(0)).await.contains("`sample` cannot be 0"));
    assert!(recall(RecallOptions::of("vector").k(0)).await.contains("`k` cannot be 0"));
    assert_eq!(versions().await, before);
    drop(writer);
}

#[tokio::test]
async fn vectors_of_an_odd_length_have_no_rotated_index_and_few_vectors_no_codebook() {
    let setup = Setup::new().await;
    let schema = r#"{"id": "int64", "vector": "fixed_size_list<float32, 3>"}"#;
    let writer = setup.engine.writer("t").schema(schema.parse().unwrap()).open().await.unwrap();
    let some = |n: u64| json!({"id": n, "vector": (n < 100).then_some([n, 1, 2])});
    writer.put_batch((0..600).map(some).collect()).await.unwrap();
    writer.flush().await.unwrap();
    for (kind, reason) in [
        (IndexKind::IvfRq, "a multiple of 8, and these have 3 numbers"),
        (IndexKind::IvfPq, "too few records have a vector to train it on"),
    ] {
        let refused = setup.engine.create_index("t", None, &flat().kind(kind), &Job::new()).await;
        let refused = refused.unwrap_err();
        assert!(refused.to_string().contains(reason), "{refused}");
    }
    assert_eq!(setup.engine.reader("t").await.unwrap().indices().await.unwrap(), []);
    assert!(left(&setup).is_empty(), "{:?}", left(&setup));
    index(&setup.engine, &flat().kind(IndexKind::IvfHnswSq)).await;
    drop(writer);
}

/// The folders of indices that there are.
fn left(setup: &Setup) -> BTreeSet<std::ffi::OsString> {
    let found = std::fs::read_dir(own(setup).join("_indices"));
    found.into_iter().flatten().map(|entry| entry.unwrap().file_name()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_without_persisted_vectors_gets_no_index() {
    let setup = Setup::new().await;
    let writer = writer(&setup.engine, 2, "float32").await;
    put(&writer, 0..10).await;
    assert_eq!(index(&setup.engine, &flat()).await, []);
    writer.flush().await.unwrap();
    assert_eq!(index(&setup.engine, &flat()).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_is_cancelled_or_dies_at_any_step_is_there_whole_or_not_at_all() {
    for point in ["index.built", "index.synced", "index.commit", "commit.linked"] {
        let setup = Setup::new().await;
        let writer = flushed(&setup, 300).await;
        let (passed, begun) = (Arc::new(AtomicBool::new(false)), AtomicBool::new(false));
        let is_passed = passed.clone();
        let hook = move |event: Event<'_>| {
            begun.fetch_or(event == Event::Point("index.built"), Ordering::Relaxed);
            let is_due = event == Event::Point(point) && begun.load(Ordering::Relaxed);
            if is_due && !is_passed.swap(true, Ordering::Relaxed) { Then::Crash } else { Then::Go }
        };
        let armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root());
        drop(setup.engine.create_index("t", None, &flat(), &Job::new()).await);
        assert!(passed.load(Ordering::Relaxed), "{point}");
        drop((armed, writer));
        let engine = setup.other().await;
        let writer = writer_of(&engine).await;
        let reader = engine.reader("t").await.unwrap();
        let listed = reader.indices().await.unwrap();
        assert_eq!(listed.len(), usize::from(point == "commit.linked"), "{point}: {listed:?}");
        is_as_exact(&reader, &search(Dice(5).vector()), point).await;
        put(&writer, 300..400).await;
        writer.flush().await.unwrap();
        index(&engine, &flat()).await;
        assert!(is_as_exact(&reader, &search(Dice(6).vector()), point).await);
        let found = engine.verify("t", None, &Job::new()).await.unwrap();
        assert_eq!((found[0].unvouched, found[0].damage.len()), (0, 0), "{point}: {found:?}");
    }
}

async fn writer_of(engine: &Engine) -> Writer {
    engine.writer("t").maintenance(false).open().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_index_leaves_nothing() {
    let setup = Setup::new().await;
    let _writer = flushed(&setup, 300).await;
    let job = Job::new();
    job.cancel();
    let cancelled = setup.engine.create_index("t", None, &flat(), &job).await;
    assert!(matches!(cancelled, Err(Error::Cancelled)), "{cancelled:?}");
    assert_eq!(setup.engine.reader("t").await.unwrap().indices().await.unwrap(), []);
    assert!(left(&setup).is_empty());
    let job = Job::new();
    setup.engine.create_index("t", None, &flat(), &job).await.unwrap();
    assert_eq!((job.done(), job.total()), (300, 300));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_is_damaged_or_missing_is_passed_over_and_said() {
    for harm in ["flip", "remove"] {
        let setup = Setup::new().await;
        let _writer = flushed(&setup, 300).await;
        index(&setup.engine, &flat()).await;
        let folder = own(&setup).join("_indices").join(left(&setup).pop_first().unwrap());
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if harm == "remove" {
                std::fs::remove_file(path).unwrap();
                continue;
            }
            let mut bytes = std::fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(path, bytes).unwrap();
        }
        let reader = setup.other().await.reader("t").await.unwrap();
        let asked = is_as_exact(&reader, &search(Dice(5).vector()), harm).await;
        let found = reader.search(&search(Dice(5).vector())).await.unwrap();
        let said = found.found_by.passed_over.first().unwrap();
        assert!(!asked && said.starts_with("bucket 0: `vector_idx`"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_of_bytes_that_nothing_vouches_for_is_not_asked() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 300).await;
    index(&setup.engine, &flat()).await;
    drop(writer);
    std::fs::rename(own(&setup), setup.engine.root().join("bare.lance")).unwrap();
    let reader = setup.other().await.reader("bare").await.unwrap();
    assert_eq!(reader.indices().await.unwrap().len(), 1);
    let found = reader.search(&search(Dice(5).vector())).await.unwrap();
    assert!(found.found_by.is_exact());
    let said = found.found_by.passed_over.first().unwrap();
    assert!(said.contains("nothing vouches for its files"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleted_records_are_not_found_and_those_that_take_their_place_are() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 400).await;
    index(&setup.engine, &flat()).await;
    let near = search(Dice(100).vector()).k(1);
    let reader = setup.engine.reader("t").await.unwrap();
    assert_eq!(places(&reader.search(&near).await.unwrap())[0].1, 100);
    Box::pin(open(&own(&setup)).await.delete("id in (100, 101)")).await.unwrap();
    put(&writer, 400..420).await;
    // Takes note of what the deletion wrote.
    drop(writer);
    let engine = setup.other().await;
    let writer = writer_of(&engine).await;
    writer.flush().await.unwrap();
    let reader = engine.reader("t").await.unwrap();
    assert!(is_as_exact(&reader, &near, "behind a deletion").await);
    assert_ne!(places(&reader.search(&near).await.unwrap())[0].1, 100);
    engine.compact("t", None, &Job::new()).await.unwrap();
    is_as_exact(&reader, &near, "compacted").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_holds_before_the_search_and_finds_as_many_as_there_are() {
    let setup = Setup::new().await;
    let _writer = flushed(&setup, 1500).await;
    index(&setup.engine, &flat().partitions(8)).await;
    let reader = setup.engine.reader("t").await.unwrap();
    for filter in ["id = 700", "id % 100 = 1", "id < 600", "true", "id < 0", "`group` <> 3"] {
        for metric in METRICS {
            index(&setup.engine, &flat().metric(metric).partitions(8)).await;
            let search = search(Dice(77).vector()).metric(metric).filter(filter);
            is_as_exact(&reader, &search, filter).await;
            let narrowed = reader.filter("id > 10").await.unwrap();
            is_as_exact(&narrowed, &search, filter).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_column_may_have_any_name() {
    for name in ["my vec", "größe-1", "_x", "select"] {
        let setup = Setup::new().await;
        let mut fields = serde_json::Map::new();
        fields.insert(name.into(), format!("fixed_size_list<float32, {LENGTH}>").into());
        let schema: TopicSchema = Value::Object(fields).to_string().parse().unwrap();
        let writer =
            setup.engine.writer("t").schema(schema).maintenance(false).open().await.unwrap();
        let named = |n: u64| json!({name: Dice(n).vector()});
        writer.put_batch((0..300).map(named).collect()).await.unwrap();
        writer.flush().await.unwrap();
        let spec = IndexSpec::on(name).kind(IndexKind::IvfFlat);
        index(&setup.engine, &spec).await;
        let reader = setup.engine.reader("t").await.unwrap();
        assert_eq!(reader.indices().await.unwrap()[0].column, name);
        let search = Search::like(name, Likeness::Vector(Dice(5).vector())).effort(1.0);
        assert!(is_as_exact(&reader, &search, name).await, "{name}");
        setup.engine.drop_index("t", None, name, None).await.unwrap();
    }
}
