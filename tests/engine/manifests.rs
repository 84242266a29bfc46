//! A head manifest that is damaged at any byte: it is healed, or refused with a typed error; nothing panics.

use std::fs;
use std::path::{Path, PathBuf};

use futures::FutureExt;
use lance::dataset::WriteMode;
use lanceq::{Engine, ErrorKind};

use crate::foreign::{own, write};
use crate::setup::{Setup, ids, put_all};

/// What a look at a damaged dataset came to.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Rows(Vec<u64>),
    Refused(ErrorKind),
}

/// Records 0 to 2 in version 2; with `is_foreign`, another program's 100 and 101 as version 3. Record 3 is in the log.
async fn prepared(is_foreign: bool) -> (Setup, PathBuf) {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    put_all(&writer, 0..3).await;
    writer.flush().await.unwrap();
    put_all(&writer, 3..4).await;
    writer.close_unflushed().await.unwrap();
    if is_foreign {
        write(&own(&setup), 100..102, WriteMode::Append, true).await;
    }
    let version = if is_foreign { 3 } else { 2 };
    let name = format!("data.lance/_versions/{:020}.manifest", u64::MAX - version);
    (setup, Path::new("t/bucket_0").join(name))
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

async fn read(root: &Path) -> Seen {
    let look = async {
        let reader = Engine::open(root).await?.reader("t").await?;
        reader.get(0, 100).await.map(|page| ids(&page))
    };
    look.await.map_or_else(|error| Seen::Refused(error.kind()), Seen::Rows)
}

/// Opens to write, puts one more and flushes it; then all there is.
async fn written(root: &Path) -> Seen {
    let work = async {
        let writer = Engine::open(root).await?.writer("t").open().await?;
        writer.put(crate::setup::record(4)).await?;
        writer.close().await
    };
    match work.await {
        Ok(_) => read(root).await,
        Err(error) => Seen::Refused(error.kind()),
    }
}

/// Lets `damage` change the head's manifest in a copy of the root, and works on it.
async fn tried(
    (setup, manifest): &(Setup, PathBuf),
    damage: impl FnOnce(&mut Vec<u8>),
    is_written: bool,
) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    copy(setup.engine.root(), folder.path());
    let path = folder.path().join(manifest);
    let mut bytes = fs::read(&path).unwrap();
    damage(&mut bytes);
    fs::write(&path, bytes).unwrap();
    let root = folder.path();
    let work = async { if is_written { written(root).await } else { read(root).await } };
    std::panic::AssertUnwindSafe(work).catch_unwind().await.expect("no panic comes out")
}

fn length(prepared: &(Setup, PathBuf)) -> usize {
    fs::read(prepared.0.engine.root().join(&prepared.1)).unwrap().len()
}

/// How many bytes a sweep goes on at a time: all of them where `LANCEQ_EVERY` is 1.
fn stride() -> usize {
    std::env::var("LANCEQ_EVERY").ok().and_then(|every| every.parse().ok()).unwrap_or(13)
}

#[tokio::test]
async fn a_head_that_is_cut_at_any_byte_is_healed_or_refused() {
    for is_foreign in [true, false] {
        let prepared = prepared(is_foreign).await;
        for cut in (0..length(&prepared)).step_by(stride()) {
            let expected = |foreign: &[u64]| {
                if is_foreign {
                    Seen::Rows(foreign.to_vec())
                } else {
                    Seen::Refused(ErrorKind::Corrupt)
                }
            };
            let seen = tried(&prepared, |bytes| bytes.truncate(cut), false).await;
            assert_eq!(seen, expected(&[0, 1, 2, 3]), "cut at {cut}");
            let seen = tried(&prepared, |bytes| bytes.truncate(cut), true).await;
            assert_eq!(seen, expected(&[0, 1, 2, 3, 4]), "cut at {cut}");
        }
    }
}

#[tokio::test]
async fn a_head_with_any_byte_flipped_panics_nowhere() {
    let prepared = prepared(true).await;
    let whole = tried(&prepared, |_| (), false).await;
    let mut unseen = Vec::new();
    for at in (0..length(&prepared)).step_by(stride()) {
        let seen = tried(&prepared, |bytes| bytes[at] ^= 0xff, false).await;
        if seen == whole {
            unseen.push(at);
        }
        tried(&prepared, |bytes| bytes[at] ^= 0xff, true).await;
    }
    println!(
        "{} of {} bytes tell nothing of their damage",
        unseen.len(),
        length(&prepared).div_ceil(stride())
    );
}
