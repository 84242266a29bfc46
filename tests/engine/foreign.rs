//! Datasets that other programs write: Lance itself stands for them here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{Int64Array, RecordBatch, RecordBatchIterator, StringArray};
use arrow_schema::{DataType, Field, Schema};
use futures::StreamExt;
use lance::Dataset;
use lance::dataset::optimize::{CompactionOptions, compact_files};
use lance::dataset::{ColumnAlteration, WriteMode, WriteParams};
use lanceq::{ErrorKind, From, ResetReason, StreamOptions, Tail, TailEvent, TopicSchema};
use serde_json::json;

use crate::setup::{Setup, ids, put_all};

pub(crate) fn batch(numbers: std::ops::Range<i64>) -> RecordBatch {
    let schema = Schema::new(vec![
        Field::new("id", DataType::Int64, true),
        Field::new("text", DataType::Utf8, true),
    ]);
    let texts = StringArray::from_iter_values(numbers.clone().map(|n| format!("foreign {n}")));
    let numbers = Int64Array::from_iter_values(numbers);
    RecordBatch::try_new(Arc::new(schema), vec![Arc::new(numbers), Arc::new(texts)]).unwrap()
}

pub(crate) async fn write(
    path: &Path,
    numbers: std::ops::Range<i64>,
    mode: WriteMode,
    stable: bool,
) {
    let batch = batch(numbers);
    let schema = batch.schema();
    let reader = RecordBatchIterator::new([Ok(batch)], schema);
    let params = WriteParams { mode, enable_stable_row_ids: stable, ..Default::default() };
    Box::pin(Dataset::write(reader, path.to_str().unwrap(), Some(params))).await.unwrap();
}

/// Appends as a program that has the dataset opened at an older version.
pub(crate) async fn append_to(dataset: &Dataset, numbers: std::ops::Range<i64>) {
    let insert = lance::dataset::InsertBuilder::new(Arc::new(dataset.clone()));
    let params = WriteParams { mode: WriteMode::Append, ..Default::default() };
    Box::pin(insert.with_params(&params).execute(vec![batch(numbers)])).await.unwrap();
}

pub(crate) async fn open(path: &Path) -> Dataset {
    Box::pin(Dataset::open(path.to_str().unwrap())).await.unwrap()
}

pub(crate) fn own(setup: &Setup) -> PathBuf {
    setup.engine.root().join("t/bucket_0/data.lance")
}

/// The next `count` records' numbers, and the resets before them.
async fn next(tail: &mut Tail, count: usize) -> (Vec<u64>, Vec<(ResetReason, u64)>) {
    let (mut numbers, mut resets) = (Vec::new(), Vec::new());
    while numbers.len() < count {
        match tail.next().await.unwrap().unwrap() {
            TailEvent::Rows(chunk) => {
                numbers.extend(chunk.records().map(|r| r.fields["id"].as_u64().unwrap()));
            }
            TailEvent::Reset(reset) => resets.push((reset.reason, reset.next_offset)),
            _ => {}
        }
    }
    (numbers, resets)
}

#[tokio::test]
async fn a_foreign_append_between_a_put_and_its_flush_hides_and_doubles_nothing() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    writer.flush().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
    assert_eq!(next(&mut tail, 3).await.0, [0, 1, 2]);

    put_all(&writer, 3..5).await;
    assert_eq!(next(&mut tail, 2).await.0, [3, 4], "while they are buffered");
    write(&own(&setup), 100..102, WriteMode::Append, true).await;
    writer.flush().await.unwrap();
    put_all(&writer, 5..6).await;
    assert_eq!(next(&mut tail, 3).await.0, [100, 101, 5]);
    let page = reader.get(0, 100).await.unwrap();
    assert_eq!(ids(&page), [0, 1, 2, 100, 101, 3, 4, 5]);
}

#[tokio::test]
async fn a_stream_that_starts_among_buffered_records_delivers_foreign_rows_that_come_before_them() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    writer.flush().await.unwrap();
    put_all(&writer, 3..5).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_end().blocking()).await.unwrap();
    write(&own(&setup), 100..102, WriteMode::Append, true).await;
    writer.flush().await.unwrap();
    put_all(&writer, 5..6).await;
    assert_eq!(next(&mut tail, 3).await.0, [100, 101, 5]);
}

