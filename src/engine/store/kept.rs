//! Fragment readers that stay open: opening is half of what a small read costs.
//!
//! One cache a process, because what bounds it are the process's open files.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use lance::dataset::fragment::FragmentReader;
use lru::LruCache;

use super::projection::Fields;
use crate::engine::sums::Stamp;

/// Readers kept at most, where the process may open so many files twice over.
const MOST_READERS: usize = 512;
const FEWEST_READERS: usize = 16;
/// A reader keeps the manifest of the version it was opened at; those of one version share it. So many fragment
/// descriptions, of some 300 bytes each, all of them may keep together.
const KEPT_DESCRIPTIONS: usize = 1 << 16;
/// Lists of live rows kept, of fragments with holes.
const KEPT_LIVE: NonZeroUsize = NonZeroUsize::new(32).unwrap();
/// Rows that they have together, where it is more than one: of 16 bytes each, half a gigabyte. How many rows a fragment
/// has is what its manifest says, whoever wrote it.
const KEPT_ROWS: usize = 1 << 25;

/// The live rows of a fragment that has holes: offsets, and where each lies in the file.
pub(super) type Live = Vec<(u64, u32)>;

/// Some columns of some files, whatever is deleted of them. Files are written once; one that is another than it was, because
/// somebody damaged it, is no longer what was read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct FileKey {
    pub(super) dataset: Arc<Path>,
    pub(super) files: Vec<(String, Option<Stamp>)>,
    pub(super) fields: Fields,
    /// Whose tasks read for it: an open file waits for them, and they end with their runtime.
    pub(super) runtime: Option<tokio::runtime::Id>,
}

/// What a list of live rows depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct LiveKey {
    pub(super) file: FileKey,
    pub(super) deletions: Option<(u64, u64)>,
    /// Where offsets are positions: the first one's, which rows that are deleted in front of the fragment move.
    pub(super) position: Option<u64>,
}

/// The version that a reader was opened at, and how many fragments it has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct OpenedAt {
    pub(super) dataset: Arc<Path>,
    pub(super) version: u64,
    pub(super) fragments: usize,
}

/// What was opened last, bounded in number and in what it keeps of versions.
///
/// Invariant: `versions` counts the readers of each version, and `descriptions` is the sum of these versions' fragments.
#[derive(Debug)]
struct Readers<R> {
    recent: LruCache<Arc<FileKey>, (Arc<R>, OpenedAt)>,
    versions: HashMap<OpenedAt, usize>,
    descriptions: usize,
    most: usize,
}

impl<R> Readers<R> {
    fn new(most: usize) -> Self {
        Self { recent: LruCache::unbounded(), versions: HashMap::new(), descriptions: 0, most }
    }

    fn put(&mut self, key: Arc<FileKey>, reader: Arc<R>, at: OpenedAt) {
        let readers = self.versions.entry(at.clone()).or_default();
        *readers += 1;
        if *readers == 1 {
            self.descriptions += at.fragments;
        }
        if let Some((_, (_, before))) = self.recent.push(key, (reader, at)) {
            self.forget(&before);
        }
        while self.recent.len() > FEWEST_READERS
            && (self.recent.len() > self.most || self.descriptions > KEPT_DESCRIPTIONS)
            && let Some((_, (_, at))) = self.recent.pop_lru()
        {
            self.forget(&at);
        }
    }

    fn forget(&mut self, at: &OpenedAt) {
        let Some(readers) = self.versions.get_mut(at) else { return };
        *readers -= 1;
        if *readers == 0 {
            self.versions.remove(at);
            self.descriptions -= at.fragments;
        }
    }
}

static READERS: LazyLock<Mutex<Readers<FragmentReader>>> =
    LazyLock::new(|| Mutex::new(Readers::new(MOST_READERS.min(open_files() / 2))));
static LIVE: LazyLock<Mutex<LruCache<LiveKey, Arc<Live>>>> =
    LazyLock::new(|| Mutex::new(LruCache::new(KEPT_LIVE)));

pub(super) fn reader(key: &Arc<FileKey>) -> Option<Arc<FragmentReader>> {
    let mut readers = READERS.lock().unwrap_or_else(PoisonError::into_inner);
    readers.recent.get(key).map(|(reader, _)| reader.clone())
}

pub(super) fn keep_reader(key: Arc<FileKey>, reader: Arc<FragmentReader>, at: OpenedAt) {
    READERS.lock().unwrap_or_else(PoisonError::into_inner).put(key, reader, at);
}

pub(super) fn live(key: &LiveKey) -> Option<Arc<Live>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
}

pub(super) fn keep_live(key: LiveKey, live: Arc<Live>) {
    let mut kept = LIVE.lock().unwrap_or_else(PoisonError::into_inner);
    kept.put(key, live);
    while kept.len() > 1 && kept.iter().map(|(_, live)| live.len()).sum::<usize>() > KEPT_ROWS {
        kept.pop_lru();
    }
}

/// How many files this process may have open.
fn open_files() -> usize {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: String) -> Arc<FileKey> {
        let dataset = Path::new("/d").into();
        let (files, fields) = (vec![(name, None)], Arc::new([]));
        Arc::new(FileKey { dataset, files, fields, runtime: None })
    }

    fn at(version: u64, fragments: usize) -> OpenedAt {
        OpenedAt { dataset: Path::new("/d").into(), version, fragments }
    }

    /// How many are kept of a thousand, of which each version opened so many.
    fn kept(readers_a_version: u64, fragments: usize) -> usize {
        let mut readers = Readers::new(MOST_READERS);
        for n in 0..1000_u64 {
            readers.put(file(n.to_string()), Arc::new(n), at(n / readers_a_version, fragments));
            let sum: usize = readers.versions.keys().map(|at| at.fragments).sum();
            assert_eq!(readers.descriptions, sum);
            assert_eq!(readers.versions.values().sum::<usize>(), readers.recent.len());
        }
        assert!(readers.recent.contains(&file("999".into())), "the last one");
        readers.recent.len()
    }

    #[test]
    fn readers_keep_so_many_fragments_whatever_the_number_of_versions() {
        for (readers_a_version, fragments, expected) in [
            (1, 10, MOST_READERS),
            (1000, 10_000, MOST_READERS),
            (1, 1000, 65),
            (1, 10_000, FEWEST_READERS),
            (1000, 1 << 20, FEWEST_READERS),
        ] {
            let found = kept(readers_a_version, fragments);
            assert_eq!(found, expected, "{readers_a_version} a version of {fragments}");
        }
    }

    #[test]
    fn a_file_that_is_opened_again_counts_once() {
        let mut readers = Readers::new(MOST_READERS);
        for version in 0..10 {
            readers.put(file("a".into()), Arc::new(version), at(version, 7));
        }
        assert_eq!((readers.recent.len(), readers.descriptions, readers.versions.len()), (1, 7, 1));
    }
}
