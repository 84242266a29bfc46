//! Cleaning up: what goes, what stays, and who may rely on it.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use futures::StreamExt;
use lance::dataset::WriteMode;
use lanceq::fault::{Event, Plan, Then};
use lanceq::{
    At, Cleaned, CleanupOptions, Engine, ErrorKind, Job, Reader, StreamOptions, Tail, TailEvent,
    Writer,
};
use serde_json::json;

use crate::foreign::{own, write};
use crate::setup::{Setup, ids, put_all};

const TOO_LONG: Duration = Duration::from_mins(1);

/// Only the newest so many, however young the others are.
fn newest(keep: usize) -> CleanupOptions {
    CleanupOptions { keep: Some(keep), ..CleanupOptions::default() }
}

async fn clean(engine: &Engine, options: CleanupOptions) -> Cleaned {
    let job = Job::new();
    let cleaned = engine.cleanup("t", None, &options, &job);
    let cleaned = tokio::time::timeout(TOO_LONG, cleaned).await.expect("it is stuck").unwrap();
    cleaned.into_iter().next().unwrap()
}

/// So many flushes of ten records each.
async fn flush_all(writer: &Writer, flushes: std::ops::Range<u64>) {
    for flush in flushes {
        put_all(writer, flush * 10..flush * 10 + 10).await;
        writer.flush().await.unwrap();
    }
}

async fn versions(engine: &Engine) -> Vec<u64> {
    engine.reader("t").await.unwrap().version_numbers().await.unwrap()
}

async fn all(reader: &Reader) -> Vec<u64> {
    ids(&reader.get(0, 10_000).await.unwrap())
}

/// The files of the dataset below a folder, by name.
fn files(setup: &Setup, folder: &str) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(own(setup).join(folder)).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Whether every version can be read to its end, and no file is damaged or missing.
async fn is_sound(engine: &Engine) -> bool {
    let found = engine.verify("t", None, &Job::new()).await.unwrap();
    found.iter().all(|bucket| bucket.damage.is_empty())
}

#[tokio::test]
async fn the_newest_and_the_tagged_versions_stay_and_the_others_are_not_found() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    flush_all(&writer, 0..20).await;
    setup.engine.tag("t", "kept", Some(5), None).await.unwrap();
    let cleaned = clean(&setup.engine, newest(3)).await;
    // The first one is empty, and says since when there is a dataset.
    assert_eq!(versions(&setup.engine).await, [1, 5, 19, 20, 21]);
    assert_eq!((cleaned.versions, cleaned.versions_left), (16, 5));
    for engine in [setup.engine.clone(), setup.other().await] {
        let reader = engine.reader("t").await.unwrap();
        assert_eq!(all(&reader).await, (0..200).collect::<Vec<_>>());
        let then = reader.at(At::Tag("kept".into())).await.unwrap();
        assert_eq!(all(&then).await, (0..40).collect::<Vec<_>>());
        for version in [2, 4, 6, 18] {
            let Err(error) = reader.at(At::Version(version)).await else { panic!("{version}") };
            assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        }
        let listed = reader.versions(100).await.unwrap();
        assert_eq!(listed.iter().map(|v| v.version).collect::<Vec<_>>(), [21, 20, 19, 5, 1]);
    }
    assert!(is_sound(&setup.engine).await);
    assert_eq!(clean(&setup.engine, newest(3)).await.files, 0, "a second time");
}

#[tokio::test]
async fn files_go_with_the_last_version_that_needs_them() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    flush_all(&writer, 0..3).await;
    setup.engine.restore("t", At::Version(2), None).await.unwrap();
    flush_all(&writer, 3..4).await;
    assert_eq!(files(&setup, "data").len(), 4);
    let dry = clean(&setup.engine, CleanupOptions { dry_run: true, ..newest(1) }).await;
    assert_eq!((files(&setup, "data").len(), versions(&setup.engine).await.len()), (4, 6));
    let before = bytes(&setup);
    let cleaned = clean(&setup.engine, newest(1)).await;
    assert_eq!(cleaned, dry);
    // Two data files and the transactions and manifests of four versions.
    assert_eq!((files(&setup, "data").len(), cleaned.files), (2, 10));
    assert_eq!(files(&setup, "_transactions").len(), 2);
    assert_eq!(before - bytes(&setup), cleaned.bytes);
    let numbers = (0..10).chain(30..40).collect::<Vec<_>>();
    assert_eq!(all(&setup.other().await.reader("t").await.unwrap()).await, numbers);
}

