//! A log whose bytes are damaged, under a whole engine: what is read is true, opening says what is lost, and repair ends it.

use std::fs;
use std::path::{Path, PathBuf};

use lanceq::{Engine, ErrorKind, InDoubt, Recovery};

use crate::setup::{Setup, ids, put_all, record};

/// Records 0 to 2 are persisted; 3 to 5 are in a sealed segment, 6 and 7, which have a column more, in the active one.
async fn prepared() -> Setup {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    writer.flush().await.unwrap();
    put_all(&writer, 3..6).await;
    for n in 6..8 {
        let mut record = record(n);
        record["late"] = true.into();
        writer.put(record).await.unwrap();
    }
    writer.close_unflushed().await.unwrap();
    setup
}

fn bucket(root: &Path) -> PathBuf {
    root.join("t/bucket_0")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

async fn read(root: &Path) -> lanceq::Result<Vec<u64>> {
    let reader = Engine::open(root).await?.reader("t").await?;
    Ok(ids(&reader.get(0, 100).await?))
}

async fn opened(root: &Path) -> lanceq::Result<Vec<Recovery>> {
    let writer = Engine::open(root).await?.writer("t").open().await?;
    let mended = writer.recoveries();
    writer.close_unflushed().await?;
    Ok(mended)
}

async fn put_and_flush(root: &Path, number: u64) {
    let writer = Engine::open(root).await.unwrap().writer("t").open().await.unwrap();
    put_all(&writer, number..number + 1).await;
    writer.close().await.unwrap();
}

/// What is read is a front of what was put, with all that is persisted; then the log is opened, or repaired, and goes on.
async fn check(root: &Path, case: &str) {
    let all: Vec<u64> = (0..8).collect();
    let is_front = |found: &[u64]| found.len() >= 3 && all.starts_with(found);
    let found = read(root).await.unwrap();
    assert!(is_front(&found), "{case}: read {found:?}");
    let mended = match opened(root).await {
        Ok(mended) => mended,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{case}: {error}");
            let engine = Engine::open(root).await.unwrap();
            let mended = engine.repair("t", None, InDoubt::Refuse).await.unwrap();
            assert!(!mended.is_empty(), "{case}: repaired, and nothing was said");
            mended
        }
    };
    let mut found = read(root).await.unwrap();
    assert!(is_front(&found), "{case}: read {found:?} in the end");
    assert_eq!(opened(root).await.unwrap(), [], "{case}: a second opening finds nothing to mend");
    put_and_flush(root, 9).await;
    found.push(9);
    assert_eq!(read(root).await.unwrap(), found, "{case}: {mended:?}");
}

#[tokio::test]
async fn a_log_that_is_damaged_anywhere_shows_true_records_and_can_be_repaired() {
    let setup = prepared().await;
    let log = bucket(setup.engine.root()).join("wal");
    for entry in fs::read_dir(&log).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            continue;
        }
        let name = entry.file_name().unwrap().to_str().unwrap();
        let sound = fs::read(&entry).unwrap();
        let written = sound.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        for at in (0..written).step_by(97) {
            for is_cut in [false, true] {
                let mut bytes = sound.clone();
                if is_cut {
                    bytes.truncate(at);
                } else {
                    bytes[at] ^= 1 << (at % 8);
                }
                let root = setup.folder.path().join("damaged");
                copy(setup.engine.root(), &root);
                fs::write(bucket(&root).join("wal").join(name), bytes).unwrap();
                check(&root, &format!("{name} at byte {at}, cut: {is_cut}")).await;
                fs::remove_dir_all(&root).unwrap();
            }
        }
    }
}

/// Whoever committed died before he removed the segment, and then a bit of it rotted.
#[tokio::test]
async fn a_persisted_segment_that_rots_hides_nothing_and_takes_no_position_again() {
    let setup = Setup::new().await;
    let root = setup.engine.root().to_path_buf();
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..4).await;
    let segment = bucket(&root).join("wal/00000000000000000000.wal");
    let mut bytes = fs::read(&segment).unwrap();
    writer.flush().await.unwrap();
    put_all(&writer, 4..6).await;
    writer.close_unflushed().await.unwrap();
    let middle = bytes.iter().rposition(|byte| *byte != 0).unwrap() / 2;
    bytes[middle] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let all: Vec<u64> = (0..6).collect();
    assert_eq!(read(&root).await.unwrap(), all);
    let mended = opened(&root).await.unwrap();
    assert_eq!(mended.iter().map(|done| done.records_lost).collect::<Vec<_>>(), [Some(0)]);
    put_and_flush(&root, 6).await;
    assert_eq!(read(&root).await.unwrap(), (0..7).collect::<Vec<u64>>());
}

#[tokio::test]
async fn a_log_whose_files_are_gone_shows_the_table_and_goes_on_behind_it() {
    for has_base in [true, false] {
        let setup = prepared().await;
        let root = setup.engine.root();
        for entry in fs::read_dir(bucket(root).join("wal")).unwrap().map(|e| e.unwrap().path()) {
            if !(has_base && entry.ends_with("base")) {
                fs::remove_file(entry).unwrap();
            }
        }
        assert_eq!(read(root).await.unwrap(), [0, 1, 2]);
        let mended = opened(root).await.unwrap();
        let lost: Vec<_> = mended.iter().map(|done| done.records_lost).collect();
        assert_eq!(
            lost,
            if has_base { vec![None] } else { vec![] },
            "without a base there was none"
        );
        put_and_flush(root, 9).await;
        assert_eq!(read(root).await.unwrap(), [0, 1, 2, 9]);
    }
}
