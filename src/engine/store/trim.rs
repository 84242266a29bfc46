//! Letting the oldest records go: a version without the fragments that lie below an offset, and with the rows of the others
//! that do deleted.

use std::fs;
use std::path::PathBuf;

use futures::FutureExt;
use lance::dataset::transaction::{Operation, Transaction};
use lance_table::format::Fragment;
use lance_table::io::deletion::relative_deletion_file_path;

use super::commit::Committed;
use super::enter::guarded;
use super::failure::storage;
use super::fragment::metadata;
use super::index::Span;
use super::table::Table;
use crate::engine::durable::{blocking, sync_file, sync_folder};
use crate::engine::error::Result;
use crate::engine::fault;
use crate::engine::maintenance::Layer;

const DELETE: &str = "delete from";
const DELETIONS: &str = "_deletions";

/// How near to the offset a version is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    /// Every record below goes.
    Exact,
    /// Records that share a fragment with some that stay go only where they are so many that it is worth a file: more than
    /// an eighth of what stays.
    Rough,
}

/// What goes of a version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trim {
    /// Records with smaller offsets go.
    pub(crate) cut: u64,
    /// Fragments that go whole.
    pub(crate) whole: Vec<u64>,
    /// Rows of other fragments that go, by their places.
    partly: Vec<(u64, Vec<u32>)>,
    /// All records that go.
    pub(crate) records: u64,
    /// Bytes of the data files of what goes whole.
    pub(crate) bytes: u64,
}

/// Deletions that are written and in no version yet.
pub(crate) struct Trimmed {
    transaction: Transaction,
    files: Vec<PathBuf>,
}

impl Trim {
    /// Whether nothing goes.
    pub(crate) fn is_empty(&self) -> bool {
        self.records == 0
    }
}

impl Table {
    /// Its fragments, as far as a cut matters.
    pub(crate) fn layers(&self) -> Vec<Layer> {
        let layer = |span: &Span| {
            let offsets = (span.first, span.last);
            Layer { offsets, bytes: self.data_bytes_of(span.fragment) }
        };
        self.index().spans_from(0).iter().map(layer).collect()
    }

    /// The smallest offset that a row has; `None` without rows.
    ///
    /// Cost: none where nothing is deleted in the fragments that may have it; else which rows of these live, once.
    pub(crate) async fn first_living(&self) -> Result<Option<u64>> {
        let mut first: Option<u64> = None;
        for span in self.index().spans_from(0) {
            if first.is_some_and(|first| first <= span.first) {
                break;
            }
            let own = if span.dense {
                Some(span.first)
            } else {
                self.live(span).await?.first().map(|(offset, _)| *offset)
            };
            first = first.into_iter().chain(own).min();
        }
        Ok(first)
    }

    /// What goes where records are kept from an offset on.
    ///
    /// Cost: none for what goes whole; of fragments that it divides and in which rows are deleted, which of them live.
    pub(crate) async fn trim_at(&self, cut: u64, edge: Edge) -> Result<Trim> {
        let mut trim = Trim { cut, ..Trim::default() };
        let mut divided = Vec::new();
        for span in self.index().spans_from(0).iter().take_while(|span| span.first < cut) {
            if span.last < cut {
                trim.whole.push(span.fragment);
                trim.records += span.rows;
                trim.bytes += self.data_bytes_of(span.fragment);
            } else {
                divided.push((span.fragment, self.places_below(span, cut).await?));
            }
        }
        divided.retain(|(_, places)| !places.is_empty());
        let dead: u64 = divided.iter().map(|(_, places)| places.len() as u64).sum();
        let stay = self.index().rows().saturating_sub(trim.records + dead);
        if edge == Edge::Exact || dead > stay / 8 {
            trim.records += dead;
            trim.partly = divided;
        }
        Ok(trim)
    }

