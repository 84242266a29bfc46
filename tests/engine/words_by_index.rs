//! Indices of words, and searches by them, against searches that read every text.

use std::sync::Arc;

use lance::dataset::UpdateBuilder;
use lance::index::DatasetIndexExt;
use lance_index::IndexType;
use lance_index::optimize::OptimizeOptions;
use lance_index::scalar::{FullTextSearchQuery, InvertedIndexParams};
use lanceq::{
    Engine, Error, ErrorKind, IndexKind, IndexSpec, Indexed, Job, Metric, Reader, TextMatches,
    TextSearch, Writer,
};
use serde_json::{Value, json};

use crate::foreign::{open, own};
use crate::retaining::keep_newest;
use crate::setup::{Setup, drop_indices};
use crate::words::{Dice, places, put, writer};

async fn index(engine: &Engine, column: &str) -> Vec<Indexed> {
    engine.create_index("t", None, &IndexSpec::of_words(column), &Job::new()).await.unwrap()
}

/// Takes note of what another program wrote, by a flush of record `n`.
async fn again(setup: &Setup, writer: Writer, n: u64) -> Writer {
    put(&writer, n..n + 1).await;
    writer.close().await.unwrap();
    let writer = setup.engine.writer("t").maintenance(false).flush_threshold(100_000);
    writer.open().await.unwrap()
}

/// Compares a search with the one that reads every text: the same records, scores and counts. What was found.
async fn same(reader: &Reader, search: &TextSearch, what: &str) -> TextMatches {
    let found = reader.search_text(search).await.unwrap();
    let exact = reader.search_text(&search.clone().exact(true)).await.unwrap();
    assert!(exact.found_by.is_exact() && exact.found_by.passed_over.is_empty(), "{what}");
    assert_eq!(exact.found_by.compared, exact.searched, "{what}");
    let by = &found.found_by;
    assert_eq!(places(&found), places(&exact), "{what}, {search:?}: {by:?}");
    assert_eq!(found.hits, exact.hits, "{what}, {search:?}: {by:?}");
    assert_eq!(
        (found.matching, found.searched),
        (exact.matching, exact.searched),
        "{what}, {search:?}: {by:?}"
    );
    found
}

/// What is looked for: `a` and `b` may be rare, `c` is not.
fn queries(dice: &mut Dice) -> [String; 8] {
    let [a, b] = [20, 10].map(|from| from + dice.below(40 - from));
    let c = dice.below(8);
    [
        format!("w{a}"),
        format!("w{a} w{b}"),
        format!("+w{a} +w{c}"),
        format!("+w{a} w{c} -w{b}"),
        format!("\"w{c} w{b}\""),
        format!("+(w{a} w{b}) +(w{c} \"w1 w2\")"),
        format!("w{a} (+w{b} +w{c})"),
        format!("w{c} nowhere -(w{a} w{b})"),
    ]
}

