//! The writers that the explorer puts and flushes with: opened when first used, and kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use crate::{Engine, Error, ErrorKind, Recovery, Result, TopicName, Writer};

/// One writer a topic.
pub(crate) struct Writers {
    engine: Engine,
    /// Those of the program that the explorer runs in; they are its to close.
    given: Vec<Writer>,
    opened: Mutex<HashMap<TopicName, Arc<OnceCell<Writer>>>>,
    /// What opening them had to mend, and nobody was told yet.
    mended: Mutex<HashMap<TopicName, Vec<Recovery>>>,
}

impl Writers {
    pub(crate) fn new(engine: Engine, given: Vec<Writer>) -> Self {
        Self { engine, given, opened: Mutex::default(), mended: Mutex::default() }
    }

    /// The writer of a topic. Cancel: what was begun is begun again with the next use.
    pub(crate) async fn of(&self, topic: &TopicName) -> Result<Writer> {
        if let Some(given) = self.given.iter().find(|writer| writer.topic() == topic) {
            return Ok(given.clone());
        }
        let cell = self.opened().entry(topic.clone()).or_default().clone();
        let writer = cell.get_or_try_init(|| self.open(topic)).await?;
        Ok(writer.clone())
    }

    async fn open(&self, topic: &TopicName) -> Result<Writer> {
        let writer = self.engine.writer(topic.as_str()).open().await?;
        let mended = writer.recoveries();
        if !mended.is_empty() {
            self.mended().entry(topic.clone()).or_default().extend(mended);
        }
        Ok(writer)
    }

    /// What opening the writer of a topic had to mend since this was asked last.
    pub(crate) fn take_mended(&self, topic: &TopicName) -> Vec<Recovery> {
        self.mended().remove(topic).unwrap_or_default()
    }

    /// Lets go of a writer that can do nothing more, so that the next use opens another.
    pub(crate) fn note(&self, topic: &TopicName, error: &Error) {
        let is_moved = matches!(error, Error::Topic { .. });
        if is_moved || matches!(error.kind(), ErrorKind::Poisoned | ErrorKind::Closed) {
            self.opened().remove(topic);
        }
    }

    /// Ends what was opened here of a topic, without a flush, so that it can be renamed or deleted.
    pub(crate) async fn release(&self, topic: &TopicName) -> Result<()> {
        let opened = self.opened().remove(topic);
        match opened.as_ref().and_then(|cell| cell.get()) {
            Some(writer) => writer.close_unflushed().await,
            None => Ok(()),
        }
    }

    /// Ends what was opened here, without a flush: what others have buffered is theirs.
    pub(crate) async fn close(&self) {
        let opened = std::mem::take(&mut *self.opened());
        for (topic, cell) in opened {
            let Some(writer) = cell.get() else { continue };
            if let Err(error) = writer.close_unflushed().await {
                tracing::warn!(%topic, %error, "the explorer could not end its writer");
            }
        }
    }

    fn opened(&self) -> MutexGuard<'_, HashMap<TopicName, Arc<OnceCell<Writer>>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mended(&self) -> MutexGuard<'_, HashMap<TopicName, Vec<Recovery>>> {
        self.mended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;

    #[tokio::test]
    async fn what_was_mended_is_told_once_and_only_to_who_wrote_there() {
        let root = TempDir::new().unwrap();
        let engine = Engine::open(root.path()).await.unwrap();
        let topic: TopicName = "notes".parse().unwrap();
        let writer = engine.writer("notes").open().await.unwrap();
        writer.put(json!({"id": "1"})).await.unwrap();
        writer.close().await.unwrap();
        let logs = std::fs::read_dir(root.path().join("notes/bucket_0/wal")).unwrap();
        let segments = logs.map(|entry| entry.unwrap().path());
        let last = segments.filter(|path| path.extension().is_some_and(|e| e == "wal")).max();
        let mut log = std::fs::OpenOptions::new().append(true).open(last.unwrap()).unwrap();
        std::io::Write::write_all(&mut log, b"LQf1 and no more").unwrap();

        let writers = Writers::new(engine, Vec::new());
        writers.of(&topic).await.unwrap();
        assert_eq!(writers.take_mended(&"others".parse().unwrap()), []);
        assert_eq!(writers.take_mended(&topic).len(), 1);
        assert_eq!(writers.take_mended(&topic), []);
    }
}
