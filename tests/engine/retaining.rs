//! Letting the oldest records go: what goes, what stays, and that nothing else changes, whatever happens meanwhile.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::StreamExt;
use lance::dataset::{UpdateBuilder, WriteMode};
use lanceq::fault::{Event, Plan, Then};
use lanceq::{
    At, CleanupOptions, Engine, ErrorKind, Job, RecordRetention, RetainOptions, Retained,
    Retention, StreamOptions, Writer,
};

use crate::foreign::{open, own, write};
use crate::groups::{group, taken};
use crate::setup::{Setup, ids, put_all};

/// So many flushes of ten records each, as many fragments.
async fn flushed(setup: &Setup, flushes: u64) -> Writer {
    let writer = setup.engine.writer("t").maintenance(false).open().await.unwrap();
    flush_more(&writer, 0..flushes).await;
    writer
}

async fn flush_more(writer: &Writer, flushes: std::ops::Range<u64>) {
    for flush in flushes {
        put_all(writer, flush * 10..flush * 10 + 10).await;
        writer.flush().await.unwrap();
    }
}

fn newest(records: u64) -> RecordRetention {
    RecordRetention { keep_records: Some(records), ..RecordRetention::default() }
}

async fn retain(engine: &Engine, rule: RecordRetention) -> lanceq::Result<Retained> {
    let options = RetainOptions { rule: Some(rule), dry_run: false };
    engine.retain("t", None, &options, &Job::new()).await.map(|mut done| done.remove(0))
}

/// Lets all but the newest records of each bucket go.
pub(crate) async fn keep_newest(engine: &Engine, records: u64) {
    retain(engine, newest(records)).await.unwrap();
}

/// The numbers of all records, each of which must lie at its offset.
async fn all(engine: &Engine) -> Vec<u64> {
    let page = engine.reader("t").await.unwrap().get(0, 10_000).await.unwrap();
    assert!(page.records().all(|record| record.fields["id"] == record.offset), "an offset changed");
    ids(&page)
}

async fn stats(engine: &Engine) -> lanceq::BucketStats {
    engine.reader("t").await.unwrap().stats().await.unwrap().buckets.remove(0)
}

fn numbers(range: std::ops::Range<u64>) -> Vec<u64> {
    range.collect()
}

/// Whether every version can be read to its end, and no file is damaged or missing.
async fn is_sound(engine: &Engine) -> bool {
    let found = engine.verify("t", None, &Job::new()).await.unwrap();
    found.iter().all(|bucket| bucket.damage.is_empty())
}

#[tokio::test]
async fn the_oldest_records_go_exactly_and_no_offset_changes() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 10).await;
    let would = RetainOptions { rule: Some(newest(35)), dry_run: true };
    let would = setup.engine.retain("t", None, &would, &Job::new()).await.unwrap().remove(0);
    assert_eq!(all(&setup.engine).await.len(), 100, "a dry run changes nothing");
    let done = retain(&setup.engine, newest(35)).await.unwrap();
    assert_eq!((done.records, done.fragments), (65, 6));
    assert_eq!((done.first_offset, done.records_left, done.version), (65, 35, 12));
    assert_eq!(would, Retained { version: 11, ..done });
    assert!(done.bytes > 0);
    for engine in [setup.engine.clone(), setup.other().await] {
        assert_eq!(all(&engine).await, numbers(65..100));
        let reader = engine.reader("t").await.unwrap();
        assert_eq!(ids(&reader.get(3, 2).await.unwrap()), [65, 66], "a read below begins there");
        let found = stats(&engine).await;
        assert_eq!((found.first_offset, found.next_offset, found.total_count), (65, 100, 35));
        assert_eq!(reader.counts().await.unwrap().buckets[0].first_offset, 65);
    }
    assert_eq!(retain(&setup.engine, newest(35)).await.unwrap().records, 0, "a second time");
    flush_more(&writer, 10..11).await;
    assert_eq!(all(&setup.other().await).await, numbers(65..110));
    let done = retain(&setup.other().await, newest(7)).await.unwrap();
    assert_eq!((done.records, done.first_offset, done.records_left), (38, 103, 7));
    assert_eq!(all(&setup.engine).await, numbers(103..110));
    assert!(is_sound(&setup.other().await).await);
}

