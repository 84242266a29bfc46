//! What a power cut leaves of versions that other programs wrote: opening heals it, says so, and keeps what it takes.

use std::fs;
use std::path::{Path, PathBuf};

use lance::dataset::WriteMode;
use lanceq::{ErrorKind, Recovery};

use crate::foreign::{open, own, write};
use crate::setup::{Setup, ids, put_all};

/// Records 0 to 2 are version 2, other programs appended 100 and 101 as version 3 and 102 and 103 as version 4;
/// 3 and 4 are in the log.
async fn prepared() -> Setup {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    writer.flush().await.unwrap();
    put_all(&writer, 3..5).await;
    for numbers in [100..102, 102..104] {
        write(&own(&setup), numbers, WriteMode::Append, true).await;
    }
    writer.close_unflushed().await.unwrap();
    setup
}

fn manifest(setup: &Setup, version: u64) -> PathBuf {
    own(setup).join(format!("_versions/{:020}.manifest", u64::MAX - version))
}

fn hint(setup: &Setup) -> PathBuf {
    own(setup).join("_versions/latest_version_hint.json")
}

fn cut(path: &Path, length: u64) {
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(length).unwrap();
}

async fn read(setup: &Setup) -> lanceq::Result<Vec<u64>> {
    let reader = setup.other().await.reader("t").await?;
    let first = ids(&reader.get(0, 100).await?);
    assert_eq!(ids(&reader.get(0, 100).await?), first, "a second look sees the same");
    Ok(first)
}

async fn opened(setup: &Setup) -> Vec<Recovery> {
    let engine = setup.other().await;
    let writer = engine.writer("t").open().await.unwrap();
    let recoveries = writer.recoveries();
    writer.close_unflushed().await.unwrap();
    recoveries
}

/// Every file below a folder with its length; lock files left out, which say who was there last.
fn files(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_none_or(|found| found != "lock") {
            found.push((path, entry.metadata().unwrap().len()));
        }
    }
    found.sort();
    found
}

/// Opens twice: the first time it is told that these versions could not be read, and they are kept; the
/// second time nothing is changed. Then all that is left is flushed.
async fn heals(setup: &Setup, versions: &[(u64, &str)], expected: &[u64]) {
    let done = opened(setup).await;
    let told: Vec<&str> = done.iter().map(|done| done.what.as_str()).collect();
    let wanted: Vec<String> = versions
        .iter()
        .map(|(version, reason)| format!("version {version} could not be read: {reason}"))
        .collect();
    assert_eq!(told.len(), wanted.len(), "{told:?}");
    assert!(told.iter().zip(&wanted).all(|(told, wanted)| told.starts_with(wanted)), "{told:?}");
    for (done, (version, _)) in done.iter().zip(versions) {
        let kept = done.kept_in.as_ref().unwrap();
        assert!(kept.join(manifest(setup, *version).file_name().unwrap()).exists());
        assert_eq!(done.records_lost, None, "what it held cannot be known");
    }
    assert_eq!(read(setup).await.unwrap(), expected);
    let before = files(setup.engine.root());
    assert_eq!(opened(setup).await, [], "a second opening finds nothing to mend");
    assert_eq!(files(setup.engine.root()), before);
    let writer = setup.other().await.writer("t").open().await.unwrap();
    put_all(&writer, 5..6).await;
    writer.close().await.unwrap();
    let all: Vec<u64> = expected.iter().copied().chain([5]).collect();
    assert_eq!(read(setup).await.unwrap(), all);
    open(&own(setup)).await.validate().await.unwrap();
}

#[tokio::test]
async fn a_head_whose_manifest_is_cut_short_anywhere_is_moved_aside() {
    for part in 0..6 {
        let setup = prepared().await;
        let head = manifest(&setup, 4);
        let whole = fs::metadata(&head).unwrap().len();
        let length = [0, 1, 4, whole / 2, whole - 4, whole - 1][part];
        cut(&head, length);
        // Who only reads takes the newest version that can be read, and writes nothing.
        let before = files(setup.engine.root());
        assert_eq!(read(&setup).await.unwrap(), [0, 1, 2, 100, 101, 3, 4], "{length}");
        assert_eq!(files(setup.engine.root()), before);
        let reason = if length < 4 { "its manifest is empty" } else { "its manifest is cut short" };
        heals(&setup, &[(4, reason)], &[0, 1, 2, 100, 101, 3, 4]).await;
    }
}

