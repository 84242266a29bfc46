//! One version of a bucket's dataset, opened: the handle that everything else reads and writes with.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arrow_schema::{Schema, SchemaRef};
use futures::FutureExt;
use lance::Dataset;
use lance::dataset::builder::DatasetBuilder;

use super::claims;
use super::enter::{enter, guarded};
use super::heal::manifests;
use super::index::OffsetIndex;
use super::newer::Listed;
use super::session::session;
use super::spans;
use crate::engine::access::Access;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, ErrorKind, Result};
use crate::engine::layout::VERSIONS;
use crate::engine::screen::Piece;

/// A dataset is created data first, version last; for so long, data without a version is no damage.
const IN_THE_MAKING: Duration = Duration::from_secs(10);

/// How often the head is looked for where another program cleans up what was found.
const LOOKS: usize = 8;

/// One version of a dataset. Cheap to clone; never changes.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(super) path: Arc<Path>,
    pub(super) dataset: Arc<Dataset>,
    pub(super) access: Access,
    schema: SchemaRef,
    index: Arc<OffsetIndex>,
    stamp: Option<Stamp>,
    pub(super) listed: Listed,
}

/// Tells a manifest from another one that took its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Stamp {
    pub(super) inode: u64,
    pub(super) modified: Option<SystemTime>,
}

impl Stamp {
    /// That of a manifest, where there is one: one `stat`.
    pub(super) fn of(manifest: &Path) -> Option<Self> {
        let metadata = fs::metadata(manifest).ok()?;
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(&metadata);
        #[cfg(not(unix))]
        let inode = metadata.len();
        Some(Self { inode, modified: metadata.modified().ok() })
    }
}

impl Table {
    /// Opens the head version, where there is a dataset; one that is being created is not there yet.
    ///
    /// # Errors
    /// [`Error::Damaged`] where the head cannot be read, or where there is data and no version.
    /// [`Error::LeadsOut`] and [`Error::Harmful`] where it must not be read.
    pub(crate) async fn open(path: &Path, access: &Access) -> Result<Option<Self>> {
        access.check(&path.join(VERSIONS))?;
        if !holds(&path.join(VERSIONS), "manifest") {
            let data = path.join("data");
            let abandoned = holds(&data, "lance") && !is_young(&data);
            return if abandoned { Err(no_versions(path)) } else { Ok(None) };
        }
        for _ in 1..LOOKS {
            let newest = manifests(path)?.pop();
            let opened = Self::open_newest(path, newest.clone(), access).await;
            // It may have been cleaned up since it was listed.
            if opened.is_ok() || newest == manifests(path)?.pop() {
                return opened.map(Some);
            }
        }
        Self::open_newest(path, manifests(path)?.pop(), access).await.map(Some)
    }

    async fn open_newest(
        path: &Path,
        newest: Option<(u64, PathBuf)>,
        access: &Access,
    ) -> Result<Self> {
        // What is tried first must be what is opened then, whoever commits in between.
        let version = newest.as_ref().map(|(version, _)| *version).filter(|_| access.has_screen());
        let manifest = newest.map(|(_, manifest)| manifest);
        Self::load(path, version, manifest.as_deref(), access).boxed().await
    }

    /// Opens a version, or the head; its manifest is looked at first, where it is known.
    pub(super) async fn load(
        path: &Path,
        version: Option<u64>,
        manifest: Option<&Path>,
        access: &Access,
    ) -> Result<Self> {
        let mut builder = DatasetBuilder::from_uri(uri(path)?).with_session(session());
        if let Some(version) = version {
            builder = builder.with_version(version);
        }
        let first = version.map(|version| (version, Piece::Version));
        let dataset = Arc::new(enter(path, manifest, access, first, builder.load()).await?);
        Self::of(path.into(), dataset, access, None).await
    }

    /// As [`open`](Self::open), but where the head cannot be read, the newest version that can; for
    /// readers. Also returns the versions that were passed over.
    pub(crate) async fn open_readable(
        path: &Path,
        access: &Access,
    ) -> Result<Option<(Self, Vec<u64>)>> {
        let first = match Self::open(path, access).await {
            Err(error) if error.kind() == ErrorKind::Corrupt => error,
            opened => return Ok(opened?.map(|table| (table, Vec::new()))),
        };
        let mut passed_over = Vec::new();
        for (version, manifest) in manifests(path)?.into_iter().rev() {
            match Self::load(path, Some(version), Some(&manifest), access).boxed().await {
                Ok(table) => return Ok(Some((table, passed_over))),
                Err(_) => passed_over.push(version),
            }
        }
        Err(first)
    }

