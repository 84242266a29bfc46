//! What removed versions leave: files that none of those that are kept refers to.
//!
//! Lance's own clean-up removes data first and versions last, and reads every version for it; whoever is killed in the middle
//! leaves versions that cannot be read. So it is done here: the names of versions go first.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use lance_table::feature_flags::{ensure_can_read_manifest, ensure_can_write_manifest};
use lance_table::format::{IndexMetadata, Manifest};
use lance_table::io::commit::{ManifestLocation, ManifestNamingScheme};
use lance_table::io::deletion::relative_deletion_file_path;
use lance_table::io::manifest::{read_manifest, read_manifest_indexes};

use super::enter::enter;
use super::heal::manifests;
use super::table::{Stamp, Table};
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::layout::{TRANSACTIONS, VERSIONS};
use crate::engine::retention::Aged;
use crate::engine::screen::Piece;

const DATA: &str = "data";
const DELETIONS: &str = "_deletions";
pub(super) const INDICES: &str = "_indices";
/// What the names of data files end in.
const DATA_FILE: &str = ".lance";

/// What versions refer to, by names below the dataset.
#[derive(Debug, Default)]
pub(crate) struct Referred {
    pub(crate) versions: BTreeSet<u64>,
    names: HashSet<String>,
    /// Manifests of branches that were read, as they were then.
    branched: HashSet<(PathBuf, Stamp)>,
}

/// A file that no version refers to, or a folder of files that come and go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leaving {
    /// Below the dataset.
    pub(super) path: String,
    /// What a version would refer to.
    name: String,
    /// A file of it, by the name that the checksums know it by.
    pub(crate) noted: String,
    pub(super) is_folder: bool,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
    pub(crate) modified: DateTime<Utc>,
}

impl Leaving {
    /// Whether it is an index. Of an index in the making, files lie in its folder for as long as that takes.
    pub(crate) fn is_index(&self) -> bool {
        self.is_of(INDICES)
    }

    /// Whether it lies in a folder of the dataset.
    pub(super) fn is_of(&self, folder: &str) -> bool {
        self.path.split('/').next() == Some(folder)
    }

    /// What a version would refer to.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl Referred {
    /// Whether a version refers to it.
    pub(crate) fn has(&self, leaving: &Leaving) -> bool {
        self.names.contains(&leaving.name)
    }

    /// Whether a version refers to a file of this name.
    pub(super) fn has_name(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The names of all files that versions refer to.
    pub(super) fn into_names(self) -> HashSet<String> {
        self.names
    }

    /// Whether a version refers to a data file.
    pub(crate) fn has_records(&self) -> bool {
        self.names.iter().any(|name| name.starts_with(DATA))
    }

    /// One that refers to nothing, and knows which manifests of branches another one has read.
    pub(crate) fn behind(other: &Self) -> Self {
        Self { branched: other.branched.clone(), ..Self::default() }
    }

    fn add(&mut self, (manifest, indices): &(Manifest, Vec<IndexMetadata>)) {
        self.add_files(manifest, |base| base.is_none());
        let made_by = manifest.transaction_file.iter();
        self.names.extend(made_by.map(|name| format!("{TRANSACTIONS}/{name}")));
        self.names.extend(indices.iter().map(|index| format!("{INDICES}/{}", index.uuid)));
        self.versions.insert(manifest.version);
    }

    /// Adds what a version of a branch refers to, wherever that lies: no two files have one name.
    fn add_branched(&mut self, (manifest, indices): &(Manifest, Vec<IndexMetadata>)) {
        self.add_files(manifest, |_| true);
        self.names.extend(indices.iter().map(|index| format!("{INDICES}/{}", index.uuid)));
    }

    fn add_files(&mut self, manifest: &Manifest, lies_here: impl Fn(Option<u32>) -> bool) {
        for fragment in manifest.fragments.iter() {
            let own = fragment.referenced_lance_files().filter(|file| lies_here(file.base_id));
            self.names.extend(own.map(|file| format!("{DATA}/{}", file.path)));
            let deletions = fragment.deletion_file.iter().filter(|file| lies_here(file.base_id));
            self.names.extend(deletions.map(|file| relative_deletion_file_path(fragment.id, file)));
        }
    }
}

impl Table {
    /// All versions that there are, ascending, each with the time at which it became the head, as its file tells it.
    ///
    /// Cost: a listing, and a `stat` for each.
    pub(crate) async fn aged_versions(&self) -> Result<Vec<Aged>> {
        let path = self.path.to_path_buf();
        blocking(move || {
            let mut all = Vec::new();
            for (number, manifest) in manifests(&path)? {
                match fs::metadata(&manifest).and_then(|found| found.modified()) {
                    Ok(time) => all.push(Aged { number, since: time.into() }),
                    Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                    Err(e) => return Err(Error::io("look at", &manifest)(e)),
                }
            }
            Ok(all)
        })
        .await
    }

