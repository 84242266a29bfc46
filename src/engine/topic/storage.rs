//! What a topic's buckets take on disk, what it is for, and what can be done about it.

use super::reader::Reader;
use crate::engine::error::Result;
use crate::engine::storage_facts::BucketStorage;

impl Reader {
    /// What each of the reader's buckets takes on disk: by column, by version, in fragments and indices, and in the log; and
    /// what is worth doing about it. Changes nothing and takes no lock.
    ///
    /// Shape: one for each bucket, by number.
    /// Cost: bounded, however many fragments there are: the ends of 512 data files a bucket, which speak for all where there
    /// are more (`files_read` of `files`), a listing of the dataset's folders, and the manifests of the newest versions, as
    /// many as have a million files in all. No record is read.
    /// Cancel: safe to drop at any await.
    ///
    /// # Errors
    /// [`Corrupt`](crate::ErrorKind::Corrupt) and [`Unavailable`](crate::ErrorKind::Unavailable) where a manifest or a folder
    /// cannot be read.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// let engine = lanceq::Engine::open(folder.path()).await?;
    /// let writer = engine.writer("events").open().await?;
    /// writer.put(serde_json::json!({"id": 1, "text": "hello"})).await?;
    /// writer.flush().await?;
    /// let storage = engine.reader("events").await?.storage().await?;
    /// for bucket in &storage {
    ///     for column in &bucket.columns {
    ///         println!("{}: {} bytes", column.column, column.bytes);
    ///     }
    ///     for advice in &bucket.advice {
    ///         println!("{}: {}", advice.why, advice.command);
    ///     }
    /// }
    /// assert_eq!((storage[0].records, storage[0].files), (1, 1));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn storage(&self) -> Result<Vec<BucketStorage>> {
        let kept = self.kept().await?;
        let mut all = Vec::new();
        for (bucket, snapshot) in self.buckets.iter().zip(&self.snapshots().await?) {
            all.push(bucket.storage(snapshot, kept).await?);
        }
        Ok(all)
    }
}