/// Three of these, each in one column, among some records, and in all columns.
fn searches(dice: &mut Dice) -> Vec<TextSearch> {
    let mut all = Vec::new();
    let from = usize::try_from(dice.below(6)).unwrap();
    for text in queries(dice).into_iter().skip(from).take(3) {
        let search = TextSearch::new(text).k(15);
        all.push(search.clone().column("text"));
        all.push(search.clone().column("text").filter("`group` < 4 and id > 20"));
        all.push(search);
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_found_is_the_same_after_each_of_twenty_interleavings() {
    let mut asked = [0, 0];
    for seed in 0..20 {
        let setup = Setup::new().await;
        let mut writer = writer(&setup, u32::try_from(1 + seed % 2).unwrap()).await;
        put(&writer, 0..60).await;
        writer.flush().await.unwrap();
        index(&setup.engine, "text").await;
        let (mut dice, mut next, mut done) = (Dice(seed), 60, Vec::new());
        for _ in 0..10 {
            let deed = dice.below(11);
            match deed {
                0..=2 => {
                    let count = 30 + dice.below(100);
                    put(&writer, next..next + count).await;
                    next += count;
                }
                3 => drop(writer.flush().await.unwrap()),
                4 | 5 => {
                    writer.flush().await.unwrap();
                    index(&setup.engine, if deed == 4 { "text" } else { "title" }).await;
                }
                6 => drop(setup.engine.compact("t", None, &Job::new()).await.unwrap()),
                7 => drop_indices(&setup.engine, "text").await,
                8 => {
                    writer.flush().await.unwrap();
                    let some = format!("id % {} = 0", 7 + dice.below(30));
                    Box::pin(open(&own(&setup)).await.delete(&some)).await.unwrap();
                    writer = again(&setup, writer, next).await;
                    next += 1;
                }
                9 => {
                    writer.flush().await.unwrap();
                    keep_newest(&setup.engine, 20 + dice.below(next)).await;
                }
                _ => {
                    writer.flush().await.unwrap();
                    let mut theirs = open(&own(&setup)).await;
                    let append = OptimizeOptions::append();
                    Box::pin(theirs.optimize_indices(&append)).await.unwrap();
                    writer = again(&setup, writer, next).await;
                    next += 1;
                }
            }
            done.push(deed);
            let reader = setup.engine.reader("t").await.unwrap();
            for search in searches(&mut dice) {
                let found = same(&reader, &search, &format!("seed {seed}, {done:?}")).await;
                let by_index = !found.found_by.is_exact();
                let is_of_both = found.found_by.indices.iter().any(|used| used.name == "title_idx");
                asked[usize::from(is_of_both)] += u64::from(by_index);
            }
        }
        let other = setup.other().await.reader("t").await.unwrap();
        for search in searches(&mut dice) {
            same(&other, &search, "of another process").await;
        }
        let found = setup.engine.verify("t", None, &Job::new()).await.unwrap();
        assert!(found.iter().all(|found| found.damage.is_empty()));
    }
    assert!(asked[0] > 150 && asked[1] > 50, "indices were asked {asked:?} times only");
}

/// A topic of so many flushed records with an index of their texts.
async fn indexed(setup: &Setup, count: u64) -> Writer {
    let writer = writer(setup, 1).await;
    put(&writer, 0..count).await;
    writer.flush().await.unwrap();
    index(&setup.engine, "text").await;
    writer
}

fn rare() -> TextSearch {
    TextSearch::new("w33 w37").column("text").k(1000)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn few_texts_are_read_where_an_index_covers_the_rest() {
    let setup = Setup::new().await;
    let writer = indexed(&setup, 400).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let found = same(&reader, &rare(), "all are covered").await;
    assert!(found.matching > 0);
    assert_eq!(found.found_by.compared, found.matching, "each of these two words is enough");
    let used = &found.found_by.indices[0];
    assert_eq!(
        (used.name.as_str(), used.kind.as_str(), used.covered),
        ("text_idx", "Inverted", 400)
    );
    put(&writer, 400..420).await;
    let found = same(&reader, &rare(), "some are buffered").await;
    let with_words = |all: &TextMatches| all.found_by.compared;
    assert!((1..60).contains(&with_words(&found)), "{:?}", found.found_by);
    writer.flush().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let open = same(&reader, &rare(), "some are open").await;
    assert_eq!(with_words(&open), with_words(&found));
    let common = same(&reader, &TextSearch::new("w0 w1 w2").column("text"), "common words").await;
    assert!(common.found_by.is_exact());
    let said = &common.found_by.passed_over[0];
    assert!(said.contains("more than half of 400 records may match"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleted_and_updated_records_do_not_count() {
    let setup = Setup::new().await;
    let writer = indexed(&setup, 400).await;
    let before = setup.engine.reader("t").await.unwrap().search_text(&rare()).await.unwrap();
    Box::pin(open(&own(&setup)).await.delete("id % 3 = 0")).await.unwrap();
    let writer = again(&setup, writer, 5).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let found = same(&reader, &rare(), "deleted").await;
    assert_eq!(found.found_by.indices.len(), 1, "{:?}", found.found_by);
    assert!(found.searched < before.searched && found.matching < before.matching);
    setup.engine.compact("t", None, &Job::new()).await.unwrap();
    let compacted = same(&reader, &rare(), "compacted").await;
    assert_eq!((places(&compacted), compacted.found_by.indices.len()), (places(&found), 1));

    // All of them at once: so their offsets do not interleave with others, and the index names them still.
    let theirs = Arc::new(open(&own(&setup)).await);
    let all = UpdateBuilder::new(theirs).set("text", "'w33 anew'").unwrap();
    let updated = Box::pin(all.build().unwrap().execute()).await.unwrap();
    assert_eq!(updated.rows_updated, 401 - 134);
    let writer = again(&setup, writer, 400).await;
    put(&writer, 401..410).await;
    let found = same(&reader, &rare(), "all updated").await;
    assert!(found.matching >= 266);

    let theirs = Arc::new(open(&own(&setup)).await);
    let some = UpdateBuilder::new(theirs).update_where("id < 50").unwrap();
    let some = some.set("text", "'w37'").unwrap().build().unwrap();
    Box::pin(some.execute()).await.unwrap();
    let writer = again(&setup, writer, 410).await;
    index(&setup.engine, "text").await;
    let found = same(&reader, &TextSearch::new("w37").column("text"), "some updated").await;
    let said = &found.found_by.passed_over[0];
    assert!(said.contains("fragments interleave"), "{said}");
    drop(writer);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_another_program_extended_counts_each_record_once() {
    let setup = Setup::new().await;
    let mut writer = indexed(&setup, 200).await;
    for from in [200, 300] {
        put(&writer, from..from + 100).await;
        writer.flush().await.unwrap();
        let mut theirs = open(&own(&setup)).await;
        let append = OptimizeOptions::append();
        Box::pin(theirs.optimize_indices(&append)).await.unwrap();
        // Record 5 has no text.
        writer = again(&setup, writer, 5).await;
    }
    let reader = setup.engine.reader("t").await.unwrap();
    let listed = reader.indices().await.unwrap();
    assert_eq!((listed[0].segments, listed[0].covered, listed[0].open), (3, 401, 1));
    let found = same(&reader, &rare(), "three segments").await;
    assert_eq!(found.found_by.compared, found.matching, "{:?}", found.found_by);
    Box::pin(open(&own(&setup)).await.delete("id >= 150 and id < 320")).await.unwrap();
    drop(again(&setup, writer, 5).await);
    let found = same(&reader, &rare(), "of which one is gone").await;
    assert_eq!(found.found_by.compared, found.matching, "{:?}", found.found_by);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_of_another_program_is_asked_where_it_counts_as_searches_do() {
    let default = InvertedIndexParams::default;
    for (params, said) in [
        (default(), None),
        (default().with_position(true), None),
        (default().stem(false), Some("made with other parameters than searches have: stem")),
        (
            InvertedIndexParams::new("whitespace".into(), lance_tokenizer::Language::English),
            Some("base_tokenizer"),
        ),
    ] {
        let setup = Setup::new().await;
        let writer = writer(&setup, 1).await;
        put(&writer, 0..300).await;
        writer.flush().await.unwrap();
        let mut theirs = open(&own(&setup)).await;
        let name = Some("theirs".to_owned());
        let made = theirs.create_index(&["text"], IndexType::Inverted, name, &params, false);
        Box::pin(made).await.unwrap();
        let writer = again(&setup, writer, 300).await;
        let reader = setup.engine.reader("t").await.unwrap();
        let found = same(&reader, &rare(), "by theirs").await;
        assert_eq!(found.found_by.is_exact(), said.is_some(), "{:?}", found.found_by);
        if let Some(said) = said {
            let told = &found.found_by.passed_over[0];
            assert!(told.starts_with("bucket 0: `theirs`") && told.contains(said), "{told}");
        }
        let made = index(&setup.engine, "text").await;
        assert_eq!((made[0].name.as_str(), made[0].replaced), ("theirs", true));
        assert!(!same(&reader, &rare(), "made anew").await.found_by.is_exact());
        drop(writer);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_programs_search_by_the_index() {
    let setup = Setup::new().await;
    let _writer = indexed(&setup, 300).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let found = same(&reader, &rare(), "ours").await;
    let theirs = open(&own(&setup)).await;
    let query = FullTextSearchQuery::new("w33 w37".into()).with_column("text".into()).unwrap();
    let mut scan = theirs.scan();
    scan.full_text_search(query).unwrap().fast_search().project(&["id"]).unwrap();
    let rows = Box::pin(scan.try_into_batch()).await.unwrap();
    assert_eq!(rows.num_rows() as u64, found.matching);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_of_words_is_listed_replaced_told_of_and_dropped() {
    let setup = Setup::new().await;
    let writer = writer(&setup, 2).await;
    put(&writer, 0..100).await;
    assert_eq!(index(&setup.engine, "text").await, [], "nothing is persisted");
    writer.flush().await.unwrap();
    let job = Job::new();
    let spec = IndexSpec::on("text").kind(IndexKind::Text);
    let made = setup.engine.create_index("t", None, &spec, &job).await.unwrap();
    assert_eq!((job.done(), job.total()), (100, 100));
    assert_eq!(made.iter().map(|made| made.rows).sum::<u64>(), 100);
    for (bucket, made) in (0..).zip(&made) {
        assert_eq!((made.bucket_id, made.kind, made.replaced), (bucket, IndexKind::Text, false));
        assert_eq!((made.metric, made.partitions), (None, None));
        assert!(made.bytes > 0);
    }
    put(&writer, 100..150).await;
    writer.flush().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let listed = reader.indices().await.unwrap();
    let about: Vec<_> =
        listed.iter().map(|i| (i.name.as_str(), i.kind.as_str(), i.metric)).collect();
    assert_eq!(about, [("text_idx", "Inverted", None); 2]);
    assert_eq!(listed.iter().map(|i| i.covered).sum::<u64>(), 100);
    assert_eq!(listed.iter().map(|i| i.open).sum::<u64>(), 50);
    assert!(index(&setup.engine, "text").await.iter().all(|made| made.replaced));
    index(&setup.engine, "title").await;
    let all = TextSearch::new("w39");
    let found = same(&reader, &all, "in both columns").await;
    assert_eq!(found.found_by.indices.len(), 4, "{:?}", found.found_by);
    let dropped = setup.engine.drop_index("t", None, "title", None).await.unwrap();
    assert!(dropped.iter().all(|dropped| dropped.names == ["title_idx"]));
    let found = same(&reader, &all, "one is gone").await;
    assert_eq!(found.found_by.passed_over[0], "bucket 0: the words of `title` have no index");
    setup.engine.drop_index("t", None, "text", None).await.unwrap();
    let found = same(&reader, &all, "both are gone").await;
    assert!(found.found_by.is_exact() && found.found_by.passed_over.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn words_in_lists_and_under_any_name_are_indexed() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").maintenance(false).open().await.unwrap();
    let record = |n: u64| {
        let tags = match n % 5 {
            0 => Value::Null,
            1 => json!([]),
            _ => json!([format!("tag{} end", n % 50), Value::Null, "start of all"]),
        };
        json!({"id": n, "a \"b\" c": format!("word{}", n % 40), "tags": tags, "o": {"x": "deep"}})
    };
    writer.put_batch((0..200).map(record).collect()).await.unwrap();
    writer.flush().await.unwrap();
    writer.put_batch((200..220).map(record).collect()).await.unwrap();
    index(&setup.engine, "tags").await;
    index(&setup.engine, "a \"b\" c").await;
    let reader = setup.engine.reader("t").await.unwrap();
    for (column, text, matching, asked) in [
        ("tags", "tag7", 5, 1),
        ("tags", "\"tag7 end\"", 5, 1),
        // All have both words: the texts are read.
        ("tags", "\"end start\"", 0, 0),
        ("tags", "+tag7 +start", 5, 1),
        ("a \"b\" c", "word11", 6, 1),
    ] {
        let found = same(&reader, &TextSearch::new(text).column(column), text).await;
        let by = &found.found_by;
        assert_eq!(
            (found.matching, by.indices.len()),
            (matching, asked),
            "{column}, {text}: {by:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_an_index_of_words_is_told_and_nothing_is_changed() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    writer
        .put(json!({"id": 1, "text": "a", "o": {"x": "deep"}, "vector": [1.0, 2.0]}))
        .await
        .unwrap();
    writer.flush().await.unwrap();
    let words = IndexSpec::of_words;
    for (spec, said) in [
        (words("nope"), "there is no such column; texts are in text, o"),
        (
            words("id"),
            "it holds int64, and words are indexed of texts and lists of texts; texts are in",
        ),
        (words("o"), "words are indexed of texts and lists of texts"),
        (words("vector"), "words are indexed of texts and lists of texts"),
        (words("text").metric(Metric::L2), "words have none"),
        (words("text").partitions(4), "words have none"),
        (IndexSpec::on("text"), "`text` is the kind for their words"),
        (IndexSpec::on("text").kind(IndexKind::IvfPq), "`text` is the kind for their words"),
    ] {
        let refused = setup.engine.create_index("t", None, &spec, &Job::new()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Invalid, "{refused}");
        assert!(refused.to_string().contains(said), "{refused}");
    }
    let reader = setup.engine.reader("t").await.unwrap();
    assert!(reader.indices().await.unwrap().is_empty());
}

fn left(setup: &Setup) -> Vec<std::path::PathBuf> {
    let found = std::fs::read_dir(own(setup).join("_indices"));
    found.into_iter().flatten().map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_index_of_words_leaves_nothing() {
    let setup = Setup::new().await;
    let writer = writer(&setup, 1).await;
    put(&writer, 0..100).await;
    writer.flush().await.unwrap();
    let job = Job::new();
    job.cancel();
    let cancelled = setup.engine.create_index("t", None, &IndexSpec::of_words("text"), &job).await;
    assert!(matches!(cancelled, Err(Error::Cancelled)), "{cancelled:?}");
    assert_eq!(setup.engine.reader("t").await.unwrap().indices().await.unwrap(), []);
    assert!(left(&setup).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_of_words_that_is_damaged_or_missing_is_passed_over_and_said() {
    for harm in ["flip", "remove"] {
        let setup = Setup::new().await;
        let _writer = indexed(&setup, 200).await;
        for entry in std::fs::read_dir(left(&setup).pop().unwrap()).unwrap() {
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
        let found = same(&reader, &rare(), harm).await;
        let said = found.found_by.passed_over.first().unwrap();
        assert!(found.found_by.is_exact() && said.starts_with("bucket 0: `text_idx`"), "{said}");
    }
}
