//! Compaction: what it must not change, whatever happens meanwhile.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow_schema::DataType;
use futures::StreamExt;
use lance::dataset::{ColumnAlteration, WriteMode};
use lanceq::fault::{Armed, Event, Plan, Then};
use lanceq::{
    At, Compacted, Engine, Error, ErrorKind, Job, StreamOptions, Tail, TailEvent, Writer,
};

use crate::foreign::{open, own, write};
use crate::setup::{Setup, ids, put_all};

const FLUSHES: u64 = 12;
const ROWS: u64 = 5;
const ALL: u64 = FLUSHES * ROWS;

/// A topic of so many fragments.
async fn flushed(setup: &Setup) -> Writer {
    let writer = setup.engine.writer("t").open().await.unwrap();
    for flush in 0..FLUSHES {
        put_all(&writer, flush * ROWS..(flush + 1) * ROWS).await;
        writer.flush().await.unwrap();
    }
    writer
}

async fn compact(engine: &Engine) -> Result<Compacted, Error> {
    engine.compact("t", None, &Job::new()).await.map(|mut done| done.remove(0))
}

/// The numbers of all records, each of which must lie at its offset.
async fn all(engine: &Engine) -> Vec<u64> {
    let page = engine.reader("t").await.unwrap().get(0, 1000).await.unwrap();
    assert!(page.records().all(|record| record.fields["id"] == record.offset), "an offset changed");
    ids(&page)
}

/// What a scan gives that knows nothing of offsets.
async fn scanned(setup: &Setup) -> Vec<i64> {
    use arrow_array::cast::AsArray;
    use arrow_array::types::Int64Type;
    let dataset = open(&own(setup)).await;
    Box::pin(dataset.validate()).await.unwrap();
    let batch = Box::pin(dataset.scan().try_into_batch()).await.unwrap();
    batch["id"].as_primitive::<Int64Type>().values().to_vec()
}

fn data_files(setup: &Setup) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(own(setup).join("data")).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Does something the first time that the work passes a point, with protections off.
pub(crate) fn at<F, W>(root: &Path, point: &'static str, off: &[&'static str], deed: F) -> Armed
where
    F: Fn() -> W + Send + Sync + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    then_at(root, point, (Then::Go, off), deed)
}

fn then_at<F, W>(
    root: &Path,
    point: &'static str,
    (then, off): (Then, &[&'static str]),
    deed: F,
) -> Armed
where
    F: Fn() -> W + Send + Sync + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    let done = AtomicBool::new(false);
    let hook = move |event: Event<'_>| {
        if event != Event::Point(point) || done.swap(true, Ordering::Relaxed) {
            return Then::Go;
        }
        let deed = deed();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        std::thread::spawn(move || runtime.block_on(deed)).join().unwrap();
        then
    };
    Plan { hook: Arc::new(hook), off: off.to_vec() }.arm(root)
}

async fn delete(path: &Path, which: &str) {
    Box::pin(open(path).await.delete(which)).await.unwrap();
}

#[tokio::test]
async fn offsets_buffered_records_and_older_versions_are_what_they_were() {
    let setup = Setup::new().await;
    let writer = flushed(&setup).await;
    setup.engine.tag("t", "before", None, None).await.unwrap();
    delete(&own(&setup), "id % 4 = 1").await;
    put_all(&writer, ALL..ALL + 3).await;
    let then: Vec<u64> = (0..ALL).collect();
    let now: Vec<u64> = (0..ALL + 3).filter(|n| n % 4 != 1 || *n >= ALL).collect();
    assert_eq!(all(&setup.engine).await, now);

    let done = compact(&setup.engine).await.unwrap();
    assert_eq!((done.fragments_before, done.fragments_after), (FLUSHES, 1));
    assert_eq!((done.rows, done.deleted), (ALL - ALL / 4, ALL / 4));
    assert!(done.bytes_after < done.bytes_before);
    for engine in [setup.engine.clone(), setup.other().await] {
        assert_eq!(all(&engine).await, now);
        let reader = engine.reader("t").await.unwrap();
        for offset in 0..ALL + 3 {
            let expected: Vec<u64> = now.iter().copied().filter(|n| *n >= offset).take(7).collect();
            assert_eq!(ids(&reader.get(offset, 7).await.unwrap()), expected);
        }
        let tagged = reader.at(At::Tag("before".into())).await.unwrap();
        assert_eq!(ids(&tagged.get(0, 1000).await.unwrap()), then);
    }
    let again = compact(&setup.engine).await.unwrap();
    assert_eq!((again.rows, again.version), (0, done.version), "there is nothing left to do");
    writer.close().await.unwrap();
    assert_eq!(all(&setup.other().await).await, now);
    assert_eq!(scanned(&setup).await.len(), now.len());
}

