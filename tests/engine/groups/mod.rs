//! What named groups promise: nothing skipped, and again only what was not committed.

mod course;
mod crashes;
mod faults;
mod seats;

use std::path::{Path, PathBuf};

use lanceq::{Engine, ErrorKind, From, Group};

use crate::setup::{Setup, ids, put_all};

/// The group `g` of the topic `t`, from the start where it is new.
pub(crate) async fn group(engine: &Engine) -> Group {
    engine.reader("t").await.unwrap().group("g").open().await.unwrap()
}

pub(crate) async fn taken(group: &mut Group, limit: usize) -> Vec<u64> {
    ids(&group.get(limit).await.unwrap())
}

pub(crate) fn file(root: &Path) -> PathBuf {
    root.join("t/bucket_0/groups/g")
}

#[tokio::test]
async fn a_group_goes_on_at_its_commit_and_gets_again_what_it_did_not_commit() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..100).await;
    writer.flush().await.unwrap();
    put_all(&writer, 100..110).await;
    let mut first = group(&setup.engine).await;
    assert_eq!(taken(&mut first, 7).await, (0..7).collect::<Vec<_>>());
    assert_eq!(first.commit().await.unwrap().to_string(), "0:7");
    assert_eq!(taken(&mut first, 50).await, (7..57).collect::<Vec<_>>());
    drop(first);

    let mut again = group(&setup.other().await).await;
    assert_eq!(again.committed().to_string(), "0:7");
    assert_eq!(taken(&mut again, 97).await, (7..104).collect::<Vec<_>>());
    assert_eq!(again.commit().await.unwrap().to_string(), "0:100+104", "within what is buffered");
    drop(again);
    writer.flush().await.unwrap();
    let mut last = group(&setup.other().await).await;
    assert_eq!(taken(&mut last, 100).await, (104..110).collect::<Vec<_>>());
    assert_eq!(taken(&mut last, 100).await, Vec::<u64>::new());
    assert_eq!(last.commit().await.unwrap().to_string(), "0:110");
}

#[tokio::test]
async fn a_group_that_begins_at_the_end_skips_nothing_where_it_dies_before_its_first_commit() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    let reader = setup.engine.reader("t").await.unwrap();
    drop(reader.group("g").from(From::End).open().await.unwrap());
    put_all(&writer, 3..5).await;
    let other = setup.other().await;
    let reader = other.reader("t").await.unwrap();
    let mut again = reader.group("g").from(From::End).open().await.unwrap();
    assert_eq!(taken(&mut again, 10).await, [3, 4]);
}

#[tokio::test]
async fn waiting_for_a_record_can_be_given_up_at_any_time() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..1).await;
    let mut waiting = group(&setup.other().await).await;
    let mut found = Vec::new();
    let mut given_up = 0;
    for n in 1..60 {
        put_all(&writer, n..n + 1).await;
        // Dropped at each of its awaits in turn.
        for polls in 1..40 {
            let next = std::pin::pin!(waiting.next(3));
            match polled(next, polls % 7).await {
                Some(page) => found.extend(ids(&page.unwrap())),
                None => given_up += 1,
            }
        }
        if n % 20 == 0 {
            writer.flush().await.unwrap();
        }
    }
    while found.len() < 60 {
        found.extend(ids(&waiting.next(100).await.unwrap()));
    }
    assert_eq!(found, (0..60).collect::<Vec<_>>());
    assert!(given_up > 100, "{given_up}");
}

/// A future's value, where it comes within so many polls and the pauses between them.
async fn polled<T>(
    mut future: std::pin::Pin<&mut impl Future<Output = T>>,
    polls: u32,
) -> Option<T> {
    for _ in 0..=polls {
        if let Some(value) = futures::future::poll_immediate(future.as_mut()).await {
            return Some(value);
        }
        tokio::task::yield_now().await;
    }
    None
}