#[tokio::test]
async fn what_is_buffered_stays_and_comes_behind() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 2).await;
    put_all(&writer, 20..25).await;
    let done = retain(&setup.other().await, newest(1)).await.unwrap();
    assert_eq!((done.first_offset, done.records_left), (19, 1));
    for engine in [setup.engine.clone(), setup.other().await] {
        assert_eq!(all(&engine).await, numbers(19..25));
    }
    writer.flush().await.unwrap();
    assert_eq!(all(&setup.other().await).await, numbers(19..25));
}

#[tokio::test]
async fn bytes_are_kept_by_whole_files() {
    let setup = Setup::new().await;
    flushed(&setup, 5).await;
    let files = setup.engine.reader("t").await.unwrap().storage().await.unwrap().remove(0);
    let one = files.data_bytes / 5;
    let rule = |bytes| RecordRetention { keep_bytes: Some(bytes), ..RecordRetention::default() };
    let first = async |bytes| retain(&setup.engine, rule(bytes)).await.unwrap().first_offset;
    assert_eq!(first(files.data_bytes).await, 0);
    assert_eq!(first(3 * one - one / 2).await, 20);
    assert_eq!(first(1).await, 40);
    assert_eq!(all(&setup.other().await).await, numbers(40..50));
}

/// Says since when records are persisted, as a process notes it that lived then.
fn note_times(setup: &Setup, moments: &[(Duration, u64)]) {
    let line = |(ago, offset): &(Duration, u64)| {
        let at = chrono::Utc::now() - *ago;
        format!("{} {offset}\n", at.timestamp_millis())
    };
    let text = format!("lanceq times 1\n{}", moments.iter().map(line).collect::<String>());
    fs::write(setup.engine.root().join("t/bucket_0/times"), text).unwrap();
}

#[tokio::test]
async fn what_is_older_than_an_age_goes_and_a_bucket_without_records_gives_no_offset_again() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 5).await;
    let hours = |hours| RecordRetention {
        keep_age: Some(Duration::from_hours(hours)),
        ..RecordRetention::default()
    };
    assert_eq!(retain(&setup.engine, hours(1)).await.unwrap().records, 0, "all of it is younger");
    let hour = Duration::from_hours(1);
    note_times(&setup, &[(9 * hour, 15), (3 * hour, 30)]);
    assert_eq!(retain(&setup.engine, hours(10)).await.unwrap().first_offset, 0);
    assert_eq!(retain(&setup.engine, hours(5)).await.unwrap().first_offset, 15);
    assert_eq!(retain(&setup.engine, hours(2)).await.unwrap().first_offset, 30);
    note_times(&setup, &[(3 * hour, 50)]);
    let done = retain(&setup.engine, hours(1)).await.unwrap();
    assert_eq!((done.first_offset, done.records_left), (50, 0));
    let found = stats(&setup.other().await).await;
    assert_eq!((found.first_offset, found.next_offset, found.total_count), (50, 50, 0));
    assert_eq!(all(&setup.other().await).await, Vec::<u64>::new());
    drop(writer);
    let other = setup.other().await;
    let writer = other.writer("t").maintenance(false).open().await.unwrap();
    flush_more(&writer, 5..6).await;
    assert_eq!(all(&setup.other().await).await, numbers(50..60));
    assert!(is_sound(&setup.other().await).await);
}