#[tokio::test]
async fn rows_that_another_program_updated_are_read_at_their_offsets() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    for flush in 0..4 {
        put_all(&writer, flush * 25..flush * 25 + 25).await;
        writer.flush().await.unwrap();
    }
    let dataset = Arc::new(open(&own(&setup)).await);
    let update = lance::dataset::UpdateBuilder::new(dataset).update_where("id in (3, 40)").unwrap();
    let update = update.set("text", "'updated'").unwrap().build().unwrap();
    Box::pin(update.execute()).await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    for (offset, limit) in [(0, 100), (3, 1), (2, 3), (30, 20), (60, 10), (99, 5)] {
        let page = reader.get(offset, limit).await.unwrap();
        let end = 100.min(offset + limit as u64);
        assert_eq!(ids(&page), (offset..end).collect::<Vec<_>>(), "{offset}+{limit}");
        assert_eq!(ids(&reader.window(offset, limit).await.unwrap()), ids(&page));
    }
    let page = reader.get(3, 1).await.unwrap();
    assert_eq!(page.records().next().unwrap().fields["text"], "updated");
}

#[tokio::test]
async fn a_stream_follows_foreign_appends() {
    let setup = Setup::new().await;
    for stable in [true, false] {
        let name = format!("stable_{stable}");
        let path = setup.engine.root().join(format!("{name}.lance"));
        write(&path, 0..2, WriteMode::Create, stable).await;
        let reader = setup.engine.reader(&name).await.unwrap();
        let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
        assert_eq!(next(&mut tail, 2).await.0, [0, 1]);
        for n in 1..10 {
            write(&path, n * 10..n * 10 + 3, WriteMode::Append, stable).await;
            let start = u64::try_from(n).unwrap() * 10;
            assert_eq!(next(&mut tail, 3).await, ((start..start + 3).collect(), vec![]));
        }
    }
}

#[tokio::test]
async fn a_dataset_that_is_rewritten_at_each_flush_is_followed_by_position() {
    let setup = Setup::new().await;
    for stable in [true, false] {
        let name = format!("stable_{stable}");
        let path = setup.engine.root().join(&name).join("bucket_0/data.lance");
        write(&path, 0..5, WriteMode::Create, stable).await;
        let reader = setup.engine.reader(&name).await.unwrap();
        let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
        assert_eq!(next(&mut tail, 5).await.0, [0, 1, 2, 3, 4]);
        for end in [8_u64, 9, 15] {
            let start = if end == 8 {
                5
            } else if end == 9 {
                8
            } else {
                9
            };
            write(&path, 0..i64::try_from(end).unwrap(), WriteMode::Overwrite, stable).await;
            let (numbers, resets) = next(&mut tail, usize::try_from(end - start).unwrap()).await;
            assert_eq!(numbers, (start..end).collect::<Vec<_>>(), "stable ids: {stable}");
            assert_eq!(resets.len(), 1);
            assert_eq!(resets[0].0, ResetReason::Overwritten);
        }
    }
}

#[tokio::test]
async fn a_foreign_compaction_moves_no_offset_of_a_dataset_with_stable_row_ids() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    for flush in 0..20 {
        put_all(&writer, flush * 10..flush * 10 + 10).await;
        writer.flush().await.unwrap();
    }
    let reader = setup.engine.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_offset(150).blocking()).await.unwrap();
    assert_eq!(next(&mut tail, 50).await.0.len(), 50);
    let mut dataset = open(&own(&setup)).await;
    Box::pin(compact_files(&mut dataset, CompactionOptions::default(), None)).await.unwrap();
    for offset in [0, 55, 199] {
        assert_eq!(ids(&reader.get(offset, 1).await.unwrap()), [offset]);
    }
    assert_eq!(reader.stats().await.unwrap().buckets[0].fragments, 1);
    put_all(&writer, 200..203).await;
    writer.flush().await.unwrap();
    assert_eq!(next(&mut tail, 3).await, (vec![200, 201, 202], vec![]));
}

#[tokio::test]
async fn deleted_records_leave_holes_that_no_read_trips_over() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    for flush in 0..3 {
        put_all(&writer, flush * 10..flush * 10 + 10).await;
        writer.flush().await.unwrap();
    }
    let mut dataset = open(&own(&setup)).await;
    Box::pin(dataset.delete("id % 3 = 0 or (id >= 10 and id < 20)")).await.unwrap();
    let left: Vec<u64> = (0..30).filter(|id| id % 3 != 0 && !(10..20).contains(id)).collect();
    let reader = setup.engine.reader("t").await.unwrap();
    let page = reader.get(0, 100).await.unwrap();
    assert_eq!(ids(&page), left);
    assert!(page.records().all(|record| record.fields["id"] == record.offset));
    assert_eq!(ids(&reader.get(9, 3).await.unwrap()), [20, 22, 23]);
    for (row, id) in left.iter().enumerate() {
        let row = row as u64;
        assert_eq!(ids(&reader.window(row, 1).await.unwrap()), [*id]);
        assert_eq!(reader.locate(0, *id).await.unwrap(), row);
    }
    put_all(&writer, 30..32).await;
    assert_eq!(ids(&reader.get(29, 9).await.unwrap()), [29, 30, 31]);
}

