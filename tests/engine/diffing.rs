//! Diffs: what two versions do not have in common, held against a comparison of all their records.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_schema::DataType;
use futures::StreamExt;
use lance::dataset::optimize::{CompactionOptions, compact_files};
use lance::dataset::{ColumnAlteration, NewColumnTransform, UpdateBuilder, WriteMode};
use lanceq::{
    At, ChangeKind, CleanupOptions, ColumnChange, Columns, Diff, DiffSummary, Engine, ErrorKind,
    Job, JsonObject, Reader, RecordChange, StreamOptions,
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::foreign::{open, own, write};
use crate::setup::{Setup, put_all};

/// All of a diff.
async fn all(mut diff: Diff) -> (Vec<RecordChange>, Vec<DiffSummary>) {
    let mut changes = Vec::new();
    while let Some(chunk) = diff.next().await.unwrap() {
        changes.extend(chunk.records());
    }
    assert_eq!(diff.passed(), diff.total());
    (changes, diff.summaries())
}

async fn at(reader: &Reader, version: u64) -> Reader {
    reader.at(At::Version(version)).await.unwrap()
}

async fn between(
    reader: &Reader,
    before: u64,
    after: u64,
) -> (Vec<RecordChange>, Vec<DiffSummary>) {
    let (before, after) = (at(reader, before).await, at(reader, after).await);
    all(before.diff(&after).await.unwrap()).await
}

/// What became of which offsets.
fn kinds(changes: &[RecordChange]) -> Vec<(u64, ChangeKind)> {
    changes.iter().map(|change| (change.row.offset, change.row.kind)).collect()
}

async fn records(reader: &Reader) -> BTreeMap<u64, JsonObject> {
    let page = reader.get(0, 100_000).await.unwrap();
    page.records().map(|record| (record.offset, record.fields)).collect()
}

/// The columns in which two records differ; one that is not there is null.
fn differing(before: &JsonObject, after: &JsonObject) -> Vec<String> {
    let mut names: Vec<&String> = after.keys().chain(before.keys()).collect();
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    let value = |of: &JsonObject, name: &str| of.get(name).cloned().unwrap_or(Value::Null);
    let differs = |name: &&String| value(before, name) != value(after, name);
    names.into_iter().filter(differs).cloned().collect()
}

/// What a comparison of all records says.
fn expected(
    before: &BTreeMap<u64, JsonObject>,
    after: &BTreeMap<u64, JsonObject>,
) -> Vec<(u64, ChangeKind, Vec<String>)> {
    let offsets: std::collections::BTreeSet<u64> =
        before.keys().chain(after.keys()).copied().collect();
    let change = |offset: u64| match (before.get(&offset), after.get(&offset)) {
        (Some(_), None) => Some((offset, ChangeKind::Deleted, Vec::new())),
        (None, Some(_)) => Some((offset, ChangeKind::Added, Vec::new())),
        (Some(was), Some(is)) => {
            let columns = differing(was, is);
            (!columns.is_empty()).then_some((offset, ChangeKind::Updated, columns))
        }
        (None, None) => None,
    };
    offsets.into_iter().filter_map(change).collect()
}

/// Holds the diff of two versions against a comparison of all their records, in both directions.
async fn check(reader: &Reader, one: u64, other: u64) {
    for (before, after) in [(one, other), (other, one)] {
        let (changes, summaries) = between(reader, before, after).await;
        let was = records(&at(reader, before).await).await;
        let is = records(&at(reader, after).await).await;
        let found: Vec<_> = changes
            .iter()
            .map(|change| (change.row.offset, change.row.kind, change.row.columns.clone()))
            .collect();
        assert_eq!(found, expected(&was, &is), "{before} to {after}");
        for change in &changes {
            assert_eq!(change.before.as_ref(), was.get(&change.row.offset), "{before} to {after}");
            assert_eq!(change.after.as_ref(), is.get(&change.row.offset), "{before} to {after}");
        }
        let count = |kind| changes.iter().filter(|c| c.row.kind == kind).count() as u64;
        let summary = &summaries[0];
        assert_eq!((summary.before, summary.after), (before, after));
        assert_eq!(
            [summary.added, summary.updated, summary.deleted],
            [ChangeKind::Added, ChangeKind::Updated, ChangeKind::Deleted].map(count)
        );
    }
}

/// Something that lanceq or another program does to a bucket.
#[derive(Debug, Clone)]
enum Act {
    Put(u64),
    PutMore(u64),
    Update(u64, u64),
    SetSame(u64),
    Delete(u64, u64),
    Append(i64),
    Compact,
    CompactElsewhere,
    Restore(prop::sample::Index),
    Fill,
    Drop,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (1..40_u64).prop_map(Act::Put),
        1 => (1..10_u64).prop_map(Act::PutMore),
        4 => (2..9_u64, 0..9_u64).prop_map(|(modulus, rest)| Act::Update(modulus, rest)),
        1 => (2..9_u64).prop_map(Act::SetSame),
        3 => (2..9_u64, 0..9_u64).prop_map(|(modulus, rest)| Act::Delete(modulus, rest)),
        1 => (1..9_i64).prop_map(Act::Append),
        1 => Just(Act::Compact),
        2 => Just(Act::CompactElsewhere),
        2 => any::<prop::sample::Index>().prop_map(Act::Restore),
        1 => Just(Act::Fill),
        1 => Just(Act::Drop),
    ]
}