#[tokio::test]
async fn times_that_are_damaged_or_of_another_dataset_let_nothing_go() {
    let setup = Setup::new().await;
    flushed(&setup, 2).await;
    let rule =
        RecordRetention { keep_age: Some(Duration::from_hours(1)), ..RecordRetention::default() };
    note_times(&setup, &[(Duration::from_hours(9), 21)]);
    assert_eq!(retain(&setup.engine, rule).await.unwrap().records, 0, "it has 20 only");
    let path = setup.engine.root().join("t/bucket_0/times");
    for text in ["", "lanceq times 1\n1 20", "lanceq times 2\n1 20\n", "\u{0}\u{0}\n"] {
        fs::write(&path, text).unwrap();
        assert_eq!(retain(&setup.engine, rule).await.unwrap().records, 0, "{text:?}");
    }
}

#[tokio::test]
async fn streams_and_groups_below_the_first_record_go_on_there_and_are_told_what_they_missed() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 3).await;
    let reader = setup.other().await.reader("t").await.unwrap();
    let mut records = reader.stream(StreamOptions::from_start()).await.unwrap().records();
    let mut first = Vec::new();
    for _ in 0..5 {
        first.push(records.next().await.unwrap().unwrap().offset);
    }
    assert_eq!(first, numbers(0..5));
    let mut members = group(&setup.engine).await;
    assert_eq!(taken(&mut members, 12).await, numbers(0..12));
    members.commit().await.unwrap();
    put_all(&writer, 30..33).await;
    let done = retain(&setup.engine, newest(4)).await.unwrap();
    assert_eq!(done.first_offset, 26);
    let place = setup.other().await.reader("t").await.unwrap().groups().await.unwrap();
    let place = place[0].buckets[0].clone();
    assert_eq!((place.missed, place.lag), (Some(14), Some(7)));
    let rest: Vec<u64> = records.map(|record| record.unwrap().offset).collect().await;
    // A page that was read before is delivered; of the rest what is left.
    let gap = rest.iter().position(|offset| *offset >= 26).unwrap();
    assert_eq!(rest[gap..], numbers(26..33));
    assert!(rest.is_sorted() && rest[..gap].iter().all(|offset| (5..26).contains(offset)));
    for mut group in [members, group(&setup.other().await).await] {
        let got = taken(&mut group, 100).await;
        assert_eq!(got.last(), Some(&32), "{got:?}");
        assert!(got.ends_with(&numbers(26..33)), "{got:?}");
    }
}

#[tokio::test]
async fn what_a_group_read_before_it_was_flushed_is_neither_behind_it_nor_missed() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").maintenance(false).open().await.unwrap();
    put_all(&writer, 0..10).await;
    let mut member = group(&setup.engine).await;
    assert_eq!(taken(&mut member, 6).await, numbers(0..6));
    member.commit().await.unwrap();
    writer.flush().await.unwrap();
    retain(&setup.engine, newest(2)).await.unwrap();
    let groups = setup.other().await.reader("t").await.unwrap().groups().await.unwrap();
    assert_eq!((groups[0].buckets[0].missed, groups[0].lag), (Some(2), 2), "6 and 7 went");
}

#[tokio::test]
async fn older_versions_and_tags_keep_what_they_had_until_they_are_cleaned_up() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 4).await;
    setup.engine.tag("t", "before", None, None).await.unwrap();
    let pinned = setup.other().await.reader("t").await.unwrap();
    let pinned = pinned.at(At::Tag("before".into())).await.unwrap();
    retain(&setup.engine, newest(10)).await.unwrap();
    let reader = setup.other().await.reader("t").await.unwrap();
    let before = reader.at(At::Version(5)).await.unwrap();
    let after = reader.at(At::Version(6)).await.unwrap();
    assert_eq!(ids(&before.get(0, 100).await.unwrap()), numbers(0..40));
    let mut diff = before.diff(&after).await.unwrap();
    while diff.next().await.unwrap().is_some() {}
    let summary = diff.summaries().remove(0);
    drop((diff, before, after, reader));
    assert_eq!((summary.deleted, summary.added, summary.updated), (30, 0, 0));
    let keep = CleanupOptions { keep: Some(1), ..CleanupOptions::default() };
    setup.engine.cleanup("t", None, &keep, &Job::new()).await.unwrap();
    assert_eq!(ids(&pinned.get(0, 100).await.unwrap()), numbers(0..40), "the tag keeps it");
    assert_eq!(fs::read_dir(own(&setup).join("data")).unwrap().count(), 4);
    drop(pinned);
    setup.engine.untag("t", "before", None).await.unwrap();
    setup.engine.cleanup("t", None, &keep, &Job::new()).await.unwrap();
    assert_eq!(fs::read_dir(own(&setup).join("data")).unwrap().count(), 1, "their room is free");
    assert_eq!(all(&setup.other().await).await, numbers(30..40));
    flush_more(&writer, 4..5).await;
    assert!(is_sound(&setup.other().await).await);
}

