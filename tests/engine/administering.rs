//! Topics renamed, deleted and brought back under open handles: what was acknowledged moves along, and nobody writes to a name
//! that means another topic, or none.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::StreamExt;
use lanceq::fault::{Event, Plan, Then};
use lanceq::{
    Durability, Engine, Error, ErrorKind, From, Job, ResetReason, StreamOptions, Tail, TailEvent,
    TopicFault, Writer,
};
use serde_json::json;

use crate::setup::{Setup, ids, put_all, record};

async fn writer(engine: &Engine) -> Writer {
    let options = engine.writer("t").durability(Durability::Os).flush_threshold(usize::MAX);
    options.open().await.unwrap()
}

async fn read(engine: &Engine, topic: &str) -> Vec<u64> {
    ids(&engine.reader(topic).await.unwrap().get(0, 10_000).await.unwrap())
}

#[track_caller]
fn fault<T>(told: Result<T, Error>) -> TopicFault {
    match told.err() {
        Some(Error::Topic { fault, .. }) => fault,
        other => panic!("{other:?}"),
    }
}

fn names(setup: &Setup) -> BTreeSet<String> {
    let entries = std::fs::read_dir(setup.engine.root()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn a_renamed_topic_has_all_that_was_put_and_handles_on_the_old_name_are_told() {
    let setup = Setup::new().await;
    let other = setup.other().await;
    let theirs = writer(&other).await;
    put_all(&theirs, 0..3).await;
    theirs.flush().await.unwrap();
    setup.engine.tag("t", "v1", None, None).await.unwrap();
    put_all(&theirs, 3..5).await;
    let ours = writer(&setup.engine).await;
    let readers = [other.reader("t").await.unwrap(), setup.engine.reader("t").await.unwrap()];
    let mut group = readers[0].group("g").open().await.unwrap();
    group.get(2).await.unwrap();
    group.commit().await.unwrap();
    group.get(1).await.unwrap();

    setup.engine.rename_topic("t", "u").await.unwrap();

    for writer in [&theirs, &ours] {
        assert_eq!(fault(writer.put(record(9)).await), TopicFault::Renamed("u".into()));
        assert_eq!(fault(writer.flush().await), TopicFault::Renamed("u".into()));
    }
    for reader in &readers {
        let error = reader.get(0, 10).await.map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    }
    assert_eq!(group.commit().await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(names(&setup), BTreeSet::from(["u".to_owned()]), "nothing was made anew");
    drop((theirs, ours, readers, group, other));

    let again = setup.other().await;
    assert_eq!(read(&again, "u").await, [0, 1, 2, 3, 4]);
    let reader = again.reader("u").await.unwrap();
    assert_eq!(reader.counts().await.unwrap().buffer_count, 2, "what was buffered is");
    let mut group = reader.group("g").open().await.unwrap();
    assert_eq!(ids(&group.get(1).await.unwrap()), [2]);
    assert_eq!(again.holdings("u").await.unwrap().tags, ["v1"]);
    let writer = again.writer("u").open().await.unwrap();
    assert!(writer.recoveries().is_empty(), "{:?}", writer.recoveries());
    put_all(&writer, 5..6).await;
    writer.close().await.unwrap();
    assert_eq!(read(&setup.other().await, "u").await, [0, 1, 2, 3, 4, 5]);
}

/// Puts until it is told to stop writing, and returns what was acknowledged.
async fn put_until_told(writer: Writer, numbers: std::ops::RangeFrom<u64>) -> BTreeSet<u64> {
    let mut acknowledged = BTreeSet::new();
    for n in numbers {
        match writer.put(record(n)).await {
            Ok(_) => acknowledged.insert(n),
            Err(Error::Topic { fault: TopicFault::Renamed(to), .. }) => {
                assert_eq!(to, "u");
                break;
            }
            Err(error) => panic!("{error:?}"),
        };
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_put_while_the_topic_is_renamed_is_in_it_exactly_where_it_was_acknowledged() {
    for _ in 0..5 {
        let setup = Setup::new().await;
        put_all(&writer(&setup.engine).await, 0..1).await;
        let mut putting = Vec::new();
        for series in 1..4_u64 {
            let numbers = series * 1_000_000..;
            let engine = setup.other().await;
            let options = engine.writer("t").durability(Durability::Always).flush_threshold(5);
            let writer = options.open().await.unwrap();
            putting.push(tokio::spawn(put_until_told(writer, numbers)));
        }
        let reader = setup.engine.reader("t").await.unwrap();
        let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
        let mut seen = 0;
        while seen < 40 {
            if let Ok(TailEvent::Rows(chunk)) = tail.next().await.unwrap() {
                seen += chunk.records().count();
            }
        }
        drop(tail);
        setup.other().await.rename_topic("t", "u").await.unwrap();
        let mut acknowledged = BTreeSet::from([0]);
        for putting in putting {
            acknowledged.extend(putting.await.unwrap());
        }
        assert!(!setup.engine.root().join("t").exists());
        let mut found = read(&setup.other().await, "u").await;
        found.sort_unstable();
        assert_eq!(found, acknowledged.into_iter().collect::<Vec<_>>());
    }
}

/// The next records of a stream, and whether it was told that it began anew.
async fn next(tail: &mut Tail, count: usize) -> (Vec<u64>, bool) {
    let (mut found, mut is_reset) = (Vec::new(), false);
    while found.len() < count {
        match tail.next().await.unwrap() {
            Ok(TailEvent::Rows(chunk)) => {
                found.extend(chunk.records().map(|r| r.fields["id"].as_u64().unwrap()));
            }
            Ok(TailEvent::Reset(reset)) => {
                assert_eq!((reset.reason, reset.next_offset), (ResetReason::Recreated, 0));
                is_reset = true;
            }
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound, "{error}"),
        }
    }
    (found, is_reset)
}

#[tokio::test]
async fn a_topic_that_is_made_anew_gets_nothing_of_the_former_ones_writers_and_its_streams_begin_anew()
 {
    let setup = Setup::new().await;
    let other = setup.other().await;
    let old = [writer(&other).await, writer(&setup.engine).await];
    for (writer, n) in old.iter().zip(0..) {
        put_all(writer, n..n + 1).await;
    }
    old[0].flush().await.unwrap();
    let reader = other.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
    assert_eq!(next(&mut tail, 2).await, (vec![0, 1], false));

    setup.engine.rename_topic("t", "u").await.unwrap();
    let again = writer(&setup.engine).await;
    // More versions than the former one had, so that only the folder tells.
    for n in 70..75 {
        put_all(&again, n..n + 1).await;
        again.flush().await.unwrap();
    }
    put_all(&again, 75..76).await;
    for old in &old {
        assert_eq!(fault(old.put(record(9)).await), TopicFault::Renamed("u".into()));
        let wider = json!({"id": 9, "more": true});
        assert_eq!(old.put(wider).await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(old.flush().await.unwrap_err().kind(), ErrorKind::NotFound);
    }
    assert_eq!(next(&mut tail, 6).await, (vec![70, 71, 72, 73, 74, 75], true));
    assert_eq!(read(&setup.engine, "t").await, [70, 71, 72, 73, 74, 75]);
    assert_eq!(read(&setup.engine, "u").await, [0, 1]);
    let schema = setup.engine.reader("t").await.unwrap().schema().await.unwrap();
    assert!(schema.field_with_name("more").is_err(), "an old writer changed nothing");
    let same = writer(&setup.engine).await;
    put_all(&same, 76..77).await;
    assert_eq!(read(&setup.other().await, "t").await, [70, 71, 72, 73, 74, 75, 76]);
}

#[tokio::test]
async fn a_deleted_topic_comes_back_whole_and_those_that_had_it_open_go_on() {
    let setup = Setup::new().await;
    let other = setup.other().await;
    let theirs = writer(&other).await;
    put_all(&theirs, 0..3).await;
    theirs.flush().await.unwrap();
    put_all(&theirs, 3..4).await;
    let goes = setup.engine.holdings("t").await.unwrap();
    assert_eq!((goes.total_count, goes.buffer_count, goes.buckets), (Some(4), Some(1), 1));
    assert!(goes.bytes > 0 && goes.error.is_none());

    let trashed = setup.engine.delete_topic("t").await.unwrap();
    assert_eq!((trashed.topic.as_str(), trashed.bytes >= goes.bytes), ("t", true));
    assert_eq!(setup.engine.trash().await.unwrap(), std::slice::from_ref(&trashed));
    assert!(other.topics().await.unwrap().is_empty() && setup.is_empty());
    assert_eq!(other.reader("t").await.map(drop).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(fault(theirs.put(record(9)).await), TopicFault::Deleted);
    assert_eq!(fault(theirs.flush().await), TopicFault::Deleted);
    assert!(setup.is_empty(), "nothing was made anew");

    assert_eq!(other.restore_trashed("t", None).await.unwrap(), "t");
    assert!(setup.engine.trash().await.unwrap().is_empty());
    put_all(&theirs, 4..5).await;
    theirs.flush().await.unwrap();
    assert_eq!(read(&setup.engine, "t").await, [0, 1, 2, 3, 4]);
    drop(theirs);
    assert_eq!(read(&setup.other().await, "t").await, [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_topic_of_several_buckets_goes_and_comes_as_one() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(4).open().await.unwrap();
    let all: Vec<u64> = (0..40).collect();
    writer.put_batch(all.iter().map(|n| record(*n)).collect()).await.unwrap();
    let trashed = setup.engine.delete_topic("t").await.unwrap();
    assert_eq!(fault(writer.put(record(40)).await), TopicFault::Deleted);
    setup.other().await.restore_trashed(&trashed.name, Some("back")).await.unwrap();
    let mut found = read(&setup.other().await, "back").await;
    found.sort_unstable();
    assert_eq!(found, all);
}

#[tokio::test]
async fn a_name_that_is_taken_stays_with_what_has_it() {
    let setup = Setup::new().await;
    for (topic, n) in [("a", 1), ("b", 2)] {
        let writer = setup.engine.writer(topic).open().await.unwrap();
        put_all(&writer, n..n + 1).await;
    }
    std::fs::create_dir_all(setup.engine.root().join("theirs.lance/_versions")).unwrap();
    std::fs::create_dir_all(setup.engine.root().join("folder")).unwrap();
    for (taken, what) in
        [("b", "is a topic"), ("theirs", "another program"), ("folder", "no topic")]
    {
        match fault(setup.engine.rename_topic("a", taken).await) {
            TopicFault::Exists(told) => assert!(told.contains(what), "{told}"),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        setup.engine.rename_topic("none", "c").await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let wrong = setup.engine.rename_topic("a", "../c").await.unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::Invalid);
    let foreign = setup.engine.delete_topic("theirs").await.unwrap_err();
    assert_eq!(foreign.kind(), ErrorKind::Unsupported);

    setup.engine.delete_topic("a").await.unwrap();
    setup.engine.rename_topic("b", "a").await.unwrap();
    let taken = setup.engine.restore_trashed("a", None).await.unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AlreadyExists);
    setup.engine.restore_trashed("a", Some("b")).await.unwrap();
    assert_eq!(
        (read(&setup.engine, "a").await, read(&setup.engine, "b").await),
        (vec![2], vec![1])
    );
}

#[tokio::test]
async fn records_that_only_this_process_has_are_not_left_behind() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").durability(Durability::Memory).open().await.unwrap();
    put_all(&writer, 0..2).await;
    let refused = fault(setup.engine.rename_topic("t", "u").await);
    assert_eq!(refused, TopicFault::InMemory { bucket: 0, records: 2 });
    put_all(&writer, 2..3).await;
    writer.flush().await.unwrap();
    setup.engine.rename_topic("t", "u").await.unwrap();
    assert_eq!(writer.put(record(3)).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(read(&setup.other().await, "u").await, [0, 1, 2]);
}

#[tokio::test]
async fn a_topic_that_cannot_be_read_can_be_deleted_and_comes_back_as_it_was() {
    let setup = Setup::new().await;
    put_all(&writer(&setup.engine).await, 0..3).await;
    let meta = setup.engine.root().join("t/topic.json");
    let whole = std::fs::read(&meta).unwrap();
    std::fs::write(&meta, "{").unwrap();
    let engine = setup.other().await;
    let goes = engine.holdings("t").await.unwrap();
    assert!(goes.error.is_some() && goes.total_count.is_none() && goes.bytes > 0);
    engine.delete_topic("t").await.unwrap();
    engine.restore_trashed("t", None).await.unwrap();
    std::fs::write(&meta, whole).unwrap();
    assert_eq!(read(&engine, "t").await, [0, 1, 2]);
}

#[tokio::test]
async fn only_what_was_deleted_so_long_ago_is_removed_for_good() {
    let setup = Setup::new().await;
    for n in 0..2 {
        put_all(&writer(&setup.engine).await, n..n + 1).await;
        setup.engine.delete_topic("t").await.unwrap();
    }
    let several = fault(setup.engine.restore_trashed("t", None).await);
    assert!(matches!(several, TopicFault::NotTrashed(names) if names.len() == 2));
    let trash = setup.engine.root().join(".trash");
    let newest = setup.engine.trash().await.unwrap().pop().unwrap();
    std::fs::rename(trash.join(&newest.name), trash.join("t-20200101T000000000Z")).unwrap();
    let (day, job) = (Some(Duration::from_hours(24)), Job::new());
    let due = setup.engine.empty_trash(day, true, &job).await.unwrap();
    assert_eq!(setup.engine.trash().await.unwrap().len(), 2, "a dry run removes nothing");
    assert_eq!(setup.engine.empty_trash(day, false, &job).await.unwrap(), due);
    assert_eq!(due.iter().map(|t| t.name.as_str()).collect::<Vec<_>>(), ["t-20200101T000000000Z"]);
    assert_eq!(setup.engine.trash().await.unwrap().len(), 1);
    setup.engine.empty_trash(None, false, &job).await.unwrap();
    assert_eq!(std::fs::read_dir(&trash).unwrap().count(), 0);
    assert_eq!(
        setup.engine.restore_trashed("t", None).await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_is_opened_while_its_topic_goes_makes_nothing_anew() {
    let setup = Setup::new().await;
    put_all(&writer(&setup.engine).await, 0..3).await;
    let (other, is_gone) = (setup.other().await, Arc::new(AtomicBool::new(false)));
    let (mover, done) = (other.clone(), is_gone.clone());
    let runtime = tokio::runtime::Handle::current();
    let hook = move |event: Event<'_>| {
        if event == Event::Point("writer.read") && !done.swap(true, Ordering::SeqCst) {
            let (mover, runtime) = (mover.clone(), runtime.clone());
            let moving = std::thread::spawn(move || runtime.block_on(mover.rename_topic("t", "u")));
            moving.join().unwrap().unwrap();
        }
        Then::Go
    };
    let armed = Plan { hook: Arc::new(hook), off: Vec::new() }.arm(setup.engine.root());
    let opened = setup.other().await.writer("t").open().await.map(drop);
    drop(armed);
    assert!(is_gone.load(Ordering::SeqCst));
    assert_eq!(opened.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(names(&setup), BTreeSet::from(["u".to_owned()]));
    assert_eq!(read(&setup.other().await, "u").await, [0, 1, 2]);
}

#[tokio::test]
async fn a_stream_whose_topic_goes_says_so_and_goes_on_when_it_is_back() {
    let setup = Setup::new().await;
    let theirs = writer(&setup.engine).await;
    put_all(&theirs, 0..2).await;
    let reader = setup.other().await.reader("t").await.unwrap();
    let options = StreamOptions::new(From::Start).blocking();
    let mut tail = reader.stream(options).await.unwrap();
    assert_eq!(next(&mut tail, 2).await.0, [0, 1]);
    let trashed = setup.engine.delete_topic("t").await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(20), tail.next()).await.unwrap();
    assert!(matches!(told, Some(Err(Error::Topic { .. }))), "{told:?}");
    setup.engine.restore_trashed(&trashed.name, None).await.unwrap();
    put_all(&writer(&setup.engine).await, 2..3).await;
    assert_eq!(next(&mut tail, 1).await, (vec![2], false), "it is the same topic");
}
