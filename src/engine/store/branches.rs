//! Branches: versions that another program made beside the dataset's own. Each branch is a dataset below this one, with
//! numbers of its own, and stands on files of what it began on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use futures::{FutureExt, StreamExt, TryStreamExt, future};
use lance::dataset::refs::{BranchContents, check_valid_branch};

use super::enter::guarded;
use super::failure::opening;
use super::heal::manifests;
use super::leavings::{entries, is_detached};
use super::table::Table;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::layout::VERSIONS;
use crate::engine::screen::Piece;

/// Below a dataset: its branches, by their names.
const TREE: &str = "tree";
/// Below a dataset: its lists of branches and tags.
const REFS: &str = "_refs";
/// What the names of the files in these lists end in.
const ENTRY: &str = ".json";
/// What Lance calls versions that are on no branch.
const MAIN: &str = "main";
/// Entries that are read at once.
const PARALLEL_READS: usize = 4;

/// A branch, as the dataset's list has it.
#[derive(Debug)]
pub(crate) struct Branch {
    pub(crate) name: String,
    /// The branch that it began on, and the version.
    pub(crate) parent: Option<String>,
    pub(crate) parent_version: u64,
    pub(crate) created: Option<DateTime<Utc>>,
    /// Where its versions lie.
    pub(crate) dataset: PathBuf,
    /// Why its entry in the list cannot be read, where it cannot: then the parent is not known, and the version is the
    /// lowest that it has.
    pub(crate) damage: Option<Error>,
}

impl Table {
    /// The branches of the dataset that this is a version of, or of the one that it is a branch of; by name.
    ///
    /// Cost: a listing, and a small file for each.
    pub(crate) async fn branches(&self) -> Result<Vec<Branch>> {
        let list = self.refs("branches");
        self.access.check_folder(&list)?;
        self.access.ask(&self.path, self.version(), Piece::Branches).await?;
        let names = blocking(move || {
            let names = entries(&list)?.into_iter().filter_map(|entry| {
                let file = entry.file_name().into_string().ok()?;
                Some((branch_of(&file)?, entry.path()))
            });
            Ok(names.collect::<BTreeSet<_>>())
        });
        let read = |(name, entry): (String, PathBuf)| self.read_branch(name, entry).boxed();
        let read = futures::stream::iter(names.await?).map(read).buffered(PARALLEL_READS);
        read.try_filter_map(future::ok).try_collect().await
    }

    /// The versions on no branch at which branches began.
    pub(crate) async fn branched_versions(&self) -> Result<BTreeSet<u64>> {
        let all = self.branches().await?.into_iter();
        Ok(all.filter(|branch| branch.parent.is_none()).map(|b| b.parent_version).collect())
    }

    /// A branch of the list; none where its entry is gone meanwhile.
    async fn read_branch(&self, name: String, entry: PathBuf) -> Result<Option<Branch>> {
        let dataset = self.main_path().join(TREE).join(&name);
        let read =
            async { self.dataset.branches().get(&name).boxed().await.map_err(opening(&entry)) };
        let read = guarded(&entry, read).await;
        let file = entry.clone();
        if read.is_err() && !blocking(move || Ok(file.exists())).await? {
            return Ok(None);
        }
        Ok(Some(match read {
            Ok(found) => Branch::of(name, dataset, found),
            Err(damage) => Branch::unknown(name, dataset, damage).await?,
        }))
    }

    /// The branch that this is a version of; none where it is one of the dataset's own.
    pub(crate) fn branch(&self) -> Option<&str> {
        own(self.dataset.manifest().branch.as_deref())
    }

    /// A folder of lists: those of branches, or of tags.
    pub(super) fn refs(&self, of: &str) -> PathBuf {
        refs_of(&self.main_path(), of)
    }

    /// The dataset that this is a version of, or that its branch is of.
    fn main_path(&self) -> PathBuf {
        let Some(branch) = self.branch() else { return self.path.to_path_buf() };
        let parts = branch.split('/').count() + 1;
        self.path.ancestors().nth(parts).unwrap_or(&self.path).to_path_buf()
    }

