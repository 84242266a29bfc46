//! The baseline: Lance's own append, made durable the same way, and nothing else.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path as FilePath;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchIterator};
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
use serde_json::{Value, json};
use url::Url;

/// Record number `n`: an id, 48 bytes of text, an integer, 8 floats.
pub(crate) fn record(n: u64) -> Value {
    let vector: Vec<f64> = (0..8).map(|j| ((n * 31 + j * 17) % 1000) as f64 / 1000.0).collect();
    let text = format!("{n:012} the quick brown fox jumps over lazy dog");
    json!({"id": n.to_string(), "text": text.get(..48).unwrap_or(&text), "value": n, "vector": vector})
}

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

/// Appends each batch as a version of its own, and syncs what a version refers to before it is
/// committed, as the engine does.
pub(crate) async fn append_all(folder: &FilePath, batches: &[RecordBatch]) {
    let path = folder.join("raw.lance");
    let schema = batches[0].schema();
    let nothing = RecordBatchIterator::new(std::iter::empty(), schema);
    let create = params(WriteMode::Create);
    let session = create.session.clone();
    let created = Dataset::write(nothing, path.to_str().unwrap(), Some(create)).await.unwrap();
    let mut dataset = Arc::new(created);
    let append = WriteParams { session, ..params(WriteMode::Append) };
    for batch in batches {
        let transaction = InsertBuilder::new(dataset.clone())
            .with_params(&append)
            .execute_uncommitted(vec![batch.clone()])
            .await
            .unwrap();
        let Operation::Append { fragments } = &transaction.operation else { unreachable!() };
        for file in fragments.iter().flat_map(|fragment| &fragment.files) {
            sync(&path.join("data").join(&file.path));
        }
        sync(&path.join("data"));
        sync(&path);
        let commit = CommitBuilder::new(dataset).with_skip_auto_cleanup(true);
        dataset = Arc::new(commit.execute(transaction).await.unwrap());
    }
}

fn sync(path: &FilePath) {
    File::open(path).unwrap().sync_all().unwrap();
}
