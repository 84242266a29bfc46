//! A topic with many flushes behind it: built once a run, and read by each comparison that asks for it.

use std::path::Path;
use std::time::Instant;

use lanceq::{Engine, Writer};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::curve::Curve;
use crate::records::batch;

/// The topic of a history.
pub(crate) const TOPIC: &str = "t";

/// What a topic looks like after flushes of the same size.
pub(crate) struct History {
    folder: TempDir,
    /// Records of each flush.
    pub(crate) rows: u64,
    pub(crate) flushes: u64,
    pub(crate) curve: Curve,
}

/// The histories that a run has built so far.
#[derive(Default)]
pub(crate) struct Histories {
    small: OnceCell<History>,
    large: OnceCell<History>,
}

impl Histories {
    /// Flushes of 100 records.
    pub(crate) async fn small(&self, flushes: u64) -> &History {
        self.small.get_or_init(|| History::build(flushes, 100)).await
    }

    /// Flushes of 1,000 records.
    pub(crate) async fn large(&self, flushes: u64) -> &History {
        self.large.get_or_init(|| History::build(flushes, 1000)).await
    }
}

impl History {
    /// Flushes so often, so many records each time.
    pub(crate) async fn build(flushes: u64, rows: u64) -> Self {
        eprintln!("building a history of {flushes} flushes of {rows} records");
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::open(folder.path()).await.unwrap();
        let writer = writer(&engine, TOPIC).await;
        let mut curve = Curve::new("lanceq", flushes);
        for number in 0..flushes {
            writer.put_arrow(batch(number * rows, rows)).await.unwrap();
            let begun = Instant::now();
            writer.flush().await.unwrap();
            curve.add(begun.elapsed(), folder.path());
        }
        writer.close().await.unwrap();
        Self { folder, rows, flushes, curve }
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn records(&self) -> u64 {
        self.rows * self.flushes
    }
}

/// A writer that flushes when it is told to.
pub(crate) async fn writer(engine: &Engine, topic: &str) -> Writer {
    let writer = engine.writer(topic).flush_threshold(usize::MAX);
    writer.flush_bytes(u64::MAX).buffer_limit(u64::MAX).open().await.unwrap()
}
