//! What a group goes on at after a crash, a power cut, and damage.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lance::dataset::WriteMode;
use lanceq::fault::{Event, Plan, Then};
use lanceq::{Durability, ErrorKind, From};

use super::{file, group, taken};
use crate::foreign::{own, write};
use crate::setup::{Setup, put_all};

/// Ends the work at a point.
fn crash(point: &'static str) -> Plan {
    let hook = move |event: Event<'_>| {
        if event == Event::Point(point) { Then::Crash } else { Then::Go }
    };
    Plan { hook: Arc::new(hook), off: Vec::new() }
}

#[tokio::test]
async fn a_commit_that_dies_leaves_the_group_before_it_or_behind_it() {
    for (point, first) in [("group.commit", 3), ("group.written", 3), ("group.committed", 5)] {
        let setup = Setup::new().await;
        let writer = setup.engine.writer("t").open().await.unwrap();
        put_all(&writer, 0..10).await;
        let mut dying = group(&setup.engine).await;
        assert_eq!(taken(&mut dying, 3).await.len(), 3);
        dying.commit().await.unwrap();
        assert_eq!(taken(&mut dying, 2).await, [3, 4]);
        let armed = crash(point).arm(setup.engine.root());
        dying.commit().await.unwrap_err();
        drop((armed, dying));
        let other = setup.other().await;
        assert_eq!(taken(&mut group(&other).await, 1).await, [first], "{point}");
        let listed = other.reader("t").await.unwrap().groups().await.unwrap();
        assert_eq!(listed.len(), 1, "{point}: what a crash leaves is no group");
    }
}

#[tokio::test]
async fn a_commit_that_failed_can_be_tried_again() {
    for point in ["group.commit", "group.written", "group.committed"] {
        let setup = Setup::new().await;
        let writer = setup.engine.writer("t").open().await.unwrap();
        put_all(&writer, 0..10).await;
        let mut trying = group(&setup.engine).await;
        assert_eq!(taken(&mut trying, 3).await.len(), 3);
        let armed = crash(point).arm(setup.engine.root());
        assert_eq!(trying.commit().await.unwrap_err().kind(), ErrorKind::Unavailable);
        drop(armed);
        assert_eq!(trying.commit().await.unwrap().to_string(), "0:0+3", "{point}");
        assert_eq!(taken(&mut group(&setup.other().await).await, 1).await, [3], "{point}");
    }
}

#[tokio::test]
async fn moving_and_deleting_a_group_that_dies_leaves_it_before_or_behind() {
    for (point, before) in
        [("group.commit", true), ("group.written", true), ("group.committed", false)]
    {
        let setup = prepared().await;
        let reader = setup.engine.reader("t").await.unwrap();
        let armed = crash(point).arm(setup.engine.root());
        reader.seek_group("g", From::Offset(1)).await.unwrap_err();
        drop(armed);
        let first = if before { 3 } else { 1 };
        assert_eq!(taken(&mut group(&setup.other().await).await, 1).await, [first], "{point}");
    }
    for (point, is_there) in [("group.remove", true), ("group.removed", false)] {
        let setup = prepared().await;
        let reader = setup.engine.reader("t").await.unwrap();
        let armed = crash(point).arm(setup.engine.root());
        reader.delete_group("g").await.unwrap_err();
        drop(armed);
        assert_eq!(file(setup.engine.root()).exists(), is_there, "{point}");
        let first = if is_there { 3 } else { 0 };
        assert_eq!(taken(&mut group(&setup.other().await).await, 1).await, [first], "{point}");
    }
}

/// A group that has committed three of ten records.
async fn prepared() -> Setup {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..10).await;
    writer.flush().await.unwrap();
    let mut first = group(&setup.engine).await;
    taken(&mut first, 3).await;
    first.commit().await.unwrap();
    setup
}

