//! Compaction: neighbouring fragments are rewritten as one, without their deleted rows. No row gets another offset.
//!
//! Lance sorts fragments by their numbers, so a number is reserved before the rows are written: what is appended
//! meanwhile has a higher one and stays behind them. Both are commits of their own, and pinned as a flush is.

use std::collections::HashMap;
use std::ops::Range;

use futures::FutureExt;
use lance::dataset::optimize::{CompactionOptions, CompactionTask, TaskData};
use lance::dataset::transaction::{Operation, RewriteGroup, Transaction};
use lance::index::DatasetIndexExt;
use lance_table::format::Fragment;

use super::commit::Committed;
use super::enter::guarded;
use super::failure::storage;
use super::fragment::metadata;
use super::read::index;
use super::stage::{DataFiles, data_files};
use super::table::Table;
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::maintenance::Part;
use crate::engine::screen::Piece;
use crate::engine::sums::Entry;

const COMPACT: &str = "compact";
/// Bytes that wait to be decoded, and those of a decoded batch, about: what a rewrite takes of memory.
const READ_AHEAD: u64 = 64 << 20;
const A_BATCH: u64 = 8 << 20;
/// Rows of a batch.
const ROWS: Range<u64> = 16..8192;

/// Rows that were rewritten, waiting for their commit.
pub(crate) struct Rewritten {
    /// The version that they were read of.
    from: Table,
    /// The fragments that held them.
    old: Vec<Fragment>,
    /// The one that does now.
    new: Vec<Fragment>,
    files: DataFiles,
    /// Their checksums, once they are on the disk.
    sums: Vec<Entry>,
}

impl Table {
    /// Its fragments as a rewrite is planned with, in their order. Reads which fragments each index covers.
    pub(crate) async fn parts(&self) -> Result<Vec<Part>> {
        let indices = self.dataset.load_indices().boxed().await;
        let indices = indices.map_err(storage("read the indices of", &self.path))?;
        let coverage = |fragment: u64| -> Vec<bool> {
            let number = u32::try_from(fragment).unwrap_or(u32::MAX);
            let maps = indices.iter().filter_map(|index| index.fragment_bitmap.as_ref());
            maps.map(|fragments| fragments.contains(number)).collect()
        };
        let spans = self.index().spans_from(0).iter();
        let offsets: HashMap<u64, (u64, u64)> =
            spans.map(|span| (span.fragment, (span.first, span.last))).collect();
        let (mut parts, mut covered, mut kin, mut last) = (Vec::new(), Vec::new(), 0, 0);
        for fragment in self.dataset.fragments().iter() {
            let coverage = coverage(fragment.id);
            kin += u64::from(coverage != covered);
            covered = coverage;
            let offsets = offsets.get(&fragment.id).copied().unwrap_or((last, last));
            last = offsets.1;
            parts.push(part(fragment, offsets, kin));
        }
        Ok(parts)
    }

    /// Reserves numbers of fragments, as the version behind this one.
    ///
    /// # Errors
    /// As [`commit_staged`](Self::commit_staged).
    pub(crate) async fn commit_reserve(&self, count: u32) -> Result<Committed> {
        fault::at(&self.path, "compact.reserve")?;
        let reserve = Operation::ReserveFragments { num_fragments: count };
        self.commit_pinned(COMPACT, Transaction::new(self.version(), reserve, None)).await
    }

    /// The numbers that this version reserved.
    pub(crate) fn reserved(&self, count: u32) -> Range<u64> {
        let end =
            self.dataset.manifest().max_fragment_id.map_or(0, |highest| u64::from(highest) + 1);
        end.saturating_sub(count.into())..end
    }

    /// Writes the rows of fragments anew, as one with a reserved number. Takes some tens of MiB of memory, however much that
    /// is.
    ///
    /// # Errors
    /// [`Error::Altered`] where a file is not what was written: damage would get a sound checksum.
    /// Cancel: what was written has no name, or is left to a later cleanup.
    pub(crate) async fn rewrite(&self, parts: &[Part], number: u64) -> Result<Rewritten> {
        let old = parts.iter().map(|part| metadata(self, part.fragment).cloned());
        let old = old.collect::<Result<Vec<Fragment>>>()?;
        for fragment in &old {
            self.ask_whole(fragment).await?;
        }
        let task = CompactionTask {
            task: TaskData { fragments: old.clone() },
            read_version: self.version(),
            options: options(parts),
        };
        let execute = async {
            let done = task.execute(&self.dataset).boxed().await;
            done.map_err(storage(COMPACT, &self.path))
        };
        let mut new = guarded(&self.path, execute).await?.new_fragments;
        let files = data_files(&self.path, &new);
        let rows: u64 = parts.iter().map(|part| part.rows).sum();
        let [fragment] = new.as_mut_slice() else {
            files.discard().await;
            return Err(self.rewrote(new.len() as u64, 1, "fragments"));
        };
        let written = fragment.physical_rows.unwrap_or_default() as u64;
        if written != rows {
            files.discard().await;
            return Err(self.rewrote(written, rows, "rows"));
        }
        fragment.id = number;
        Ok(Rewritten { from: self.clone(), old, new, files, sums: Vec::new() })
    }

    /// Holds all files of fragments against their checksums, however long they are. Cost: their bytes, the first time.
    ///
    /// # Errors
    /// [`Error::Altered`] where a file is not what was written.
    pub(crate) async fn read_whole(&self, parts: &[Part]) -> Result<()> {
        for part in parts {
            self.read_through(part.fragment, self.fragment_files(part.fragment)).await?;
        }
        Ok(())
    }