/// The bytes of the dataset, without Lance's note of the newest version.
fn bytes(setup: &Setup) -> u64 {
    let folders = ["data", "_transactions", "_versions"];
    let files = folders.iter().flat_map(|folder| files(setup, folder));
    let files = files.filter(|path| path.extension().is_some_and(|kind| kind != "json"));
    files.map(|path| fs::metadata(path).unwrap().len()).sum()
}

#[tokio::test]
async fn what_a_topic_keeps_by_itself_is_its_newest_and_its_young_versions() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    flush_all(&writer, 0..30).await;
    assert_eq!(clean(&setup.engine, CleanupOptions::default()).await.versions, 0);
    age(&setup, 31, Duration::from_hours(8 * 24));
    assert_eq!(clean(&setup.engine, CleanupOptions::default()).await.versions, 20);
    assert_eq!(versions(&setup.engine).await[1..], (22..=31).collect::<Vec<_>>());
    let older = CleanupOptions { older_than: Some(Duration::from_hours(9 * 24)), ..newest(2) };
    assert_eq!(clean(&setup.engine, older).await.versions, 0);
    let older = CleanupOptions { older_than: Some(Duration::from_hours(7 * 24)), ..newest(2) };
    assert_eq!(clean(&setup.engine, older).await.versions, 8);
}

pub(crate) fn ago(span: Duration) -> SystemTime {
    SystemTime::from(chrono::Utc::now()) - span
}

/// Makes all versions up to one so much older.
fn age(setup: &Setup, upto: u64, by: Duration) {
    for version in 1..=upto {
        let name = format!("_versions/{:020}.manifest", u64::MAX - version);
        let file = fs::File::options().write(true).open(own(setup).join(name)).unwrap();
        file.set_modified(ago(by)).unwrap();
    }
}

#[tokio::test]
async fn what_cannot_be_cleaned_up_is_said_and_left() {
    let setup = Setup::new().await;
    let error = setup.engine.cleanup("t", None, &newest(1), &Job::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    let theirs = setup.engine.root().join("theirs.lance");
    fs::create_dir_all(setup.engine.root()).unwrap();
    write(&theirs, 0..3, WriteMode::Create, true).await;
    let error = setup.engine.cleanup("theirs", None, &newest(1), &Job::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    let writer = setup.engine.writer("t").open().await.unwrap();
    flush_all(&writer, 0..3).await;
    let error = setup.engine.cleanup("t", None, &newest(0), &Job::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    let job = Job::new();
    job.cancel();
    let error = setup.engine.cleanup("t", None, &newest(1), &job).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cancelled, "{error}");
    fs::write(own(&setup).join("_versions/d9223372036854775815.manifest"), "").unwrap();
    let error = setup.engine.cleanup("t", None, &newest(1), &Job::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.to_string().contains("detached"), "{error}");
    assert_eq!(versions(&setup.engine).await.len(), 4);
}

#[tokio::test]
async fn a_file_that_may_be_in_the_making_stays_for_a_week() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    flush_all(&writer, 0..3).await;
    let data = own(&setup).join("data");
    let (young, old) = (data.join("young.lance"), data.join("old.lance"));
    fs::write(&young, "made by another program").unwrap();
    fs::write(&old, "left by another program").unwrap();
    let week = Duration::from_hours(7 * 24 + 1);
    let file = fs::File::options().write(true).open(&old).unwrap();
    file.set_modified(ago(week)).unwrap();
    clean(&setup.engine, newest(1)).await;
    assert!(young.exists() && !old.exists());
    assert_eq!(all(&setup.engine.reader("t").await.unwrap()).await.len(), 30);
}

/// Reads that began before go on: at the head of then, and at an older version.
#[tokio::test]
async fn what_another_engine_reads_stays_until_it_has_read_it() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    flush_all(&writer, 0..6).await;
    let other = setup.other().await;
    let reader = other.reader("t").await.unwrap();
    let mut scan = reader.scan().await.unwrap();
    let pinned = reader.at(At::Version(4)).await.unwrap();
    // None of their files is needed by the head any more.
    setup.engine.restore("t", At::Version(1), None).await.unwrap();
    flush_all(&writer, 9..10).await;
    let cleaned = clean(&setup.engine, newest(1)).await;
    assert_eq!(versions(&setup.engine).await, [1, 4, 7, 9]);
    assert_eq!(cleaned.kept_for_readers, 2);
    let mut scanned = Vec::new();
    while let Some(chunk) = scan.next().await.unwrap() {
        scanned.extend(chunk.records().map(|record| record.fields["id"].as_u64().unwrap()));
    }
    assert_eq!(scanned, (0..60).collect::<Vec<_>>());
    assert_eq!(all(&pinned).await, (0..30).collect::<Vec<_>>());
    drop((scan, pinned));
    assert_eq!(all(&reader).await, (90..100).collect::<Vec<_>>(), "it stands at the new head");
    clean(&setup.engine, newest(1)).await;
    assert_eq!(versions(&setup.engine).await, [1, 9]);
    let Err(error) = reader.at(At::Version(4)).await else { panic!("found") };
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert_eq!(files(&setup, "data").len(), 1);
}

