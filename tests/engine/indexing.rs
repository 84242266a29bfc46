//! Indices that another program made, and rows that come behind them.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lance::dataset::WriteMode;
use lance::index::DatasetIndexExt;
use lance::index::vector::VectorIndexParams;
use lanceq::fault::{Armed, Event, Plan, Then};
use lanceq::{Engine, Job, Writer};
use serde_json::{Value, json};

use crate::foreign::{open, own, write};
use crate::setup::{Setup, ids};

/// Rows behind an index that make its extension due.
const DUE: u64 = 1000;
const INDEXED: u64 = 300;

fn record(n: u64) -> Value {
    let number = |place: u64| (n * 31 + place * 7) % 97;
    let vector: Vec<f64> = (0..8).map(|place| number(place) as f64 / 97.0).collect();
    json!({"id": n, "text": format!("record {n}"), "vector": vector})
}

async fn put(writer: &Writer, numbers: std::ops::Range<u64>) {
    writer.put_batch(numbers.map(record).collect()).await.unwrap();
    writer.flush().await.unwrap();
}

/// A topic over whose rows another program has made an index.
async fn indexed(setup: &Setup) {
    let writer = setup.engine.writer("t").maintenance(false).open().await.unwrap();
    put(&writer, 0..INDEXED).await;
    writer.close().await.unwrap();
    let mut theirs = open(&own(setup)).await;
    let params = VectorIndexParams::ivf_flat(1, "l2".try_into().unwrap());
    let kind = "IVF_FLAT".try_into().unwrap();
    let made = theirs.create_index(&["vector"], kind, None, &params, false);
    Box::pin(made).await.unwrap();
}

/// The rows that the index covers, and those that it does not.
async fn covered(dataset: &Path) -> (u64, u64) {
    let dataset = open(dataset).await;
    let indices = Box::pin(dataset.load_indices()).await.unwrap();
    let maps = indices.iter().filter_map(|index| index.fragment_bitmap.as_ref());
    let fragments: BTreeSet<u64> = maps.flat_map(|map| map.iter().map(u64::from)).collect();
    let rows = |is_covered: bool| {
        let all = dataset.fragments().iter();
        let chosen = all.filter(|fragment| fragments.contains(&fragment.id) == is_covered);
        chosen.map(|fragment| fragment.num_rows().unwrap() as u64).sum()
    };
    (rows(true), rows(false))
}

async fn due(engine: &Engine) -> Option<&'static str> {
    engine.reader("t").await.unwrap().stats().await.unwrap().buckets[0].maintenance.due
}

/// Flushes of rows from one on until nothing is due any more; where they end.
async fn flushed_until_nothing_is_due(engine: &Engine, from: u64) -> u64 {
    let writer = engine.writer("t").open().await.unwrap();
    let mut end = from;
    // Where flushes leave it no turn, it comes to nothing for a while.
    while end < from + DUE || due(engine).await.is_some() {
        assert!(end < from + 40 * DUE, "{:?}", due(engine).await);
        put(&writer, end..end + 20).await;
        end += 20;
    }
    writer.close().await.unwrap();
    end
}