    /// The bytes of the manifests of versions.
    pub(crate) async fn manifest_bytes(&self, versions: Vec<u64>) -> Result<u64> {
        let path = self.path.to_path_buf();
        blocking(move || {
            let all = manifests(&path)?.into_iter();
            let chosen = all.filter(|(version, _)| versions.contains(version));
            Ok(chosen.map(|(_, path)| fs::metadata(path).map_or(0, |found| found.len())).sum())
        })
        .await
    }

    /// Adds what a version refers to. Cost: its manifest.
    pub(crate) async fn refer(&self, version: u64, referred: &mut Referred) -> Result<()> {
        if referred.versions.contains(&version) {
            return Ok(());
        }
        let base = self.dataset.branch_location().path;
        let path = self.dataset.manifest_location().naming_scheme.manifest_path(&base, version);
        let read = self.enter(version, Piece::Version, self.read_references(version, path)).await?;
        referred.add(&read);
        Ok(())
    }

    /// Adds what all versions of all branches refer to. Cost: the manifest of each that was not read before.
    ///
    /// # Errors
    /// Where one of them cannot be read: it may refer to anything.
    pub(crate) async fn refer_branches(&self, referred: &mut Referred) -> Result<()> {
        let table = self.clone();
        let branches = blocking(move || {
            let datasets = table.branch_datasets()?.into_iter();
            let all = datasets.map(|dataset| manifests(&dataset).map(|found| (dataset, found)));
            all.collect::<Result<Vec<_>>>()
        });
        for (dataset, versions) in branches.await? {
            for (version, manifest) in versions {
                // One that is gone meanwhile refers to nothing.
                let Some(stamp) = Stamp::of(&manifest) else { continue };
                let key = (manifest, stamp);
                if !referred.branched.contains(&key) {
                    referred.add_branched(&self.read_branched(&dataset, version, &key.0).await?);
                    referred.branched.insert(key);
                }
            }
        }
        Ok(())
    }

    async fn read_branched(
        &self,
        dataset: &Path,
        version: u64,
        manifest: &Path,
    ) -> Result<(Manifest, Vec<IndexMetadata>)> {
        let below = manifest.strip_prefix(&self.path).unwrap_or(manifest).components();
        let names: Vec<_> = below.map(|part| part.as_os_str().to_string_lossy()).collect();
        let base = self.dataset.branch_location().path;
        // IMPORTANT: parsed as it is. What is joined is escaped, and names another folder where a letter is not ASCII.
        let path = object_store::path::Path::parse(format!("{base}/{}", names.join("/")));
        let path = path.map_err(|e| Error::Damaged { path: manifest.into(), source: e.into() })?;
        let (access, first) = (self.access.to_unguarded(), Some((version, Piece::Version)));
        let read = self.read_references(version, path);
        enter(dataset, Some(manifest), &access, first, read).boxed().await
    }

