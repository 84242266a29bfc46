//! Maintenance in the background: what it does where a part of it fails, and how long it keeps anybody waiting.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lanceq::fault::{Event, Plan, Then};
use lanceq::{Engine, ErrorKind, Job, Maintenance, Retention};

use crate::foreign::own;
use crate::full_disk::{SmallDisk, fill_but, large, off};
use crate::setup::{Setup, ids, put_all};

/// A run that does not end is a failure, not a stuck test; far above what it takes, and below the patience of a lock.
const TOO_LONG: Duration = Duration::from_secs(8);

async fn maintenance(engine: &Engine) -> Maintenance {
    engine.reader("t").await.unwrap().stats().await.unwrap().buckets[0].maintenance.clone()
}

#[tokio::test]
async fn a_compaction_that_always_fails_keeps_no_version_and_is_tried_ever_more_rarely() {
    const FLUSHES: u64 = 400;
    let setup = Setup::new().await;
    let tries = Arc::new(AtomicU64::new(0));
    let count = tries.clone();
    let hook = move |event: Event<'_>| match event {
        Event::Point("compact.rewritten") => {
            count.fetch_add(1, Ordering::Relaxed);
            Then::Fail(28)
        }
        _ => Then::Go,
    };
    let _armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root());
    let keeps = Retention { keep_versions: 1, keep_for: Duration::ZERO, at_most: 1 };
    let writer = setup.engine.writer("t").retention(keeps).open().await.unwrap();
    let mut flushes = 0;
    // Where flushes leave it no turn, it comes to nothing for a while.
    while flushes < FLUSHES || maintenance(&setup.engine).await.versions > 100 {
        assert!(flushes < 10 * FLUSHES, "{:?}", maintenance(&setup.engine).await);
        put_all(&writer, flushes..flushes + 1).await;
        writer.flush().await.unwrap();
        flushes += 1;
    }
    let found = maintenance(&setup.engine).await;
    assert!(found.error.is_some() && found.due == Some("compact"), "{found:?}");
    let (tries, looks) = (tries.load(Ordering::Relaxed), flushes / 16);
    assert!((1..=2 + looks / 6).contains(&tries), "{tries} tries in {looks} looks");
    writer.close().await.unwrap();
    let page = setup.other().await.reader("t").await.unwrap().get(0, 5000).await.unwrap();
    assert_eq!(ids(&page), (0..flushes).collect::<Vec<_>>());
}

#[tokio::test]
async fn who_closes_a_writer_waits_for_nobody_elses_flush() {
    let setup = Setup::new().await;
    let quiet = setup.engine.writer("t").maintenance(false).open().await.unwrap();
    for n in 0..70 {
        put_all(&quiet, n..n + 1).await;
        quiet.flush().await.unwrap();
    }
    assert_eq!(maintenance(&setup.engine).await.due, Some("compact"));
    let other = setup.other().await;
    let writer = other.writer("t").open().await.unwrap();
    let lock = own(&setup).with_file_name(".flush.lock");
    let lock = File::options().write(true).open(lock).unwrap();
    lock.lock().unwrap();
    tokio::time::timeout(TOO_LONG, writer.close()).await.expect("it waits").unwrap();
    let found = maintenance(&other).await;
    assert_eq!((found.due, found.error), (Some("compact"), None), "that is no failure");
    lock.unlock().unwrap();
    let writer = other.writer("t").open().await.unwrap();
    writer.close().await.unwrap();
    quiet.close().await.unwrap();
}

/// The topic's fragments, of some 3 MB, on a disk that has but so much left.
async fn nearly_full(disk: &SmallDisk, free: u64) -> Engine {
    let engine = Engine::open(disk.path().join("root")).await.unwrap();
    let writer = engine.writer("t").maintenance(false).open().await.unwrap();
    for flush in 0..12 {
        writer.put_batch((0..8).map(|n| large(flush * 8 + n, 30_000)).collect()).await.unwrap();
        writer.flush().await.unwrap();
    }
    writer.close().await.unwrap();
    fill_but(disk, free);
    engine
}

fn names(engine: &Engine) -> Vec<String> {
    let data = engine.root().join("t/bucket_0/data.lance/data");
    let entries = std::fs::read_dir(data).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_disk_without_room_for_what_is_rewritten_is_left_as_it_is() {
    // Without the look ahead it fills in the middle of a file.
    for (protections, reserved) in [(vec![], 0), (vec!["compact-room"], 1)] {
        let Some(disk) = SmallDisk::mount("8m") else { return };
        let engine = nearly_full(&disk, 1 << 20).await;
        let armed = off(&disk.path(), protections);
        let (before, versions) = (names(&engine), maintenance(&engine).await.versions);
        let error = engine.compact("t", None, &Job::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert!(error.hint().is_some_and(|hint| hint.contains("full")), "{error:?}");
        assert_eq!(names(&engine), before, "it left a part of a file");
        assert_eq!(maintenance(&engine).await.versions, versions + reserved);
        drop(armed);
        std::fs::remove_file(disk.path().join("filler")).unwrap();
        let done = engine.compact("t", None, &Job::new()).await.unwrap();
        assert_eq!((done[0].rows, done[0].fragments_after), (96, 1));
        let other = Engine::open(engine.root()).await.unwrap();
        let page = other.reader("t").await.unwrap().get(0, 1000).await.unwrap();
        assert_eq!(ids(&page), (0..96).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_step_that_finds_no_room_leaves_no_file() {
    for point in ["compact.reserve", "compact.rewritten", "compact.synced", "compact.commit"] {
        let setup = Setup::new().await;
        let writer = setup.engine.writer("t").maintenance(false).open().await.unwrap();
        for n in 0..4 {
            put_all(&writer, n..n + 1).await;
            writer.flush().await.unwrap();
        }
        let before = names(&setup.engine);
        let hook = move |event: Event<'_>| match event {
            Event::Point(passed) if passed == point => Then::Fail(28),
            _ => Then::Go,
        };
        let armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root());
        let error = setup.engine.compact("t", None, &Job::new()).await.unwrap_err();
        assert!(error.hint().is_some_and(|hint| hint.contains("full")), "{point}: {error:?}");
        assert_eq!(names(&setup.engine), before, "{point}");
        drop(armed);
        assert_eq!(setup.engine.compact("t", None, &Job::new()).await.unwrap()[0].rows, 4);
        writer.close().await.unwrap();
        let page = setup.other().await.reader("t").await.unwrap().get(0, 10).await.unwrap();
        assert_eq!(ids(&page), [0, 1, 2, 3]);
    }
}
