//! Creating a dataset and its columns, durably: what returned here survives a power cut.

use std::path::Path;
use std::sync::Arc;

use arrow_array::RecordBatchIterator;
use arrow_schema::{Schema, SchemaRef};
use futures::FutureExt;
use lance::Dataset;
use lance::dataset::builder::DatasetBuilder;
use lance::dataset::{NewColumnTransform, WriteMode, WriteParams};

use super::failure::storage;
use super::pinned::Pinned;
use super::session::session;
use super::table::{Table, uri};
use crate::engine::access::Access;
use crate::engine::durable::{blocking, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::layout::VERSIONS;
use crate::engine::screen::Piece;

/// The first version of a dataset.
const FIRST: u64 = 1;

impl Table {
    /// Creates a dataset of no rows with stable row ids; opens it where somebody else was faster.
    pub(crate) async fn create(path: &Path, schema: &SchemaRef, access: &Access) -> Result<Self> {
        let pin = Arc::new(Pinned::to(FIRST, path, access));
        let nothing = RecordBatchIterator::new(std::iter::empty(), schema.clone());
        let params = WriteParams {
            mode: WriteMode::Create,
            enable_stable_row_ids: true,
            session: Some(session()),
            commit_handler: Some(pin.clone()),
            ..WriteParams::default()
        };
        let made = Dataset::write(nothing, uri(path)?.as_str(), Some(params)).boxed().await;
        let is_made = match pin.failure().map_or(made, Err) {
            Ok(_) => true,
            Err(lance::Error::DatasetAlreadyExists { .. }) => false,
            Err(_) if pin.has_moved() => false,
            Err(error) => return Err(storage("create", path)(error)),
        };
        if is_made {
            sync_new_dataset(path).await?;
        }
        // Its handle would go on with a commit handler that is pinned to the first version.
        let table = Self::open(path, access).await?.ok_or_else(|| vanished(path))?;
        if is_made {
            table.was_synced(FIRST);
        }
        Ok(table)
    }

    /// Adds nullable columns at the end, as the version behind this one; rewrites no data. It is durable
    /// when it returns. `None` where the head is another one by now: nothing was committed.
    pub(crate) async fn add_columns(&self, columns: Schema) -> Result<Option<Self>> {
        let pin = self.pin();
        let load = DatasetBuilder::from_uri(uri(&self.path)?)
            .with_session(session())
            .with_version(self.version())
            .with_commit_handler(pin.clone())
            .load();
        let mut dataset = match self.enter(self.version(), Piece::Version, load).await {
            // It may have been cleaned up by now.
            Err(_) if self.has_moved().await? => return Ok(None),
            entered => entered?,
        };
        fault::at(&self.path, "columns.commit")?;
        let nulls = NewColumnTransform::AllNulls(Arc::new(columns));
        let added = dataset.add_columns(nulls, None, None).boxed().await;
        let added = pin.failure().map_or(added, Err);
        match added {
            // That handle would go on with a commit handler that is pinned to this version.
            Ok(()) => {
                let table = self.checkout(dataset.version_id()).await?;
                table.was_synced(table.version());
                Ok(Some(table))
            }
            Err(_) if pin.has_moved() || self.has_moved().await? => Ok(None),
            Err(error) => Err(storage("add columns to", &self.path)(error)),
        }
    }

    async fn has_moved(&self) -> Result<bool> {
        Ok(self.fresh_head().await?.version() != self.version())
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
