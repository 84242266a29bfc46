//! The numbers of a dataset's versions, listed anew only where the folder of versions has changed: of ten thousand, that
//! takes milliseconds, and each step through them asks.

use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use lru::LruCache;

use super::heal::manifests;
use crate::engine::error::Result;
use crate::engine::layout::VERSIONS;

/// Datasets whose numbers are kept.
const KEPT: NonZeroUsize = NonZeroUsize::new(16).unwrap();
/// A folder that changed lately may change again without a later time: clocks of file systems tick, some once in two seconds.
const TICK: Duration = Duration::from_secs(3);

type Known = LruCache<Arc<Path>, (SystemTime, Arc<[u64]>)>;

/// The numbers of all versions that are kept, ascending: those of now, or of a moment ago where the file system tells of
/// changes late. Blocks.
pub(super) fn numbers(dataset: &Arc<Path>) -> Result<Arc<[u64]>> {
    let changed = changed(dataset);
    let found = known().get(dataset).filter(|(then, _)| Some(*then) == changed).cloned();
    if let Some((_, numbers)) = found {
        return Ok(numbers);
    }
    let listed = manifests(dataset)?.into_iter();
    let numbers: Arc<[u64]> = listed.map(|(version, _)| version).collect();
    if let Some(then) = changed.filter(|then| then.elapsed().is_ok_and(|age| age > TICK)) {
        known().put(dataset.clone(), (then, numbers.clone()));
    }
    Ok(numbers)
}

fn changed(dataset: &Path) -> Option<SystemTime> {
    fs::metadata(dataset.join(VERSIONS)).and_then(|found| found.modified()).ok()
}

fn known() -> MutexGuard<'static, Known> {
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(|| Mutex::new(LruCache::new(KEPT)));
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::clock;

    fn version(dataset: &Path, number: u64) {
        let name = format!("{:020}.manifest", u64::MAX - number);
        fs::write(dataset.join(VERSIONS).join(name), "").unwrap();
    }

    fn rest(dataset: &Path, seconds: u64) {
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds);
        let folder = fs::File::open(dataset.join(VERSIONS)).unwrap();
        folder.set_modified(then).unwrap();
    }

    #[test]
    fn a_folder_that_rests_is_listed_once_and_one_that_changed_again() {
        let folder = tempfile::tempdir().unwrap();
        let dataset: Arc<Path> = folder.path().into();
        fs::create_dir(dataset.join(VERSIONS)).unwrap();
        // As where the clock of the file system ticks seldom.
        let now = SystemTime::from(clock::now());
        let ticks = || fs::File::open(dataset.join(VERSIONS)).unwrap().set_modified(now).unwrap();
        version(&dataset, 1);
        ticks();
        assert_eq!(*numbers(&dataset).unwrap(), [1]);
        version(&dataset, 2);
        ticks();
        assert_eq!(*numbers(&dataset).unwrap(), [1, 2], "within one tick");
        rest(&dataset, 0);
        assert_eq!(*numbers(&dataset).unwrap(), [1, 2]);
        version(&dataset, 3);
        rest(&dataset, 0);
        assert_eq!(*numbers(&dataset).unwrap(), [1, 2], "nothing says that it changed");
        rest(&dataset, 1);
        assert_eq!(*numbers(&dataset).unwrap(), [1, 2, 3]);
    }
}
