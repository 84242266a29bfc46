//! The one bounded Lance session of the process, on a local store that makes manifests durable.
//!
//! Lance's own defaults would let its caches grow to 7 GiB, and it never syncs anything: its
//! manifests go through `object_store`, which syncs only where it is told to.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use async_trait::async_trait;
use lance::session::Session;
use lance_io::object_store::providers::local::FileStoreProvider;
use lance_io::object_store::{
    ObjectStore, ObjectStoreParams, ObjectStoreProvider, ObjectStoreRegistry,
};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use url::Url;

use super::memory;
use crate::engine::fault;

/// Manifests, and what the ends of data files say. Whoever reads has its version and its open files beside it, so that
/// little is asked for again; every commit adds its manifest, which nobody may ask for.
const METADATA_CACHE: usize = 16 << 20;

/// The process's session: a sixteenth of the memory as index cache, from 64 MiB to 1 GiB, and 16 MiB of metadata cache at most.
pub(super) fn session() -> Arc<Session> {
    static SESSION: LazyLock<Arc<Session>> = LazyLock::new(|| {
        let registry = ObjectStoreRegistry::default();
        registry.insert("file", Arc::new(DurableFiles));
        Arc::new(Session::new(memory::for_indices(), METADATA_CACHE, Arc::new(registry)))
    });
    SESSION.clone()
}

/// Lance's local store, with `object_store` told to sync a manifest before it gets its name, and
/// `_versions/` after it.
#[derive(Debug)]
struct DurableFiles;

#[async_trait]
impl ObjectStoreProvider for DurableFiles {
    async fn new_store(&self, url: Url, params: &ObjectStoreParams) -> lance::Result<ObjectStore> {
        // Lance keeps the store: a plan of one test would not reach those of another, but a variable does.
        let syncs = fault::is_on(url.path().as_ref(), "manifest-sync");
        let mut store = FileStoreProvider.new_store(url, params).await?;
        store.inner = Arc::new(LocalFileSystem::new().with_fsync(syncs));
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
