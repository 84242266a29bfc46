//! The files that a version refers to, by their names below the dataset.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use futures::FutureExt;
use lance::Dataset;
use lance_table::format::IndexMetadata;
use lance_table::io::deletion::relative_deletion_file_path;
use lance_table::io::manifest::read_manifest_indexes;

use super::failure::storage;
use super::heal::manifests;
use super::leavings::INDICES;
use super::table::Table;
use crate::engine::durable::blocking;
use crate::engine::error::Result;
use crate::engine::layout::{TRANSACTIONS, VERSIONS};

/// A file of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VersionFile {
    /// Below the dataset, parts divided by `/`.
    pub(crate) path: String,
    /// The first and the last offset of the records that it holds, and how many these are.
    pub(crate) holds: Option<(u64, u64, u64)>,
}

impl Table {
    /// Manifest, transaction, data, deletion and index files of this version; those that lie elsewhere are left out. Reads
    /// which indices it has.
    pub(crate) async fn files_of_version(&self) -> Result<Vec<VersionFile>> {
        let plain = |path| VersionFile { path, holds: None };
        let own =
            transaction_file(&self.dataset).into_iter().chain(self.manifest_file()).map(plain);
        let indices = self.index_files().await?.into_iter().map(plain);
        Ok(own.chain(self.data_files()).chain(indices).collect())
    }

    /// This version's manifest.
    pub(crate) fn manifest_file(&self) -> Option<String> {
        self.manifest_file_of(self.version())
    }

    /// The manifests of all versions that are kept, oldest first. Reads one folder.
    pub(crate) fn manifest_files(&self) -> Result<Vec<(u64, String)>> {
        let name = |path: PathBuf| Some(path.file_name()?.to_str()?.to_owned());
        let all = manifests(&self.path)?.into_iter();
        Ok(all.filter_map(|(v, path)| Some((v, format!("{VERSIONS}/{}", name(path)?)))).collect())
    }

    /// Another version's manifest.
    pub(super) fn manifest_file_of(&self, version: u64) -> Option<String> {
        self.manifest_name(version).map(|name| format!("{VERSIONS}/{name}"))
    }

    /// The files of a fragment: data, and which of its rows are deleted.
    pub(super) fn fragment_files(&self, fragment: u64) -> Vec<String> {
        let all = self.dataset.fragments();
        let found = all.binary_search_by_key(&fragment, |found| found.id).ok();
        found.and_then(|index| all.get(index)).map(names).unwrap_or_default()
    }

    fn data_files(&self) -> impl Iterator<Item = VersionFile> {
        let spans = self.index().spans_from(0).iter();
        let held: HashMap<u64, (u64, u64, u64)> =
            spans.map(|span| (span.fragment, (span.first, span.last, span.rows))).collect();
        self.dataset.fragments().iter().flat_map(move |fragment| {
            let holds = held.get(&fragment.id).copied();
            names(fragment).into_iter().map(move |path| VersionFile { path, holds })
        })
    }

    /// The indices of this version, also those that this build cannot use. Reads them from its manifest.
    pub(super) async fn indices(&self) -> Result<Vec<IndexMetadata>> {
        let read = async {
            let store = self.dataset.object_store(None).await?;
            let location = self.dataset.manifest_location();
            read_manifest_indexes(&store, location, self.dataset.manifest()).await
        };
        read.boxed().await.map_err(storage("read the indices of", &self.path))
    }

    /// The files of the indices that this version has, also of those that this build cannot use.
    ///
    /// Others in the folder are another program's, which is about to commit them, or leaves them behind.
    pub(super) async fn index_files(&self) -> Result<Vec<String>> {
        let indices = self.indices().await?;
        let own = indices.iter().filter(|index| index.base_id.is_none());
        let folders: Vec<String> = own.map(index_folder).collect();
        let path = self.path.clone();
        blocking(move || Ok(folders.iter().flat_map(|folder| within(&path, folder)).collect()))
            .await
    }
}

/// Where the files of an index lie.
pub(super) fn index_folder(index: &IndexMetadata) -> String {
    format!("{INDICES}/{}", index.uuid)
}

/// The files in a folder of a dataset, by their names below that.
pub(super) fn within(dataset: &Path, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(dataset.join(folder)).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.path().is_file());
    let names = files.filter_map(|entry| entry.file_name().into_string().ok());
    names.map(|name| format!("{folder}/{name}")).collect()
}

/// What an opened version was made by.
fn transaction_file(dataset: &Dataset) -> Option<String> {
    let name = dataset.manifest().transaction_file.as_ref().filter(|name| !name.is_empty());
    name.map(|name| format!("{TRANSACTIONS}/{name}"))
}

fn names(fragment: &lance_table::format::Fragment) -> Vec<String> {
    let data = fragment.files.iter().filter(|file| file.base_id.is_none());
    let data = data.map(|file| format!("data/{}", file.path));
    let deletions = fragment.deletion_file.iter().filter(|file| file.base_id.is_none());
    data.chain(deletions.map(|file| relative_deletion_file_path(fragment.id, file))).collect()
}
