//! Data files that no version refers to yet.

use std::fs;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use futures::FutureExt;
use lance::dataset::transaction::{Operation, Transaction};
use lance::dataset::{InsertBuilder, WriteMode, WriteParams};
use lance_table::format::Fragment;

use super::failure::storage;
use super::session::session;
use super::table::Table;
use crate::engine::durable::{blocking, sync_file, sync_folder};
use crate::engine::error::Result;
use crate::engine::fault;
use crate::engine::sums::Entry;

/// Written rows, waiting for their commit.
pub(crate) struct Staged {
    pub(super) transaction: Transaction,
    files: DataFiles,
    /// Of the version that they were written for.
    schema: lance::datatypes::Schema,
}

/// Data files that no version refers to yet.
#[derive(Debug)]
pub(super) struct DataFiles(Vec<PathBuf>);

impl Table {
    /// Writes batches of the table's schema as data files.
    pub(crate) async fn stage(&self, batches: Vec<RecordBatch>) -> Result<Staged> {
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
            .map_err(storage("append to", &self.path))?;
        let files = match &transaction.operation {
            Operation::Append { fragments } => data_files(&self.path, fragments),
            _ => DataFiles(Vec::new()),
        };
        fault::at(&self.path, "flush.staged")?;
        Ok(Staged { transaction, files, schema: self.dataset.schema().clone() })
    }

    /// Makes staged files durable, and their names. Needs the flush lock.
    ///
    /// IMPORTANT: before the commit. A manifest that survives a power cut must not name a file that
    /// did not.
    pub(crate) async fn sync_staged(&self, staged: &Staged) -> Result<()> {
        self.sync_data_files(&staged.files).await?;
        self.note_data_files(&staged.files).await;
        fault::at(&self.path, "flush.synced")
    }

    pub(super) async fn sync_data_files(&self, files: &DataFiles) -> Result<()> {
        if !fault::is_on(&self.path, "data-sync") {
            return Ok(());
        }
        let (dataset, files) = (self.path.to_path_buf(), files.0.clone());
        blocking(move || {
            files.iter().try_for_each(|file| sync_file(file))?;
            sync_folder(&dataset.join("data"))?;
            // `data/` itself is a new name after the first append.
            sync_folder(&dataset)
        })
        .await
    }

    /// Notes the files' checksums. Needs the flush lock.
    pub(super) async fn note_data_files(&self, files: &DataFiles) {
        self.note_staged(self.names_of(files)).await;
    }

    /// The checksums of files that were just written, to be noted later.
    pub(super) async fn sums_of(&self, files: &DataFiles) -> Vec<Entry> {
        self.read_sums(self.names_of(files)).await
    }

    /// Their names below the dataset.
    fn names_of(&self, files: &DataFiles) -> Vec<String> {
        let names = files.0.iter().filter_map(|file| file.strip_prefix(&self.path).ok()?.to_str());
        names.map(str::to_owned).collect()
    }

    /// Whether staged files can be committed behind this version: it has the same fields.
    pub(crate) fn fits(&self, staged: &Staged) -> bool {
        *self.dataset.schema() == staged.schema
    }
}

impl Staged {
    /// Puts the rows of another one, written for the same version, behind its own: one commit for both.
    pub(crate) fn append(&mut self, more: Self) {
        let Operation::Append { fragments } = &mut self.transaction.operation else { return };
        if let Operation::Append { fragments: behind } = more.transaction.operation {
            fragments.extend(behind);
            self.files.0.extend(more.files.0);
        }
    }

    /// Removes the files, after a commit that did not happen for certain.
    pub(crate) async fn discard(self) {
        self.files.discard().await;
    }

    /// Whether all files are there: a cleanup with a wrong clock removes files that no version names.
    pub(crate) async fn is_complete(&self) -> Result<bool> {
        self.files.are_there().await
    }
}

impl DataFiles {
    pub(super) async fn are_there(&self) -> Result<bool> {
        let files = self.0.clone();
        blocking(move || Ok(files.iter().all(|file| file.is_file()))).await
    }

    /// Removes them.
    pub(super) async fn discard(self) {
        // What cannot be removed is left to Lance's cleanup; the error that counts is another one.
        let remove = move || {
            self.0.iter().for_each(|file| drop(fs::remove_file(file)));
            Ok(())
        };
        drop(blocking(remove).await);
    }
}

/// The data files of fragments.
pub(super) fn data_files(path: &Path, fragments: &[Fragment]) -> DataFiles {
    let files = fragments.iter().flat_map(|fragment| &fragment.files);
    DataFiles(files.map(|file| path.join("data").join(&file.path)).collect())
}
