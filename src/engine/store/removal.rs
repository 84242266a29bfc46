//! Removing versions, and what they leave: first the names of versions, durably, then files.

use std::fs;
use std::io;
use std::path::Path;

use super::heal::{manifests, note_newest};
use super::leavings::Leaving;
use super::table::Table;
use crate::engine::durable::{blocking, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::layout::VERSIONS;

impl Table {
    /// Removes the names of older versions than this one, which is the newest. They are gone for good when it returns.
    /// Returns the bytes that their manifests had. Needs the flush lock.
    ///
    /// Cost: a sync of a file and of a folder, and a removal each.
    pub(crate) async fn unname(&self, versions: Vec<u64>) -> Result<u64> {
        let (dataset, newest) = (self.path.to_path_buf(), self.version());
        blocking(move || {
            // IMPORTANT: before. Where it named a version below a gap, another program would commit into the gap.
            note_newest(&dataset, newest)?;
            let mut bytes = 0;
            for (version, manifest) in manifests(&dataset)? {
                if versions.binary_search(&version).is_ok() {
                    bytes += fs::metadata(&manifest).map_or(0, |found| found.len());
                    gone(&manifest, fs::remove_file(&manifest))?;
                    fault::at(&dataset, "cleanup.unnamed")?;
                }
            }
            // IMPORTANT: before the files. A version whose name a power cut brings back must have them.
            sync_folder(&dataset.join(VERSIONS))?;
            Ok(bytes)
        })
        .await
    }
}

/// Removes what versions have left. Blocks.
pub(crate) fn remove(dataset: &Path, leaving: &Leaving) -> Result<()> {
    fault::at(dataset, "cleanup.file")?;
    let path = dataset.join(&leaving.path);
    let done = if leaving.is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
    gone(&path, done)
}

/// What is gone already is as good as removed.
fn gone(path: &Path, done: io::Result<()>) -> Result<()> {
    match done {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::io("remove", path)(e)),
        _ => Ok(()),
    }
}