#[tokio::test]
async fn a_stream_runs_through_a_compaction_without_a_gap_or_a_reset() {
    async fn next(tail: &mut Tail, count: usize) -> Vec<u64> {
        let mut offsets = Vec::new();
        while offsets.len() < count {
            match tail.next().await.unwrap().unwrap() {
                TailEvent::Rows(chunk) => offsets.extend(chunk.offsets),
                TailEvent::Reset(reset) => panic!("{reset:?}"),
                _ => {}
            }
        }
        offsets
    }
    let setup = Setup::new().await;
    let writer = flushed(&setup).await;
    put_all(&writer, ALL..ALL + 2).await;
    let engines = [setup.engine.clone(), setup.other().await];
    let mut tails = Vec::new();
    for engine in &engines {
        let reader = engine.reader("t").await.unwrap();
        let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
        assert_eq!(next(&mut tail, 62).await, (0..ALL + 2).collect::<Vec<_>>());
        tails.push(tail);
    }
    compact(&setup.engine).await.unwrap();
    put_all(&writer, ALL + 2..ALL + 4).await;
    writer.flush().await.unwrap();
    compact(&engines[1]).await.unwrap();
    put_all(&writer, ALL + 4..ALL + 6).await;
    for tail in &mut tails {
        assert_eq!(next(tail, 4).await, (ALL + 2..ALL + 6).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_flush_meanwhile_takes_nothing_away_and_its_rows_stay_behind() {
    let setup = Setup::new().await;
    let writer = flushed(&setup).await;
    let other = setup.other().await;
    let _armed = at(setup.engine.root(), "compact.rewritten", &[], move || {
        let other = other.clone();
        async move {
            let writer = other.writer("t").open().await.unwrap();
            put_all(&writer, ALL..ALL + 3).await;
            writer.flush().await.unwrap();
        }
    });
    let done = compact(&setup.engine).await.unwrap();
    assert_eq!((done.rows, done.fragments_after), (ALL, 2));
    writer.close().await.unwrap();
    assert_eq!(all(&setup.other().await).await, (0..ALL + 3).collect::<Vec<_>>());
    let in_order: Vec<i64> = scanned(&setup).await;
    assert!(in_order.is_sorted(), "rows lie in the order of their offsets: {in_order:?}");
}

#[tokio::test]
async fn a_foreign_append_between_the_look_and_the_commit_is_there_once() {
    for point in ["compact.reserve", "compact.commit"] {
        let setup = Setup::new().await;
        let writer = flushed(&setup).await;
        let path = own(&setup);
        let armed = at(setup.engine.root(), point, &[], move || {
            let path = path.clone();
            async move { write(&path, ALL.cast_signed()..62, WriteMode::Append, true).await }
        });
        let done = compact(&setup.engine).await.unwrap();
        drop(armed);
        assert_eq!(done.rows, if point == "compact.commit" { ALL } else { ALL + 2 }, "{point}");
        put_all(&writer, 62..64).await;
        writer.close().await.unwrap();
        assert_eq!(all(&setup.other().await).await, (0..64).collect::<Vec<_>>());
        assert_eq!(scanned(&setup).await.len(), 64);
    }
}

#[tokio::test]
async fn a_row_that_is_deleted_meanwhile_stays_deleted() {
    let setup = Setup::new().await;
    let writer = flushed(&setup).await;
    let path = own(&setup);
    let armed = at(setup.engine.root(), "compact.synced", &[], move || {
        let path = path.clone();
        async move { delete(&path, "id = 7").await }
    });
    let before = data_files(&setup);
    let done = compact(&setup.engine).await.unwrap();
    drop(armed);
    assert_eq!((done.rows, done.fragments_after), (0, FLUSHES));
    assert_eq!(data_files(&setup), before, "what was written for nothing is gone");
    let expected: Vec<u64> = (0..ALL).filter(|n| *n != 7).collect();
    assert_eq!(all(&setup.engine).await, expected);
    compact(&setup.engine).await.unwrap();
    writer.close().await.unwrap();
    assert_eq!(all(&setup.other().await).await, expected);
}

#[tokio::test]
async fn a_column_that_another_program_changes_at_the_commit_is_its_own_and_no_error() {
    let setup = Setup::new().await;
    let writer = flushed(&setup).await;
    let path = own(&setup);
    let armed = at(setup.engine.root(), "compact.commit", &[], move || {
        let path = path.clone();
        async move {
            let narrower = ColumnAlteration::new("id".into()).cast_to(DataType::Int32);
            Box::pin(open(&path).await.alter_columns(&[narrower])).await.unwrap();
        }
    });
    let done = compact(&setup.engine).await.unwrap();
    drop(armed);
    assert_eq!((done.rows, done.fragments_after), (0, FLUSHES), "left to the next one");
    assert_eq!(compact(&setup.engine).await.unwrap().rows, ALL);
    writer.close().await.unwrap();
    assert_eq!(all(&setup.other().await).await, (0..ALL).collect::<Vec<_>>());
}

#[tokio::test]
async fn two_processes_that_compact_at_once_do_it_one_after_the_other() {
    let setup = Setup::new().await;
    let _writer = flushed(&setup).await;
    let other = setup.other().await;
    let (one, two) = tokio::join!(compact(&setup.engine), compact(&other));
    let rows = [one.unwrap().rows, two.unwrap().rows];
    assert_eq!(rows.iter().sum::<u64>(), ALL, "{rows:?}");
    assert_eq!(all(&setup.engine).await, (0..ALL).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_cancelled_compaction_changes_no_row_and_leaves_no_file() {
    let setup = Setup::new().await;
    let _writer = flushed(&setup).await;
    for point in ["compact.reserve", "compact.rewritten", "compact.synced"] {
        let before = data_files(&setup);
        let job = Job::new();
        let wish = job.clone();
        let _armed = at(setup.engine.root(), point, &[], move || {
            let wish = wish.clone();
            async move { wish.cancel() }
        });
        let error = setup.engine.compact("t", None, &job).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled, "{point}: {error}");
        let left: Vec<_> = data_files(&setup);
        assert_eq!(left, before, "{point}");
        let stats = setup.engine.reader("t").await.unwrap().stats().await.unwrap();
        assert_eq!(stats.buckets[0].fragments, FLUSHES);
    }
    assert_eq!(compact(&setup.engine).await.unwrap().fragments_after, 1);
    assert_eq!(all(&setup.engine).await, (0..ALL).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_process_that_dies_at_any_step_of_it_loses_and_doubles_nothing() {
    for point in [
        "compact.reserve",
        "compact.rewritten",
        "compact.synced",
        "compact.commit",
        "commit.link",
        "commit.linked",
        "flush.committed",
    ] {
        let setup = Setup::new().await;
        let writer = flushed(&setup).await;
        put_all(&writer, ALL..ALL + 3).await;
        let armed = then_at(setup.engine.root(), point, (Then::Crash, &[]), || async {});
        compact(&setup.engine).await.unwrap_err();
        drop((armed, writer));
        let next = setup.other().await;
        assert_eq!(all(&next).await, (0..ALL + 3).collect::<Vec<_>>(), "{point}");
        let writer = next.writer("t").open().await.unwrap();
        assert_eq!(writer.recoveries(), [], "{point}");
        compact(&next).await.unwrap();
        put_all(&writer, ALL + 3..ALL + 5).await;
        writer.close().await.unwrap();
        let stats = next.reader("t").await.unwrap().stats().await.unwrap();
        assert_eq!(stats.buckets[0].fragments, 2, "{point}");
        assert_eq!(all(&setup.other().await).await, (0..ALL + 5).collect::<Vec<_>>(), "{point}");
        let found = next.verify("t", None, &Job::new()).await.unwrap();
        assert_eq!(found[0].damage, [], "{point}");
    }
}

#[tokio::test]
async fn damage_is_not_rewritten_as_if_it_were_sound() {
    let setup = Setup::new().await;
    drop(flushed(&setup).await);
    let file = data_files(&setup).remove(3);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[70] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let before = data_files(&setup);
    let other = setup.other().await;
    let versions = async || other.reader("t").await.unwrap().version_numbers().await.unwrap();
    let then = versions().await;
    let error = compact(&other).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    assert!(error.to_string().contains(file.file_name().unwrap().to_str().unwrap()), "{error}");
    assert_eq!((data_files(&setup), versions().await), (before, then), "no number is reserved");
}

#[tokio::test]
async fn all_files_of_it_are_vouched_for_and_durable_in_the_order_of_a_flush() {
    let setup = Setup::new().await;
    let _writer = flushed(&setup).await;
    compact(&setup.engine).await.unwrap();
    let found = setup.engine.verify("t", None, &Job::new()).await.unwrap().remove(0);
    assert_eq!((found.unvouched, found.as_first_seen, found.damage.len()), (0, 0, 0), "{found:?}");
}

#[tokio::test]
async fn offsets_that_are_positions_are_not_compacted_and_it_is_said_why() {
    let setup = Setup::new().await;
    write(&setup.engine.root().join("f.lance"), 0..3, WriteMode::Create, false).await;
    let error = setup.engine.compact("f", None, &Job::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(matches!(error, Error::ReadOnly { .. }), "{error}");

    drop(flushed(&setup).await);
    // Another program puts a dataset of its own in the place.
    std::fs::remove_dir_all(own(&setup)).unwrap();
    std::fs::remove_dir_all(own(&setup).with_file_name("wal")).unwrap();
    write(&own(&setup), 0..3, WriteMode::Create, false).await;
    let error = compact(&setup.other().await).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.to_string().contains("stable ids"), "{error}");
}

#[tokio::test]
async fn a_topic_without_a_record_has_nothing_to_compact() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(3).open().await.unwrap();
    put_all(&writer, 1..2).await;
    writer.close().await.unwrap();
    let done = setup.engine.compact("t", None, &Job::new()).await.unwrap();
    assert_eq!(
        done.iter().map(|d| (d.bucket_id, d.rows)).collect::<Vec<_>>(),
        [(0, 0), (1, 0), (2, 0)]
    );
    let error = setup.engine.compact("t", Some(3), &Job::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error}");
}

/// Flushes of one record each, and what there is after each of them.
async fn fragments_after_each(setup: &Setup, flushes: u64, maintenance: bool) -> Vec<u64> {
    let writer = setup.engine.writer("t").maintenance(maintenance).open().await.unwrap();
    let reader = setup.engine.reader("t").await;
    let mut fragments = Vec::new();
    for n in 0..flushes {
        put_all(&writer, n..n + 1).await;
        writer.flush().await.unwrap();
        let reader = match &reader {
            Ok(reader) => reader.clone(),
            Err(_) => setup.engine.reader("t").await.unwrap(),
        };
        fragments.push(reader.stats().await.unwrap().buckets[0].fragments);
    }
    writer.close().await.unwrap();
    fragments
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fragments_stay_few_however_often_is_flushed() {
    let setup = Setup::new().await;
    let fragments = fragments_after_each(&setup, 300, true).await;
    let most = fragments.into_iter().max().unwrap();
    // 64 make it due, 16 flushes are between two looks, and so many again may pass while it is done.
    assert!(most <= 128, "{most} fragments");
    assert_eq!(all(&setup.other().await).await, (0..300).collect::<Vec<_>>());
    let found = setup.engine.verify("t", None, &Job::new()).await.unwrap();
    assert_eq!(found[0].damage, []);
}

#[tokio::test]
async fn without_maintenance_fragments_are_left_alone() {
    let setup = Setup::new().await;
    let fragments = fragments_after_each(&setup, 100, false).await;
    assert_eq!(fragments, (1..=100).collect::<Vec<_>>());
    let reader = setup.engine.reader("t").await.unwrap();
    let due = reader.stats().await.unwrap().buckets[0].maintenance.clone();
    assert_eq!((due.due, due.versions, due.last_begun), (Some("compact"), 101, None));
    compact(&setup.engine).await.unwrap();
    let done = reader.stats().await.unwrap().buckets[0].maintenance.clone();
    assert_eq!((done.due, done.versions, done.error), (None, 103, None));
    assert!(done.last_begun.is_some());
}

#[tokio::test]
async fn processes_that_flush_once_and_end_do_their_part() {
    let setup = Setup::new().await;
    for n in 0..80 {
        let engine = setup.other().await;
        let writer = engine.writer("t").open().await.unwrap();
        put_all(&writer, n..n + 1).await;
        writer.close().await.unwrap();
    }
    let stats = setup.engine.reader("t").await.unwrap().stats().await.unwrap();
    assert!(stats.buckets[0].fragments < 64, "{} fragments", stats.buckets[0].fragments);
    assert_eq!(all(&setup.other().await).await, (0..80).collect::<Vec<_>>());
}

#[tokio::test]
async fn maintenance_that_fails_fails_no_flush() {
    let setup = Setup::new().await;
    let hook = |event: Event<'_>| match event {
        Event::Point("compact.rewritten") => Then::Fail(28),
        _ => Then::Go,
    };
    let _armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root());
    let writer = setup.engine.writer("t").open().await.unwrap();
    let (mut told, mut n) = (None, 0);
    // Where flushes leave it no turn, it comes to nothing for a while.
    while told.is_none() && n < 2000 {
        put_all(&writer, n..n + 1).await;
        writer.flush().await.unwrap();
        n += 1;
        let stats = setup.engine.reader("t").await.unwrap().stats().await.unwrap();
        told = stats.buckets[0].maintenance.error.clone();
    }
    writer.close().await.unwrap();
    let told = told.expect("it was never begun");
    assert!(told.contains("data.lance"), "{told}");
    let page = setup.other().await.reader("t").await.unwrap().get(0, 3000).await.unwrap();
    assert_eq!(ids(&page), (0..n).collect::<Vec<_>>());
}
