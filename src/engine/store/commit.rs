//! A commit that becomes exactly the next version of the one that was examined, or nothing.
//!
//! Lance rebases an append over whatever was committed meanwhile. Over a change of a column's type, the values just
//! written would read as null; over a flush of the same records by another process, they would be there twice.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt;
use lance::Dataset;
use lance::dataset::CommitBuilder;
use lance::dataset::transaction::{Operation, Transaction as Change};

use super::failure::storage;
use super::import_mark::{self, ImportMark};
use super::mark::FlushMark;
use super::pinned::Pinned;
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
        import: Option<ImportMark>,
    ) -> Result<Committed, Error> {
        let mut transaction = staged.transaction.clone();
        transaction.read_version = self.version();
        let mut properties = HashMap::new();
        if fault::is_on(&self.path, "mark") {
            properties.extend(mark.properties());
        }
        let import = import.filter(|_| fault::is_on(&self.path, "import-mark"));
        properties
            .extend(import.map(|import| (import_mark::PROPERTY.to_owned(), import.to_string())));
        if !properties.is_empty() {
            transaction.transaction_properties = Some(Arc::new(properties));
        }
        self.commit_pinned(APPEND, transaction).await
    }

    /// As [`commit_staged`](Self::commit_staged), of rows that were never in a log.
    pub(crate) async fn commit_unlogged(&self, staged: &Staged) -> Result<Committed, Error> {
        let mut transaction = staged.transaction.clone();
        transaction.read_version = self.version();
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

    /// Commits this version once more as the one behind it, in a way that Lance lets nothing but appends pass: what another
    /// program began to do at an older version fails, or begins anew. Durable when it returns.
    ///
    /// # Errors
    /// As [`commit_staged`](Self::commit_staged).
    pub(crate) async fn commit_barrier(&self) -> Result<Committed, Error> {
        let (schema, fragments) =
            (self.dataset.schema().clone(), self.dataset.fragments().to_vec());
        let merge = Operation::Merge { fragments, schema, preserves_nullability: true };
        self.commit_pinned("commit to", Change::new(self.version(), merge, None)).await
    }

    /// Commits what was made of this version as the one behind it, or nothing.
    pub(super) async fn commit_pinned(
        &self,
        action: &'static str,
        transaction: Change,
    ) -> Result<Committed, Error> {
        let pin = self.pin();
        let commit = CommitBuilder::new(self.dataset.clone()).with_skip_auto_cleanup(true);
        // IMPORTANT: one that is given up may happen all the same, later, without its files.
        let commit = commit.with_timeout(None);
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
            Err(error) if pin.has_moved() || is_outrun(&error) => Ok(Committed::Moved),
            Err(error) if error.is_commit_status_unknown() => {
                Ok(Committed::Unknown(storage(action, &self.path)(error)))
            }
            Err(error) => Err(storage(action, &self.path)(error)),
        }
    }

    /// Lets a commit become the version behind this one, or nothing.
    pub(super) fn pin(&self) -> Arc<Pinned> {
        Arc::new(Pinned::to(self.version() + 1, &self.path, &self.access))
    }

    async fn committed(&self, dataset: Dataset) -> Committed {
        // The handle must not go on with a commit handler that is pinned to this version.
        let published = async {
            fault::at(&self.path, "flush.committed")?;
            self.was_synced(dataset.version_id());
            let table = self.checkout(dataset.version_id()).await?;
            table.is_head_now();
            Ok(table)
        };
        match published.await {
            Ok(table) => Committed::Done(table),
            Err(error) => Committed::Unknown(error),
        }
    }
}

/// Whether Lance found, before it tried, that what another program committed meanwhile does not go together with this.
fn is_outrun(error: &lance::Error) -> bool {
    matches!(
        error,
        lance::Error::RetryableCommitConflict { .. }
            | lance::Error::CommitConflict { .. }
            | lance::Error::IncompatibleTransaction { .. }
    )
}
