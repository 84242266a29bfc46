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
    mended: Mutex<Vec<(TopicName, Vec<Recovery>)>>,
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
            self.mended().push((topic.clone(), mended));
        }
        Ok(writer)
    }

    /// What opening had to mend since this was asked last.
    pub(crate) fn take_mended(&self) -> Vec<(TopicName, Vec<Recovery>)> {
        std::mem::take(&mut *self.mended())
    }

    /// Lets go of a writer that can do nothing more, so that the next use opens another.
    pub(crate) fn note(&self, topic: &TopicName, error: &Error) {
        if matches!(error.kind(), ErrorKind::Poisoned | ErrorKind::Closed) {
            self.opened().remove(topic);
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

    fn mended(&self) -> MutexGuard<'_, Vec<(TopicName, Vec<Recovery>)>> {
        self.mended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
