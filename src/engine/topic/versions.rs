//! The versions of a topic's buckets: which are kept, and what is known of each.

use super::reader::Reader;
use crate::engine::error::{Error, Result};
use crate::engine::facts::VersionInfo;
use crate::engine::store::Version;

impl Reader {
    /// The newest `limit` versions of each bucket, newest first. Cost: one listing of a folder; one manifest for each version
    /// that is returned the first time in this process, a `stat` from then on.
    pub async fn versions(&self, limit: usize) -> Result<Vec<VersionInfo>> {
        let mut all = Vec::new();
        for (bucket, snapshot) in self.buckets().iter().zip(&self.snapshots().await?) {
            let Some(table) = snapshot.table() else { continue };
            let found = table.versions(limit).await?;
            all.extend(found.into_iter().map(|version| info(*bucket, version)));
        }
        Ok(all)
    }

    /// The numbers of all versions of a bucket that are kept, ascending; with
    /// [`versions_of`](Self::versions_of), a window over any number of versions.
    ///
    /// Cost: one listing of a folder, however many versions there are.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for a reader of several buckets: numbers are a
    /// bucket's own.
    pub async fn version_numbers(&self) -> Result<Vec<u64>> {
        self.only_bucket()?;
        match self.snapshots().await?.first().and_then(|snapshot| snapshot.table()) {
            Some(table) => table.version_numbers().await,
            None => Ok(Vec::new()),
        }
    }

    /// What is known of these versions of a bucket, in the same order; those that are not kept are
    /// left out. Cost: as [`versions`](Self::versions).
    ///
    /// # Errors
    /// As [`version_numbers`](Self::version_numbers).
    pub async fn versions_of(&self, numbers: &[u64]) -> Result<Vec<VersionInfo>> {
        let bucket = self.only_bucket()?;
        match self.snapshots().await?.first().and_then(|snapshot| snapshot.table()) {
            Some(table) => {
                let found = table.versions_of(numbers).await?;
                Ok(found.into_iter().map(|version| info(bucket, version)).collect())
            }
            None => Ok(Vec::new()),
        }
    }

    fn only_bucket(&self) -> Result<u32> {
        match self.buckets() {
            [bucket] => Ok(*bucket),
            several => Err(Error::InvalidOption {
                option: "bucket",
                value: format!("{} buckets", several.len()),
                reason: "version numbers are a bucket's own; choose one".into(),
            }),
        }
    }
}

fn info(bucket_id: u32, version: Version) -> VersionInfo {
    VersionInfo {
        bucket_id,
        version: version.number,
        timestamp: version.timestamp,
        operation: version.operation,
        rows: version.rows,
        tags: version.tags,
        fragments: version.fragments,
        bytes: version.bytes,
    }
}
