//! Which files the versions of a bucket refer to, and which versions need each of them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::engine::layout::{TRANSACTIONS, VERSIONS};
use crate::engine::store::VersionFile;
use crate::engine::verify_facts::{Damage, FileKind};

/// All files of some versions, by their names below the dataset.
#[derive(Debug, Default)]
pub(super) struct Census {
    files: BTreeMap<String, Need>,
}

/// Who needs a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    versions: (u64, u64),
    /// First and last offset of its records in the newest of these versions, and how many they are.
    holds: Option<(u64, u64, u64)>,
}

impl Census {
    /// Adds the files of a version, which is newer than those before.
    pub(super) fn add(&mut self, version: u64, files: Vec<VersionFile>) {
        for VersionFile { path, holds } in files {
            let need = Need { versions: (version, version), holds };
            let known = self.files.entry(path).or_insert(need);
            *known = Need { versions: (known.versions.0, version), holds };
        }
    }

    /// Each file, in the order of their names.
    pub(super) fn into_files(self) -> impl Iterator<Item = (String, Need)> {
        self.files.into_iter()
    }
}

impl Need {
    /// Of one version's own file.
    pub(super) fn of(version: u64) -> Self {
        Self { versions: (version, version), holds: None }
    }

    pub(super) fn newest(&self) -> u64 {
        self.versions.1
    }

    /// What it costs that this file is damaged.
    pub(super) fn damage(&self, dataset: &Path, name: &str, what: String) -> Damage {
        let (first_version, last_version) = self.versions;
        Damage {
            file: dataset.join(name),
            kind: kind(name),
            what,
            first_offset: self.holds.map(|(first, ..)| first),
            last_offset: self.holds.map(|(_, last, _)| last),
            records: self.holds.map_or(0, |(.., records)| records),
            first_version: Some(first_version),
            last_version: Some(last_version),
        }
    }
}

fn kind(name: &str) -> FileKind {
    match name.split_once('/').map_or(name, |(folder, _)| folder) {
        VERSIONS => FileKind::Manifest,
        TRANSACTIONS => FileKind::Transaction,
        "_deletions" => FileKind::Deletion,
        "_indices" => FileKind::Index,
        _ => FileKind::Data,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_needed_from_the_first_to_the_last_version_that_refers_to_it() {
        let file = |path: &str, holds| VersionFile { path: path.into(), holds };
        let mut census = Census::default();
        census.add(1, vec![file("data/a", Some((0, 9, 10)))]);
        census.add(2, vec![file("data/a", Some((0, 9, 7))), file("_deletions/x", Some((0, 9, 7)))]);
        census.add(3, vec![file("data/b", Some((10, 19, 10)))]);
        let files: Vec<_> = census.into_files().collect();
        let damage = |name: &str| {
            let (_, need) = files.iter().find(|(found, _)| found == name).unwrap();
            need.damage(Path::new("/d"), name, "gone".into())
        };
        let a = damage("data/a");
        assert_eq!((a.first_version, a.last_version, a.records), (Some(1), Some(2), 7));
        assert_eq!((a.first_offset, a.last_offset, a.kind), (Some(0), Some(9), FileKind::Data));
        assert_eq!(damage("_deletions/x").kind, FileKind::Deletion);
        assert_eq!(damage("data/b").last_version, Some(3));
    }
}
