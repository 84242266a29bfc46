//! Search for words, against scores that are computed here in the plainest way.

use std::collections::{BTreeMap, BTreeSet};

use lance::Dataset;
use lanceq::{
    At, Error, ErrorKind, HybridSearch, Job, Likeness, Reader, Search, TextMatches, TextSearch,
    Writer,
};
use serde_json::{Value, json};

use crate::setup::Setup;

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Record `n`: up to 20 words, of which `w0` is the most common; every 13th has no text, every 11th an empty one.
pub(crate) fn record(n: u64) -> Value {
    let mut dice = Dice(n);
    let mut word = || {
        let most = 1 + dice.below(40);
        format!("w{}", dice.below(most))
    };
    let words = |count: u64, word: &mut dyn FnMut() -> String| -> String {
        (0..count).map(|_| word()).collect::<Vec<_>>().join(" ")
    };
    let text = match n {
        n if n % 13 == 5 => Value::Null,
        n if n % 11 == 3 => json!(""),
        n => words(n % 20, &mut word).into(),
    };
    json!({"id": n, "group": n % 10, "text": text, "title": words(n % 3, &mut word)})
}

pub(crate) async fn writer(setup: &Setup, buckets: u32) -> Writer {
    let schema = r#"{"id": "int64", "group": "int64", "text": "utf8", "title": "utf8"}"#;
    let writer = setup.engine.writer("t").num_buckets(buckets).schema(schema.parse().unwrap());
    writer.maintenance(false).flush_threshold(100_000).open().await.unwrap()
}

pub(crate) async fn put(writer: &Writer, numbers: std::ops::Range<u64>) {
    writer.put_batch(numbers.map(record).collect()).await.unwrap();
}

pub(crate) fn places(found: &TextMatches) -> Vec<(u32, u64, f32)> {
    found.hits.iter().map(|hit| (hit.record.bucket, hit.record.offset, hit.score)).collect()
}

/// The texts of the records that are searched: of each column one.
async fn texts(reader: &Reader, columns: &[&str]) -> BTreeMap<(u32, u64), Vec<Vec<String>>> {
    let page = reader.get(0, 1_000_000).await.unwrap();
    let mut all = BTreeMap::new();
    for record in page.records() {
        let words = |column: &&str| -> Vec<String> {
            let text = record.fields[*column].as_str().unwrap_or_default();
            text.split_whitespace().map(str::to_owned).collect()
        };
        all.insert((record.bucket, record.offset), columns.iter().map(words).collect());
    }
    all
}

/// The best for some words, by reading every record and sorting.
async fn naive(reader: &Reader, words: &[&str], columns: &[&str]) -> Vec<(u32, u64, f64)> {
    let texts = texts(reader, columns).await;
    let lengths: BTreeMap<_, usize> =
        texts.iter().map(|(place, texts)| (*place, texts.iter().map(Vec::len).sum())).collect();
    let with_words = lengths.values().filter(|length| **length > 0).count() as f64;
    let average = lengths.values().sum::<usize>() as f64 / with_words;
    let count = |texts: &[Vec<String>], word: &str| {
        texts.iter().flatten().filter(|other| *other == word).count() as f64
    };
    let mut all = Vec::new();
    for (place, own) in &texts {
        let mut score = 0.0;
        for word in words {
            let with = texts.values().filter(|texts| count(texts, word) > 0.0).count() as f64;
            let rarity = (1.0 + (with_words - with + 0.5) / (with + 0.5)).ln();
            let (times, length) = (count(own, word), lengths[place] as f64);
            score += rarity * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / average));
        }
        if score > 0.0 {
            all.push((place.0, place.1, score));
        }
    }
    all.sort_by(|a, b| b.2.total_cmp(&a.2).then((a.0, a.1).cmp(&(b.0, b.1))));
    all
}

