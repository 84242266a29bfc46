//! Looking for a newer version than the one that is open, for next to nothing where there is none.

use std::fs;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use futures::FutureExt;

use super::failure::opening;
use super::heal::manifests;
use super::table::Table;
use crate::engine::durable::blocking;
use crate::engine::error::{ErrorKind, Result};
use crate::engine::layout::VERSIONS;

/// When the folder of versions had changed last, as of a listing of it that had none newer than a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Listed(Arc<Mutex<Option<SystemTime>>>);

impl Listed {
    fn of(&self) -> MutexGuard<'_, Option<SystemTime>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// The head version where it is another one than this, whether newer, restored or recreated;
    /// `None` where this is the head, or the newest that can be read. Costs three `stat` calls where nothing changed.
    pub(crate) async fn newer(&self) -> Result<Option<Self>> {
        let path = &self.path;
        let changed = self.versions_changed();
        if self.has(self.version() + 1) {
            let head = self.dataset.latest_version_id().boxed().await.map_err(opening(path))?;
            return self.newer_at(head, changed).await;
        }
        if !self.is_there() {
            return self.reopened().await.map(Some);
        }
        // Newer ones may be there all the same, where those in between were cleaned up.
        if changed.is_some() && changed == *self.listed.of() {
            return Ok(None);
        }
        if let Some(newest) = self.newest().await?.filter(|newest| *newest > self.version()) {
            return self.newer_at(newest, changed).await;
        }
        *self.listed.of() = changed;
        Ok(None)
    }

    /// Notes that it is the head, and nobody can have committed and cleaned up behind it yet.
    pub(super) fn is_head_now(&self) {
        *self.listed.of() = self.versions_changed();
    }

    fn versions_changed(&self) -> Option<SystemTime> {
        fs::metadata(self.path.join(VERSIONS)).and_then(|found| found.modified()).ok()
    }

    /// The newest version of a listing, which was made when the folder had changed last at `changed`.
    async fn newer_at(&self, head: u64, changed: Option<SystemTime>) -> Result<Option<Self>> {
        match self.checkout(head).await {
            Err(error) if error.kind() == ErrorKind::Corrupt => self.newer_readable().await,
            Err(error) => Err(error),
            Ok(table) => {
                *table.listed.of() = changed;
                Ok(Some(table))
            }
        }
    }

    /// As [`newer`](Self::newer), where the head cannot be read: who only reads has the newest version that can.
    async fn newer_readable(&self) -> Result<Option<Self>> {
        let path = self.path.to_path_buf();
        let listed = blocking(move || manifests(&path)).await?;
        let newer = listed.into_iter().rev().filter(|(version, _)| *version > self.version());
        for (version, _) in newer {
            match self.checkout(version).await {
                Err(error) if error.kind() == ErrorKind::Corrupt => {}
                opened => return opened.map(Some),
            }
        }
        Ok(None)
    }
}
