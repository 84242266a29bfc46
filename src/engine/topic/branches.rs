//! Branches of a topic's buckets: which there are, and reads of one.

use std::error::Error as StdError;
use std::sync::Arc;

use super::reader::Reader;
use crate::engine::branch_facts::BranchInfo;
use crate::engine::bucket::Bucket;
use crate::engine::error::{Error, Result};
use crate::engine::layout::BucketPlace;
use crate::engine::store::{Branch, Table};

impl Reader {
    /// The branches of each bucket that it reads, by name; those of a pinned reader are those of now.
    ///
    /// One that cannot be read, or whose entry in the list cannot, is listed with the reason. Cost: a small file and a
    /// manifest for each. Cancel: safe to drop at any await.
    ///
    /// # Errors
    /// [`Unavailable`](crate::ErrorKind::Unavailable) where a folder cannot be listed.
    pub async fn branches(&self) -> Result<Vec<BranchInfo>> {
        let mut all = Vec::new();
        for (bucket, snapshot) in self.buckets.iter().zip(&self.snapshots().await?) {
            let Some(table) = snapshot.table() else { continue };
            for branch in table.branches().await? {
                let head = self.bucket_of(bucket, &branch).snapshot().await;
                let head =
                    head.and_then(|head| head.table().cloned().ok_or_else(|| empty(&branch)));
                all.push(info(bucket.place.id, branch, head));
            }
        }
        Ok(all)
    }

    /// The same reader of a branch, which another program made: of its versions, tags and records, as they are now. Nothing
    /// is written to a branch, and nothing is buffered on one. Records that were there before it began have the offsets
    /// that they have beside it; those that came since are others.
    ///
    /// Versions, tags and times of [`at`](Self::at) are then the branch's.
    /// Cost: as [`branches`](Self::branches), of one.
    ///
    /// # Errors
    /// - [`NotFound`](crate::ErrorKind::NotFound) where a bucket has no such branch; it names those that there are.
    /// - [`Corrupt`](crate::ErrorKind::Corrupt) where the branch cannot be read, and [`Unsupported`](crate::ErrorKind::Unsupported)
    ///   where it stands on files out of the root: it names them by the path at which they were then.
    pub async fn branch(&self, branch: &str) -> Result<Self> {
        let mut buckets = Vec::new();
        for (bucket, snapshot) in self.buckets.iter().zip(&self.snapshots().await?) {
            let found = match snapshot.table() {
                Some(table) => table.branches().await?,
                None => Vec::new(),
            };
            let Some(wanted) = found.iter().find(|found| found.name == branch) else {
                let (topic, bucket) = (self.name.to_string(), bucket.place.id);
                let others = found.into_iter().map(|found| found.name).collect();
                return Err(Error::BranchNotFound { topic, bucket, branch: branch.into(), others });
            };
            let of_branch = self.bucket_of(bucket, wanted);
            of_branch.snapshot().await?.table().ok_or_else(|| empty(wanted))?;
            buckets.push(of_branch);
        }
        let mut of_branch = self.clone();
        (of_branch.buckets, of_branch.schema, of_branch.pinned) = (buckets, None, None);
        Ok(of_branch)
    }

    /// A branch is read as what another program made: there is no log beside it.
    fn bucket_of(&self, bucket: &Bucket, branch: &Branch) -> Arc<Bucket> {
        let place = BucketPlace { id: bucket.place.id, dataset: branch.dataset.clone() };
        self.catalog.bucket(&self.name, place, true)
    }
}

fn empty(branch: &Branch) -> Error {
    Error::Damaged {
        path: branch.dataset.clone(),
        source: "it is listed and has no version".into(),
    }
}

fn info(bucket_id: u32, branch: Branch, head: Result<Table>) -> BranchInfo {
    let Branch { name, parent, parent_version, created, damage, .. } = branch;
    let (version, rows) =
        head.as_ref().map_or((0, 0), |head| (head.version(), head.index().rows()));
    let error = head.err().or(damage).map(|error| in_one_line(&error));
    BranchInfo { bucket_id, branch: name, parent, parent_version, created, version, rows, error }
}

/// An error with its causes.
fn in_one_line(error: &Error) -> String {
    let (mut text, mut cause) = (error.to_string(), error.source());
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