async fn is_whole(setup: &Setup, end: u64) {
    let page = setup.other().await.reader("t").await.unwrap().get(0, usize::MAX).await.unwrap();
    assert_eq!(ids(&page), (0..end).collect::<Vec<_>>());
    let found = setup.engine.verify("t", None, &Job::new()).await.unwrap();
    assert_eq!((found[0].unvouched, found[0].damage.len()), (0, 0), "{found:?}");
    Box::pin(open(&own(setup)).await.validate()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_of_another_program_follows_the_rows_by_itself() {
    let setup = Setup::new().await;
    indexed(&setup).await;
    assert_eq!(covered(&own(&setup)).await, (INDEXED, 0));
    let end = flushed_until_nothing_is_due(&setup.engine, INDEXED).await;
    let (rows, open) = covered(&own(&setup)).await;
    assert!(rows >= INDEXED + DUE && open < DUE.max(rows / 8), "{rows} rows covered, {open} not");
    assert_eq!(rows + open, end);
    is_whole(&setup, end).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_of_an_index_stay_few_however_often_it_is_extended() {
    let setup = Setup::new().await;
    indexed(&setup).await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    let (mut end, mut extensions, mut most) = (INDEXED, 0, 0);
    let mut rows = INDEXED;
    while extensions < 12 {
        assert!(end < 200 * DUE, "{extensions} extensions");
        put(&writer, end..end + 200).await;
        end += 200;
        let now = covered(&own(&setup)).await.0;
        extensions += u64::from(now > rows);
        rows = now;
        let dataset = open(&own(&setup)).await;
        most = most.max(Box::pin(dataset.load_indices()).await.unwrap().len());
    }
    writer.close().await.unwrap();
    assert!((2..=9).contains(&most), "{most} parts");
    is_whole(&setup, end).await;
}

#[tokio::test]
async fn without_maintenance_an_index_is_left_as_it_is_and_said_to_be_due() {
    let setup = Setup::new().await;
    indexed(&setup).await;
    let writer = setup.engine.writer("t").maintenance(false).open().await.unwrap();
    for from in [INDEXED, INDEXED + 500, INDEXED + 999] {
        assert_eq!(due(&setup.engine).await, None);
        put(&writer, from..from + if from == INDEXED + 500 { 499 } else { 500 }).await;
    }
    writer.close().await.unwrap();
    assert_eq!(due(&setup.engine).await, Some("index"));
    assert_eq!(covered(&own(&setup)).await.0, INDEXED);
}

/// Does something at a step of the first extension.
fn at(
    setup: &Setup,
    point: &'static str,
    then: Then,
    deed: impl Fn() + Send + Sync + 'static,
) -> Armed {
    let done = AtomicBool::new(false);
    let hook = move |event: Event<'_>| {
        if event != Event::Point(point) || done.swap(true, Ordering::Relaxed) {
            return Then::Go;
        }
        deed();
        then
    };
    Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_extension_that_dies_at_any_step_leaves_the_index_as_it_was_or_extended() {
    for point in ["index.built", "index.synced", "index.commit", "commit.linked"] {
        let setup = Setup::new().await;
        indexed(&setup).await;
        let passed = Arc::new(AtomicBool::new(false));
        let is_passed = passed.clone();
        // The commit of the extension, not that of a flush.
        let begun = Arc::new(AtomicBool::new(false));
        let hook = move |event: Event<'_>| {
            if event == Event::Point("index.built") {
                begun.store(true, Ordering::Relaxed);
            }
            let is_due = event == Event::Point(point) && begun.load(Ordering::Relaxed);
            if is_due && !is_passed.swap(true, Ordering::Relaxed) { Then::Crash } else { Then::Go }
        };
        let armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root());
        let writer = setup.engine.writer("t").open().await.unwrap();
        let mut end = INDEXED;
        while !passed.load(Ordering::Relaxed) {
            assert!(end < 40 * DUE, "{point} is not passed");
            writer.put_batch((end..end + 20).map(record).collect()).await.unwrap();
            // The one that dies at the extension's commit may be this.
            drop(writer.flush().await);
            end += 20;
        }
        drop((armed, writer));
        let engine = setup.other().await;
        let writer = engine.writer("t").maintenance(false).open().await.unwrap();
        writer.close().await.unwrap();
        let end = flushed_until_nothing_is_due(&engine, end).await;
        assert!(covered(&own(&setup)).await.0 >= INDEXED + DUE, "{point}");
        is_whole(&setup, end).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_program_appends_meanwhile_is_there_once_and_open() {
    let setup = Setup::new().await;
    indexed(&setup).await;
    let path = own(&setup);
    let _armed = at(&setup, "index.commit", Then::Go, move || {
        let path = path.clone();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let append = async move { write(&path, 900_000..900_003, WriteMode::Append, true).await };
        std::thread::spawn(move || runtime.block_on(append)).join().unwrap();
    });
    let end = flushed_until_nothing_is_due(&setup.engine, INDEXED).await;
    let (rows, open) = covered(&own(&setup)).await;
    assert_eq!(rows + open, end + 3);
    let page = setup.other().await.reader("t").await.unwrap().get(0, usize::MAX).await.unwrap();
    let mut numbers = ids(&page);
    numbers.sort_unstable();
    assert_eq!(numbers, (0..end).chain(900_000..900_003).collect::<Vec<_>>());
}