    /// Where the rows of a fragment with smaller offsets lie in its file.
    async fn places_below(&self, span: &Span, cut: u64) -> Result<Vec<u32>> {
        if span.dense {
            return Ok((0..u32::try_from(cut - span.first).unwrap_or(u32::MAX)).collect());
        }
        let live = self.live(span).await?;
        let below = live.iter().take_while(|(offset, _)| *offset < cut);
        Ok(below.map(|(_, place)| *place).collect())
    }

    fn data_bytes_of(&self, fragment: u64) -> u64 {
        let files = metadata(self, fragment).map(|found| found.files.as_slice());
        let sizes = files.unwrap_or_default().iter().filter_map(|file| file.file_size_bytes.get());
        sizes.map(u64::from).sum()
    }

    /// Writes which rows go, durably; nothing refers to it yet. Needs the flush lock.
    ///
    /// Cancel: files of no version are left to a clean-up.
    pub(crate) async fn stage_trim(&self, trim: &Trim) -> Result<Trimmed> {
        let (mut whole, mut updated, mut files) = (trim.whole.clone(), Vec::new(), Vec::new());
        for (fragment, places) in &trim.partly {
            match self.without_places(*fragment, places).await? {
                Some(found) => {
                    files.extend(deletion_file(&found));
                    updated.push(found);
                }
                None => whole.push(*fragment),
            }
        }
        let delete = Operation::Delete {
            updated_fragments: updated,
            deleted_fragment_ids: whole,
            predicate: format!("_rowid < {}", trim.cut),
        };
        let transaction = Transaction::new(self.version(), delete, None);
        let paths = files.iter().map(|file| self.path.join(file)).collect();
        let trimmed = Trimmed { transaction, files: paths };
        match self.secure_deletions(&trimmed, files).await {
            Ok(()) => Ok(trimmed),
            Err(error) => {
                trimmed.discard().await;
                Err(error)
            }
        }
    }

    /// A fragment with these rows deleted, whose note of that is written; `None` where no row is left.
    async fn without_places(&self, fragment: u64, places: &[u32]) -> Result<Option<Fragment>> {
        let opened = self.opened(fragment)?;
        let deleted = async {
            let deleted = opened.extend_deletions(places.iter().copied()).boxed().await;
            deleted.map_err(storage(DELETE, &self.path))
        };
        let left = guarded(&self.path, deleted).await?;
        Ok(left.map(|left| left.metadata().clone()))
    }

    /// Makes the files durable, and their names, and notes their checksums.
    ///
    /// IMPORTANT: before the commit, as with those of a flush.
    async fn secure_deletions(&self, trimmed: &Trimmed, names: Vec<String>) -> Result<()> {
        fault::at(&self.path, "retain.staged")?;
        if names.is_empty() {
            return Ok(());
        }
        let (dataset, files) = (self.path.to_path_buf(), trimmed.files.clone());
        if fault::is_on(&self.path, "data-sync") {
            blocking(move || {
                files.iter().try_for_each(|file| sync_file(file))?;
                sync_folder(&dataset.join(DELETIONS))?;
                // The folder itself is a new name after the first deletion.
                sync_folder(&dataset)
            })
            .await?;
        }
        self.note_staged(names).await;
        Ok(())
    }

    /// Makes the version behind this one, of which this was made, without the records that go. It is durable when it
    /// returns. Needs the flush lock.
    ///
    /// # Errors
    /// As [`commit_staged`](Self::commit_staged).
    pub(crate) async fn commit_trimmed(&self, trimmed: &Trimmed) -> Result<Committed> {
        fault::at(&self.path, "retain.commit")?;
        self.commit_pinned(DELETE, trimmed.transaction.clone()).await
    }
}

impl Trimmed {
    /// Removes the files, after a commit that did not happen for certain.
    pub(crate) async fn discard(self) {
        // What cannot be removed is left to a clean-up; the error that counts is another one.
        let remove = move || {
            self.files.iter().for_each(|file| drop(fs::remove_file(file)));
            Ok(())
        };
        drop(blocking(remove).await);
    }
}

fn deletion_file(fragment: &Fragment) -> Option<String> {
    let file = fragment.deletion_file.as_ref()?;
    Some(relative_deletion_file_path(fragment.id, file))
}
