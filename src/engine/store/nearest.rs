//! Asking an index of vectors: which rows are the likeliest to be near.
//!
//! What comes back are offsets and nothing else. How near they are is worked out elsewhere, from the vectors, as it is for
//! rows that no index covers.

use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use arrow_array::{Float32Array, RecordBatch};
use futures::{FutureExt, TryStreamExt};
use lance::dataset::ROW_ID;
use lance::dataset::scanner::RowAddrMask;

use super::enter::guarded;
use super::failure::storage;
use super::known_index::KnownIndex;
use super::offset_set::OffsetSet;
use super::table::Table;
use crate::engine::error::Result;

/// What an index is asked.
pub(crate) struct Asked<'a> {
    /// The column that it is over.
    pub(crate) column: &'a str,
    /// The vector that others are to be near to.
    pub(crate) vector: &'a [f32],
    /// How many rows it is to name.
    pub(crate) candidates: usize,
    /// How many of its partitions it looks into, from 0 to 1.
    pub(crate) effort: f64,
    /// Which rows it may name; `None` for all.
    pub(crate) among: Option<&'a OffsetSet>,
}

impl Table {
    /// The offsets of the rows that an index takes for the nearest, in ascending order. Deleted rows are left out, and those that
    /// it does not cover.
    ///
    /// Cost: the partitions that it looks into; what was read of it before is kept, as much as a process has room for.
    pub(crate) async fn nearest_by(
        &self,
        index: &KnownIndex,
        asked: Asked<'_>,
    ) -> Result<Vec<u64>> {
        let find = async {
            let found = self.candidates(index, asked).boxed().await;
            found.map_err(storage("search an index of", &self.path))
        };
        let mut found = guarded(&self.path, find).await?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    async fn candidates(&self, index: &KnownIndex, asked: Asked<'_>) -> lance::Result<Vec<u64>> {
        let vector = Float32Array::from(asked.vector.to_vec());
        let mut scan = self.dataset.scan();
        scan.project::<&str>(&[])?.with_row_id().prefilter(true);
        scan.nearest(&self.quoted(asked.column), &vector, asked.candidates)?;
        scan.search_effort(asked.effort)?.fast_search().disable_scoring_autoprojection();
        scan.with_index_segments(index.segments.iter().copied().collect())?;
        if let Some(among) = asked.among {
            scan.with_row_id_prefilter(RowAddrMask::from_allowed(among.map().clone()));
        }
        let batches: Vec<RecordBatch> = scan.try_into_stream().await?.try_collect().await?;
        let ids = batches.iter().filter_map(|batch| batch.column_by_name(ROW_ID));
        let ids = ids.filter_map(|ids| ids.as_primitive_opt::<UInt64Type>());
        let ids = ids.flat_map(|ids| ids.values().iter().copied());
        let may_be = |id: &u64| asked.among.is_none_or(|among| among.contains(*id));
        Ok(ids.filter(may_be).collect())
    }
}
