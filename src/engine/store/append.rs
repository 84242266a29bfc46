//! Creating and appending, durably: what returned here survives a power cut.

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
use crate::engine::error::Result;
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
    /// On an error nothing was appended, and the files written are left to cleanup.
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
        // IMPORTANT: before the commit. A manifest that survives a power cut must not name a file
        // that did not.
        sync_data_files(&self.path, &transaction).await?;
        let dataset = CommitBuilder::new(self.dataset.clone())
            .with_skip_auto_cleanup(true)
            .execute(transaction)
            .boxed()
            .await
            .map_err(storage(APPEND, &self.path))?;
        Self::of(self.path.clone(), Arc::new(dataset), Some(self)).await
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

fn vanished(path: &Path) -> crate::engine::error::Error {
    crate::engine::error::Error::Damaged {
        path: path.into(),
        source: "it existed a moment ago and is gone".into(),
    }
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

async fn sync_data_files(path: &Path, transaction: &Transaction) -> Result<()> {
    let Operation::Append { fragments } = &transaction.operation else { return Ok(()) };
    let dataset = path.to_path_buf();
    let data = dataset.join("data");
    let files: Vec<PathBuf> =
        fragments.iter().flat_map(|f| &f.files).map(|file| data.join(&file.path)).collect();
    blocking(move || {
        files.iter().try_for_each(|file| sync_file(file))?;
        sync_folder(&data)?;
        // `data/` itself is a new name after the first append.
        sync_folder(&dataset)
    })
    .await
}
