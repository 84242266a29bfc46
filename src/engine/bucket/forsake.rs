//! Going on without records whose files are damaged: a version that does not refer to these files.
//!
//! The offsets of the records stay given. Older versions still need the files, so they stay where they are, and a copy of
//! each is kept aside.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::settle::ATTEMPTS;
use super::shared::Bucket;
use crate::engine::durable::{blocking, create_folders, sync_file, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::facts::Recovery;
use crate::engine::layout::{LOG, QUARANTINE};
use crate::engine::store::{Broken, Committed};

impl Bucket {
    /// Takes the records out of the head whose files differ from their checksums or are missing; durable when it returns.
    ///
    /// Cost: the flush lock; a pass over all data and deletion files of the head.
    /// Cancel: the version may or may not be there, never in part.
    pub(crate) async fn drop_damaged(self: &Arc<Self>, timeout: Duration) -> Result<Vec<Recovery>> {
        let _flush = self.lock_flush(timeout).await?;
        for _ in 0..ATTEMPTS {
            let Some(head) = Box::pin(self.settled_head()).await? else { return Ok(Vec::new()) };
            let broken = head.broken_fragments().await?;
            if broken.is_empty() {
                return Ok(Vec::new());
            }
            let copies = self.keep_copies(broken.clone()).await?;
            if !self.secured(&head).await? {
                continue;
            }
            let fragments = broken.iter().map(|broken| broken.fragment).collect();
            match head.commit_without(fragments).await? {
                Committed::Done(table) => {
                    let table = self.publish(table).await?;
                    let told = broken.iter().zip(copies);
                    return Ok(told
                        .map(|(broken, kept)| self.forsaken(broken, kept, table.version()))
                        .collect());
                }
                Committed::Moved => {}
                Committed::Unknown(source) => return Err(self.without_answer(source)),
            }
        }
        Err(self.outpaced())
    }

    /// Copies what there is of the files to the quarantine, durably; says where each is.
    async fn keep_copies(&self, broken: Vec<Broken>) -> Result<Vec<Option<PathBuf>>> {
        let folder = self.log_place.folder.join(LOG).join(QUARANTINE);
        blocking(move || {
            create_folders(&folder, Path::new(""))?;
            let kept = broken.iter().map(|broken| copy(&broken.file, &folder)).collect();
            sync_folder(&folder)?;
            kept
        })
        .await
    }

    fn forsaken(&self, broken: &Broken, kept_in: Option<PathBuf>, version: u64) -> Recovery {
        let Broken { file, what, first, last, .. } = broken;
        Recovery {
            bucket_id: self.place.id,
            what: format!(
                "{}: {what}; version {version} goes on without the records of the offsets {first} to {last}",
                file.display()
            ),
            kept_in,
            records_lost: Some(broken.rows),
        }
    }
}

fn copy(file: &Path, folder: &Path) -> Result<Option<PathBuf>> {
    if !file.exists() {
        return Ok(None);
    }
    let to = folder.join(file.file_name().unwrap_or_default());
    fs::copy(file, &to).map_err(Error::io("copy aside", file))?;
    sync_file(&to)?;
    Ok(Some(to))
}
