//! The commit of one version, and of no other: the manifest's checksum is noted, then it gets its name.

use std::path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use lance_io::object_store::ObjectStore;
use lance_table::format::{IndexMetadata, Manifest, Transaction};
use lance_table::io::commit::{
    CommitError, CommitHandler, ManifestLocation, ManifestNamingScheme, ManifestWriter,
    write_version_hint,
};
use object_store::path::Path;
use object_store::{PutMode, PutOptions};

use crate::engine::access::Access;
use crate::engine::durable::blocking;
use crate::engine::fault;
use crate::engine::layout::{TRANSACTIONS, VERSIONS};
use crate::engine::sums::Guard;

/// Commits one version to a local dataset. What has the name of its manifest already, is a conflict.
#[derive(Debug)]
pub(super) struct Pinned {
    folder: Arc<path::Path>,
    version: u64,
    guard: Option<Arc<Guard>>,
    has_moved: AtomicBool,
    /// An error of the commit. Lance reads the version back, and takes one that is there for a success, though its name
    /// may not be on the disk.
    failure: Mutex<Option<lance::Error>>,
}

impl Pinned {
    /// A commit of this version to the dataset in a folder. Needs the flush lock, where checksums are noted.
    pub(super) fn to(version: u64, folder: &path::Path, access: &Access) -> Self {
        Self {
            folder: folder.into(),
            version,
            guard: access.guard().cloned(),
            has_moved: AtomicBool::new(false),
            failure: Mutex::default(),
        }
    }

    /// Whether a commit was refused because the head is another one.
    pub(super) fn has_moved(&self) -> bool {
        self.has_moved.load(Ordering::Acquire)
    }

    /// What the commit itself said, where it failed.
    pub(super) fn failure(&self) -> Option<lance::Error> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn pass(&self, point: &'static str) -> Result<(), CommitError> {
        let passed = fault::step(&self.folder, point);
        passed.map_err(|error| CommitError::OtherError(lance::Error::io(error.to_string())))
    }

    fn moved(&self) -> CommitError {
        self.has_moved.store(true, Ordering::Release);
        CommitError::OtherError(lance::Error::invalid_input("the head has moved"))
    }

    /// Notes the checksums of a manifest that is about to get its name, and of its transaction.
    ///
    /// Before that, so that nobody sees a version of ours that nothing vouches for. If it does not come to it, the note is
    /// of a file that never was; whoever commits this version instead is told apart by the transaction.
    async fn note(&self, manifest: &Manifest, name: &Path, bytes: &[u8]) {
        let (Some(guard), Some(name)) = (self.guard.clone(), name.filename()) else { return };
        let transaction = manifest.transaction_file.as_ref().filter(|name| !name.is_empty());
        let transaction = transaction.map(|name| format!("{TRANSACTIONS}/{name}"));
        let (name, crc) = (format!("{VERSIONS}/{name}"), crc32c::crc32c(bytes));
        let (length, version) = (bytes.len() as u64, self.version);
        let noted =
            blocking(move || guard.add_commit(transaction.as_ref(), (name, length, crc), version));
        if let Err(error) = noted.await {
            tracing::warn!(dataset = %self.folder.display(), version, %error, "checksums could not be noted; a later flush tries again");
        }
    }
}

#[async_trait]
impl CommitHandler for Pinned {
    fn is_version_not_found_definitive(&self) -> bool {
        true
    }

    fn propagate_commit_error_after_success(&self) -> bool {
        false
    }

    async fn commit(
        &self,
        manifest: &mut Manifest,
        indices: Option<Vec<IndexMetadata>>,
        base_path: &Path,
        object_store: &ObjectStore,
        manifest_writer: ManifestWriter,
        naming_scheme: ManifestNamingScheme,
        transaction: Option<Transaction>,
    ) -> Result<ManifestLocation, CommitError> {
        if manifest.version != self.version {
            return Err(self.moved());
        }
        let written = async {
            let bytes = written(manifest_writer, manifest, indices, transaction).await?;
            let path = naming_scheme.manifest_path(base_path, self.version);
            self.note(manifest, &path, &bytes).await;
            self.pass("commit.link")?;
            let size = Some(bytes.len() as u64);
            let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
            let put = object_store.inner.put_opts(&path, bytes.into(), create).await;
            let e_tag = put.map_err(refused)?.e_tag;
            write_version_hint(object_store, base_path, self.version).await;
            self.pass("commit.linked")?;
            let version = self.version;
            Ok(ManifestLocation { version, path, size, naming_scheme, e_tag, identity: None })
        };
        match written.await {
            Err(CommitError::CommitConflict) => Err(self.moved()),
            Err(CommitError::OtherError(error)) => {
                let told = lance::Error::io(error.to_string());
                *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                Err(CommitError::OtherError(told))
            }
            done => done,
        }
    }
}

/// A manifest as it will be on the disk: written once, because a second time its maps may be in another order.
async fn written(
    write: ManifestWriter,
    manifest: &mut Manifest,
    indices: Option<Vec<IndexMetadata>>,
    transaction: Option<Transaction>,
) -> lance::Result<Vec<u8>> {
    let (memory, place) = (ObjectStore::memory(), Path::from("manifest"));
    write(&memory, manifest, indices, &place, transaction).await?;
    Ok(memory.read_one_all(&place).await?.to_vec())
}

fn refused(error: object_store::Error) -> CommitError {
    match error {
        object_store::Error::AlreadyExists { .. } | object_store::Error::Precondition { .. } => {
            CommitError::CommitConflict
        }
        other => CommitError::OtherError(other.into()),
    }
}
