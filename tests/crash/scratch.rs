//! A temporary folder that is kept where a test fails, if somebody wants to look at it.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::model::copy;

/// Copied into the folder that `LANCEQ_KEEP` names where a test panics; else as any other.
pub(crate) struct Scratch(TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        keep(self.path());
    }
}

/// Copies a folder aside, where this thread panics.
pub(crate) fn keep(folder: &Path) {
    let wanted = std::env::var_os("LANCEQ_KEEP").filter(|_| std::thread::panicking());
    if let (Some(to), Some(name)) = (wanted.map(PathBuf::from), folder.file_name()) {
        copy(folder, &to.join(name));
    }
}