    /// The datasets of all branches of this one, also of those that no list names, sorted.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where it cannot be told which there are, or what they refer to.
    pub(super) fn branch_datasets(&self) -> Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        let tree = self.path.join(TREE);
        self.access.check(&tree)?;
        find_datasets(&tree, &mut found)?;
        for dataset in &found {
            if entries(&dataset.join(VERSIONS))?.iter().any(is_detached) {
                return Err(unknowable(dataset, "it has detached versions"));
            }
        }
        found.sort_unstable();
        Ok(found)
    }
}

impl Branch {
    fn of(name: String, dataset: PathBuf, found: BranchContents) -> Self {
        let seconds = i64::try_from(found.create_at).ok();
        Self {
            name,
            parent: found.parent_branch.filter(|parent| parent != MAIN),
            parent_version: found.parent_version,
            created: seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
            dataset,
            damage: None,
        }
    }

    /// One of whose entry only the name can be read.
    async fn unknown(name: String, dataset: PathBuf, damage: Error) -> Result<Self> {
        let path = dataset.clone();
        let versions = blocking(move || manifests(&path)).await?;
        let parent_version = versions.first().map_or(0, |(version, _)| *version);
        let (parent, created) = (None, None);
        Ok(Self { name, parent, parent_version, created, dataset, damage: Some(damage) })
    }
}

/// The branch that a file of the list is of. A name that Lance would not give leads who knows where.
pub(super) fn branch_of(file: &str) -> Option<String> {
    let name = object_store::path::Path::from_url_path(file.strip_suffix(ENTRY)?).ok()?;
    check_valid_branch(name.as_ref()).ok().map(|()| name.to_string())
}

/// A folder of a dataset's lists: those of branches, or of tags.
pub(super) fn refs_of(dataset: &Path, of: &str) -> PathBuf {
    dataset.join(REFS).join(of)
}

/// A branch's name; none of what is no branch.
pub(super) fn own(branch: Option<&str>) -> Option<&str> {
    branch.filter(|name| *name != MAIN)
}

/// Finds the folders below one, itself included, that have versions. A branch may have any name, also that of a folder in
/// which a dataset has other things.
fn find_datasets(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let within = entries(folder)?;
    if within.iter().any(|entry| entry.file_name() == VERSIONS) {
        found.push(folder.to_path_buf());
    }
    for entry in &within {
        let kind = entry.file_type().map_err(Error::io("look at", entry.path()))?;
        if kind.is_symlink() {
            return Err(unknowable(&entry.path(), "it is a link"));
        }
        if kind.is_dir() {
            find_datasets(&entry.path(), found)?;
        }
    }
    Ok(())
}

fn unknowable(branch: &Path, reason: &str) -> Error {
    let what = format!("cleaning up a dataset with the branch {}", branch.display());
    Error::Unsupported { what, reason: format!("{reason}, and what it refers to is not known") }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn every_folder_with_versions_counts_also_one_that_is_named_as_another_things() {
        let root = tempfile::tempdir().unwrap();
        let tree = root.path().join(TREE);
        let branches =
            ["_indices", "a", "a/_refs/b", "a/_versions", "a/b", "a/data", "n/deep/down"];
        for branch in branches {
            fs::create_dir_all(tree.join(branch).join(VERSIONS)).unwrap();
        }
        fs::create_dir_all(tree.join("a/data/x.lance")).unwrap();
        let mut found = Vec::new();
        find_datasets(&tree, &mut found).unwrap();
        found.sort_unstable();
        assert_eq!(found, branches.map(|branch| tree.join(branch)));
        find_datasets(&root.path().join("none"), &mut found).unwrap();
        symlink("a", tree.join("link")).unwrap();
        let error = find_datasets(&tree, &mut found).unwrap_err();
        assert!(error.to_string().contains("it is a link"), "{error}");
    }
}
