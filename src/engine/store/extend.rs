//! Indices as they are: how far they cover the rows, and extending them to those that came since.

use std::collections::{BTreeMap, BTreeSet};

use futures::FutureExt;
use lance::index::DatasetIndexExt;
use lance::index::optimize::{IndexSegmentResult, plan_optimize_indices};

use super::enter::guarded;
use super::failure::storage;
use super::index_segments::IndexSegments;
use super::table::Table;
use crate::engine::durable::blocking;
use crate::engine::error::Result;
use crate::engine::maintenance::Coverage;

const EXTEND: &str = "extend the indices of";
/// So many parts of an index become one along with the next: each is searched, and only fragments of one part are
/// rewritten as one.
const PARTS: usize = 8;
/// What the names of indices begin with that Lance keeps for itself.
pub(super) const OF_LANCE: &str = "__lance";

impl Table {
    /// How far each index covers the rows. Reads which fragments that are.
    pub(crate) async fn coverage(&self) -> Result<Vec<Coverage>> {
        let indices = self.dataset.load_indices().boxed().await;
        let indices = indices.map_err(storage("read the indices of", &self.path))?;
        let mut covered: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
        for index in indices.iter().filter(|index| !index.name.starts_with(OF_LANCE)) {
            let fragments = index.fragment_bitmap.iter().flat_map(|map| map.iter().map(u64::from));
            covered.entry(&index.name).or_default().extend(fragments);
        }
        let of = |(name, fragments): (&str, BTreeSet<u64>)| {
            let (covered, open) = self.rows_covered(&fragments);
            Coverage { index: name.to_owned(), covered, open }
        };
        Ok(covered.into_iter().map(of).collect())
    }

    /// Rows in these fragments, and in others.
    pub(super) fn rows_covered(&self, fragments: &BTreeSet<u64>) -> (u64, u64) {
        let rows = |is_covered: bool| {
            let all = self.dataset.fragments().iter();
            let chosen = all.filter(|fragment| fragments.contains(&fragment.id) == is_covered);
            chosen.map(|fragment| fragment.num_rows().unwrap_or_default() as u64).sum()
        };
        (rows(true), rows(false))
    }

    /// Builds what extends the indices of these names to all rows, uncommitted; `None` where there is nothing to be built, or
    /// nothing vouches for the bytes that would be read: another program is left to it.
    ///
    /// Cost: the columns of the rows that are not covered; of some kinds those of all rows, and the index.
    /// Cancel: what was written stays until it is old, as an index in the making does.
    pub(crate) async fn extend(&self, names: &BTreeSet<String>) -> Result<Option<IndexSegments>> {
        let files = self.index_files().await?.into_iter();
        let rows = self.dataset.fragments();
        let files = files.chain(rows.iter().flat_map(|fragment| self.fragment_files(fragment.id)));
        let (access, files) = (self.access.clone(), files.collect::<Vec<_>>());
        if blocking(move || access.to_files(files)).await?.is_unknown() {
            return Ok(None);
        }
        let build = async {
            let parts = self.build(names).boxed().await;
            parts.map_err(storage(EXTEND, &self.path))
        };
        let parts = guarded(&self.path, build).await?;
        let replaced = parts.iter().flat_map(|part| part.replaces.iter().copied()).collect();
        let extended = parts.into_iter().map(|part| part.segment).collect();
        let segments = IndexSegments::some(self, extended, replaced);
        Ok((!segments.is_empty()).then_some(segments))
    }

    async fn build(&self, names: &BTreeSet<String>) -> lance::Result<Vec<IndexSegmentResult>> {
        #[expect(clippy::default_trait_access, reason = "its crate is no dependency of this one")]
        let plan = plan_optimize_indices(&self.dataset, &Default::default()).await?;
        let (mut groups, mut built, mut parts) = (BTreeSet::new(), Vec::new(), Vec::new());
        let due = plan.tasks.into_iter().filter(|task| names.contains(&task.reference.name));
        for mut task in due {
            groups.insert(task.group);
            let before = task.old_segments.len();
            if before >= PARTS {
                task.num_indices_to_merge = Some(before);
            }
            built.extend(task.execute(&self.dataset).await?);
        }
        for merge in plan.merges.iter().filter(|merge| groups.contains(&merge.group)) {
            parts.extend(merge.execute(&self.dataset, &built).await?);
        }
        Ok(parts)
    }
}