#[tokio::test]
async fn two_heads_that_cannot_be_read_are_both_moved_aside() {
    let setup = prepared().await;
    cut(&manifest(&setup, 4), 0);
    cut(&manifest(&setup, 3), 100);
    assert_eq!(read(&setup).await.unwrap(), [0, 1, 2, 3, 4]);
    let wanted = [(4, "its manifest is empty"), (3, "its manifest is cut short")];
    heals(&setup, &wanted, &[0, 1, 2, 3, 4]).await;
}

/// The newest file of the dataset's data.
fn newest_data(setup: &Setup) -> PathBuf {
    let entries = fs::read_dir(own(setup).join("data")).unwrap().map(|entry| entry.unwrap());
    entries.max_by_key(|entry| entry.metadata().unwrap().modified().unwrap()).unwrap().path()
}

#[tokio::test]
async fn a_head_that_refers_to_an_empty_data_file_is_moved_aside() {
    let setup = prepared().await;
    let file = newest_data(&setup);
    cut(&file, 0);
    let name = file.file_name().unwrap().to_str().unwrap();
    let reason = format!("its file {name} has 0 bytes instead of ");
    heals(&setup, &[(4, &reason)], &[0, 1, 2, 100, 101, 3, 4]).await;
}

#[tokio::test]
async fn a_head_that_refers_to_an_empty_deletion_file_is_moved_aside() {
    let setup = prepared().await;
    Box::pin(open(&own(&setup)).await.delete("id = 1")).await.unwrap();
    let deletions: Vec<_> = fs::read_dir(own(&setup).join("_deletions")).unwrap().collect();
    cut(&deletions[0].as_ref().unwrap().path(), 0);
    heals(&setup, &[(5, "its file _deletions/")], &[0, 1, 2, 100, 101, 102, 103, 3, 4]).await;
}

#[tokio::test]
async fn a_version_below_a_flush_that_cannot_be_read_is_moved_aside_and_the_flush_stays() {
    let setup = prepared().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    assert_eq!(writer.close().await.unwrap()[0].version, 5);
    cut(&manifest(&setup, 3), 0);
    let all = [0, 1, 2, 100, 101, 102, 103, 3, 4];
    heals(&setup, &[(3, "its manifest is empty")], &all).await;
}

#[tokio::test]
async fn a_flush_whose_file_is_gone_is_damage_and_no_older_version_takes_its_place() {
    let setup = prepared().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    assert_eq!(writer.close().await.unwrap()[0].version, 5);
    cut(&newest_data(&setup), 0);
    let before = files(setup.engine.root());
    let Err(error) = setup.other().await.writer("t").open().await else { panic!("opened") };
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    assert_eq!(files(setup.engine.root()), before);
}

/// Lance looks for the next version from its note on: behind a gap it would commit where nobody looks.
#[tokio::test]
async fn a_note_of_the_newest_version_that_leads_into_a_gap_is_corrected() {
    for said in [2, 9] {
        let setup = prepared().await;
        fs::remove_file(manifest(&setup, 3)).unwrap();
        fs::write(hint(&setup), format!("{{\"version\":{said}}}")).unwrap();
        let done = opened(&setup).await;
        let what = format!("Lance's note of the newest version named {said}; it names 4 now");
        assert_eq!(done.iter().map(|done| &done.what).collect::<Vec<_>>(), [&what]);
        assert_eq!((&done[0].kept_in, done[0].records_lost), (&None, Some(0)));
        assert_eq!(fs::read_to_string(hint(&setup)).unwrap(), "{\"version\":4}");
        assert_eq!(opened(&setup).await, []);
        write(&own(&setup), 104..105, WriteMode::Append, true).await;
        let all = [0, 1, 2, 100, 101, 102, 103, 104, 3, 4];
        assert_eq!(read(&setup).await.unwrap(), all, "what other programs commit is in the head");
    }
}