    /// The head, found by listing the versions: a look for the next number would miss it behind a gap,
    /// and a commit into that gap would be in no head.
    pub(crate) async fn fresh_head(&self) -> Result<Self> {
        let mut newest = self.newest().await?;
        for _ in 1..LOOKS {
            match self.head_at(newest).boxed().await {
                Err(error) => {
                    // It may have been cleaned up since it was listed.
                    let now = self.newest().await?;
                    if now == newest {
                        return Err(error);
                    }
                    newest = now;
                }
                opened => return opened,
            }
        }
        self.head_at(newest).boxed().await
    }

    /// The head, where it is the newest version that was listed.
    async fn head_at(&self, newest: Option<u64>) -> Result<Self> {
        let newest = newest.ok_or_else(|| no_versions(&self.path))?;
        let is_this = newest == self.version();
        if is_this && stamp(&self.path, &self.dataset, newest) == self.stamp {
            return Ok(self.clone());
        }
        if is_this {
            // Another one took its number.
            return self.reopened().await;
        }
        self.checkout(newest).await
    }

    /// The newest version by its listing.
    pub(super) async fn newest(&self) -> Result<Option<u64>> {
        let path = self.path.to_path_buf();
        blocking(move || Ok(manifests(&path)?.pop().map(|(version, _)| version))).await
    }

    pub(super) async fn reopened(&self) -> Result<Self> {
        let head = Self::open(&self.path, &self.access).await?;
        head.ok_or_else(|| no_versions(&self.path))
    }

    /// Holds the files of a fragment against their checksums, and has a read of them tried by the screen where nothing
    /// vouches for them.
    pub(super) async fn ask(&self, fragment: u64, piece: impl FnOnce() -> Piece) -> Result<()> {
        let access = self.vouched(fragment).await?;
        if !access.has_to_ask() {
            return Ok(());
        }
        access.ask(&self.path, self.version(), piece()).await
    }

    /// The name of a version's manifest.
    pub(super) fn manifest_name(&self, version: u64) -> Option<String> {
        manifest_name(&self.dataset, version)
    }

    /// The state of a version's manifest, where it is kept. Costs a `stat`.
    pub(super) fn stamp_of(&self, version: u64) -> Option<Stamp> {
        stamp(&self.path, &self.dataset, version)
    }

    /// Where a version's manifest is, if it is.
    pub(super) fn manifest(&self, version: u64) -> Option<PathBuf> {
        Some(self.path.join(VERSIONS).join(self.manifest_name(version)?))
    }

    /// Wraps an opened dataset; `before` spares decoding what it has in common with it.
    pub(super) async fn of(
        path: Arc<Path>,
        dataset: Arc<Dataset>,
        access: &Access,
        before: Option<&Self>,
    ) -> Result<Self> {
        let read = async {
            claims::check(&path, &dataset, access)?;
            let index = spans::index_of(&path, &dataset, before).await?;
            let index = Arc::new(claims::check_index(&path, index)?);
            Ok((index, Arc::new(Schema::from(dataset.schema()))))
        };
        let (index, schema) = guarded(&path, read).await?;
        access.tally().manifest();
        let stamp = stamp(&path, &dataset, dataset.version_id());
        let listed = Listed::default();
        Ok(Self { path, dataset, access: access.clone(), schema, index, stamp, listed })
    }

    /// Another version of the same dataset.
    pub(super) async fn checkout(&self, version: u64) -> Result<Self> {
        let opened = self.dataset.checkout_version(version);
        let dataset = self.enter(version, Piece::Version, opened).await?;
        Self::of(self.path.clone(), Arc::new(dataset), &self.access, Some(self)).await
    }

    /// Lets Lance read another version; the screen tries the same piece of it first.
    pub(super) async fn enter<T: Send>(
        &self,
        version: u64,
        piece: Piece,
        read: impl Future<Output = lance::Result<T>> + Send,
    ) -> Result<T> {
        let manifest = self.manifest(version);
        let first = Some((version, piece));
        enter(&self.path, manifest.as_deref(), &self.access, first, read).boxed().await
    }

    pub(crate) fn version(&self) -> u64 {
        self.dataset.version_id()
    }