#[tokio::test]
async fn foreign_datasets_are_read_by_position_and_not_written() {
    let setup = Setup::new().await;
    let path = setup.engine.root().join("table.lance");
    write(&path, 0..10, WriteMode::Create, false).await;
    write(&path, 10..20, WriteMode::Append, false).await;
    let mut dataset = open(&path).await;
    Box::pin(dataset.delete("id = 3")).await.unwrap();
    let topics = setup.engine.topics().await.unwrap();
    assert!(topics[0].foreign && topics[0].name.as_str() == "table");
    let reader = setup.engine.reader("table").await.unwrap();
    let page = reader.get(2, 3).await.unwrap();
    assert_eq!(ids(&page), [2, 4, 5]);
    assert_eq!(page.records().map(|record| record.offset).collect::<Vec<_>>(), [2, 3, 4]);
    let Err(error) = setup.engine.writer("table").open().await else { panic!("opened") };
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(!setup.engine.root().join("table").exists());
}

/// What each page of a dataset holds: identities, and the offsets that the records have.
async fn pages(reader: &lanceq::Reader, rows: u64, limit: u64) -> (Vec<u64>, Vec<u64>) {
    let (mut numbers, mut offsets) = (Vec::new(), Vec::new());
    for start in (0..rows).step_by(usize::try_from(limit).unwrap()) {
        let limit = usize::try_from(limit.min(rows - start)).unwrap();
        let page = reader.get(start, limit).await.unwrap();
        numbers.extend(ids(&page));
        offsets.extend(page.records().map(|record| record.offset));
    }
    (numbers, offsets)
}

#[tokio::test]
async fn rows_deleted_in_front_move_those_behind_in_fragments_that_had_holes_before() {
    let setup = Setup::new().await;
    let path = setup.engine.root().join("table.lance");
    write(&path, 0..10, WriteMode::Create, false).await;
    write(&path, 10..20, WriteMode::Append, false).await;
    write(&path, 20..30, WriteMode::Append, false).await;
    let reader = setup.engine.reader("table").await.unwrap();
    let mut left: Vec<u64> = (0..30).collect();
    // Each time a fragment in front of ones with holes loses rows.
    for gone in [25, 13, 16, 2, 5] {
        let mut dataset = open(&path).await;
        Box::pin(dataset.delete(&format!("id = {gone}"))).await.unwrap();
        left.retain(|id| *id != gone);
        let rows = left.len() as u64;
        for limit in [1, 4, 30] {
            let (numbers, offsets) = pages(&reader, rows, limit).await;
            assert_eq!(numbers, left, "without {gone}, by {limit}");
            assert_eq!(offsets, (0..rows).collect::<Vec<_>>(), "without {gone}, by {limit}");
        }
        assert!(reader.get(rows, 5).await.unwrap().is_empty(), "without {gone}");
        for (row, id) in left.iter().enumerate() {
            let row = row as u64;
            assert_eq!(ids(&reader.window(row, 1).await.unwrap()), [*id], "without {gone}");
            assert_eq!(reader.locate(0, row).await.unwrap(), row, "without {gone}");
        }
    }
}

#[tokio::test]
async fn a_column_that_another_program_renamed_is_read_by_its_new_name() {
    let setup = Setup::new().await;
    let path = setup.engine.root().join("table.lance");
    write(&path, 0..3, WriteMode::Create, true).await;
    let reader = setup.engine.reader("table").await.unwrap();
    assert_eq!(ids(&reader.get(0, 10).await.unwrap()), [0, 1, 2]);
    let renamed = ColumnAlteration::new("text".into()).rename("words".into());
    Box::pin(open(&path).await.alter_columns(&[renamed])).await.unwrap();
    let page = reader.get(0, 10).await.unwrap();
    let names: Vec<String> = page.records().next().unwrap().fields.keys().cloned().collect();
    assert_eq!(names, ["id", "words"]);
}