#[tokio::test]
async fn going_back_to_a_version_before_brings_records_back_and_new_ones_come_behind() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 3).await;
    retain(&setup.engine, newest(10)).await.unwrap();
    put_all(&writer, 30..35).await;
    setup.engine.restore("t", At::Version(4), None).await.unwrap();
    assert_eq!(all(&setup.other().await).await, numbers(0..35));
    writer.flush().await.unwrap();
    assert_eq!(all(&setup.other().await).await, numbers(0..35));
    assert_eq!(retain(&setup.engine, newest(10)).await.unwrap().first_offset, 25);
    assert_eq!(all(&setup.other().await).await, numbers(25..35));
}

#[tokio::test]
async fn compaction_before_and_behind_changes_no_offset_and_writes_nothing_of_what_went() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 6).await;
    setup.engine.compact("t", None, &Job::new()).await.unwrap();
    let done = retain(&setup.engine, newest(15)).await.unwrap();
    assert_eq!(
        (done.records, done.fragments, done.first_offset),
        (45, 0, 45),
        "one fragment is divided"
    );
    assert_eq!(all(&setup.other().await).await, numbers(45..60));
    let done = retain(&setup.engine, newest(12)).await.unwrap();
    assert_eq!((done.records, done.first_offset), (3, 48), "and divided again");
    flush_more(&writer, 6..8).await;
    let done = setup.engine.compact("t", None, &Job::new()).await.unwrap().remove(0);
    assert_eq!((done.rows, done.deleted, done.fragments_after), (32, 48, 1));
    assert_eq!(all(&setup.other().await).await, numbers(48..80));
    assert_eq!(stats(&setup.other().await).await.first_offset, 48);
    assert_eq!(retain(&setup.engine, newest(1)).await.unwrap().first_offset, 79);
    assert!(is_sound(&setup.other().await).await);
}

#[tokio::test]
async fn rows_that_another_program_moved_go_by_their_offsets() {
    let setup = Setup::new().await;
    let writer = flushed(&setup, 3).await;
    write(&own(&setup), 30..35, WriteMode::Append, true).await;
    let update = UpdateBuilder::new(Arc::new(open(&own(&setup)).await));
    let update = update.update_where("id = 4 or id = 22").unwrap().set("text", "'new'").unwrap();
    Box::pin(update.build().unwrap().execute()).await.unwrap();
    // Offsets of fragments interleave now: 4 and 22 lie in the last.
    let done = retain(&setup.engine, newest(20)).await.unwrap();
    assert_eq!((done.records, done.first_offset, done.records_left), (15, 15, 20));
    assert_eq!(all(&setup.other().await).await, numbers(15..35));
    put_all(&writer, 35..36).await;
    writer.flush().await.unwrap();
    assert_eq!(all(&setup.other().await).await, numbers(15..36));
    assert!(is_sound(&setup.other().await).await);
}

/// Lets the work end at its `nth` step; returns how many it passed.
async fn dies_at(setup: &Setup, nth: u64, then: Then) -> u64 {
    const POINTS: [&str; 5] =
        ["retain.staged", "retain.commit", "commit.link", "commit.linked", "flush.committed"];
    let passed = Arc::new(AtomicU64::new(0));
    let count = passed.clone();
    let hook = move |event: Event<'_>| match event {
        Event::Point(point) if POINTS.contains(&point) => {
            if count.fetch_add(1, Ordering::Relaxed) == nth { then } else { Then::Go }
        }
        _ => Then::Go,
    };
    let armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root());
    drop(retain(&setup.other().await, newest(15)).await);
    drop(armed);
    passed.load(Ordering::Relaxed)
}

