//! Branches: versions that another program made beside the dataset's own. Each branch is a dataset below this one, with
//! numbers of its own, and stands on files of what it began on.

use std::fs::DirEntry;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use lance::dataset::refs::check_valid_branch;

use super::enter::guarded;
use super::failure::storage;
use super::leavings::{entries, is_detached};
use super::table::Table;
use crate::engine::error::{Error, Result};
use crate::engine::layout::VERSIONS;
use crate::engine::screen::Piece;

/// Below a dataset: its branches, by their names.
const TREE: &str = "tree";
/// Below a dataset: its lists of branches and tags.
const REFS: &str = "_refs";
/// What Lance calls versions that are on no branch.
const MAIN: &str = "main";

/// A branch, as the dataset's list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Branch {
    pub(crate) name: String,
    /// The branch that it began on, and the version.
    pub(crate) parent: Option<String>,
    pub(crate) parent_version: u64,
    pub(crate) created: Option<DateTime<Utc>>,
    /// Where its versions lie.
    pub(crate) dataset: PathBuf,
}

impl Table {
    /// The branches of the dataset that this is a version of, or of the one that it is a branch of; by name.
    ///
    /// Cost: a listing, and a small file for each.
    pub(crate) async fn branches(&self) -> Result<Vec<Branch>> {
        let main = self.main_path();
        self.access.check_folder(&self.refs("branches"))?;
        self.access.ask(&self.path, self.version(), Piece::Branches).await?;
        let read = async {
            let found = self.dataset.branches().list().boxed().await;
            found.map_err(storage("read the branches of", &self.path))
        };
        let found = guarded(&self.path, read).await?.into_iter();
        // A name that Lance would not give leads who knows where.
        let sound = found.filter(|(name, _)| check_valid_branch(name).is_ok());
        let branch = |(name, found): (String, lance::dataset::refs::BranchContents)| Branch {
            dataset: main.join(TREE).join(&name),
            name,
            parent: found.parent_branch.filter(|parent| parent != MAIN),
            parent_version: found.parent_version,
            created: i64::try_from(found.create_at)
                .ok()
                .and_then(|seconds| DateTime::from_timestamp(seconds, 0)),
        };
        let mut all: Vec<Branch> = sound.map(branch).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    /// The branch that this is a version of; none where it is one of the dataset's own.
    pub(crate) fn branch(&self) -> Option<&str> {
        own(self.dataset.manifest().branch.as_deref())
    }

    /// A folder of lists: those of branches, or of tags.
    pub(super) fn refs(&self, of: &str) -> PathBuf {
        self.main_path().join(REFS).join(of)
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

/// A branch's name; none of what is no branch.
pub(super) fn own(branch: Option<&str>) -> Option<&str> {
    branch.filter(|name| *name != MAIN)
}

/// Finds the folders below one, itself included, that have versions.
fn find_datasets(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let within = entries(folder)?;
    if within.iter().any(|entry| entry.file_name() == VERSIONS) {
        found.push(folder.to_path_buf());
    }
    for entry in within.iter().filter(|entry| may_hold_branches(entry)) {
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

/// Whether it is no folder that a dataset has for other things.
fn may_hold_branches(entry: &DirEntry) -> bool {
    const OTHERS: [&str; 5] = [VERSIONS, "_transactions", "_deletions", "_indices", REFS];
    OTHERS.iter().all(|other| entry.file_name() != *other)
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
        for branch in ["a", "a/b", "a/data", "nested/deep/down"] {
            fs::create_dir_all(tree.join(branch).join(VERSIONS)).unwrap();
        }
        fs::create_dir_all(tree.join("a/data/x.lance")).unwrap();
        fs::create_dir_all(tree.join("a/_indices").join(VERSIONS)).unwrap();
        let mut found = Vec::new();
        find_datasets(&tree, &mut found).unwrap();
        found.sort_unstable();
        let expected = ["a", "a/b", "a/data", "nested/deep/down"].map(|branch| tree.join(branch));
        assert_eq!(found, expected);
        find_datasets(&root.path().join("none"), &mut found).unwrap();
        symlink("a", tree.join("link")).unwrap();
        let error = find_datasets(&tree, &mut found).unwrap_err();
        assert!(error.to_string().contains("it is a link"), "{error}");
    }
}
