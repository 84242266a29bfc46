//! Where a bucket's log lies, and whose it is in messages.

use std::fs;
use std::path::PathBuf;

use crate::engine::error::{Error, Result};
use crate::engine::layout::{LOG, QUARANTINE, SEGMENT};

/// Which bucket a log belongs to, and the bucket's folder.
#[derive(Debug, Clone)]
pub(crate) struct LogPlace {
    pub(crate) topic: String,
    pub(crate) bucket: u32,
    pub(crate) folder: PathBuf,
}

/// Digits of a segment's name, so that names sort as numbers do.
const DIGITS: usize = 20;

impl LogPlace {
    /// The folder of the segments.
    pub(super) fn log(&self) -> PathBuf {
        self.folder.join(LOG)
    }

    pub(super) fn base(&self) -> PathBuf {
        self.log().join("base")
    }

    pub(super) fn quarantine(&self) -> PathBuf {
        self.log().join(QUARANTINE)
    }

    /// The segment that begins at a log position.
    pub(super) fn segment(&self, first: u64) -> PathBuf {
        self.log().join(format!("{first:0DIGITS$}.{SEGMENT}"))
    }

    /// The log positions at which segments begin, sorted.
    pub(super) fn firsts(&self) -> Result<Vec<u64>> {
        let folder = self.log();
        let io = |e| Error::io("list the segments of", &folder)(e);
        let mut firsts = Vec::new();
        for entry in fs::read_dir(&folder).map_err(io)? {
            firsts.extend(entry.map_err(io)?.file_name().to_str().and_then(first_of));
        }
        firsts.sort_unstable();
        Ok(firsts)
    }

    pub(super) fn io(&self, action: &'static str) -> impl FnOnce(std::io::Error) -> Error {
        Error::io(action, self.log())
    }
}

/// The log position in a segment's name; `None` for a name that is none.
pub(super) fn first_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(SEGMENT)?.strip_suffix('.')?;
    (digits.len() == DIGITS).then(|| digits.parse().ok())?
}
