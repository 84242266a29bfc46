//! Making durable what a version refers to and another program wrote: no other writer syncs its files.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use lance_table::io::deletion::relative_deletion_file_path;

use super::table::Table;
use crate::engine::durable::{blocking, sync_file, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::layout::VERSIONS;

impl Table {
    /// Makes durable all that this version refers to and `known` does not, and the manifests in
    /// between. `known` is a version that is durable; without one, everything.
    ///
    /// A durable version on top of files that are not would open after a power cut, and fail in the
    /// middle of a scan.
    pub(crate) async fn make_durable(&self, known: Option<&Self>) -> Result<()> {
        let from = known.map_or(0, Self::version);
        if from == self.version() || !fault::is_on(&self.path, "rule-d") {
            return Ok(());
        }
        let safe: HashSet<PathBuf> = known.into_iter().flat_map(Self::rows_files).collect();
        let indices = self.index_files().await?;
        let indices = indices.into_iter().map(|file| self.path.join(file));
        let needed: Vec<PathBuf> =
            self.rows_files().chain(indices).filter(|path| !safe.contains(path)).collect();
        let manifests: Vec<PathBuf> = (from + 1..=self.version())
            .filter_map(|version| Some(self.path.join(VERSIONS).join(self.manifest_name(version)?)))
            .collect();
        let dataset = self.path.to_path_buf();
        blocking(move || {
            let folders: HashSet<PathBuf> =
                needed.iter().filter_map(|path| path.parent().map(PathBuf::from)).collect();
            needed.iter().try_for_each(|path| sync_file(path))?;
            manifests.iter().try_for_each(|path| sync_if_there(path))?;
            folders.iter().try_for_each(|folder| sync_folder(folder))?;
            sync_folder(&dataset.join(VERSIONS))?;
            sync_folder(&dataset)
        })
        .await
    }

    /// Makes this version's manifest durable, and its name.
    pub(crate) async fn sync_manifest(&self) -> Result<()> {
        let folder = self.path.join(VERSIONS);
        let manifest = self.manifest_name(self.version()).map(|name| folder.join(name));
        blocking(move || {
            manifest.map_or(Ok(()), |manifest| sync_file(&manifest))?;
            sync_folder(&folder)
        })
        .await
    }

    /// Tells tests what the store synced by itself when it committed a version.
    pub(super) fn was_synced(&self, version: u64) {
        let folder = self.path.join(VERSIONS);
        if let Some(name) = self.manifest_name(version) {
            fault::synced(&folder.join(name));
        }
        fault::synced(&folder);
    }

    /// Data and deletion files of this version.
    fn rows_files(&self) -> impl Iterator<Item = PathBuf> {
        let fragments = self.dataset.fragments();
        let data = fragments.iter().flat_map(|fragment| {
            fragment.files.iter().map(|file| self.path.join("data").join(&file.path))
        });
        let deletions = fragments.iter().filter_map(|fragment| {
            let file = fragment.deletion_file.as_ref()?;
            Some(self.path.join(relative_deletion_file_path(fragment.id, file)))
        });
        data.chain(deletions)
    }
}

/// An older version may be removed at any time.
fn sync_if_there(manifest: &Path) -> Result<()> {
    match sync_file(manifest) {
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(()),
        synced => synced,
    }
}