/// An older version that is left is not what was there then; a bucket that came later was empty.
#[tokio::test]
async fn a_time_at_which_a_removed_version_was_the_head_is_not_found() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    put_all(&writer, 1..2).await;
    writer.flush().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let early = reader.versions(1).await.unwrap()[0].timestamp;
    setup.engine.tag("t", "early", None, None).await.unwrap();
    for n in 2..9 {
        put_all(&writer, n..n + 1).await;
        writer.flush().await.unwrap();
    }
    let of_one = reader.bucket(0).unwrap().versions(100).await.unwrap();
    clean(&setup.engine, newest(1)).await;
    let then = reader.at(At::Tag("early".into())).await.unwrap();
    assert_eq!(all(&then).await, [1], "the other bucket is younger");
    assert_eq!(all(&reader.at(At::Time(early)).await.unwrap()).await, [1]);
    let one = setup.other().await.reader("t").await.unwrap().bucket(0).unwrap();
    let kept = one.version_numbers().await.unwrap();
    let (mut found, mut missed) = (0, 0);
    for version in of_one {
        match one.at(At::Time(version.timestamp)).await {
            Ok(then) => {
                assert_eq!(then.counts().await.unwrap().total_count, version.rows);
                assert!(kept.contains(&version.version));
                found += 1;
            }
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
                missed += 1;
            }
        }
    }
    assert!(found >= 1 && missed >= 1, "{found} found, {missed} missed of {kept:?}");
}

const ROOT: &str = "LANCEQ_TEST_OLD_READER_ROOT";

/// The reader of an old version, when this binary was started as one: it says that it has it, and reads it when it is told to.
#[tokio::test]
async fn old_reader() {
    let Ok(root) = std::env::var(ROOT) else { return };
    let reader = Engine::open(root).await.unwrap().reader("t").await.unwrap();
    let pinned = reader.at(At::Version(4)).await.unwrap();
    eprintln!("ready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    assert_eq!(all(&pinned).await, (0..30).collect::<Vec<_>>());
}

fn start_reader(root: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["cleanup::old_reader", "--exact", "--nocapture"])
        .env(ROOT, root)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.as_mut().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "ready");
    child
}

