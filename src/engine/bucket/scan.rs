//! A pass over all records of a bucket, as of one moment, in portions of bounded memory.

use std::sync::Arc;

use super::lane::LANES;
use super::selection::{Reach, Selection};
use super::shared::Bucket;
use super::snapshot::Snapshot;
use super::stride::Stride;
use crate::engine::error::Result;
use crate::engine::record::Chunk;
use crate::engine::store::Pass;

/// Where a pass stands: first the persisted records, then what was buffered behind them.
pub(crate) struct BucketScan {
    bucket: Arc<Bucket>,
    snapshot: Snapshot,
    selection: Selection,
    stride: Stride,
    pass: Option<Pass>,
    /// The next offset; `None` behind the persisted records.
    at: Option<u64>,
    lane: usize,
}

/// Some records, one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct Portion {
    /// How many were looked at.
    pub(crate) rows: u64,
    /// Those that match.
    pub(crate) chunks: Vec<Chunk>,
}

impl BucketScan {
    pub(crate) fn new(bucket: Arc<Bucket>, snapshot: Snapshot, selection: Selection) -> Self {
        let (stride, pass) = (Stride::for_looking(), None);
        Self { bucket, snapshot, selection, stride, pass, at: Some(0), lane: 0 }
    }

    /// The next portion; `None` at the end.
    ///
    /// Cancel: safe to drop; the same portion comes again.
    pub(crate) async fn next(&mut self) -> Result<Option<Portion>> {
        if let Some(at) = self.at {
            let reach = Reach { rows: self.stride.rows(), matches: usize::MAX };
            let Self { bucket, snapshot, selection, pass, .. } = self;
            let looked = snapshot.look_on(bucket, pass, (at, reach), selection).await?;
            if looked.rows > 0 {
                self.stride.measure(looked.rows, looked.bytes);
                self.at = Some(looked.next);
                return Ok(Some(Portion { rows: looked.rows as u64, chunks: looked.chunks }));
            }
            self.at = None;
        }
        if self.lane >= LANES {
            return Ok(None);
        }
        let (from, all) = ((self.lane, 0), usize::MAX);
        let looked = self.snapshot.look_at_buffered(&self.bucket, from, all, &self.selection)?;
        self.lane += 1;
        let rows = looked.iter().map(|(rows, _)| rows).sum();
        let chunks = looked.into_iter().filter_map(|(_, chunk)| chunk).collect();
        Ok(Some(Portion { rows, chunks }))
    }
}