/// Compares what is found with what is to be found; records of nearly the same score may change places.
fn assert_found(found: &TextMatches, wanted: &[(u32, u64, f64)], k: usize, what: &str) {
    assert_eq!(found.matching, wanted.len() as u64, "{what}");
    assert_eq!(found.hits.len(), wanted.len().min(k), "{what}");
    let by_place: BTreeMap<(u32, u64), f64> =
        wanted.iter().map(|(bucket, offset, score)| ((*bucket, *offset), *score)).collect();
    for (hit, wanted) in found.hits.iter().zip(wanted) {
        let own = by_place[&(hit.record.bucket, hit.record.offset)];
        assert!((f64::from(hit.score) - own).abs() < 1e-4, "{what}: {hit:?} {own}");
        assert!((f64::from(hit.score) - wanted.2).abs() < 1e-4, "{what}: {hit:?} {wanted:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scores_are_of_all_buckets_and_of_what_is_buffered() {
    let setup = Setup::new().await;
    let writer = writer(&setup, 2).await;
    for (step, count) in [100, 300, 50].into_iter().enumerate() {
        let from = [0, 100, 400][step];
        put(&writer, from..from + count).await;
        let reader = setup.engine.reader("t").await.unwrap();
        for words in [["w0", "w1", "w30"], ["w39", "w2", "w7"], ["w5", "nowhere", "w6"]] {
            let search = TextSearch::new(words.join(" ")).column("text").k(20);
            let found = reader.search_text(&search).await.unwrap();
            let wanted = naive(&reader, &words, &["text"]).await;
            assert_found(&found, &wanted, 20, &format!("{words:?} after {step}"));
            assert!(found.found_by.is_exact());

            let all = reader.search_text(&TextSearch::new(words.join(" ")).k(7)).await.unwrap();
            let wanted = naive(&reader, &words, &["text", "title"]).await;
            assert_found(&all, &wanted, 7, &format!("{words:?} in all, after {step}"));
        }
        if step < 2 {
            writer.flush().await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_among_some_records_knows_no_others() {
    let setup = Setup::new().await;
    let writer = writer(&setup, 2).await;
    put(&writer, 0..300).await;
    writer.flush().await.unwrap();
    put(&writer, 300..400).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let few = reader.filter("`group` < 3").await.unwrap();
    let words = ["w0", "w3", "w20"];
    let wanted = naive(&few, &words, &["text"]).await;
    let search = TextSearch::new("w0 w3 w20").column("text").k(1000);
    for found in [
        few.search_text(&search).await.unwrap(),
        reader.search_text(&search.clone().filter("`group` < 3")).await.unwrap(),
    ] {
        assert_found(&found, &wanted, 1000, "filtered");
        assert!(found.hits.iter().all(|hit| hit.record.fields["group"].as_u64() < Some(3)));
    }
    let one = reader.bucket(1).unwrap();
    let wanted = naive(&one, &words, &["text"]).await;
    assert_found(&one.search_text(&search).await.unwrap(), &wanted, 1000, "of one bucket");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flush_and_a_compaction_change_no_score() {
    let setup = Setup::new().await;
    let writer = writer(&setup, 1).await;
    for n in 0..6 {
        put(&writer, n * 40..(n + 1) * 40).await;
        writer.flush().await.unwrap();
    }
    put(&writer, 240..280).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let search = TextSearch::new("w1 w4 w33").k(50);
    let before = places(&reader.search_text(&search).await.unwrap());
    writer.flush().await.unwrap();
    assert_eq!(places(&reader.search_text(&search).await.unwrap()), before, "flushed");
    setup.engine.compact("t", None, &Job::new()).await.unwrap();
    assert_eq!(places(&reader.search_text(&search).await.unwrap()), before, "compacted");

    let uri = setup.engine.root().join("t/bucket_0/data.lance");
    let mut dataset = Dataset::open(uri.to_str().unwrap()).await.unwrap();
    Box::pin(dataset.delete("id % 3 = 0")).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let found = reader.search_text(&search).await.unwrap();
    let wanted = naive(&reader, &["w1", "w4", "w33"], &["text", "title"]).await;
    assert_found(&found, &wanted, 50, "deleted ones do not count");
    assert_ne!(places(&found), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn phrases_and_conditions_hold_wherever_a_record_lies() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    let say = |id: u64, text: &str, tags: Value| json!({"id": id, "text": text, "tags": tags});
    writer.put(say(0, "The quick brown fox jumps", json!(["animal"]))).await.unwrap();
    writer.put(say(1, "a brown quick dog", json!(["animal", "pet dogs"]))).await.unwrap();
    writer.flush().await.unwrap();
    writer.put(say(2, "QUICK, brown and running", json!([]))).await.unwrap();
    writer.put(say(3, "nothing of it", json!(["quick", "brown"]))).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let ids = async |text: &str| -> BTreeSet<u64> {
        let found = reader.search_text(&TextSearch::new(text)).await.unwrap();
        found.hits.iter().map(|hit| hit.record.fields["id"].as_u64().unwrap()).collect()
    };
    for (text, wanted) in [
        ("quick", vec![0, 1, 2, 3]),
        ("\"quick brown\"", vec![0, 2]),
        ("+quick -dog", vec![0, 2, 3]),
        ("+quick +dog", vec![1]),
        ("jump run", vec![0, 2]),
        ("+(fox dog) +brown", vec![0, 1]),
        ("animals", vec![0, 1]),
    ] {
        assert_eq!(ids(text).await, wanted.into_iter().collect(), "{text}");
    }
    let found = reader.search_text(&TextSearch::new("dogs").column("tags")).await.unwrap();
    let mark = &found.hits[0].marks[0];
    assert_eq!(
        (mark.path.as_str(), mark.words.as_slice()),
        ("tags[1]", std::slice::from_ref(&(4..8)))
    );
    assert_eq!(mark.text_in(&found.hits[0].record.fields), Some("pet dogs"));
    let version = *reader.version_numbers().await.unwrap().last().unwrap();
    let then = reader.at(At::Version(version)).await.unwrap();
    let found = then.search_text(&TextSearch::new("brown")).await.unwrap();
    assert_eq!((found.matching, found.searched), (2, 2), "what was buffered is not in a version");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_that_cannot_be_says_why() {
    let setup = Setup::new().await;
    let writer = writer(&setup, 1).await;
    put(&writer, 0..10).await;
    let reader = setup.engine.reader("t").await.unwrap();
    for (search, said) in [
        (TextSearch::new("w1 \"w2"), "at character 4: this `\"` is not closed"),
        (TextSearch::new(""), "there is no word in it"),
        (TextSearch::new("the"), "`the` is in nearly every text"),
        (TextSearch::new("-w1"), "only says what must not be there"),
        (TextSearch::new("w1").k(0), "it counts the records to find"),
        (TextSearch::new("w1").column("nope"), "no such column; texts are in text, title"),
        (TextSearch::new("w1").column("id"), "it holds int64, no texts; texts are in text"),
        (TextSearch::new("w1").filter("nope = 1"), "nope"),
    ] {
        let error = reader.search_text(&search).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
    let numbers = setup.engine.writer("n").open().await.unwrap();
    numbers.put(json!({"id": 1})).await.unwrap();
    let numbers = setup.engine.reader("n").await.unwrap();
    let error: Error = numbers.search_text(&TextSearch::new("w1")).await.unwrap_err();
    assert!(error.to_string().contains("no column of texts"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hybrid_search_adds_up_the_ranks_of_both() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    let record = |n: u64| {
        let mut dice = Dice(n);
        let mut real = || f64::from(u32::try_from(dice.below(100)).unwrap()) / 100.0;
        let vector = [real(), real(), real()];
        json!({"id": n, "text": format!("w{} w{}", n % 7, n % 3), "vector": vector})
    };
    writer.put_batch((0..200).map(record).collect()).await.unwrap();
    writer.flush().await.unwrap();
    writer.put_batch((200..260).map(record).collect()).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let text = TextSearch::new("w1 w5").column("text").k(160);
    let like = Search::like("vector", Likeness::Vector(vec![0.5, 0.5, 0.5])).k(160);
    let texts = reader.search_text(&text).await.unwrap();
    let likes = reader.search(&like).await.unwrap();
    let mut worth: BTreeMap<(u32, u64), f64> = BTreeMap::new();
    let by_text = texts.hits.iter().map(|hit| &hit.record);
    let by_vector = likes.hits.iter().map(|hit| &hit.record);
    for ranked in [by_text.collect::<Vec<_>>(), by_vector.collect()] {
        for (rank, record) in (1..).zip(ranked) {
            *worth.entry((record.bucket, record.offset)).or_default() += 1.0 / f64::from(60 + rank);
        }
    }
    let mut wanted: Vec<_> = worth.into_iter().collect();
    wanted.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    // Each goes four times as deep.
    let found = reader.search_hybrid(&HybridSearch::of(text, like).k(40)).await.unwrap();
    assert_eq!(found.hits.len(), 40);
    for (hit, (place, worth)) in found.hits.iter().zip(&wanted) {
        assert!((hit.fused - worth).abs() < 1e-12, "{hit:?}");
        assert_eq!((hit.record.bucket, hit.record.offset), *place);
        if let Some((rank, score)) = hit.by_text {
            assert!((texts.hits[rank - 1].score - score).abs() < f32::EPSILON);
        }
        if let Some((rank, distance)) = hit.by_likeness {
            assert!((likes.hits[rank - 1].distance - distance).abs() < f32::EPSILON);
        }
    }
    assert!(found.hits.iter().any(|hit| hit.by_text.is_some() && hit.by_likeness.is_some()));
}