async fn append(path: &Path, numbers: std::ops::Range<i64>) {
    write(path, numbers, WriteMode::Append, true).await;
}

async fn widen(path: &Path, column: &str, to: DataType) {
    let alteration = ColumnAlteration::new(column.into()).cast_to(to);
    Box::pin(open(path).await.alter_columns(&[alteration])).await.unwrap();
}

#[tokio::test]
async fn a_position_among_foreign_rows_remembers_the_buffered_records_that_were_delivered() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    writer.flush().await.unwrap();
    put_all(&writer, 3..5).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
    assert_eq!(next(&mut tail, 5).await.0, [0, 1, 2, 3, 4]);
    append(&own(&setup), 100..101).await;
    append(&own(&setup), 101..102).await;
    assert_eq!(next(&mut tail, 1).await.0, [100], "of two fragments");
    let cursor = tail.cursor().to_string().parse().unwrap();
    let mut resumed = reader.stream(StreamOptions::new(From::Cursor(cursor))).await.unwrap();
    assert_eq!(next(&mut resumed, 1).await.0, [101]);
    while let Some(event) = resumed.next().await {
        assert!(!matches!(event.unwrap(), TailEvent::Rows(_)), "3 and 4 were delivered");
    }
}

#[tokio::test]
async fn a_bucket_whose_flushes_another_program_cleaned_up_is_read_and_written_on() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    for flush in 0..3 {
        put_all(&writer, flush * 10..flush * 10 + 10).await;
        writer.flush().await.unwrap();
    }
    put_all(&writer, 30..32).await;
    writer.close_unflushed().await.unwrap();
    let mut dataset = open(&own(&setup)).await;
    Box::pin(compact_files(&mut dataset, CompactionOptions::default(), None)).await.unwrap();
    let all = chrono::Duration::zero();
    Box::pin(dataset.cleanup_old_versions(all, None, None)).await.unwrap();
    let other = setup.other().await;
    let page = other.reader("t").await.unwrap().get(0, 100).await.unwrap();
    assert_eq!(ids(&page), (0..32).collect::<Vec<_>>());
    let writer = other.writer("t").open().await.unwrap();
    put_all(&writer, 32..33).await;
    writer.close().await.unwrap();
    let page = setup.other().await.reader("t").await.unwrap().get(0, 100).await.unwrap();
    assert_eq!(ids(&page), (0..33).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_column_that_another_program_made_wider_is_written_and_read_beside_new_ones() {
    let setup = Setup::new().await;
    let types = json!({"id": "int64", "text": "utf8", "x": "int32"});
    let schema = TopicSchema::from_json(&types).unwrap();
    let writer = setup.engine.writer("t").num_buckets(2).schema(schema).open().await.unwrap();
    let put = async |record| writer.put(record).await.unwrap();
    for id in 0..8 {
        put(json!({"id": id, "x": id})).await;
    }
    writer.flush().await.unwrap();
    widen(&own(&setup), "x", DataType::Int64).await;
    let reader = setup.engine.reader("t").await.unwrap();
    assert_eq!(reader.get(0, 100).await.unwrap().len(), 8, "one of two buckets is wider");
    for id in 8..16 {
        put(json!({"id": id, "x": id, "new": true})).await;
    }
    writer.flush().await.unwrap();
    let page = reader.get(0, 100).await.unwrap();
    assert_eq!(page.len(), 16);
    assert!(page.records().all(|record| record.fields["x"] == record.fields["id"]));
}

#[tokio::test]
async fn a_foreign_version_whose_manifest_is_cut_anywhere_hides_none_before_it() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..5).await;
    writer.close().await.unwrap();
    append(&own(&setup), 100..101).await;
    // Names count down from the largest number.
    let manifests = std::fs::read_dir(own(&setup).join("_versions")).unwrap();
    let manifests = manifests.map(|entry| entry.unwrap().path());
    let is_manifest = |path: &PathBuf| path.extension().is_some_and(|e| e == "manifest");
    let head = manifests.filter(is_manifest).min().unwrap();
    let whole = std::fs::read(&head).unwrap();
    for length in (0..whole.len()).step_by(5) {
        std::fs::write(&head, &whole[..length]).unwrap();
        let page = setup.other().await.reader("t").await.unwrap().get(0, 10).await.unwrap();
        assert_eq!(ids(&page), [0, 1, 2, 3, 4], "cut at {length} of {}", whole.len());
    }
}
