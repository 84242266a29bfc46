//! A folder in memory, one a thread, for what is only read from files.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::wal::{self, LogPlace};

thread_local! {
    static FOLDER: TempDir = made();
}

/// The thread's folder.
pub(crate) struct Scratch(PathBuf);

fn made() -> TempDir {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    let folder = folder.expect("a folder for temporary files");
    fs::create_dir_all(wal::folder(&place(folder.path()))).expect("a folder in a new one");
    folder
}

fn place(folder: &Path) -> LogPlace {
    LogPlace { topic: "t".into(), bucket: 0, folder: folder.join("bucket_0") }
}

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(FOLDER.with(|folder| folder.path().into()))
    }

    /// A bucket whose log has a folder.
    pub(crate) fn place(&self) -> LogPlace {
        place(&self.0)
    }

    /// A file that holds these bytes.
    pub(crate) fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.join("input");
        fs::write(&path, bytes).expect("written to memory");
        path
    }
}