    /// As [`read_whole`](Self::read_whole), and has them tried by the screen where nothing vouches for them.
    pub(super) async fn ask_whole(&self, fragment: &Fragment) -> Result<()> {
        let id = fragment.id;
        let files = self.fragment_files(id);
        for file in &files {
            self.access.check(&self.path.join(file))?;
        }
        self.read_through(id, files).await?;
        let end = fragment.physical_rows.unwrap_or_default();
        let fields = &self.dataset.schema().fields;
        let columns = || fields.iter().map(|field| field.name.clone()).collect();
        self.ask(id, || Piece::Range { fragment: id, columns: columns(), start: 0, end }).await
    }

    /// Whether the rewritten rows still stand in this version as they did, with its columns.
    pub(crate) fn still_holds(&self, rewritten: &Rewritten) -> bool {
        let is_here = |old: &Fragment| metadata(self, old.id).is_ok_and(|here| same(here, old));
        let highest = self.dataset.manifest().max_fragment_id.map(u64::from);
        let is_free = |new: &Fragment| {
            metadata(self, new.id).is_err() && highest.is_some_and(|h| h >= new.id)
        };
        self.dataset.schema() == rewritten.from.dataset.schema()
            && rewritten.old.iter().all(is_here)
            && rewritten.new.iter().all(is_free)
    }

    /// Puts the rewritten rows in the place of those that they were, as the version behind this one, which
    /// [`still_holds`](Self::still_holds) these. Needs the flush lock.
    ///
    /// Indices by row id go on; those by address no longer cover these rows, which are then scanned.
    ///
    /// # Errors
    /// As [`commit_staged`](Self::commit_staged).
    pub(crate) async fn commit_rewritten(&self, rewritten: &Rewritten) -> Result<Committed> {
        self.note_sums(rewritten.sums.clone()).await;
        let group = RewriteGroup {
            old_fragments: rewritten.old.clone(),
            new_fragments: rewritten.new.clone(),
        };
        let rewrite = Operation::Rewrite {
            groups: vec![group],
            rewritten_indices: Vec::new(),
            frag_reuse_index: None,
        };
        fault::at(&self.path, "compact.commit")?;
        self.commit_pinned(COMPACT, Transaction::new(self.version(), rewrite, None)).await
    }

    fn rewrote(&self, found: u64, expected: u64, what: &str) -> Error {
        let source =
            format!("a compaction wrote {found} {what} and should have written {expected}");
        Error::Storage { action: COMPACT, path: self.path.to_path_buf(), source: source.into() }
    }
}

impl Rewritten {
    /// Whether all of its files are there.
    pub(crate) async fn is_complete(&self) -> Result<bool> {
        self.files.are_there().await
    }

    /// Makes the rows durable, and the names of their files, and works out their checksums.
    ///
    /// IMPORTANT: before the commit, as with those of a flush; but without its lock, as it takes long.
    pub(crate) async fn sync(&mut self) -> Result<()> {
        fault::at(&self.from.path, "compact.rewritten")?;
        self.from.sync_data_files(&self.files).await?;
        self.sums = self.from.sums_of(&self.files).await;
        fault::at(&self.from.path, "compact.synced")
    }

    /// Removes the files, after a commit that did not happen for certain.
    pub(crate) async fn discard(self) {
        self.files.discard().await;
    }

    /// Bytes of the files.
    pub(crate) fn bytes(&self) -> u64 {
        self.new.iter().map(bytes).sum()
    }
}

fn part(fragment: &Fragment, offsets: (u64, u64), kin: u64) -> Part {
    let physical = fragment.physical_rows.map(|rows| rows as u64);
    let rows = fragment.num_rows().map_or(0, |rows| rows as u64);
    let is_elsewhere = fragment.files.iter().any(|file| file.base_id.is_some());
    Part {
        fragment: fragment.id,
        rows,
        deleted: physical.unwrap_or_default().saturating_sub(rows),
        bytes: bytes(fragment),
        offsets,
        kin,
        is_fixed: is_elsewhere || !fragment.overlays.is_empty() || physical.is_none_or(|p| p == 0),
    }
}

fn bytes(fragment: &Fragment) -> u64 {
    fragment.files.iter().filter_map(|file| file.file_size_bytes.get()).map(u64::from).sum()
}

/// Whether a fragment is the same rows of the same files.
pub(super) fn same(a: &Fragment, b: &Fragment) -> bool {
    let files = |fragment: &Fragment| -> Vec<String> {
        fragment.files.iter().map(|file| file.path.clone()).collect()
    };
    a.row_id_meta == b.row_id_meta
        && a.deletion_file == b.deletion_file
        && a.overlays.is_empty() == b.overlays.is_empty()
        && files(a) == files(b)
}

/// One fragment comes of it, and little of it is in memory at once, however long its rows are.
fn options(parts: &[Part]) -> CompactionOptions {
    let rows: u64 = parts.iter().map(|part| part.rows + part.deleted).sum();
    let bytes: u64 = parts.iter().map(|part| part.bytes).sum();
    let batch = (A_BATCH / (bytes / rows.max(1)).max(1)).clamp(ROWS.start, ROWS.end);
    CompactionOptions {
        target_rows_per_fragment: index(rows.max(1)),
        batch_size: Some(index(batch)),
        io_buffer_size: Some(READ_AHEAD),
        // Where the rows lie by now is asked of no index: see `commit_rewritten`.
        has_eager_remappable_index: Some(false),
        ..CompactionOptions::default()
    }
}
