//! What a durable version, the log or its base will stand on reaches the disk before them.
//!
//! Another program may clean up between the look at a head and the sync of its files. What is gone then belongs to a
//! version that is no head any more; so each sync here also says whether the head is still this one.

use std::io;

use super::shared::Bucket;
use crate::engine::error::{Error, Result};
use crate::engine::store::{Made, Table};

impl Bucket {
    /// What the head refers to reaches the disk, where other programs wrote it: a durable version must not stand on
    /// files that are not. `false` where the head is another one by now.
    pub(super) async fn secured(&self, head: &Table) -> Result<bool> {
        let secured = self.secure(head).await;
        Self::unless_moved(head, secured).await
    }

    /// All that the head refers to reaches the disk, and its own name: for who will name it. `false` where the head is
    /// another one by now.
    pub(super) async fn secured_whole(&self, head: &Table) -> Result<bool> {
        self.secured_behind(head, None).await
    }

    /// As [`secured_whole`](Self::secured_whole), of a version that need not be the head; `false` where it was removed.
    pub(super) async fn secured_older(version: &Table) -> Result<bool> {
        match sync(version, None).await {
            Err(error) if is_gone(&error) && !version.is_there() => Ok(false),
            secured => secured.map(|()| true),
        }
    }

    /// As [`secured_whole`](Self::secured_whole), but for what a version refers to that is durable.
    pub(super) async fn secured_behind(&self, head: &Table, known: Option<&Table>) -> Result<bool> {
        let secured = sync(head, known).await;
        Self::unless_moved(head, secured).await
    }

    async fn secure(&self, head: &Table) -> Result<()> {
        let durable = self.live().durable.clone();
        let is_own = durable.is_some();
        let known = match durable.filter(|durable| durable.version() <= head.version()) {
            Some(durable) => Some(durable),
            None => self.newest_flush(head).await?,
        };
        head.make_durable(known.as_ref()).await?;
        let since = known.map_or(0, |known| known.version());
        // What this process itself made durable last is noted.
        if !is_own || since != head.version() {
            head.take_in(since).await;
        }
        Ok(())
    }

    /// The newest version that is known to be durable: a flush, or the one the base names.
    async fn newest_flush(&self, head: &Table) -> Result<Option<Table>> {
        let Some((log, base)) = self.live().log.as_ref().map(|log| (log.id(), log.base().version))
        else {
            return Ok(None);
        };
        let mut version = head.version();
        while version > base {
            if matches!(head.made(version).await?, Made::Flush(mark) if mark.log == log) {
                break;
            }
            version -= 1;
        }
        head.at_version(version).await
    }

    /// IMPORTANT: only what is gone is looked for again. A sync that failed is never tried a second time: the system
    /// forgets what it could not write.
    async fn unless_moved(head: &Table, secured: Result<()>) -> Result<bool> {
        let Err(error) = secured else { return Ok(true) };
        let is_moved =
            is_gone(&error) && head.fresh_head().await.is_ok_and(|now| !now.is_same(head));
        if is_moved { Ok(false) } else { Err(error) }
    }
}

async fn sync(version: &Table, known: Option<&Table>) -> Result<()> {
    version.sync_manifest().await?;
    version.make_durable(known).await
}

fn is_gone(error: &Error) -> bool {
    matches!(error, Error::Io { source, .. } if source.kind() == io::ErrorKind::NotFound)
}