#[tokio::test]
async fn what_another_process_reads_stays_until_it_ends() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    flush_all(&writer, 0..6).await;
    let mut readers = [start_reader(setup.engine.root()), start_reader(setup.engine.root())];
    setup.engine.restore("t", At::Version(1), None).await.unwrap();
    assert_eq!(clean(&setup.engine, newest(1)).await.kept_for_readers, 1);
    assert_eq!(versions(&setup.engine).await, [1, 4, 8]);
    readers[0].stdin.take().unwrap().write_all(b"\n").unwrap();
    assert!(readers[0].wait().unwrap().success(), "it could not read on");
    clean(&setup.engine, newest(1)).await;
    assert_eq!(versions(&setup.engine).await, [1, 4, 8], "the other one reads it still");
    readers[1].kill().unwrap();
    readers[1].wait().unwrap();
    clean(&setup.engine, newest(1)).await;
    assert_eq!(versions(&setup.engine).await, [1, 8]);
    let pins = fs::read_dir(setup.engine.root().join("t/bucket_0/pins")).unwrap();
    let own = std::process::id().to_string();
    let mut names = pins.map(|pin| pin.unwrap().file_name().into_string().unwrap());
    assert!(names.all(|name| name.starts_with(&own)), "what the dead one left is there");
}

/// Who looks for a newer version than the one it knows finds it, though those in between are gone.
#[tokio::test]
async fn a_reader_behind_a_gap_sees_the_head() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    flush_all(&writer, 0..3).await;
    let other = setup.other().await;
    let reader = other.reader("t").await.unwrap();
    assert_eq!(reader.counts().await.unwrap().total_count, 30);
    setup.engine.tag("t", "here", None, None).await.unwrap();
    for round in 1..4 {
        flush_all(&writer, round * 3..round * 3 + 3).await;
        clean(&setup.engine, newest(1)).await;
        assert_eq!(versions(&setup.engine).await, [1, 4, 4 + round * 3]);
        assert_eq!(reader.counts().await.unwrap().total_count, 30 + round * 30);
    }
}

/// The next records of a stream, up to one.
async fn up_to(tail: &mut Tail, last: u64) -> Vec<u64> {
    let mut numbers = Vec::new();
    while !numbers.contains(&last) {
        let event = tokio::time::timeout(TOO_LONG, tail.next()).await.expect("it is stuck");
        match event.unwrap().unwrap() {
            TailEvent::Rows(chunk) => {
                numbers.extend(chunk.records().map(|r| r.fields["id"].as_u64().unwrap()));
            }
            TailEvent::Reset(reset) => panic!("{reset:?}"),
            _ => {}
        }
    }
    numbers
}

/// What the log is held by is told by the base where it was told by versions: for those who know nothing, for those who knew
/// an older version, for streams, and where foreign rows came in between.
#[tokio::test]
async fn writers_and_streams_go_on_where_versions_that_they_did_not_see_are_gone() {
    let setup = Setup::new().await;
    let one = setup.engine.writer("t").open().await.unwrap();
    put_all(&one, 0..5).await;
    one.flush().await.unwrap();
    let engine = setup.other().await;
    let two = engine.writer("t").open().await.unwrap();
    let reader = engine.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
    let mut delivered = up_to(&mut tail, 4).await;
    let (mut at, mut numbers) = (5, (0..5).collect::<Vec<u64>>());
    for round in 0..4 {
        // Delivered while they are buffered.
        put_all(&two, at..at + 3).await;
        delivered.extend(up_to(&mut tail, at + 2).await);
        let foreign = 1000 + 10 * round;
        write(&own(&setup), foreign..foreign + 2, WriteMode::Append, true).await;
        one.flush().await.unwrap();
        put_all(&one, at + 3..at + 5).await;
        one.flush().await.unwrap();
        let foreign = foreign.unsigned_abs();
        numbers.extend([foreign, foreign + 1]);
        numbers.extend(at..at + 5);
        // The head is no flush, and no flush is left: another program's append, or a restore of what was the head.
        if round % 2 == 0 {
            write(&own(&setup), foreign_after(round), WriteMode::Append, true).await;
            numbers.extend(foreign_after(round).map(i64::unsigned_abs));
        } else {
            let before = *versions(&setup.engine).await.last().unwrap();
            put_all(&one, 5000..5001).await;
            one.flush().await.unwrap();
            setup.engine.restore("t", At::Version(before), None).await.unwrap();
        }
        clean(&setup.engine, newest(1)).await;
        assert_eq!(
            versions(&setup.engine).await.len(),
            3,
            "with the first, and the one that is read"
        );
        at += 5;
    }
    put_all(&two, at..at + 1).await;
    two.flush().await.unwrap();
    numbers.push(at);
    assert_eq!(all(&reader).await, numbers);
    delivered.extend(up_to(&mut tail, at).await);
    delivered.sort_unstable();
    numbers.sort_unstable();
    assert_eq!(delivered, numbers, "each once");
    drop((one, two));
    let fresh = setup.other().await;
    let writer = fresh.writer("t").open().await.unwrap();
    assert_eq!(writer.recoveries(), []);
    assert_eq!(all(&fresh.reader("t").await.unwrap()).await.len(), numbers.len());
}

