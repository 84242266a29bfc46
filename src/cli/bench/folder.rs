//! The temporary folder of a run, which goes away with it.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cli::failure::{Failure, Result};
use crate::cli::output;
use crate::tui::DEFAULT_ROOT;

/// Hidden, so that it is no topic to those who look at the root meanwhile.
const PREFIX: &str = ".bench-";
/// What was in use a moment ago may be written to while it is removed.
const ATTEMPTS: usize = 5;

/// A folder on the disk that is measured.
pub(super) struct Folder(TempDir);

impl Folder {
    /// Makes one below a root that is there; without one below the usual root, or else below the current folder.
    pub(super) fn below(root: Option<PathBuf>) -> Result<Self> {
        let root = root.unwrap_or_else(|| {
            let usual = PathBuf::from(DEFAULT_ROOT);
            if usual.is_dir() { usual } else { ".".into() }
        });
        if !root.is_dir() {
            return Err(Failure::failed(format!("there is no folder {}", root.display()))
                .hint("name a folder on the disk that is to be measured: `--root PATH`"));
        }
        let made = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&root);
        made.map(Self).map_err(|error| {
            Failure::io(format!("could not make a temporary folder in {}", root.display()), &error)
        })
    }

    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Makes a new folder in it, for one turn.
    pub(super) fn fresh(&self) -> Result<TempDir> {
        let made = tempfile::tempdir_in(self.path());
        made.map_err(|error| Failure::io("could not make a folder for a turn", &error))
    }

    /// Removes it; where that does not work, says where it is.
    pub(super) fn remove(self) {
        let path = self.0.keep();
        for _ in 0..ATTEMPTS {
            match std::fs::remove_dir_all(&path) {
                Ok(()) => return,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => return,
                Err(_) => {}
            }
        }
        output::narrate(format!("note: {} could not be removed", path.display()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_that_is_not_there_is_named_and_not_made() {
        let root = tempfile::tempdir().unwrap().path().join("missing");
        let Err(failure) = Folder::below(Some(root.clone())) else { panic!("it was made") };
        let report = failure.report().unwrap();
        assert!(report.message.contains("missing") && report.hint.is_some(), "{report:?}");
        assert!(!root.exists());
    }

    #[test]
    fn nothing_is_left_of_it() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::below(Some(root.path().into())).unwrap();
        std::fs::write(folder.fresh().unwrap().keep().join("file"), "x").unwrap();
        folder.remove();
        assert_eq!(root.path().read_dir().unwrap().count(), 0);
    }
}