#[tokio::test]
async fn a_group_reads_on_elsewhere_where_it_is_told_to_and_keeps_that_with_its_commit() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..10).await;
    writer.flush().await.unwrap();
    put_all(&writer, 10..12).await;
    let mut moved = group(&setup.engine).await;
    assert_eq!(taken(&mut moved, 100).await.len(), 12);
    moved.commit().await.unwrap();
    for (from, first) in [
        (From::Offset(4), 4),
        (From::Last(3), 9),
        (From::Offset(11), 11),
        (From::Cursor("0:2".parse().unwrap()), 2),
        (From::Start, 0),
    ] {
        moved.seek(from.clone()).await.unwrap();
        assert_eq!(taken(&mut moved, 1).await, [first], "{from:?}");
    }
    moved.set_offset(0, 7).await.unwrap();
    drop(moved);
    let mut again = group(&setup.other().await).await;
    assert_eq!(taken(&mut again, 1).await, Vec::<u64>::new(), "a seek is committed or forgotten");
    again.set_offset(0, 7).await.unwrap();
    again.commit().await.unwrap();
    drop(again);
    let mut again = group(&setup.other().await).await;
    assert_eq!(taken(&mut again, 1).await, [7]);
    again.reset().await.unwrap();
    assert_eq!(taken(&mut again, 1).await, [0]);
    for wrong in ["0:13", "0:10+13", "0:99"] {
        let error = again.seek(From::Cursor(wrong.parse().unwrap())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{wrong}: {error}");
    }
    let error = again.set_offset(3, 0).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error}");
    assert_eq!(taken(&mut again, 1).await, [1], "it stays where it was");
}

#[tokio::test]
async fn groups_are_listed_with_their_lag_moved_and_deleted_from_outside() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..10).await;
    writer.flush().await.unwrap();
    put_all(&writer, 10..14).await;
    let reader = setup.engine.reader("t").await.unwrap();
    assert_eq!(reader.groups().await.unwrap(), []);
    let mut far = group(&setup.engine).await;
    taken(&mut far, 12).await;
    far.commit().await.unwrap();
    assert_eq!(far.lag().await.unwrap(), 2);
    drop(reader.group("fresh").open().await.unwrap());
    let other = setup.other().await.reader("t").await.unwrap();
    let told = |groups: Vec<lanceq::GroupInfo>| {
        let one = |group: &lanceq::GroupInfo| {
            let place = &group.buckets[0];
            assert_eq!((place.bucket_id, place.lag), (0, Some(group.lag)));
            assert!(place.committed_at.is_some() && place.error.is_none());
            (group.group.clone(), place.position.unwrap().to_string(), group.lag)
        };
        groups.iter().map(one).collect::<Vec<_>>()
    };
    let fresh = || ("fresh".to_owned(), "0".to_owned(), 14);
    let listed = told(other.groups().await.unwrap());
    assert_eq!(listed, [fresh(), ("g".into(), "10+12".into(), 2)]);

    assert_eq!(other.seek_group("g", From::Offset(3)).await.unwrap().to_string(), "0:3");
    assert_eq!(told(other.groups().await.unwrap()), [fresh(), ("g".into(), "3".into(), 11)]);
    taken(&mut far, 1).await;
    let error = far.commit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "who reads is told: {error}");
    assert_eq!(taken(&mut group(&setup.engine).await, 1).await, [3]);
    let error = other.seek_group("g", From::Offset(15)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");

    other.delete_group("g").await.unwrap();
    assert_eq!(told(other.groups().await.unwrap()), [fresh()]);
    for error in [
        other.delete_group("g").await.unwrap_err(),
        other.seek_group("g", From::Start).await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("`fresh`"), "{error}");
    }
    assert_eq!(taken(&mut group(&setup.engine).await, 1).await, [0], "it is new again");
}

#[tokio::test]
async fn what_only_a_process_has_is_handed_out_and_committed_once_it_is_flushed() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").durability(lanceq::Durability::Memory);
    let writer = writer.open().await.unwrap();
    put_all(&writer, 0..3).await;
    writer.flush().await.unwrap();
    put_all(&writer, 3..6).await;
    let mut own = group(&setup.engine).await;
    assert_eq!(taken(&mut own, 4).await, [0, 1, 2, 3]);
    assert_eq!(taken(&mut own, 1).await, [4]);
    assert_eq!(own.commit().await.unwrap().to_string(), "0:3");
    writer.flush().await.unwrap();
    assert_eq!(taken(&mut own, 10).await, [5], "none twice");
    assert_eq!(own.commit().await.unwrap().to_string(), "0:6");
}
