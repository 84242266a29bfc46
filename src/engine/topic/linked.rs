//! A dataset's files under other names, without copying them where the file system can do that.

use std::fs;
use std::io;
use std::path::Path;

use crate::engine::durable::{sync_file, sync_folder};
use crate::engine::error::{Error, Result};

/// What of a dataset stands on where it lies: branches name the folder of what they began on.
const BOUND: [&str; 2] = ["tree", "_refs/branches"];

/// Gives all files of a dataset but those of its branches second names below `to`, which is made; durably. Lance never changes a file
/// that it has written, so both are datasets of their own from then on. Blocks.
///
/// Cost: a sync of each file; where there can be no second name, a copy.
///
/// # Errors
/// [`Error::Unsupported`] for what is neither a file nor a folder.
pub(super) fn link_dataset(from: &Path, to: &Path) -> Result<()> {
    link_below(from, Path::new(""), to)?;
    to.parent().map_or(Ok(()), sync_folder)
}

fn link_below(dataset: &Path, below: &Path, to: &Path) -> Result<()> {
    let (folder, copy) = (dataset.join(below), to.join(below));
    fs::create_dir(&copy).map_err(Error::io("create the folder", &copy))?;
    for entry in fs::read_dir(&folder).map_err(Error::io("read the folder", &folder))? {
        let entry = entry.map_err(Error::io("read the folder", &folder))?;
        let name = below.join(entry.file_name());
        if BOUND.iter().any(|bound| name == Path::new(bound)) {
            continue;
        }
        let kind = entry.file_type().map_err(Error::io("look at", entry.path()))?;
        if kind.is_dir() {
            link_below(dataset, &name, to)?;
        } else if kind.is_file() {
            link_file(&entry.path(), &to.join(&name))?;
        } else {
            return Err(Error::Unsupported {
                what: format!("moving {}", entry.path().display()),
                reason: "it is neither a file nor a folder".into(),
            });
        }
    }
    sync_folder(&copy)
}

fn link_file(from: &Path, to: &Path) -> Result<()> {
    match fs::hard_link(from, to) {
        Err(error) if cannot_link(&error) => {
            fs::copy(from, to).map(drop).map_err(Error::io("copy", from))?;
        }
        linked => linked.map_err(Error::io("give a second name to", from))?,
    }
    sync_file(to)
}

fn cannot_link(error: &io::Error) -> bool {
    use io::ErrorKind::{CrossesDevices, PermissionDenied, TooManyLinks, Unsupported};
    matches!(error.kind(), CrossesDevices | PermissionDenied | TooManyLinks | Unsupported)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_has_all_of_its_files_under_the_second_name_but_those_of_branches() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("a.lance"), root.path().join("b.lance"));
        for file in [
            "data/x.lance",
            "_versions/1.manifest",
            "_refs/tags/v1.json",
            "_refs/branches/b.json",
            "tree/b/_versions/2.manifest",
        ] {
            fs::create_dir_all(from.join(file).parent().unwrap()).unwrap();
            fs::write(from.join(file), file).unwrap();
        }
        link_dataset(&from, &to).unwrap();
        for file in ["data/x.lance", "_versions/1.manifest", "_refs/tags/v1.json"] {
            assert_eq!(fs::read_to_string(to.join(file)).unwrap(), file);
        }
        assert!(!to.join("tree").exists() && !to.join("_refs/branches").exists());
        fs::remove_dir_all(&to).unwrap();
        assert!(from.join("data/x.lance").exists());
    }
}
