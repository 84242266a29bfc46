//! When records came.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::reader::Reader;
use crate::engine::error::Result;

impl Reader {
    /// When the records with these buckets and offsets came, as near as is known, in the order in which they were named:
    /// a buffered one when it was put; another one when the first version that has it, of those that are kept, was made.
    /// None where there is no such record, and where it is only in the memory of a writer without a log.
    ///
    /// Within a bucket, records that lie behind others did not come before them.
    /// Cost: O(log versions) manifests for each version that is found, each described once a process.
    /// Cancel: safe to drop at any await.
    ///
    /// # Errors
    /// As [`Reader::versions`].
    pub async fn times(&self, records: &[(u32, u64)]) -> Result<Vec<Option<DateTime<Utc>>>> {
        let mut found = HashMap::new();
        for (bucket, snapshot) in self.buckets.iter().zip(&self.snapshots().await?) {
            let id = bucket.place.id;
            let own = records.iter().filter(|(number, _)| *number == id);
            let mut offsets: Vec<u64> = own.map(|(_, offset)| *offset).collect();
            offsets.sort_unstable();
            offsets.dedup();
            let times = snapshot.times(bucket, &offsets).await?;
            found.extend(offsets.into_iter().map(|offset| (id, offset)).zip(times));
        }
        Ok(records.iter().map(|place| found.get(place).copied().flatten()).collect())
    }
}