fn foreign_after(round: i64) -> std::ops::Range<i64> {
    2000 + 10 * round..2002 + 10 * round
}

/// Another program never commits into a gap: Lance's note names no version below one.
#[tokio::test]
async fn another_program_commits_behind_the_head() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    flush_all(&writer, 0..5).await;
    setup.engine.tag("t", "kept", Some(2), None).await.unwrap();
    let hint = own(&setup).join("_versions/latest_version_hint.json");
    fs::write(&hint, "{\"version\":2}").unwrap();
    clean(&setup.engine, newest(1)).await;
    write(&own(&setup), 100..102, WriteMode::Append, true).await;
    assert_eq!(versions(&setup.engine).await, [1, 2, 6, 7]);
    let reader = setup.other().await.reader("t").await.unwrap();
    assert_eq!(all(&reader).await.len(), 52);
}

/// The work ends at each of its steps in turn: everything that is listed can be read, and the next clean-up does the rest.
#[tokio::test]
async fn a_clean_up_that_dies_at_any_step_leaves_what_can_be_read() {
    for nth in 0.. {
        let setup = Setup::new().await;
        let writer = setup.engine.writer("t").open().await.unwrap();
        flush_all(&writer, 0..3).await;
        setup.engine.restore("t", At::Version(1), None).await.unwrap();
        flush_all(&writer, 3..5).await;
        put_all(&writer, 50..55).await;
        let passed = dies_at(&setup, nth).await;
        drop(writer);
        let engine = setup.other().await;
        assert!(is_sound(&engine).await, "step {nth}");
        let numbers = (30..55).collect::<Vec<_>>();
        assert_eq!(all(&engine.reader("t").await.unwrap()).await, numbers, "step {nth}");
        let writer = engine.writer("t").open().await.unwrap();
        assert_eq!(writer.recoveries(), []);
        writer.flush().await.unwrap();
        clean(&engine, newest(1)).await;
        assert_eq!(all(&engine.reader("t").await.unwrap()).await, numbers, "step {nth}");
        assert_eq!(files(&setup, "data").len(), 3, "step {nth}");
        assert_eq!(files(&setup, "_transactions").len(), 2, "step {nth}");
        if passed <= nth {
            // The base, five versions, their transactions and three data files.
            assert!(passed > 12, "{passed} steps");
            return;
        }
    }
}

/// Lets a clean-up end at its `nth` step; returns how many it passed.
async fn dies_at(setup: &Setup, nth: u64) -> u64 {
    let passed = Arc::new(AtomicU64::new(0));
    let count = passed.clone();
    let hook = move |event: Event<'_>| match event {
        Event::Point(point) if point.starts_with("cleanup.") => {
            let is_due = count.fetch_add(1, Ordering::Relaxed) == nth;
            if is_due { Then::Crash } else { Then::Go }
        }
        _ => Then::Go,
    };
    let armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root());
    drop(setup.engine.cleanup("t", None, &newest(1), &Job::new()).await);
    drop(armed);
    passed.load(Ordering::Relaxed)
}

