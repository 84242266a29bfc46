//! Marking a version with a tag, so that nobody cleans it up.

use std::sync::Arc;
use std::time::Duration;

use super::shared::Bucket;
use crate::engine::error::{Error, Result};
use crate::engine::store::Table;

impl Bucket {
    /// Marks a version with a new tag. It is durable when this returns.
    ///
    /// Cost: the flush lock.
    ///
    /// # Errors
    /// [`Error::VersionNotFound`] where it was removed since it was opened.
    pub(crate) async fn tag(
        self: &Arc<Self>,
        table: &Table,
        tag: &str,
        timeout: Duration,
    ) -> Result<()> {
        // IMPORTANT: under the lock. Who cleans up looks at the tags under it, and removes under it what has none.
        let _flush = self.lock_flush(timeout).await?;
        if table.is_there() {
            return table.tag(tag, table.version()).await;
        }
        let (topic, bucket) = (self.topic.to_string(), self.place.id);
        Err(Error::VersionNotFound { topic, bucket, version: table.version().to_string() })
    }
}