#[tokio::test]
async fn a_note_of_the_newest_version_that_is_only_old_is_left_alone() {
    let setup = prepared().await;
    fs::write(hint(&setup), "{\"version\":2}").unwrap();
    let before = files(setup.engine.root());
    assert_eq!(opened(&setup).await, []);
    assert_eq!(files(setup.engine.root()), before);
}

#[tokio::test]
async fn the_same_version_can_be_moved_aside_twice() {
    let setup = prepared().await;
    for again in ["", ".2"] {
        let length = 10 + again.len() as u64;
        cut(&manifest(&setup, 4), length);
        let done = opened(&setup).await;
        let name = manifest(&setup, 4).file_name().unwrap().to_str().unwrap().to_owned();
        let kept = done[0].kept_in.as_ref().unwrap().join(name + again);
        assert_eq!(fs::metadata(kept).unwrap().len(), length);
        write(&own(&setup), 104..105, WriteMode::Append, true).await;
    }
}

/// A power cut can leave the newest segment's name and nothing of its content.
#[tokio::test]
async fn a_segment_that_came_back_empty_hides_nothing_before_it() {
    let setup = prepared().await;
    let log = own(&setup).with_file_name("wal");
    let segment = |first: u64| log.join(format!("{first:020}.wal"));
    assert!(segment(3).exists());
    // A new column ends the segment and begins the next.
    let writer = setup.engine.writer("t").open().await.unwrap();
    writer.put(serde_json::json!({"id": 5, "extra": true})).await.unwrap();
    writer.close_unflushed().await.unwrap();
    drop(writer);
    cut(&segment(5), 0);
    let all = [0, 1, 2, 100, 101, 102, 103, 3, 4];
    let reader = setup.other().await.reader("t").await.unwrap();
    for _ in 0..2 {
        assert_eq!(ids(&reader.get(0, 100).await.unwrap()), all);
    }
    let done = opened(&setup).await;
    assert!(done.len() == 1 && done[0].what.contains("it ends in its header"), "{done:?}");
    assert_eq!(opened(&setup).await, []);
    assert_eq!(read(&setup).await.unwrap(), all);
}

/// A flush's manifest is durable before it has its name: no power cut cuts it short, and its records are nowhere else.
#[tokio::test]
async fn a_flush_that_is_cut_short_is_damage_and_repair_says_what_is_lost() {
    let setup = prepared().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    assert_eq!(writer.close().await.unwrap()[0].version, 5);
    let flush = manifest(&setup, 5);
    cut(&flush, fs::metadata(&flush).unwrap().len() - 1);
    let before = files(setup.engine.root());
    let Err(error) = setup.other().await.writer("t").open().await else { panic!("opened") };
    assert_eq!(error.kind(), ErrorKind::Corrupt, "{error}");
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("version 5") && source.contains("positions 3 to 4"), "{source}");
    assert_eq!(read(&setup).await.unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(files(setup.engine.root()), before);

    let done = setup.other().await.repair("t", None, lanceq::InDoubt::Refuse).await.unwrap();
    assert_eq!(
        done.iter().map(|done| done.records_lost).collect::<Vec<_>>(),
        [None, Some(2)],
        "{done:?}"
    );
    assert!(done[0].kept_in.as_ref().unwrap().join(flush.file_name().unwrap()).exists());
    let left = [0, 1, 2, 100, 101, 102, 103];
    assert_eq!(read(&setup).await.unwrap(), left);
    assert_eq!(opened(&setup).await, []);
    let writer = setup.other().await.writer("t").open().await.unwrap();
    put_all(&writer, 5..7).await;
    writer.close().await.unwrap();
    assert_eq!(read(&setup).await.unwrap(), [left.as_slice(), &[5, 6]].concat());
}