    /// What a version refers to, by its manifest alone.
    async fn read_references(
        &self,
        version: u64,
        path: object_store::path::Path,
    ) -> lance::Result<(Manifest, Vec<IndexMetadata>)> {
        let store = self.dataset.object_store(None).await?;
        let manifest = read_manifest(&store, &path, None).await?;
        ensure_can_read_manifest(&manifest)?;
        ensure_can_write_manifest(&manifest)?;
        let naming_scheme = self.dataset.manifest_location().naming_scheme;
        let (size, e_tag) = (None, None);
        let at = ManifestLocation { version, path, size, naming_scheme, e_tag, identity: None };
        let indices = read_manifest_indexes(&store, &at, &manifest).await?;
        Ok((manifest, indices))
    }

    /// What none of the versions refers to.
    ///
    /// Cost: a listing of the folders of files, and a `stat` for each file that is left.
    pub(crate) async fn leavings(&self, referred: Referred) -> Result<(Referred, Vec<Leaving>)> {
        let path = self.path.to_path_buf();
        blocking(move || {
            let mut found = Vec::new();
            for folder in [DATA, DELETIONS, TRANSACTIONS, INDICES] {
                for entry in entries(&path.join(folder))? {
                    let leaving = leaving(folder, &entry).filter(|leaving| !referred.has(leaving));
                    found.extend(leaving.and_then(|leaving| measured(leaving, &path)));
                }
            }
            Ok((referred, found))
        })
        .await
    }

    /// Refuses a dataset in which more than its versions and branches may refer to files.
    ///
    /// # Errors
    /// [`Error::Unsupported`], which says what does.
    pub(crate) async fn refuse_detached(&self) -> Result<()> {
        let path = self.path.to_path_buf();
        blocking(move || {
            if !entries(&path.join(VERSIONS))?.iter().any(is_detached) {
                return Ok(());
            }
            let what = format!("cleaning up {}", path.display());
            let reason = "it has detached versions, which stand on files of others".into();
            Err(Error::Unsupported { what, reason })
        })
        .await
    }
}

pub(super) fn entries(folder: &Path) -> Result<Vec<DirEntry>> {
    let listed = fs::read_dir(folder).and_then(Iterator::collect);
    match listed {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        listed => listed.map_err(Error::io("list", folder)),
    }
}

/// What an entry of a folder would be, if no version referred to it; `None` for what is nobody's.
fn leaving(folder: &str, entry: &DirEntry) -> Option<Leaving> {
    let kind = entry.file_type().ok()?;
    let name = entry.file_name().into_string().ok().filter(|name| !name.starts_with('.'))?;
    let path = format!("{folder}/{name}");
    let name = match (folder, kind.is_dir()) {
        // What is too large for a data file lies in a folder of its name.
        (DATA, true) => format!("{path}{DATA_FILE}"),
        (DATA, false) => path.ends_with(DATA_FILE).then(|| path.clone())?,
        (INDICES, is_folder) => is_folder.then(|| path.clone())?,
        (_, is_folder) => (!is_folder).then(|| path.clone())?,
    };
    let (noted, is_folder) = (name.clone(), kind.is_dir());
    let is_own = kind.is_dir() || kind.is_file();
    let (files, bytes, modified) = (0, 0, DateTime::UNIX_EPOCH);
    is_own.then_some(Leaving { path, name, noted, is_folder, files, bytes, modified })
}

/// The same with its size; `None` where it is gone.
fn measured(leaving: Leaving, dataset: &Path) -> Option<Leaving> {
    let path = dataset.join(&leaving.path);
    let found = fs::metadata(&path).ok()?;
    let modified = found.modified().ok()?.into();
    if !leaving.is_folder {
        return Some(Leaving { files: 1, bytes: found.len(), modified, ..leaving });
    }
    let within = entries(&path).ok()?;
    let files = within.iter().filter_map(|entry| Some((entry, entry.metadata().ok()?)));
    let mut all = Leaving { modified, ..leaving };
    for (entry, found) in files {
        all.files += 1;
        all.bytes += found.len();
        all.modified = all.modified.max(found.modified().ok()?.into());
        if all.is_index() {
            all.noted = format!("{}/{}", all.path, entry.file_name().to_string_lossy());
        }
    }
    Some(all)
}

pub(super) fn is_detached(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    name.to_str().is_some_and(|name| ManifestNamingScheme::parse_detached_version(name).is_some())
}