    /// Whether it is the same version of the same dataset.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.version() == other.version() && self.stamp == other.stamp
    }

    /// Whether there is a version with this number: one `stat`.
    pub(super) fn has(&self, version: u64) -> bool {
        stamp(&self.path, &self.dataset, version).is_some()
    }

    /// Whether it was not removed since it was opened, nor another one took its number.
    pub(crate) fn is_there(&self) -> bool {
        stamp(&self.path, &self.dataset, self.version()) == self.stamp
    }

    /// Whether offsets are stable row ids; else they are positions.
    pub(crate) fn is_stable(&self) -> bool {
        self.dataset.manifest().uses_stable_row_ids()
    }

    /// The offset that the next appended row gets.
    pub(crate) fn next_offset(&self) -> u64 {
        if self.is_stable() { self.dataset.manifest().next_row_id } else { self.index.rows() }
    }

    pub(crate) fn index(&self) -> &OffsetIndex {
        &self.index
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    pub(crate) fn fragments(&self) -> u64 {
        self.dataset.fragments().len() as u64
    }

    /// The data files' names in fragment order: two versions with a common beginning of these
    /// hold the same rows at the same positions there.
    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, u64)> {
        self.dataset.fragments().iter().map(|fragment| {
            let file = fragment.files.first().map_or("", |file| file.path.as_str());
            (file, fragment.num_rows().unwrap_or_default() as u64)
        })
    }
}

/// A folder's URL, as Lance is given it.
pub(super) fn uri(path: &Path) -> Result<String> {
    let absolute = std::path::absolute(path).map_err(Error::io("resolve", path))?;
    let url = url::Url::from_file_path(&absolute).map_err(|()| Error::Unsupported {
        what: format!("the path {}", path.display()),
        reason: "it is no local path that can be written as a URL".into(),
    })?;
    Ok(with_letters(url.as_str()).unwrap_or_else(|| url.into()))
}

/// The same URL with all letters as they are, where it is text: Lance looks at the end of a branch's URL for its name, where
/// an escaped letter is none of it. What is ASCII stays escaped, as it would mean another thing.
fn with_letters(url: &str) -> Option<String> {
    let mut parts = url.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        let byte = u8::from_str_radix(code, 16).ok()?;
        let (byte, rest) = if byte.is_ascii() { (b'%', part) } else { (byte, rest) };
        bytes.push(byte);
        bytes.extend_from_slice(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

fn no_versions(path: &Path) -> Error {
    Error::Damaged { path: path.into(), source: "it holds no version of a Lance dataset".into() }
}

/// Whether a folder holds a finished file of a kind; unfinished ones have other endings.
fn holds(folder: &Path, kind: &str) -> bool {
    let Ok(mut entries) = fs::read_dir(folder) else { return false };
    entries
        .any(|entry| entry.is_ok_and(|e| e.path().extension().is_some_and(|found| found == kind)))
}

/// Whether a folder changed so lately that whoever writes there may still be at it.
fn is_young(folder: &Path) -> bool {
    let modified = fs::metadata(folder).and_then(|metadata| metadata.modified()).ok();
    modified.and_then(|time| time.elapsed().ok()).is_none_or(|age| age < IN_THE_MAKING)
}

fn manifest_name(dataset: &Dataset, version: u64) -> Option<String> {
    let naming = dataset.manifest_location().naming_scheme;
    let path = naming.manifest_path(&object_store::path::Path::default(), version);
    path.filename().map(str::to_owned)
}

/// The state of a version's manifest file, where there is one: one `stat`.
fn stamp(path: &Path, dataset: &Dataset, version: u64) -> Option<Stamp> {
    Stamp::of(&path.join(VERSIONS).join(manifest_name(dataset, version)?))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn a_url_has_letters_as_they_are_and_leads_where_its_path_does() {
        let odd = "/a b/%25/#?/pr\u{fc}fung/\u{6f22}\u{5b57}/x%C3%BC";
        let url = uri(Path::new(odd)).unwrap();
        assert!(url.ends_with("/pr\u{fc}fung/\u{6f22}\u{5b57}/x%25C3%25BC"), "{url}");
        let no_text = OsStr::from_bytes(b"/pr\xfcfung");
        for path in [Path::new(odd), Path::new(no_text)] {
            let url = url::Url::parse(&uri(path).unwrap()).unwrap();
            assert_eq!(url.to_file_path().unwrap(), path);
        }
    }
}
