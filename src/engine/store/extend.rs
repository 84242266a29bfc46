//! Indices that other programs made: how far they cover the rows, and extending them to those that came since.
//!
//! Lance plans and builds. Its own commit would rebase over whatever came in between, and syncs nothing; so that is done
//! here, pinned and durable as a flush's is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use futures::FutureExt;
use lance::dataset::transaction::{Operation, Transaction};
use lance::index::DatasetIndexExt;
use lance::index::optimize::{IndexSegmentResult, plan_optimize_indices};
use lance_table::format::Fragment;

use super::commit::Committed;
use super::compact::same;
use super::enter::guarded;
use super::failure::storage;
use super::files::{index_folder, within};
use super::fragment::metadata;
use super::leavings::INDICES;
use super::table::Table;
use crate::engine::durable::{blocking, sync_file, sync_folder};
use crate::engine::error::Result;
use crate::engine::fault;
use crate::engine::maintenance::Coverage;
use crate::engine::sums::Entry;

const EXTEND: &str = "extend the indices of";
/// So many parts of an index become one along with the next: each is searched, and only fragments of one part are
/// rewritten as one.
const PARTS: usize = 8;
/// What the names of indices begin with that Lance keeps for itself.
const OF_LANCE: &str = "__lance";

/// Parts of indices that cover more rows, waiting for their commit.
pub(crate) struct Extension {
    /// The version whose rows they cover.
    from: Table,
    parts: Vec<IndexSegmentResult>,
    /// Checksums of their files, once they are on the disk.
    sums: Vec<Entry>,
}

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
        let rows = |of: &dyn Fn(u64) -> bool| {
            let fragments = self.dataset.fragments().iter().filter(|fragment| of(fragment.id));
            fragments.map(|fragment| fragment.num_rows().unwrap_or_default() as u64).sum()
        };
        let of = |(name, fragments): (&str, BTreeSet<u64>)| Coverage {
            index: name.to_owned(),
            covered: rows(&|fragment| fragments.contains(&fragment)),
            open: rows(&|fragment| !fragments.contains(&fragment)),
        };
        Ok(covered.into_iter().map(of).collect())
    }

    /// Builds what extends the indices of these names to all rows, uncommitted; `None` where there is nothing to be built, or
    /// nothing vouches for the bytes that would be read: another program is left to it.
    ///
    /// Cost: the columns of the rows that are not covered; of some kinds those of all rows, and the index.
    /// Cancel: what was written stays until it is old, as an index in the making does.
    pub(crate) async fn extend(&self, names: &BTreeSet<String>) -> Result<Option<Extension>> {
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
        let extension = Extension { from: self.clone(), parts, sums: Vec::new() };
        Ok((!extension.parts.is_empty()).then_some(extension))
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

    /// Whether the rows that were covered still stand in this version as they did, with its columns.
    pub(crate) fn still_covers(&self, extension: &Extension) -> bool {
        let from = &extension.from.dataset;
        let parts = extension.parts.iter().filter_map(|part| part.segment.fragment_bitmap.as_ref());
        let covered: BTreeSet<u64> = parts.flat_map(|map| map.iter().map(u64::from)).collect();
        let then = from.fragments().iter().filter(|fragment| covered.contains(&fragment.id));
        let is_here = |then: &Fragment| metadata(self, then.id).is_ok_and(|here| same(here, then));
        self.dataset.schema() == from.schema() && then.into_iter().all(is_here)
    }

    /// Puts the parts in the place of those that they replace, as the version behind this one, which
    /// [`still_covers`](Self::still_covers) their rows; `None` where an index is another one by now. Needs the flush lock.
    ///
    /// # Errors
    /// As [`commit_staged`](Self::commit_staged).
    pub(crate) async fn commit_extension(
        &self,
        extension: &Extension,
    ) -> Result<Option<Committed>> {
        let mut indices = self.indices().await?;
        let parts = &extension.parts;
        let replaced: BTreeSet<_> = parts.iter().flat_map(|part| part.replaces.iter()).collect();
        indices.retain(|index| replaced.contains(&index.uuid));
        if indices.len() != replaced.len() {
            return Ok(None);
        }
        self.note_sums(extension.sums.clone()).await;
        let extend = Operation::CreateIndex {
            new_indices: parts.iter().map(|part| part.segment.clone()).collect(),
            removed_indices: indices,
        };
        fault::at(&self.path, "index.commit")?;
        let transaction = Transaction::new(self.version(), extend, None);
        self.commit_pinned(EXTEND, transaction).await.map(Some)
    }
}

impl Extension {
    /// Makes the parts durable, and works out their checksums.
    ///
    /// IMPORTANT: before the commit.
    pub(crate) async fn sync(&mut self) -> Result<()> {
        let dataset = self.from.path.clone();
        fault::at(&dataset, "index.built")?;
        let folders = self.folders();
        let files = blocking(move || {
            let mut files = Vec::new();
            for folder in &folders {
                files.extend(within(&dataset, folder));
                sync_folder(&dataset.join(folder))?;
            }
            files.iter().try_for_each(|file| sync_file(&dataset.join(file)))?;
            sync_folder(&dataset.join(INDICES))?;
            sync_folder(&dataset)?;
            Ok(files)
        });
        self.sums = self.from.read_sums(files.await?).await;
        fault::at(&self.from.path, "index.synced")
    }

    /// Removes the files, after a commit that did not happen for certain.
    pub(crate) async fn discard(self) {
        let (dataset, folders) = (self.from.path.clone(), self.folders());
        let remove = move || {
            for folder in folders {
                drop(fs::remove_dir_all(dataset.join(folder)));
            }
            Ok(())
        };
        // What cannot be removed goes when it is old.
        drop(blocking(remove).await);
    }

    fn folders(&self) -> Vec<String> {
        self.parts.iter().map(|part| index_folder(&part.segment)).collect()
    }
}
