//! A commit that becomes exactly the next version of the one that was examined, or nothing.
//!
//! Lance rebases an append over whatever was committed meanwhile. Over a change of a column's type, the values just
//! written would read as null; over a flush of the same records by another process, they would be there twice.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::FutureExt;
use lance::Dataset;
use lance::dataset::CommitBuilder;
use lance::dataset::transaction::{Operation, Transaction as Change};
use lance_io::object_store::ObjectStore;
use lance_table::format::{IndexMetadata, Manifest, Transaction};
use lance_table::io::commit::{
    CommitError, CommitHandler, ConditionalPutCommitHandler, ManifestLocation,
    ManifestNamingScheme, ManifestWriter,
};
use object_store::path::Path;

use super::failure::storage;
use super::mark::FlushMark;
use super::stage::Staged;
use super::table::Table;
use crate::engine::error::Error;
use crate::engine::fault;

const APPEND: &str = "append to";

/// What became of a commit.
pub(crate) enum Committed {
    /// The new head, durable.
    Done(Table),
    /// The head is another one than was examined. Nothing was committed.
    Moved,
    /// It may have happened or not, or it is there and not durable.
    Unknown(Error),
}

impl Table {
    /// Appends staged rows as the version behind this one. They are durable when it returns.
    ///
    /// # Errors
    /// Where nothing was committed for another reason than a moved head.
    pub(crate) async fn commit_staged(
        &self,
        staged: &Staged,
        mark: FlushMark,
    ) -> Result<Committed, Error> {
        let mut transaction = staged.transaction.clone();
        transaction.read_version = self.version();
        if fault::is_on(&self.path, "mark") {
            transaction.transaction_properties = Some(Arc::new(mark.properties()));
        }
        self.commit_pinned(APPEND, transaction).await
    }

    /// Makes an older version's state that of the version behind this one. It is durable when it returns, where the
    /// files of the older one are.
    ///
    /// # Errors
    /// As [`commit_staged`](Self::commit_staged).
    pub(crate) async fn commit_restore(&self, version: u64) -> Result<Committed, Error> {
        let restore = Operation::Restore { version };
        self.commit_pinned("restore a version of", Change::new(self.version(), restore, None)).await
    }

    /// Takes whole fragments out, as the version behind this one. It is durable when it returns.
    ///
    /// # Errors
    /// As [`commit_staged`](Self::commit_staged).
    pub(crate) async fn commit_without(&self, fragments: Vec<u64>) -> Result<Committed, Error> {
        let without = Operation::Delete {
            updated_fragments: Vec::new(),
            deleted_fragment_ids: fragments,
            predicate: "their files are damaged".into(),
        };
        self.commit_pinned("delete from", Change::new(self.version(), without, None)).await
    }

    async fn commit_pinned(
        &self,
        action: &'static str,
        transaction: Change,
    ) -> Result<Committed, Error> {
        let pin = self.pin();
        let commit = CommitBuilder::new(self.dataset.clone()).with_skip_auto_cleanup(true);
        let commit = if fault::is_on(&self.path, "pin") {
            commit.with_max_retries(0).with_commit_handler(pin.clone())
        } else {
            commit
        };
        let result = commit.execute(transaction).boxed().await;
        if let Some(error) = pin.failure() {
            // The name may be there all the same, and not on the disk.
            return Ok(Committed::Unknown(storage(action, &self.path)(error)));
        }
        match result {
            Ok(dataset) => Ok(self.committed(dataset).await),
            Err(_) if pin.has_moved() => Ok(Committed::Moved),
            Err(error) if error.is_commit_status_unknown() => {
                Ok(Committed::Unknown(storage(action, &self.path)(error)))
            }
            Err(error) => Err(storage(action, &self.path)(error)),
        }
    }

    /// Lets a commit become the version behind this one, or nothing.
    pub(super) fn pin(&self) -> Arc<Pinned> {
        Arc::new(Pinned {
            folder: self.path.clone(),
            version: self.version() + 1,
            inner: ConditionalPutCommitHandler,
            has_moved: AtomicBool::new(false),
            failure: Mutex::default(),
        })
    }

    async fn committed(&self, dataset: Dataset) -> Committed {
        // The handle must not go on with a commit handler that is pinned to this version.
        let published = async {
            fault::at(&self.path, "flush.committed")?;
            self.was_synced(dataset.version_id());
            self.note_commit(&dataset).await;
            fault::at(&self.path, "flush.noted")?;
            self.checkout(dataset.version_id()).await
        };
        match published.await {
            Ok(table) => Committed::Done(table),
            Err(error) => Committed::Unknown(error),
        }
    }
}

/// Lance's local commit, for one version only.
#[derive(Debug)]
pub(super) struct Pinned {
    folder: Arc<std::path::Path>,
    version: u64,
    inner: ConditionalPutCommitHandler,
    has_moved: AtomicBool,
    /// An error of the inner commit. Lance reads the version back, and takes one that is there for a
    /// success, though its name may not be on the disk.
    failure: Mutex<Option<lance::Error>>,
}

impl Pinned {
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
}

#[async_trait]
impl CommitHandler for Pinned {
    fn is_version_not_found_definitive(&self) -> bool {
        self.inner.is_version_not_found_definitive()
    }

    fn propagate_commit_error_after_success(&self) -> bool {
        self.inner.propagate_commit_error_after_success()
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
            self.pass("commit.link")?;
            let written = self.inner.commit(
                manifest,
                indices,
                base_path,
                object_store,
                manifest_writer,
                naming_scheme,
                transaction,
            );
            let location = written.await?;
            self.pass("commit.linked")?;
            Ok(location)
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