#[tokio::test]
async fn whoever_dies_in_its_middle_has_let_all_go_or_nothing() {
    for then in [Then::Crash, Then::Fail(5)] {
        for nth in 0..6 {
            let setup = Setup::new().await;
            let writer = flushed(&setup, 3).await;
            put_all(&writer, 30..33).await;
            let passed = dies_at(&setup, nth, then).await;
            assert_eq!(passed, (nth + 1).min(5), "the steps are known");
            let left = all(&setup.other().await).await;
            let first = if left.len() == 33 { 0 } else { 15 };
            assert_eq!(left, numbers(first..33), "step {nth}");
            assert_eq!(first, if nth < 3 { 0 } else { 15 }, "step {nth}");
            // Whoever comes next does the rest, and what is buffered is flushed once.
            let done = retain(&setup.other().await, newest(15)).await.unwrap();
            assert_eq!(done.first_offset, 15, "step {nth}");
            drop(writer);
            let other = setup.other().await;
            let writer = other.writer("t").maintenance(false).open().await.unwrap();
            assert_eq!(writer.recoveries(), []);
            writer.flush().await.unwrap();
            assert_eq!(all(&setup.other().await).await, numbers(15..33), "step {nth}");
            assert!(is_sound(&setup.other().await).await, "step {nth}");
        }
    }
}

#[tokio::test]
async fn a_commit_that_another_program_overtakes_is_worked_out_anew() {
    let setup = Setup::new().await;
    flushed(&setup, 3).await;
    let (dataset, runtime) = (own(&setup), tokio::runtime::Handle::current());
    let count = AtomicU64::new(0);
    let hook = move |event: Event<'_>| {
        if event == Event::Point("retain.commit") && count.fetch_add(1, Ordering::Relaxed) == 0 {
            let (dataset, runtime) = (dataset.clone(), runtime.clone());
            let append = async move { write(&dataset, 30..40, WriteMode::Append, true).await };
            std::thread::spawn(move || runtime.block_on(append)).join().unwrap();
        }
        Then::Go
    };
    let _armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root());
    let engine = setup.engine.clone();
    let work = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let done = runtime.block_on(async { retain(&engine, newest(15)).await.unwrap() });
        runtime.shutdown_background();
        done
    });
    let done = work.await.unwrap();
    assert_eq!((done.first_offset, done.records_left), (25, 15), "the rows that came count");
    assert_eq!(all(&setup.other().await).await, numbers(25..40));
    assert!(is_sound(&setup.other().await).await);
}

/// A bound for how long is waited for the background: each turn does something.
const TURNS: u64 = 400;

#[tokio::test]
async fn a_writer_lets_go_in_the_background_and_hears_of_another_rule_at_once() {
    let setup = Setup::new().await;
    let few = Retention { keep_versions: 1, keep_for: Duration::ZERO, at_most: 1 };
    let writer = setup.engine.writer("t").retention(few).record_retention(newest(50)).open().await;
    let writer = writer.unwrap();
    let mut flushes = 0;
    let mut first = async |until: &dyn Fn(u64, u64) -> bool| {
        loop {
            flush_more(&writer, flushes..flushes + 1).await;
            flushes += 1;
            let found = stats(&setup.engine).await;
            assert_eq!(found.maintenance.error, None);
            assert!(found.total_count >= 50.min(flushes * 10), "{found:?}");
            if until(found.first_offset, flushes) {
                return found;
            }
            assert!(flushes < TURNS, "{found:?}");
        }
    };
    let found = first(&|first, flushes| flushes > 32 && first > 100).await;
    assert_eq!(found.next_offset - found.first_offset, found.total_count);
    // Another process takes the rule back: this writer lets nothing more go.
    let other = setup.other().await;
    assert_eq!(other.record_retention("t").await.unwrap(), newest(50));
    other.set_record_retention("t", RecordRetention::default()).await.unwrap();
    // What is under way comes to its end.
    let stopped = first(&|_, _| true).await;
    let begun = flushes + 40;
    let later = loop {
        flush_more(&writer, flushes..flushes + 1).await;
        flushes += 1;
        if flushes == begun {
            break stats(&setup.engine).await;
        }
    };
    assert!(later.first_offset <= stopped.first_offset + 170, "{stopped:?} {later:?}");
    assert!(later.total_count >= 400, "{later:?}");
    writer.close().await.unwrap();
    let left = all(&setup.other().await).await;
    assert_eq!(left, numbers(later.first_offset..flushes * 10));
}

