//! What keeps a group from going on, and what it says then.

use std::fs;
use std::sync::Arc;

use lance::dataset::WriteMode;
use lanceq::fault::{Plan, Then};
use lanceq::{At, Error, ErrorKind, From, GroupFault};

use super::{file, group, taken};
use crate::foreign::{own, write};
use crate::setup::{Setup, put_all};

#[tokio::test]
async fn of_two_that_read_as_one_group_the_first_commit_wins_and_the_other_is_told() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..10).await;
    let (mut one, mut two) = (group(&setup.engine).await, group(&setup.other().await).await);
    assert_eq!(taken(&mut one, 5).await, taken(&mut two, 5).await, "both get them");
    taken(&mut two, 3).await;
    one.commit().await.unwrap();
    let before = fs::read(file(setup.engine.root())).unwrap();
    for _ in 0..2 {
        let error = two.commit().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
        assert!(error.to_string().contains("it stands at 0+5"), "{error}");
    }
    assert_eq!(fs::read(file(setup.engine.root())).unwrap(), before, "it goes neither on nor back");
    let mut two = group(&setup.other().await).await;
    assert_eq!(taken(&mut two, 1).await, [5]);
    two.commit().await.unwrap();
    assert_eq!(taken(&mut one, 4).await, [5, 6, 7, 8]);
    assert_eq!(one.commit().await.unwrap_err().kind(), ErrorKind::Conflict);
    let off = Plan { hook: Arc::new(|_| Then::Go), off: vec!["group-seen"] };
    let _armed = off.arm(setup.engine.root());
    let mut ahead = group(&setup.other().await).await;
    assert_eq!(taken(&mut ahead, 100).await.len(), 4);
    ahead.commit().await.unwrap();
    one.commit().await.unwrap();
    let mut last = group(&setup.other().await).await;
    assert_eq!(taken(&mut last, 1).await, [9], "without it, a commit goes back");
}

#[tokio::test]
async fn many_that_open_a_new_group_at_once_all_begin_at_its_beginning() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    let reader = setup.engine.reader("t").await.unwrap();
    let opened = (0..8).map(|_| reader.group("g").open());
    let mut opened = futures::future::try_join_all(opened).await.unwrap();
    for group in &mut opened {
        assert_eq!(taken(group, 1).await, [0]);
    }
}

#[tokio::test]
async fn a_position_is_never_carried_into_a_topic_that_was_made_anew() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..5).await;
    let mut old = group(&setup.engine).await;
    taken(&mut old, 4).await;
    drop(writer);
    fs::remove_dir_all(setup.engine.root().join("t")).unwrap();
    old.commit().await.unwrap_err();
    assert!(!setup.engine.root().join("t").exists(), "a commit makes no topic");
    let again = setup.other().await;
    let writer = again.writer("t").open().await.unwrap();
    put_all(&writer, 70..76).await;
    let error = old.commit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    assert_eq!(taken(&mut group(&again).await, 2).await, [70, 71]);
}

#[tokio::test]
async fn a_dataset_that_was_put_in_the_place_of_a_longer_one_is_told() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").durability(lanceq::Durability::Memory);
    let writer = writer.open().await.unwrap();
    put_all(&writer, 0..9).await;
    writer.close().await.unwrap();
    let mut first = group(&setup.engine).await;
    assert_eq!(taken(&mut first, 100).await.len(), 9);
    first.commit().await.unwrap();
    fs::remove_dir_all(own(&setup)).unwrap();
    write(&own(&setup), 0..4, WriteMode::Create, true).await;
    let other = setup.other().await;
    let reader = other.reader("t").await.unwrap();
    let error = reader.group("g").open().await.map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error}");
    assert!(error.to_string().contains("it stands at 9, and the bucket ends at 4"), "{error}");
    assert!(reader.groups().await.unwrap()[0].buckets[0].error.is_some());
    reader.seek_group("g", From::Start).await.unwrap();
    assert_eq!(taken(&mut group(&other).await, 1).await, [0]);
}

#[tokio::test]
async fn a_rewrite_by_another_program_is_told_once_and_the_group_goes_on() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..6).await;
    writer.close().await.unwrap();
    let mut reading = group(&setup.engine).await;
    assert_eq!(taken(&mut reading, 100).await.len(), 6);
    write(&own(&setup), 0..8, WriteMode::Overwrite, true).await;
    let error = reading.get(100).await.unwrap_err();
    let Error::Group { fault: GroupFault::Reset { bucket: 0, .. }, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(taken(&mut reading, 100).await, [6, 7]);
    reading.commit().await.unwrap();
    assert_eq!(taken(&mut group(&setup.other().await).await, 1).await, Vec::<u64>::new());
}

#[tokio::test]
async fn a_group_is_refused_where_it_has_no_place() {
    let setup = Setup::new().await;
    write(&setup.engine.root().join("foreign.lance"), 0..3, WriteMode::Create, true).await;
    let foreign = setup.engine.reader("foreign").await.unwrap();
    let error = foreign.group("g").open().await.map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::ReadOnly { .. }), "{error}");
    assert_eq!(foreign.groups().await.unwrap(), []);
    assert!(foreign.seek_group("g", From::Start).await.is_err());

    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    writer.flush().await.unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let then = reader.at(At::Version(2)).await.unwrap();
    let error = then.group("g").open().await.map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    for name in ["", "../x", ".hidden", "a/b", "a b", &"x".repeat(200)] {
        let error = reader.group(name).open().await.map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("no usable group name"), "{error}");
        assert_eq!(reader.delete_group(name).await.unwrap_err().kind(), ErrorKind::Invalid);
    }
    assert!(!setup.engine.root().join("t/bucket_0/groups").exists(), "nothing was made");
}
