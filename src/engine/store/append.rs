//! Creating and appending, durably: what returned here survives a power cut.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::{Schema, SchemaRef};
use futures::FutureExt;
use lance::Dataset;
use lance::dataset::transaction::{Operation, Transaction};
use lance::dataset::{CommitBuilder, InsertBuilder, NewColumnTransform, WriteMode, WriteParams};

use super::failure::storage;
use super::session::session;
use super::table::{Table, uri};
use crate::engine::durable::{blocking, sync_file, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::layout::VERSIONS;

const APPEND: &str = "append to";

impl Table {
    /// Creates a dataset of no rows with stable row ids; opens it where somebody else was faster.
    pub(crate) async fn create(path: &Path, schema: &SchemaRef) -> Result<Self> {
        let nothing = RecordBatchIterator::new(std::iter::empty(), schema.clone());
        let params = WriteParams {
            mode: WriteMode::Create,
            enable_stable_row_ids: true,
            session: Some(session()),
            ..WriteParams::default()
        };
        match Dataset::write(nothing, uri(path)?.as_str(), Some(params)).boxed().await {
            Ok(dataset) => {
                sync_new_dataset(path).await?;
                Self::of(path.into(), Arc::new(dataset), None).await
            }
            Err(lance::Error::DatasetAlreadyExists { .. }) => {
                let opened = Self::open(path).await?;
                opened.ok_or_else(|| vanished(path))
            }
            Err(error) => Err(storage("create", path)(error)),
        }
    }

    /// Appends batches of the table's schema as one version. They are durable when it returns: data
    /// files and their folder first, then the manifest and its folder.
    ///
    /// On an error nothing was appended, and the files written are removed, so that trying again on a
    /// full disk does not fill it further.
    ///
    /// # Errors
    /// [`Error::Poisoned`] where it cannot be known whether the commit happened.
    pub(crate) async fn append(&self, batches: Vec<RecordBatch>) -> Result<Self> {
        let params = WriteParams {
            mode: WriteMode::Append,
            session: Some(session()),
            ..WriteParams::default()
        };
        let transaction = InsertBuilder::new(self.dataset.clone())
            .with_params(&params)
            .execute_uncommitted(batches)
            .boxed()
            .await
            .map_err(storage(APPEND, &self.path))?;
        let (files, uuid) = (data_files(&self.path, &transaction), transaction.uuid.clone());
        let committed = match self.commit(transaction, files.clone()).await {
            Err(Uncommitted::Unknown(cause)) => self.settle(&uuid, cause).await,
            Err(Uncommitted::Failed(error)) => Err(error),
            Ok(dataset) => return self.published(dataset).await,
        };
        if !matches!(committed, Ok(_) | Err(Error::Poisoned { .. })) {
            // What cannot be removed is left to Lance's cleanup; the error that counts is the commit's.
            drop(blocking(move || remove_files(&files)).await);
        }
        committed
    }

    async fn commit(
        &self,
        transaction: Transaction,
        files: Vec<PathBuf>,
    ) -> Result<Dataset, Uncommitted> {
        // IMPORTANT: before the commit. A manifest that survives a power cut must not name a file
        // that did not.
        sync_data_files(&self.path, files).await.map_err(Uncommitted::Failed)?;
        let commit = CommitBuilder::new(self.dataset.clone()).with_skip_auto_cleanup(true);
        match commit.execute(transaction).boxed().await {
            Err(error) if error.is_commit_status_unknown() => {
                Err(Uncommitted::Unknown(storage(APPEND, &self.path)(error)))
            }
            result => result.map_err(|e| Uncommitted::Failed(storage(APPEND, &self.path)(e))),
        }
    }

    /// The table after a commit that happened; no failure from here on may look as if it had not.
    async fn published(&self, dataset: Dataset) -> Result<Self> {
        let table = Self::of(self.path.clone(), Arc::new(dataset), Some(self)).await;
        table.map_err(|error| self.in_doubt(error))
    }

    /// Finds out whether a transaction of unknown fate was committed: its version says so by its id.
    ///
    /// Returns `cause` where it was not.
    async fn settle(&self, uuid: &str, cause: Error) -> Result<Self> {
        let Ok(Some(head)) = Self::open(&self.path).await else {
            return Err(self.in_doubt(cause));
        };
        for version in self.version() + 1..=head.version() {
            let Ok(found) = head.dataset.read_version_transaction(version).boxed().await else {
                return Err(self.in_doubt(cause));
            };
            if found.transaction.is_some_and(|transaction| transaction.uuid == uuid) {
                return head.checkout(version).await.map_err(|error| self.in_doubt(error));
            }
        }
        Err(cause)
    }

    fn in_doubt(&self, cause: Error) -> Error {
        Error::Poisoned { path: self.path.to_path_buf(), source: Box::new(cause) }
    }

    /// Adds nullable columns at the end, as one version; rewrites no data.
    pub(crate) async fn add_columns(&self, columns: Schema) -> Result<Self> {
        let mut dataset = Dataset::clone(&self.dataset);
        dataset
            .add_columns(NewColumnTransform::AllNulls(Arc::new(columns)), None, None)
            .boxed()
            .await
            .map_err(storage("add columns to", &self.path))?;
        Self::of(self.path.clone(), Arc::new(dataset), Some(self)).await
    }
}

fn vanished(path: &Path) -> Error {
    Error::Damaged { path: path.into(), source: "it existed a moment ago and is gone".into() }
}

async fn sync_new_dataset(path: &Path) -> Result<()> {
    let dataset = path.to_path_buf();
    blocking(move || {
        sync_folder(&dataset.join(VERSIONS))?;
        sync_folder(&dataset)?;
        dataset.parent().map_or(Ok(()), sync_folder)
    })
    .await
}

/// Why a commit is not known to have happened.
enum Uncommitted {
    /// It did not happen: nothing refers to the files.
    Failed(Error),
    /// It may have happened: the files stay.
    Unknown(Error),
}

fn data_files(path: &Path, transaction: &Transaction) -> Vec<PathBuf> {
    let Operation::Append { fragments } = &transaction.operation else { return Vec::new() };
    let files = fragments.iter().flat_map(|fragment| &fragment.files);
    files.map(|file| path.join("data").join(&file.path)).collect()
}

async fn sync_data_files(path: &Path, files: Vec<PathBuf>) -> Result<()> {
    let dataset = path.to_path_buf();
    blocking(move || {
        files.iter().try_for_each(|file| sync_file(file))?;
        sync_folder(&dataset.join("data"))?;
        // `data/` itself is a new name after the first append.
        sync_folder(&dataset)
    })
    .await
}

fn remove_files(files: &[PathBuf]) -> Result<()> {
    files.iter().try_for_each(|file| fs::remove_file(file).map_err(Error::io("remove", file)))
}
