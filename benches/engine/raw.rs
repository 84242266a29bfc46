//! The baseline: Lance's own append, made durable the same way, and nothing else.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::SchemaRef;
use lance::Dataset;
use lance::dataset::transaction::Operation;
use lance::dataset::{CommitBuilder, InsertBuilder, WriteMode, WriteParams};
use lance::session::Session;
use lance_io::object_store::providers::local::FileStoreProvider;
use lance_io::object_store::{
    ObjectStore, ObjectStoreParams, ObjectStoreProvider, ObjectStoreRegistry,
};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use url::Url;

use crate::records::batch;

/// Records of a batch that is written.
const PORTION: usize = 1000;

#[derive(Debug)]
struct DurableFiles;

#[async_trait::async_trait]
impl ObjectStoreProvider for DurableFiles {
    async fn new_store(&self, url: Url, params: &ObjectStoreParams) -> lance::Result<ObjectStore> {
        let mut store = FileStoreProvider.new_store(url, params).await?;
        store.inner = Arc::new(LocalFileSystem::new().with_fsync(true));
        Ok(store)
    }

    fn extract_path(&self, url: &Url) -> lance::Result<Path> {
        FileStoreProvider.extract_path(url)
    }

    fn calculate_object_store_prefix(
        &self,
        url: &Url,
        options: Option<&HashMap<String, String>>,
    ) -> lance::Result<String> {
        FileStoreProvider.calculate_object_store_prefix(url, options)
    }
}

fn params(mode: WriteMode) -> WriteParams {
    let registry = ObjectStoreRegistry::default();
    registry.insert("file", Arc::new(DurableFiles));
    let session = Arc::new(Session::new(64 << 20, 64 << 20, Arc::new(registry)));
    WriteParams { mode, enable_stable_row_ids: true, session: Some(session), ..Default::default() }
}

/// A dataset that is appended to by Lance itself.
pub(crate) struct Raw {
    path: PathBuf,
    append: WriteParams,
    pub(crate) dataset: Arc<Dataset>,
}

impl Raw {
    /// An empty one, in a folder.
    pub(crate) async fn create(folder: &FilePath, schema: SchemaRef) -> Self {
        let path = folder.join("raw.lance");
        let nothing = RecordBatchIterator::new(std::iter::empty(), schema);
        let create = params(WriteMode::Create);
        let session = create.session.clone();
        let dataset = Dataset::write(nothing, path.to_str().unwrap(), Some(create)).await.unwrap();
        let append = WriteParams { session, ..params(WriteMode::Append) };
        Self { path, append, dataset: Arc::new(dataset) }
    }

    /// Appends a batch as a version of its own, and syncs what that refers to before it is committed, as the engine does.
    pub(crate) async fn append(&mut self, batch: RecordBatch) {
        let transaction = InsertBuilder::new(self.dataset.clone())
            .with_params(&self.append)
            .execute_uncommitted(vec![batch])
            .await
            .unwrap();
        let Operation::Append { fragments } = &transaction.operation else { unreachable!() };
        for file in fragments.iter().flat_map(|fragment| &fragment.files) {
            sync(&self.path.join("data").join(&file.path));
        }
        sync(&self.path.join("data"));
        sync(&self.path);
        let commit = CommitBuilder::new(self.dataset.clone()).with_skip_auto_cleanup(true);
        self.dataset = Arc::new(commit.execute(transaction).await.unwrap());
    }
}

/// A dataset of one version with a fragment for each `rows` records.
pub(crate) async fn fragmented(folder: &FilePath, records: u64, rows: u64) -> Dataset {
    let batches = (0..records).step_by(PORTION);
    let batches = batches.map(move |n| Ok(batch(n, (PORTION as u64).min(records - n))));
    let schema = batch(0, 1).schema();
    let create = WriteParams { max_rows_per_file: rows as usize, ..params(WriteMode::Create) };
    let path = folder.join("raw.lance");
    let batches = RecordBatchIterator::new(batches, schema);
    let dataset = Dataset::write(batches, path.to_str().unwrap(), Some(create)).await.unwrap();
    assert_eq!(dataset.count_fragments() as u64, records.div_ceil(rows));
    dataset
}

fn sync(path: &FilePath) {
    File::open(path).unwrap().sync_all().unwrap();
}
