//! What a dataset calls its versions, tags, branches and columns, as the names of its files and its newest manifest have
//! it: read without opening it, for those who want to offer names and not to rely on them.

use std::path::Path;

use super::branches::{branch_of, refs_of};
use super::brief::{message, small};
use super::heal::manifests;
use super::leavings::entries;
use super::wire::{Fields, Value};
use crate::engine::access::Access;
use crate::engine::error::Result;
use crate::engine::layout::VERSIONS;

/// What the names of files that hold tags end in.
const TAG: &str = ".json";
/// What a field says for its parent where it has none: -1, as a protocol buffer writes it.
const NO_PARENT: u64 = u64::MAX;

/// The names in a dataset.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Labels {
    /// Ascending.
    pub(crate) versions: Vec<u64>,
    /// Sorted.
    pub(crate) tags: Vec<String>,
    /// Sorted.
    pub(crate) branches: Vec<String>,
}

/// The names in a dataset, of which nothing need be there. Blocks; lists three folders and opens no file.
///
/// # Errors
/// [`Error::LeadsOut`](crate::Error::LeadsOut) for links out of the root, and what keeps a folder from being listed.
pub(crate) fn labels(dataset: &Path, access: &Access) -> Result<Labels> {
    access.check(&dataset.join(VERSIONS))?;
    let versions = manifests(dataset)?.into_iter().map(|(version, _)| version).collect();
    let tags =
        listed(&refs_of(dataset, "tags"), access, |file| file.strip_suffix(TAG).map(Into::into))?;
    let branches = listed(&refs_of(dataset, "branches"), access, branch_of)?;
    Ok(Labels { versions, tags, branches })
}

fn listed(
    folder: &Path,
    access: &Access,
    name: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>> {
    access.check(folder)?;
    let files =
        entries(folder)?.into_iter().filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = files.filter_map(|file| name(&file)).collect();
    names.sort();
    Ok(names)
}

/// The columns of a dataset's newest version, in their order; none where its manifest is not one that is understood here.
/// Blocks; reads one file.
///
/// # Errors
/// As [`labels`].
pub(crate) fn columns(dataset: &Path, access: &Access) -> Result<Vec<String>> {
    access.check(&dataset.join(VERSIONS))?;
    let Some((_, newest)) = manifests(dataset)?.pop() else { return Ok(Vec::new()) };
    access.check(&newest)?;
    Ok(small(&newest).and_then(|file| top_level(message(&file)?)).unwrap_or_default())
}

/// The names of the fields of a manifest that are inside no other; `None` of what is no manifest.
fn top_level(manifest: &[u8]) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for field in Fields::of(manifest) {
        if let (1, Value::Bytes(described)) = field? {
            add(described, &mut names)?;
        }
    }
    Some(names)
}

/// Adds the name of a field, where it is inside no other.
fn add(field: &[u8], names: &mut Vec<String>) -> Option<()> {
    let (mut name, mut is_inner) = (None, true);
    for part in Fields::of(field) {
        match part? {
            (2, said) => name = std::str::from_utf8(said.bytes()?).ok().map(str::to_owned),
            (4, parent) => is_inner = parent.number()? != NO_PARENT,
            _ => {}
        }
    }
    names.extend(name.filter(|_| !is_inner));
    Some(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn names_are_those_of_files_and_what_is_no_name_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        for version in [1, 12] {
            file(&format!("_versions/{:020}.manifest", u64::MAX - version));
        }
        for other in
            ["_versions/latest_version_hint.json", "_refs/tags/b.json", "_refs/tags/a.json"]
        {
            file(other);
        }
        for other in ["_refs/tags/left.tmp", "_refs/branches/what%2Fif.json"] {
            file(other);
        }
        let found = labels(folder.path(), &Access::default()).unwrap();
        assert_eq!(found.versions, [1, 12]);
        assert_eq!(found.tags, ["a", "b"]);
        assert_eq!(found.branches, ["what/if"]);
        assert_eq!(
            labels(&folder.path().join("none"), &Access::default()).unwrap(),
            Labels::default()
        );
    }

    #[test]
    fn columns_are_those_that_another_program_gave_the_dataset() {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/foreign");
        let columns = |name: &str| columns(&fixture.join(name), &Access::default()).unwrap();
        assert!(
            columns("chats.lance").contains(&"messages".to_owned()),
            "{:?}",
            columns("chats.lance")
        );
        assert!(!columns("chats.lance").contains(&"role".to_owned()), "it is inside another");
        assert!(columns("none.lance").is_empty());
    }

    #[test]
    fn a_manifest_that_is_damaged_anywhere_is_read_without_harm() {
        let folder = tempfile::tempdir().unwrap();
        let from = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/foreign/catalog.lance/_versions/18446744073709551614.manifest");
        let sound = fs::read(from).unwrap();
        fs::create_dir(folder.path().join(VERSIONS)).unwrap();
        let path = folder.path().join(VERSIONS).join("18446744073709551614.manifest");
        for at in 0..sound.len() {
            let mut damaged = sound.clone();
            damaged[at] ^= 0x55;
            fs::write(&path, &damaged).unwrap();
            columns(folder.path(), &Access::default()).unwrap();
        }
    }
}
