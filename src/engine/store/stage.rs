//! Data files that no version refers to yet.

use std::fs;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use futures::FutureExt;
use lance::dataset::transaction::{Operation, Transaction};
use lance::dataset::{InsertBuilder, WriteMode, WriteParams};

use super::failure::storage;
use super::session::session;
use super::table::Table;
use crate::engine::durable::{blocking, sync_file, sync_folder};
use crate::engine::error::Result;
use crate::engine::fault;

/// Written rows, waiting for their commit.
pub(crate) struct Staged {
    pub(super) transaction: Transaction,
    files: Vec<PathBuf>,
    /// Of the version that they were written for.
    schema: lance::datatypes::Schema,
}

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
        let files = data_files(&self.path, &transaction);
        fault::at(&self.path, "flush.staged")?;
        Ok(Staged { transaction, files, schema: self.dataset.schema().clone() })
    }

    /// Makes staged files durable, and their names.
    ///
    /// IMPORTANT: before the commit. A manifest that survives a power cut must not name a file that
    /// did not.
    pub(crate) async fn sync_staged(&self, staged: &Staged) -> Result<()> {
        if fault::is_on(&self.path, "data-sync") {
            let (dataset, files) = (self.path.to_path_buf(), staged.files.clone());
            blocking(move || {
                files.iter().try_for_each(|file| sync_file(file))?;
                sync_folder(&dataset.join("data"))?;
                // `data/` itself is a new name after the first append.
                sync_folder(&dataset)
            })
            .await?;
        }
        let names =
            staged.files.iter().filter_map(|file| file.strip_prefix(&self.path).ok()?.to_str());
        self.note_staged(names.map(str::to_owned).collect()).await;
        fault::at(&self.path, "flush.synced")
    }

    /// Whether staged files can be committed behind this version: it has the same fields.
    pub(crate) fn fits(&self, staged: &Staged) -> bool {
        *self.dataset.schema() == staged.schema
    }
}

impl Staged {
    /// Removes the files, after a commit that did not happen for certain.
    pub(crate) async fn discard(self) {
        // What cannot be removed is left to Lance's cleanup; the error that counts is the commit's.
        let remove = move || {
            self.files.iter().for_each(|file| drop(fs::remove_file(file)));
            Ok(())
        };
        drop(blocking(remove).await);
    }

    /// Whether all files are there: a cleanup with a wrong clock removes files that no version names.
    pub(crate) async fn is_complete(&self) -> Result<bool> {
        let files = self.files.clone();
        blocking(move || Ok(files.iter().all(|file| file.is_file()))).await
    }
}

fn data_files(path: &Path, transaction: &Transaction) -> Vec<PathBuf> {
    let Operation::Append { fragments } = &transaction.operation else { return Vec::new() };
    let files = fragments.iter().flat_map(|fragment| &fragment.files);
    files.map(|file| path.join("data").join(&file.path)).collect()
}