#[tokio::test]
async fn a_damaged_position_is_told_and_never_taken_for_the_beginning() {
    let setup = prepared().await;
    let path = file(setup.engine.root());
    let sound = fs::read(&path).unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let flipped = |at: usize| {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        bytes
    };
    let damages = (0..sound.len()).step_by(5).map(flipped).chain([Vec::new(), vec![b'x'; 9000]]);
    for bytes in damages {
        fs::write(&path, &bytes).unwrap();
        let error = reader.group("g").open().await.map(|_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
        assert!(error.to_string().contains("groups/g is damaged"), "{error}");
        assert!(error.hint().unwrap().contains("lanceq groups t g --seek"), "{error}");
        let listed = reader.groups().await.unwrap();
        let place = &listed[0].buckets[0];
        assert!(place.error.is_some() && place.position.is_none() && place.lag.is_none());
        assert_eq!(fs::read(&path).unwrap(), bytes, "it is left as it is");
    }
    reader.seek_group("g", From::Offset(3)).await.unwrap();
    assert_eq!(taken(&mut group(&setup.engine).await, 1).await, [3]);
}

#[tokio::test]
async fn a_newer_form_of_the_file_is_refused_by_name() {
    let setup = prepared().await;
    let covered = "2 something else";
    let line = format!("{:08x} {covered}\n", crc32c::crc32c(covered.as_bytes()));
    fs::write(file(setup.engine.root()), line).unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let error = reader.group("g").open().await.map(|_| ()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.to_string().contains("format 2"), "{error}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// What a group finds behind a power cut that took the end of the log, which it had read and committed.
async fn behind_a_cut_of_the_log(is_group_first: bool, off: Vec<&'static str>) -> Vec<u64> {
    let setup = Setup::new().await;
    let root = setup.engine.root().to_path_buf();
    let wal = root.join("t/bucket_0/wal");
    let kept = setup.folder.path().join("kept");
    {
        let first = setup.other().await;
        let writer = first.writer("t").durability(Durability::Os).open().await.unwrap();
        put_all(&writer, 0..3).await;
        writer.flush().await.unwrap();
        put_all(&writer, 3..5).await;
        copy(&wal, &kept);
        put_all(&writer, 5..9).await;
        let mut reading = group(&first).await;
        assert_eq!(taken(&mut reading, 100).await.len(), 9);
        assert_eq!(reading.commit().await.unwrap().to_string(), "0:3+9");
        writer.close_unflushed().await.unwrap();
    }
    // The cut takes what was put last, and was not synced; the commit was.
    fs::remove_dir_all(&wal).unwrap();
    copy(&kept, &wal);
    let _armed = Plan { hook: Arc::new(|_| Then::Go), off }.arm(&root);
    let second = setup.other().await;
    let early = if is_group_first { Some(group(&second).await) } else { None };
    let third = setup.other().await;
    let writer = third.writer("t").durability(Durability::Os).open().await.unwrap();
    put_all(&writer, 20..26).await;
    let mut again = match early {
        Some(early) => early,
        None => group(&second).await,
    };
    let found = taken(&mut again, 100).await;
    again.commit().await.unwrap();
    found
}

#[tokio::test]
async fn records_that_get_log_positions_a_second_time_after_a_power_cut_are_not_skipped() {
    for is_group_first in [false, true] {
        let found = behind_a_cut_of_the_log(is_group_first, Vec::new()).await;
        assert_eq!(found, (20..26).collect::<Vec<_>>(), "the group first: {is_group_first}");
        let found = behind_a_cut_of_the_log(is_group_first, vec!["group-ends"]).await;
        assert_eq!(found, [24, 25], "without it, as many are skipped as were lost");
    }
}

/// What a group finds behind a power cut that took a version of another program, which it had read and committed.
async fn behind_a_cut_of_a_version(off: Vec<&'static str>) -> Vec<u64> {
    let setup = Setup::new().await;
    {
        let first = setup.other().await;
        let writer = first.writer("t").open().await.unwrap();
        put_all(&writer, 0..3).await;
        writer.close().await.unwrap();
        write(&own(&setup), 100..105, WriteMode::Append, true).await;
        let mut reading = group(&first).await;
        assert_eq!(taken(&mut reading, 100).await.len(), 8);
        assert_eq!(reading.commit().await.unwrap().to_string(), "0:8");
    }
    // Lance does not sync: a power cut takes the version.
    let names = fs::read_dir(own(&setup).join("_versions")).unwrap();
    let manifests = names.map(|entry| entry.unwrap().path());
    let is_manifest = |path: &PathBuf| path.extension().is_some_and(|found| found == "manifest");
    // Names count down from 2^64.
    fs::remove_file(manifests.filter(is_manifest).min().unwrap()).unwrap();
    let _armed = Plan { hook: Arc::new(|_| Then::Go), off }.arm(setup.engine.root());
    let second = setup.other().await;
    let writer = second.writer("t").open().await.unwrap();
    put_all(&writer, 20..27).await;
    writer.flush().await.unwrap();
    taken(&mut group(&second).await, 100).await
}

#[tokio::test]
async fn records_that_get_offsets_of_lost_foreign_rows_are_not_skipped() {
    assert_eq!(behind_a_cut_of_a_version(Vec::new()).await, (20..27).collect::<Vec<_>>());
    let found = behind_a_cut_of_a_version(vec!["group-ends"]).await;
    assert_eq!(found, [25, 26], "without it, as many are skipped as were lost");
}
