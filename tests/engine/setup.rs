//! A root that goes away with the test, and records that tell where they belong.

use lanceq::{Engine, ErrorKind, Page, Writer};
use serde_json::{Value, json};
use tempfile::TempDir;

/// An engine on a temporary root.
pub(crate) struct Setup {
    pub(crate) folder: TempDir,
    pub(crate) engine: Engine,
}

impl Setup {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::open(folder.path().join("root")).await.unwrap();
        Self { folder, engine }
    }

    /// The same root through an engine that shares nothing with the first, as in another process.
    pub(crate) async fn other(&self) -> Engine {
        Engine::open(self.engine.root()).await.unwrap()
    }

    /// Whether nothing but hidden files is in the root.
    pub(crate) fn is_empty(&self) -> bool {
        std::fs::read_dir(self.engine.root()).map_or(true, |mut entries| {
            entries.all(|entry| entry.unwrap().file_name().to_string_lossy().starts_with('.'))
        })
    }
}

/// Record number `n`.
pub(crate) fn record(n: u64) -> Value {
    json!({"id": n, "text": format!("record {n}")})
}

pub(crate) async fn put_all(writer: &Writer, numbers: std::ops::Range<u64>) {
    for n in numbers {
        writer.put(record(n)).await.unwrap();
    }
}

/// The numbers of a page's records.
pub(crate) fn ids(page: &Page) -> Vec<u64> {
    page.records().map(|record| record.fields["id"].as_u64().unwrap()).collect()
}

/// Drops the indices over a column of the topic `t`, if there are any.
pub(crate) async fn drop_indices(engine: &Engine, column: &str) {
    match engine.drop_index("t", None, column, None).await {
        Err(error) => assert_eq!(error.kind(), ErrorKind::NotFound, "{error}"),
        Ok(dropped) => assert!(!dropped.is_empty()),
    }
}
