//! Creating a dataset and its columns, durably: what returned here survives a power cut.

use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatchIterator;
use arrow_schema::{Field, Schema, SchemaRef};
use futures::FutureExt;
use lance::Dataset;
use lance::dataset::{NewColumnTransform, WriteMode, WriteParams};

use super::failure::storage;
use super::session::session;
use super::table::{Table, uri};
use crate::engine::durable::{blocking, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::layout::VERSIONS;

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

    /// Adds nullable columns at the end, as one version; rewrites no data. Where another process added
    /// them meanwhile, that one's version.
    pub(crate) async fn add_columns(&self, columns: Schema) -> Result<Self> {
        let mut dataset = Dataset::clone(&self.dataset);
        let wanted = Arc::new(columns);
        let added = dataset
            .add_columns(NewColumnTransform::AllNulls(wanted.clone()), None, None)
            .boxed()
            .await;
        match added {
            Ok(()) => Self::of(self.path.clone(), Arc::new(dataset), Some(self)).await,
            Err(error) => {
                let head = self.fresh_head().await?;
                let has = |field: &Arc<Field>| {
                    let found = head.schema().field_with_name(field.name()).cloned();
                    found.is_ok_and(|found| found.data_type().equals_datatype(field.data_type()))
                };
                if wanted.fields().iter().all(has) {
                    Ok(head)
                } else {
                    Err(storage("add columns to", &self.path)(error))
                }
            }
        }
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