#[tokio::test]
async fn what_is_due_is_said_and_a_rule_outlives_its_process() {
    let setup = Setup::new().await;
    flushed(&setup, 3).await;
    setup.engine.set_record_retention("t", newest(5)).await.unwrap();
    let other = setup.other().await;
    assert_eq!(other.record_retention("t").await.unwrap(), newest(5));
    let found = other.reader("t").await.unwrap().stats().await.unwrap();
    assert_eq!(found.record_retention, Some(newest(5)));
    assert_eq!(found.buckets[0].maintenance.due, Some("retain"));
    let done = other.retain("t", None, &RetainOptions::default(), &Job::new()).await.unwrap();
    assert_eq!(done[0].first_offset, 25);
    assert_eq!(stats(&setup.other().await).await.maintenance.due, None);
}

#[tokio::test]
async fn a_bound_of_nothing_other_programs_topics_and_offsets_that_are_positions_are_refused() {
    let setup = Setup::new().await;
    flushed(&setup, 1).await;
    for rule in [
        newest(0),
        RecordRetention { keep_bytes: Some(0), ..RecordRetention::default() },
        RecordRetention { keep_age: Some(Duration::ZERO), ..RecordRetention::default() },
    ] {
        for error in [
            setup.engine.set_record_retention("t", rule).await.unwrap_err(),
            retain(&setup.engine, rule).await.unwrap_err(),
            setup.engine.writer("t").record_retention(rule).open().await.map(drop).unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        }
    }
    let theirs: PathBuf = setup.engine.root().join("theirs.lance");
    write(&theirs, 0..9, WriteMode::Create, true).await;
    let options = RetainOptions { rule: Some(newest(1)), dry_run: false };
    let error = setup.engine.retain("theirs", None, &options, &Job::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    // A dataset without stable row ids, where ours was.
    drop(setup.engine);
    let path = setup.folder.path().join("root/t/bucket_0");
    fs::remove_dir_all(path.join("data.lance")).unwrap();
    fs::remove_dir_all(path.join("wal")).unwrap();
    write(&path.join("data.lance"), 0..9, WriteMode::Create, false).await;
    let engine = Engine::open(setup.folder.path().join("root")).await.unwrap();
    let error = retain(&engine, newest(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert_eq!(engine.reader("t").await.unwrap().counts().await.unwrap().total_count, 9);
}

#[tokio::test]
async fn several_buckets_keep_so_many_each() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(3).record_retention(newest(10)).open().await;
    let writer = writer.unwrap();
    put_all(&writer, 0..120).await;
    writer.flush().await.unwrap();
    let options = RetainOptions::default();
    let done = setup.other().await.retain("t", None, &options, &Job::new()).await.unwrap();
    assert_eq!(done.iter().map(|done| done.records_left).collect::<Vec<_>>(), [10, 10, 10]);
    let one = setup.other().await.retain("t", Some(1), &options, &Job::new()).await.unwrap();
    assert_eq!((one.len(), one[0].bucket_id, one[0].records), (1, 1, 0));
    assert_eq!(
        setup.other().await.reader("t").await.unwrap().counts().await.unwrap().total_count,
        30
    );
}
