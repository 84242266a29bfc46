//! Versions that were described lately: a version never changes, so what its manifest said need not be read again.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use super::history::Version;
use super::table::Stamp;

/// Descriptions that are kept, of some 200 bytes each.
const KEPT: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

type Known = LruCache<(Arc<Path>, u64), (Stamp, Version)>;

/// What is known of a version but for its tags, where its manifest is the one with this stamp.
pub(super) fn find(dataset: &Arc<Path>, number: u64, stamp: Stamp) -> Option<Version> {
    let mut known = known();
    let (found, version) = known.get(&(dataset.clone(), number))?;
    (*found == stamp).then(|| version.clone())
}

/// Keeps what was read of a version, whose manifest had this stamp before.
pub(super) fn keep(dataset: &Arc<Path>, stamp: Stamp, version: Version) {
    known().put((dataset.clone(), version.number), (stamp, version));
}

fn known() -> MutexGuard<'static, Known> {
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(|| {
        // One that begins small: a cache of a size has the room for it from the beginning.
        let mut known = LruCache::unbounded();
        known.resize(KEPT);
        Mutex::new(known)
    });
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::clock;

    fn version(number: u64) -> Version {
        Version {
            number,
            timestamp: clock::now(),
            operation: "append".into(),
            rows: 1,
            next_offset: 1,
            updated: 0,
            tags: Vec::new(),
            fragments: 1,
            bytes: None,
        }
    }

    #[test]
    fn a_manifest_that_took_a_number_is_described_anew_and_few_are_kept() {
        let dataset: Arc<Path> = Path::new("/described").into();
        let stamp = |inode| Stamp { inode, modified: None };
        keep(&dataset, stamp(1), version(7));
        assert_eq!(find(&dataset, 7, stamp(1)).map(|found| found.number), Some(7));
        assert!(find(&dataset, 7, stamp(2)).is_none(), "another file has its name");
        assert!(find(&Path::new("/other").into(), 7, stamp(1)).is_none());
        for number in 0..10_000 {
            keep(&dataset, stamp(1), version(number));
        }
        assert_eq!(known().len(), KEPT.get());
    }
}