struct World {
    setup: Setup,
    next: u64,
}

impl World {
    async fn put(&mut self, count: u64, extra: bool) {
        let writer = self.setup.engine.writer("t").open().await.unwrap();
        for n in self.next..self.next + count {
            let mut record = json!({"id": n, "text": format!("record {n}"), "v": [0.5, 0.25, 1.0]});
            if extra {
                record["late"] = json!(n);
            }
            writer.put(record).await.unwrap();
        }
        self.next += count;
        writer.close().await.unwrap();
    }

    async fn update(&self, condition: &str, value: &str) {
        let dataset = Arc::new(open(&own(&self.setup)).await);
        let update = UpdateBuilder::new(dataset).update_where(condition).unwrap();
        let update = update.set("text", value).unwrap().build().unwrap();
        Box::pin(update.execute()).await.unwrap();
    }

    async fn columns(&self) -> Vec<String> {
        let reader = self.setup.engine.reader("t").await.unwrap();
        let schema = at(&reader, self.head().await).await.schema().await.unwrap();
        schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    async fn head(&self) -> u64 {
        self.setup.engine.reader("t").await.unwrap().counts().await.unwrap().buckets[0].version
    }

    async fn act(&mut self, act: &Act) {
        let path = own(&self.setup);
        match act {
            Act::Put(count) => self.put(*count, false).await,
            Act::PutMore(count) => self.put(*count, true).await,
            Act::Update(modulus, rest) => {
                let value = format!("concat(text, '{modulus}')");
                self.update(&format!("id % {modulus} = {rest}"), &value).await;
            }
            Act::SetSame(modulus) => self.update(&format!("id % {modulus} = 0"), "text").await,
            Act::Delete(modulus, rest) => {
                let condition = format!("id % {modulus} = {rest}");
                Box::pin(open(&path).await.delete(&condition)).await.unwrap();
            }
            Act::Append(count) => {
                let start = i64::try_from(self.next).unwrap();
                write(&path, start..start + count, WriteMode::Append, true).await;
                self.next += count.unsigned_abs();
            }
            Act::Compact => drop(self.setup.engine.compact("t", None, &Job::new()).await.unwrap()),
            Act::CompactElsewhere => {
                let mut dataset = open(&path).await;
                let options = CompactionOptions::default();
                Box::pin(compact_files(&mut dataset, options, None)).await.unwrap();
            }
            Act::Restore(index) => {
                let reader = self.setup.engine.reader("t").await.unwrap();
                let versions = reader.version_numbers().await.unwrap();
                let at = At::Version(*index.get(&versions));
                self.setup.engine.restore("t", at, None).await.unwrap();
            }
            Act::Fill => {
                let name = format!("c{}", self.head().await);
                let filled = NewColumnTransform::SqlExpressions(vec![(name, "id * 2".into())]);
                Box::pin(open(&path).await.add_columns(filled, None, None)).await.unwrap();
            }
            Act::Drop => {
                let columns = self.columns().await;
                if let Some(name) = columns.iter().find(|name| name.starts_with('c')) {
                    Box::pin(open(&path).await.drop_columns(&[name.as_str()])).await.unwrap();
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn a_diff_is_what_a_comparison_of_all_records_says(
        acts in prop::collection::vec(act(), 1..12),
        pairs in prop::collection::vec(any::<[prop::sample::Index; 2]>(), 3),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut world = World { setup: Setup::new().await, next: 0 };
            world.put(20, false).await;
            for act in &acts {
                world.act(act).await;
            }
            let reader = world.setup.engine.reader("t").await.unwrap();
            let versions = reader.version_numbers().await.unwrap();
            check(&reader, versions[1], *versions.last().unwrap()).await;
            for [one, other] in &pairs {
                check(&reader, *one.get(&versions), *other.get(&versions)).await;
            }
        });
    }
}

/// Cases of the comparison: as many as are asked for, up to the cost of it.
fn cases() -> u32 {
    std::env::var("LANCEQ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(24)
}

async fn flushed(setup: &Setup, numbers: std::ops::Range<u64>) -> u64 {
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, numbers).await;
    let version = writer.flush().await.unwrap()[0].version;
    writer.close().await.unwrap();
    version
}

async fn update(setup: &Setup, condition: &str) {
    let update = UpdateBuilder::new(Arc::new(open(&own(setup)).await)).update_where(condition);
    let update = update.unwrap().set("text", "'updated'").unwrap().build().unwrap();
    Box::pin(update.execute()).await.unwrap();
}

async fn head(engine: &Engine) -> u64 {
    engine.reader("t").await.unwrap().counts().await.unwrap().buckets[0].version
}

#[tokio::test]
async fn records_are_added_updated_and_deleted_by_offset() {
    use ChangeKind::{Added, Deleted, Updated};
    let setup = Setup::new().await;
    let before = flushed(&setup, 0..10).await;
    update(&setup, "id in (3, 7)").await;
    Box::pin(open(&own(&setup)).await.delete("id = 5")).await.unwrap();
    let after = flushed(&setup, 10..12).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let (changes, _) = between(&reader, before, after).await;
    let found = kinds(&changes);
    assert_eq!(found, [(3, Updated), (5, Deleted), (7, Updated), (10, Added), (11, Added)]);
    let first = &changes[0];
    assert_eq!(first.row.columns, ["text"]);
    let text = |fields: &Option<JsonObject>| fields.as_ref().unwrap()["text"].clone();
    assert_eq!((text(&first.before), text(&first.after)), (json!("record 3"), json!("updated")));
    check(&reader, before, after).await;
}

#[tokio::test]
async fn a_compaction_and_a_restore_to_the_same_change_nothing() {
    let setup = Setup::new().await;
    for flush in 0..5 {
        flushed(&setup, flush * 10..flush * 10 + 10).await;
    }
    let before = head(&setup.engine).await;
    setup.engine.compact("t", None, &Job::new()).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let compacted = head(&setup.engine).await;
    let (changes, summaries) = between(&reader, before, compacted).await;
    assert!(changes.is_empty() && summaries[0].columns.is_empty(), "{changes:?}");
    setup.engine.restore("t", At::Version(before), None).await.unwrap();
    let diff = at(&reader, before).await.diff(&reader).await.unwrap();
    assert_eq!(diff.total(), 0, "the files are the same");
}

#[tokio::test]
async fn what_both_versions_have_in_the_same_files_is_not_read() {
    let setup = Setup::new().await;
    let before = flushed(&setup, 0..1000).await;
    Box::pin(open(&own(&setup)).await.delete("id = 5")).await.unwrap();
    let writer = setup.engine.writer("t").open().await.unwrap();
    writer.put(json!({"id": 1000, "late": 1})).await.unwrap();
    writer.close().await.unwrap();
    let engine = setup.other().await;
    let reader = engine.reader("t").await.unwrap();
    let was = at(&reader, before).await;
    let counted = reader.read_counts();
    let mut diff = was.diff(&reader).await.unwrap();
    while diff.next_rows().await.unwrap().is_some() {}
    let summary = &diff.summaries()[0];
    assert_eq!((summary.added, summary.updated, summary.deleted), (1, 0, 1));
    assert_eq!((reader.read_counts() - counted).reads, 0, "no value is needed to know that");
    let (changes, _) = all(was.diff(&reader).await.unwrap()).await;
    assert_eq!(kinds(&changes), [(5, ChangeKind::Deleted), (1000, ChangeKind::Added)]);
    assert_eq!((reader.read_counts() - counted).reads, 2, "what went, and what came");
}

#[tokio::test]
async fn columns_that_came_went_or_changed_are_told_apart_from_records() {
    let setup = Setup::new().await;
    let path = setup.engine.root().join("t.lance");
    write(&path, 0..10, WriteMode::Create, true).await;
    let renamed = ColumnAlteration::new("text".into()).rename("words".into());
    Box::pin(open(&path).await.alter_columns(&[renamed])).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let (changes, summaries) = between(&reader, 1, 2).await;
    assert!(changes.is_empty(), "a name is no value");
    let from = "text".to_owned();
    let renamed = ColumnChange::Renamed { column: "words".into(), from };
    assert_eq!(summaries[0].columns, [renamed]);

    let narrowed = ColumnAlteration::new("id".into()).cast_to(DataType::Int32);
    Box::pin(open(&path).await.alter_columns(&[narrowed])).await.unwrap();
    let (changes, summaries) = between(&reader, 2, 3).await;
    assert!(changes.is_empty(), "a type is no value: {changes:?}");
    let (column, from, to) = ("id".to_owned(), "int64".to_owned(), "int32".to_owned());
    assert_eq!(summaries[0].columns, [ColumnChange::Retyped { column, from, to }]);

    let filled = NewColumnTransform::SqlExpressions(vec![("double".into(), "id * 2".into())]);
    Box::pin(open(&path).await.add_columns(filled, None, None)).await.unwrap();
    let (changes, _) = between(&reader, 3, 4).await;
    assert_eq!(changes.len(), 10, "null became a number");
    assert_eq!(changes[0].row.columns, ["double"]);
    let before = at(&reader, 3).await.columns(Columns::Except(vec!["double".into()]));
    let (changes, summaries) = all(before.diff(&reader).await.unwrap()).await;
    assert!(changes.is_empty() && summaries[0].columns.is_empty(), "it was left out");
}

#[tokio::test]
async fn records_without_stable_row_ids_are_told_apart_by_position() {
    let setup = Setup::new().await;
    let path = setup.engine.root().join("t.lance");
    write(&path, 0..10, WriteMode::Create, false).await;
    write(&path, 10..20, WriteMode::Append, false).await;
    Box::pin(open(&path).await.delete("id = 18")).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let (changes, summaries) = between(&reader, 2, 3).await;
    assert!(summaries[0].by_position);
    assert_eq!(kinds(&changes), [(18, ChangeKind::Updated), (19, ChangeKind::Deleted)]);
    check(&reader, 1, 3).await;
}

#[tokio::test]
async fn buckets_are_compared_one_after_the_other_at_a_tag() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    put_all(&writer, 1..2).await;
    writer.flush().await.unwrap();
    setup.engine.tag("t", "one", None, None).await.unwrap();
    put_all(&writer, 2..40).await;
    writer.close().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let tagged = reader.at(At::Tag("one".into())).await.unwrap();
    let (changes, summaries) = all(tagged.diff(&reader).await.unwrap()).await;
    assert_eq!(changes.len(), 38);
    assert!(changes.is_sorted_by_key(|change| (change.bucket, change.row.offset)));
    assert_eq!(summaries.len(), 2);
    assert!(summaries.iter().any(|summary| summary.before == 0), "one bucket came later");
}

#[tokio::test]
async fn a_version_that_was_cleaned_up_says_so_and_a_diff_keeps_its_own() {
    let setup = Setup::new().await;
    let old = flushed(&setup, 0..10).await;
    flushed(&setup, 10..20).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let mut held = at(&reader, old).await.diff(&reader).await.unwrap();
    flushed(&setup, 20..30).await;
    let options = CleanupOptions { keep: Some(1), ..CleanupOptions::default() };
    setup.engine.cleanup("t", None, &options, &Job::new()).await.unwrap();
    assert_eq!(held.next().await.unwrap().unwrap().rows.len(), 10, "it was being read");
    drop(held);
    setup.engine.cleanup("t", None, &options, &Job::new()).await.unwrap();
    let Err(error) = reader.at(At::Version(old)).await else { panic!("it is there") };
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("it was cleaned up"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_compared_is_refused() {
    let setup = Setup::new().await;
    flushed(&setup, 0..4).await;
    let other = setup.engine.writer("other").open().await.unwrap();
    put_all(&other, 0..1).await;
    other.close().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let other = setup.engine.reader("other").await.unwrap();
    let filtered = reader.filter("id > 1").await.unwrap();
    let unknown = reader.columns(Columns::Only(vec!["nope".into()]));
    for refused in
        [reader.diff(&other), filtered.diff(&reader), reader.diff(&filtered), unknown.diff(&reader)]
    {
        assert_eq!(refused.await.err().unwrap().kind(), ErrorKind::Invalid);
    }
}

#[tokio::test]
async fn records_that_came_between_two_versions_are_streamed_from_the_cursor_of_the_first() {
    let setup = Setup::new().await;
    let first = flushed(&setup, 0..10).await;
    let second = flushed(&setup, 10..20).await;
    setup.engine.compact("t", None, &Job::new()).await.unwrap();
    flushed(&setup, 20..30).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let since = reader.cursor_at(At::Version(first)).await.unwrap();
    let numbers = async |reader: &Reader| {
        let options = StreamOptions::new(lanceq::From::Cursor(since.clone()));
        let records = reader.stream(options).await.unwrap().records();
        let found: Vec<_> = records.map(|record| record.unwrap().offset).collect().await;
        found
    };
    assert_eq!(numbers(&at(&reader, second).await).await, (10..20).collect::<Vec<_>>());
    assert_eq!(numbers(&reader).await, (10..30).collect::<Vec<_>>());
    let versions = reader.versions(100).await.unwrap();
    let created = versions.last().unwrap().timestamp;
    let before = At::Time(created - chrono::TimeDelta::seconds(60));
    assert_eq!(reader.cursor_at(before).await.unwrap().get(0).unwrap().offset, 0);
    let flushed = versions.iter().find(|version| version.version == first).unwrap();
    let then = reader.cursor_at(At::Time(flushed.timestamp)).await.unwrap();
    assert_eq!(then, since);
}
