//! Fragment readers that stay open: opening is half of what a small read costs.
//!
//! One cache a process, because what bounds it are the process's open files.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use lance::dataset::fragment::FragmentReader;
use lru::LruCache;

use super::projection::Fields;
use crate::engine::sums::Stamp;

/// Readers kept at most, where the process may open so many files twice over.
const MOST_READERS: usize = 1024;
const FEWEST_READERS: usize = 16;
/// A reader keeps the manifest of the version it was opened at, and readers may all be of other
/// versions: so many fragment descriptions, of some 300 bytes each, they may keep together.
const KEPT_DESCRIPTIONS: usize = 1 << 18;
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
}

/// What a list of live rows depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct LiveKey {
    pub(super) file: FileKey,
    pub(super) deletions: Option<(u64, u64)>,
    /// Where offsets are positions: the first one's, which rows that are deleted in front of the fragment move.
    pub(super) position: Option<u64>,
}

type Cache<K, T> = LazyLock<Mutex<LruCache<K, T>>>;

static READERS: Cache<Arc<FileKey>, Arc<FragmentReader>> =
    LazyLock::new(|| Mutex::new(LruCache::new(capacity(0))));
static LIVE: Cache<LiveKey, Arc<Live>> = LazyLock::new(|| Mutex::new(LruCache::new(KEPT_LIVE)));

pub(super) fn reader(key: &Arc<FileKey>) -> Option<Arc<FragmentReader>> {
    READERS.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
}

/// Keeps a reader that was opened at a version of `fragments` fragments.
pub(super) fn keep_reader(key: Arc<FileKey>, reader: Arc<FragmentReader>, fragments: usize) {
    let mut readers = READERS.lock().unwrap_or_else(PoisonError::into_inner);
    let capacity = capacity(fragments);
    if readers.len() > capacity.get() || readers.cap() < capacity {
        readers.resize(capacity);
    }
    readers.put(key, reader);
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

fn capacity(fragments: usize) -> NonZeroUsize {
    let by_memory = KEPT_DESCRIPTIONS / fragments.max(1);
    let readers = MOST_READERS.min(by_memory).min(open_files() / 2).max(FEWEST_READERS);
    NonZeroUsize::new(readers).unwrap_or(NonZeroUsize::MIN)
}

/// How many files this process may have open.
fn open_files() -> usize {
    static LIMIT: LazyLock<usize> = LazyLock::new(|| {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX))
    });
    *LIMIT
}