/// Whoever drops a clean-up lets nobody in while files of it still go.
#[tokio::test]
async fn a_clean_up_that_is_dropped_keeps_its_locks_until_it_has_ended() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    flush_all(&writer, 0..4).await;
    let (reached, mut is_reached) = tokio::sync::mpsc::unbounded_channel();
    let (go, may_go) = std::sync::mpsc::channel::<()>();
    let may_go = Mutex::new(may_go);
    let hook = move |event: Event<'_>| {
        if event == Event::Point("cleanup.unnamed") {
            reached.send(()).unwrap();
            // Until the sender is dropped.
            assert!(may_go.lock().unwrap().recv().is_err());
        }
        Then::Go
    };
    let _armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root());
    let engine = setup.engine.clone();
    let work = tokio::spawn(async move { clean(&engine, newest(1)).await });
    is_reached.recv().await.unwrap();
    work.abort();
    assert!(work.await.unwrap_err().is_cancelled());
    let locks = [".maint.lock", ".flush.lock"].map(|lock| {
        let path = setup.engine.root().join("t/bucket_0").join(lock);
        fs::File::options().write(true).open(path).unwrap()
    });
    for lock in &locks {
        assert!(lock.try_lock().is_err(), "{lock:?}");
    }
    drop(go);
    let free = tokio::task::spawn_blocking(move || locks.iter().for_each(|l| l.lock().unwrap()));
    tokio::time::timeout(TOO_LONG, free).await.expect("they are kept").unwrap();
    assert_eq!(versions(&setup.engine).await, [1, 5], "what it was at was done");
    assert!(is_sound(&setup.engine).await);
}

/// Notes of checksums do not outgrow what they are of.
#[tokio::test]
async fn the_ledger_forgets_files_that_went() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    let ledger = setup.engine.root().join("t/bucket_0/sums/ledger");
    let mut longest = 0;
    for round in 0..12 {
        flush_all(&writer, round * 30..round * 30 + 30).await;
        clean(&setup.engine, newest(1)).await;
        longest = longest.max(lines(&ledger));
    }
    // A data file each stays, and the notes of 256 others, and those of one round.
    assert!(longest < 360 + 256 + 3 * 30 * 2, "{longest} lines of {} ever", 360 * 3);
    assert!(is_sound(&setup.engine).await);
}

fn lines(path: &Path) -> usize {
    fs::read_to_string(path).unwrap().lines().count()
}

/// A record of 200 characters that no compression shortens much.
fn noise(n: u64) -> serde_json::Value {
    let words = (0..13_u64).map(|word| (n * 13 + word + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let text = words.map(|word| format!("{:016x}", word ^ (word >> 29))).collect::<Vec<_>>();
    json!({"id": n, "text": text.concat()})
}

/// A topic that is flushed again and again keeps a bounded number of versions by itself; and once it is cleaned up by hand, it
/// costs next to nothing more than its records written at once.
#[tokio::test]
async fn what_many_flushes_leave_is_bounded_by_itself() {
    const FLUSHES: u64 = 400;
    let setup = Setup::new().await;
    let records = |from: u64| (from..from + 50).map(noise).collect::<Vec<_>>();
    let once = setup.engine.writer("once").flush_threshold(usize::MAX).open().await.unwrap();
    let writer = setup.engine.writer("t").flush_threshold(usize::MAX).open().await.unwrap();
    let mut flushes = 0;
    // Maintenance waits for its turn behind flushes that come without a pause.
    while flushes < FLUSHES || versions(&setup.engine).await.len() >= 300 {
        assert!(flushes < 10 * FLUSHES, "{} versions", versions(&setup.engine).await.len());
        once.put_batch(records(flushes * 50)).await.unwrap();
        writer.put_batch(records(flushes * 50)).await.unwrap();
        writer.flush().await.unwrap();
        flushes += 1;
    }
    once.close().await.unwrap();
    writer.close().await.unwrap();
    setup.engine.compact("t", None, &Job::new()).await.unwrap();
    clean(&setup.engine, newest(1)).await;
    let bytes = async |topic: &str| {
        let stats = setup.engine.reader(topic).await.unwrap().stats().await.unwrap();
        stats.buckets[0].bytes_on_disk
    };
    let (at_once, left) = (bytes("once").await, bytes("t").await);
    assert!(10 * left <= 13 * at_once, "{left} bytes, and {at_once} written at once");
    let reader = setup.other().await.reader("t").await.unwrap();
    assert_eq!(reader.counts().await.unwrap().total_count, flushes * 50);
    assert!(is_sound(&setup.engine).await);
}
