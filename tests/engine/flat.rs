//! What flushes leave behind, in counts of files and bytes: what keeps the ten-thousandth flush as cheap as the tenth.

use std::fs;
use std::path::{Path, PathBuf};

use lanceq::{CleanupOptions, Engine, Job};

use crate::setup::{Setup, put_all, record};

const FLUSHES: u64 = 100;
const ROWS: u64 = 5;
/// A flush adds a data file, a manifest and a transaction; maintenance may add one of each for sixteen flushes.
const FILES_A_FLUSH: u64 = 4;
/// What the list of files in a manifest takes for each fragment, and what it takes without any.
const MANIFEST: (u64, u64) = (160, 4000);
/// Notes of a flush's files in the ledger of checksums.
const NOTES_A_FLUSH: u64 = 600;

/// What lies in a bucket's folder.
#[derive(Debug)]
struct Left {
    /// Files of the dataset, of whatever kind.
    files: u64,
    versions: u64,
    /// Bytes of the largest manifest.
    manifest: u64,
    segments: u64,
    notes: u64,
    fragments: u64,
}

impl Left {
    async fn of(engine: &Engine) -> Self {
        let bucket = engine.root().join("t/bucket_0");
        let dataset = bucket.join("data.lance");
        let is = |path: &&PathBuf, kind: &str| path.extension().is_some_and(|found| found == kind);
        let manifests = files(&dataset.join("_versions"));
        let manifests: Vec<_> = manifests.iter().filter(|path| is(path, "manifest")).collect();
        let stats = engine.reader("t").await.unwrap().stats().await.unwrap();
        Self {
            files: files(&dataset).len() as u64,
            versions: manifests.len() as u64,
            manifest: manifests.iter().map(|path| length(path)).max().unwrap_or_default(),
            segments: files(&bucket.join("wal")).iter().filter(|path| is(path, "wal")).count()
                as u64,
            notes: files(&bucket.join("sums")).iter().map(|path| length(path)).sum(),
            fragments: stats.buckets[0].fragments,
        }
    }

    /// Whether its manifests are as long as their fragments explain.
    fn lists_no_more_than_its_fragments(&self, fragments: u64) -> bool {
        self.manifest <= MANIFEST.0 * fragments + MANIFEST.1
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let below = |entry: fs::DirEntry| {
        let path = entry.path();
        if path.is_dir() { files(&path) } else { vec![path] }
    };
    entries.flat_map(|entry| below(entry.unwrap())).collect()
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |data| data.len())
}

/// A topic that was flushed so often, and is closed.
async fn flushed(flushes: u64) -> Setup {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").flush_threshold(usize::MAX).open().await.unwrap();
    for flush in 0..flushes {
        put_all(&writer, flush * ROWS..(flush + 1) * ROWS).await;
        writer.flush().await.unwrap();
    }
    writer.close().await.unwrap();
    setup
}

#[tokio::test]
async fn a_flush_leaves_a_few_files_and_its_log_none() {
    let early = Left::of(&flushed(1).await.other().await).await;
    let late = Left::of(&flushed(FLUSHES).await.other().await).await;
    let told = format!("after one {early:?}, after {FLUSHES} {late:?}");
    assert!(late.files - early.files <= FILES_A_FLUSH * (FLUSHES - 1), "{told}");
    assert!(late.files > FLUSHES, "files were counted: {told}");
    assert_eq!(late.segments, early.segments, "{told}");
    assert!(late.lists_no_more_than_its_fragments(FLUSHES), "{told}");
    assert!(late.notes > 0 && late.notes <= NOTES_A_FLUSH * FLUSHES, "{told}");
}

#[tokio::test]
async fn what_is_cleaned_up_is_as_if_there_had_been_few_flushes() {
    let setup = flushed(FLUSHES).await;
    let engine = setup.other().await;
    // The manifest of a compaction says what it replaced, too: one of a flush stands behind it.
    let writer = engine.writer("t").maintenance(false).open().await.unwrap();
    writer.put(record(0)).await.unwrap();
    writer.close().await.unwrap();
    let options = CleanupOptions { keep: Some(1), ..CleanupOptions::default() };
    engine.cleanup("t", None, &options, &Job::new()).await.unwrap();
    let left = Left::of(&engine).await;
    // The first version stays, because it is empty and says since when the bucket is there.
    assert_eq!(left.versions, 2, "{left:?}");
    // A data file a fragment; of each version a manifest and a transaction; the hint at the newest.
    assert!(left.files <= left.fragments + 2 * left.versions + 1, "{left:?}");
    assert!(left.lists_no_more_than_its_fragments(left.fragments), "{left:?}");
    // What comes after costs what it cost in the beginning.
    let writer = engine.writer("t").open().await.unwrap();
    writer.put(record(0)).await.unwrap();
    writer.flush().await.unwrap();
    let next = Left::of(&engine).await;
    assert!(next.files - left.files <= FILES_A_FLUSH, "{left:?}, then {next:?}");
}
