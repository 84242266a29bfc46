//! Segments of indices that were built, on their way into a version.
//!
//! Lance plans and builds. Its own commit would rebase over whatever came in between, and syncs nothing; so that is done
//! here, pinned and durable as a flush's is.

use std::collections::BTreeSet;
use std::fs;

use lance::dataset::transaction::{Operation, Transaction};
use lance_table::format::{Fragment, IndexMetadata};
use uuid::Uuid;

use super::commit::Committed;
use super::compact::same;
use super::files::{index_folder, within};
use super::fragment::metadata;
use super::leavings::INDICES;
use super::table::Table;
use crate::engine::durable::{blocking, sync_file, sync_folder};
use crate::engine::error::Result;
use crate::engine::fault;
use crate::engine::sums::Entry;

const COMMIT: &str = "commit an index of";

/// Built segments, and those whose place they take, waiting for their commit.
pub(crate) struct IndexSegments {
    /// The version whose rows they cover.
    from: Table,
    built: Vec<IndexMetadata>,
    replaced: BTreeSet<Uuid>,
    /// They are all of their index: none that has its name stays.
    is_whole: bool,
    /// Checksums of their files, once they are on the disk.
    sums: Vec<Entry>,
}

impl IndexSegments {
    /// Some segments of indices of which others stay.
    pub(super) fn some(from: &Table, built: Vec<IndexMetadata>, replaced: BTreeSet<Uuid>) -> Self {
        Self { from: from.clone(), built, replaced, is_whole: false, sums: Vec::new() }
    }

    /// The only segment of an index.
    pub(super) fn whole(from: &Table, built: IndexMetadata, replaced: BTreeSet<Uuid>) -> Self {
        let segments = Self::some(from, vec![built], replaced);
        Self { is_whole: true, ..segments }
    }

    /// Whether there is nothing to commit.
    pub(super) fn is_empty(&self) -> bool {
        self.built.is_empty()
    }

    /// Whether they take the place of others.
    pub(crate) fn replaces(&self) -> bool {
        !self.replaced.is_empty()
    }

    /// Bytes of their files, once they are on the disk.
    pub(crate) fn bytes(&self) -> u64 {
        let files = self.built.iter().flat_map(|segment| segment.files.iter().flatten());
        files.map(|file| file.size_bytes).sum()
    }

    /// Makes the segments durable, and works out their checksums.
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
        remove_folders(&self.from, self.folders()).await;
    }

    /// Whether an index of another program has the name that this one was to have.
    fn is_taken(&self, by: &[IndexMetadata]) -> bool {
        let others = by.iter().filter(|index| !self.replaced.contains(&index.uuid));
        let is_named = |name: &str| self.built.iter().any(|built| built.name == name);
        self.is_whole && others.into_iter().any(|index| is_named(&index.name))
    }

    fn folders(&self) -> Vec<String> {
        self.built.iter().map(index_folder).collect()
    }

    fn covered(&self) -> BTreeSet<u64> {
        let maps = self.built.iter().filter_map(|segment| segment.fragment_bitmap.as_ref());
        maps.flat_map(|map| map.iter().map(u64::from)).collect()
    }
}

impl Table {
    /// Whether the rows that the segments cover still stand in this version as they did, with its columns.
    pub(crate) fn still_covers(&self, segments: &IndexSegments) -> bool {
        let (from, covered) = (&segments.from.dataset, segments.covered());
        let mut then = from.fragments().iter().filter(|fragment| covered.contains(&fragment.id));
        let is_here = |then: &Fragment| metadata(self, then.id).is_ok_and(|here| same(here, then));
        self.dataset.schema() == from.schema() && then.all(is_here)
    }

    /// Puts the segments in the place of those that they replace, as the version behind this one, which
    /// [`still_covers`](Self::still_covers) their rows; `None` where an index is another one by now. Needs the flush lock.
    ///
    /// # Errors
    /// As [`commit_staged`](Self::commit_staged).
    pub(crate) async fn commit_segments(
        &self,
        segments: &IndexSegments,
    ) -> Result<Option<Committed>> {
        let mut removed_indices = self.indices().await?;
        let is_taken = segments.is_taken(&removed_indices);
        removed_indices.retain(|index| segments.replaced.contains(&index.uuid));
        if is_taken || removed_indices.len() != segments.replaced.len() {
            return Ok(None);
        }
        self.note_sums(segments.sums.clone()).await;
        let create =
            Operation::CreateIndex { new_indices: segments.built.clone(), removed_indices };
        fault::at(&self.path, "index.commit")?;
        let transaction = Transaction::new(self.version(), create, None);
        self.commit_pinned(COMMIT, transaction).await.map(Some)
    }

    /// Takes these segments of indices out, as the version behind this one. Their files stay for the older ones.
    ///
    /// # Errors
    /// As [`commit_staged`](Self::commit_staged).
    pub(crate) async fn commit_without_segments(
        &self,
        segments: &BTreeSet<Uuid>,
    ) -> Result<Committed> {
        let mut removed_indices = self.indices().await?;
        removed_indices.retain(|index| segments.contains(&index.uuid));
        let drop = Operation::CreateIndex { new_indices: Vec::new(), removed_indices };
        self.commit_pinned(COMMIT, Transaction::new(self.version(), drop, None)).await
    }
}

/// Removes the files of segments that are in no version. What cannot be removed goes when it is old.
pub(super) async fn remove_folders(table: &Table, folders: Vec<String>) {
    let dataset = table.path.clone();
    let remove = move || {
        for folder in folders {
            drop(fs::remove_dir_all(dataset.join(folder)));
        }
        Ok(())
    };
    drop(blocking(remove).await);
}
