//! A folder that vanishes under an open writer and an open stream, and comes back: no acknowledgement was false, nothing was
//! made in its place, and the work goes on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::StreamExt;
use lanceq::{Durability, Engine, Error, ErrorKind, StreamOptions, Tail, TailEvent, Writer};

use crate::setup::{Setup, ids, put_all, record};

/// So long may one call take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The folders, from the inside to the outside, below the root's parent.
const FOLDERS: [&str; 5] =
    ["root/t/bucket_0/data.lance", "root/t/bucket_0/wal", "root/t/bucket_0", "root/t", "root"];

async fn patient<T>(call: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, call).await.expect("no call hangs")
}

async fn open(engine: &Engine) -> Result<Writer, Error> {
    let options = engine.writer("t").durability(Durability::Always).flush_threshold(usize::MAX);
    patient(options.open()).await
}

/// Puts a record where it is taken; whether it was.
async fn put(writer: &Writer, n: u64, acknowledged: &mut BTreeSet<u64>) -> Result<(), Error> {
    patient(writer.put(record(n))).await?;
    acknowledged.insert(n);
    Ok(())
}

/// A fault of the system, or damage as long as it lasts; nothing that the caller did.
fn judge(what: &str, error: &Error) {
    let sensible =
        [ErrorKind::Unavailable, ErrorKind::NotFound, ErrorKind::Corrupt, ErrorKind::Poisoned];
    assert!(sensible.contains(&error.kind()), "{what}: {:?}: {error:?}", error.kind());
}

async fn delivers(tail: &mut Tail, wanted: &BTreeSet<u64>, seen: &mut Vec<u64>) {
    while !wanted.iter().all(|n| seen.contains(n)) {
        match patient(tail.next()).await.expect("the stream goes on") {
            Ok(TailEvent::Rows(chunk)) => {
                seen.extend(chunk.records().map(|r| r.fields["id"].as_u64().unwrap()));
            }
            Ok(_) => {}
            Err(error) => judge("the stream", &error),
        }
    }
}

struct Gone {
    from: PathBuf,
    to: PathBuf,
}

impl Gone {
    fn take(from: &Path) -> Self {
        let to = from.with_extension("away");
        std::fs::rename(from, &to).unwrap();
        Self { from: from.into(), to }
    }

    fn comes_back(self) {
        assert!(!self.from.exists(), "{} was made anew in its place", self.from.display());
        std::fs::rename(&self.to, &self.from).unwrap();
    }
}

/// What can be tried while it is away: it succeeds, or fails with a sensible kind.
async fn try_all(setup: &Setup, writer: &Writer, n: u64, acknowledged: &mut BTreeSet<u64>) {
    let put = put(writer, n, acknowledged).await;
    let flushed = patient(writer.flush()).await.map(drop);
    let read_here = patient(read(&setup.engine)).await.map(drop);
    let other = setup.other().await;
    let read_elsewhere = patient(read(&other)).await.map(drop);
    let opened = open(&other).await.map(drop);
    for (what, tried) in [
        ("put", put),
        ("flush", flushed),
        ("read", read_here),
        ("read", read_elsewhere),
        ("open", opened),
    ] {
        if let Err(error) = tried {
            judge(what, &error);
        }
    }
}

async fn read(engine: &Engine) -> Result<Vec<u64>, Error> {
    Ok(ids(&engine.reader("t").await?.get(0, 100).await?))
}

async fn vanishes_and_comes_back(folder: &str) {
    let setup = Setup::new().await;
    let mut acknowledged: BTreeSet<u64> = (0..5).collect();
    let writer = open(&setup.engine).await.unwrap();
    put_all(&writer, 0..3).await;
    writer.flush().await.unwrap();
    put_all(&writer, 3..5).await;
    // A bucket that is missing from a topic that was just made is still to be made.
    let meta = std::fs::File::open(setup.engine.root().join("t/topic.json")).unwrap();
    meta.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    let reader = setup.engine.reader("t").await.unwrap();
    let mut tail = reader.stream(StreamOptions::from_start().blocking()).await.unwrap();
    let mut seen = Vec::new();
    delivers(&mut tail, &acknowledged, &mut seen).await;

    let gone = Gone::take(&setup.folder.path().join(folder));
    for n in 10..12 {
        try_all(&setup, &writer, n, &mut acknowledged).await;
    }
    gone.comes_back();

    put(&writer, 20, &mut acknowledged).await.unwrap();
    patient(writer.flush()).await.unwrap();
    let second = open(&setup.other().await).await.unwrap();
    put(&second, 21, &mut acknowledged).await.unwrap();
    second.close().await.unwrap();
    delivers(&mut tail, &acknowledged, &mut seen).await;
    for mut found in [read(&setup.other().await).await.unwrap(), seen] {
        found.sort_unstable();
        let wanted: Vec<u64> = acknowledged.iter().copied().collect();
        assert_eq!(found, wanted, "{folder}: what was acknowledged, once");
    }
}

#[tokio::test]
async fn whichever_folder_vanishes_and_comes_back_no_acknowledgement_was_false_and_the_work_goes_on()
 {
    for folder in FOLDERS {
        vanishes_and_comes_back(folder).await;
    }
}
