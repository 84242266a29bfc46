//! The versions of a dataset: listing them, and finding one by number, tag or time.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::{FutureExt, StreamExt, TryStreamExt};
use lance::Dataset;
use lance::dataset::VersionTransaction;
use lance::dataset::transaction::Operation;
use lance_table::format::RowIdMeta;
use lance_table::rowids::read_row_ids;

use super::brief::{self, Brief};
use super::described;
use super::heal::manifests;
use super::numbers;
use super::table::Table;
use crate::engine::durable::blocking;
use crate::engine::error::Result;
use crate::engine::layout::TRANSACTIONS;
use crate::engine::retention::Kind;
use crate::engine::screen::Piece;

/// Manifests read at once while listing.
const PARALLEL_READS: usize = 4;

/// What made the first version of a branch.
const CLONED: &str = "clone";

/// What is known of one version.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) number: u64,
    pub(crate) timestamp: DateTime<Utc>,
    pub(crate) operation: String,
    pub(crate) rows: u64,
    pub(crate) next_offset: u64,
    /// Rows whose values an update of another program wrote anew.
    pub(crate) updated: u64,
    pub(crate) tags: Vec<String>,
    pub(crate) fragments: u64,
    /// None where a file does not tell its size.
    pub(crate) bytes: Option<u64>,
}

/// When a version was committed, and the offset behind its last record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) timestamp: DateTime<Utc>,
    pub(crate) next_offset: u64,
}

/// What was the head at a time.
pub(crate) enum Then {
    /// This version.
    Table(Box<Table>),
    /// There was none yet.
    Nothing,
    /// One that was removed since.
    Removed,
}

impl Table {
    /// The newest `limit` versions, newest first. Reads the manifest of each that was not described before.
    pub(crate) async fn versions(&self, limit: usize) -> Result<Vec<Version>> {
        let numbers = self.version_numbers().await?.into_iter().rev().take(limit).collect();
        self.describe_all(numbers).await
    }

    /// Those of these versions that are kept, in the same order. Reads the manifest of each that was not described before.
    pub(crate) async fn versions_of(&self, numbers: &[u64]) -> Result<Vec<Version>> {
        let kept = numbers.iter().copied().filter(|number| self.has(*number));
        self.describe_all(kept.collect()).await
    }

    async fn describe_all(&self, numbers: Vec<u64>) -> Result<Vec<Version>> {
        let tags = self.tags().await?;
        futures::stream::iter(numbers)
            .map(|number| self.describe(number, &tags))
            .buffered(PARALLEL_READS)
            .try_collect()
            .await
    }

    /// When a version was committed and where it ends, where it is kept.
    pub(crate) async fn ended(&self, number: u64) -> Result<Option<Ended>> {
        match self.described(number).await {
            Err(_) if !self.has(number) => Ok(None),
            described => described.map(|Version { timestamp, next_offset, .. }| {
                Some(Ended { timestamp, next_offset })
            }),
        }
    }

    /// The version with this number, where it is kept.
    pub(crate) async fn at_version(&self, number: u64) -> Result<Option<Self>> {
        if number == self.version() {
            return Ok(Some(self.clone()));
        }
        if !self.has(number) {
            return Ok(None);
        }
        match self.checkout(number).await {
            // It may have been cleaned up since it was looked at.
            Err(_) if !self.has(number) => Ok(None),
            opened => opened.map(Some),
        }
    }

    /// The version that a tag marks, where there is such a tag.
    pub(crate) async fn at_tag(&self, tag: &str) -> Result<Option<Self>> {
        match self.tags().await?.get(tag) {
            Some(version) => self.at_version(*version).await,
            None => Ok(None),
        }
    }

    /// The newest version that is not younger than `time`. Reads O(log versions) manifests.
    pub(crate) async fn at_time(&self, time: DateTime<Utc>) -> Result<Then> {
        let numbers = self.known_numbers().await?;
        let mut found = None;
        let (mut low, mut high) = (0, numbers.len());
        while low < high {
            let middle = low.midpoint(high);
            let Some(number) = numbers.get(middle) else { break };
            let began = self.described(*number).await?.timestamp;
            if began <= time {
                found = Some((*number, began));
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let before =
            low.checked_sub(1).and_then(|index| numbers.get(index)).copied().unwrap_or_default();
        // Of those that are missing in front of a younger one, any may have been the head then.
        let is_next = match numbers.get(low) {
            Some(first) if low == 0 => self.begins_at(*first).await?,
            younger => younger.is_none_or(|younger| *younger == before + 1),
        };
        let number = match found {
            Some((number, began)) if is_next || began == time => number,
            None if is_next => return Ok(Then::Nothing),
            _ => return Ok(Then::Removed),
        };
        // It may have been cleaned up since it was listed.
        let table = self.at_version(number).await?;
        Ok(table.map_or(Then::Removed, |table| Then::Table(Box::new(table))))
    }

    /// Whether the dataset had no version before this one, which is its oldest. The first one of a branch, or of a dataset
    /// that was cloned, has the number of the version that it was made of.
    pub(crate) async fn begins_at(&self, oldest: u64) -> Result<bool> {
        Ok(oldest == 1 || self.described(oldest).await?.operation == CLONED)
    }

    /// What made the versions behind `from`, up to this one; those that were cleaned up are left out.
    pub(crate) async fn operations_since(&self, from: u64) -> Result<Vec<String>> {
        let mut operations = Vec::new();
        for number in from + 1..=self.version() {
            if let Ok(found) = self.transaction(number).await
                && let Some(transaction) = found.transaction
            {
                operations.push(transaction.operation.name().to_string());
            }
        }
        Ok(operations)
    }

    /// What made versions, in their order. Reads the manifest of each that was not described before.
    pub(crate) async fn kinds(&self, numbers: impl Iterator<Item = u64>) -> Vec<(u64, Kind)> {
        let mut kinds = Vec::new();
        for number in numbers {
            let made = self.described(number).await.map(|version| kind(&version.operation));
            // One that cannot be read may be any.
            kinds.push((number, made.unwrap_or(Kind::Change)));
        }
        kinds
    }

    /// As [`version_numbers`](Self::version_numbers), for who shows them: a `stat` where nothing changed since the last look.
    pub(crate) async fn known_numbers(&self) -> Result<Arc<[u64]>> {
        let path = self.path.clone();
        blocking(move || numbers::numbers(&path)).await
    }

    /// The numbers of all versions that are kept, ascending. Cost: one listing of a folder.
    pub(crate) async fn version_numbers(&self) -> Result<Vec<u64>> {
        let path = self.path.to_path_buf();
        let listed = blocking(move || manifests(&path)).await?;
        Ok(listed.into_iter().map(|(version, _)| version).collect())
    }

    /// What made a version. Reads its manifest.
    pub(super) async fn transaction(&self, number: u64) -> Result<VersionTransaction> {
        self.transaction_by(&self.dataset, number).await
    }

    /// The same by a dataset that has the version opened: its manifest need not be read again.
    async fn transaction_by(&self, opened: &Dataset, number: u64) -> Result<VersionTransaction> {
        let read = opened.read_version_transaction(number);
        self.enter(number, Piece::History, read).boxed().await
    }

    /// Each tag, and the version that it marks.
    pub(crate) async fn tags(&self) -> Result<BTreeMap<String, u64>> {
        let tags = self.all_tags().await?;
        Ok(tags.into_iter().map(|(tag, found)| (tag, found.version)).collect())
    }

    async fn describe(&self, number: u64, tags: &BTreeMap<String, u64>) -> Result<Version> {
        let known = self.described(number).await?;
        let tags = tags.iter().filter(|(_, v)| **v == number).map(|(tag, _)| tag.clone()).collect();
        Ok(Version { tags, ..known })
    }

    /// What is known of a version but for its tags: from memory, where its manifest is the one that was read then.
    async fn described(&self, number: u64) -> Result<Version> {
        let stamp = self.stamp_of(number);
        let known = stamp.and_then(|stamp| described::find(&self.path, number, stamp));
        if let Some(version) = known {
            return Ok(version);
        }
        let version = self.read_description(number).await?;
        if let Some(stamp) = stamp {
            described::keep(&self.path, stamp, version.clone());
        }
        Ok(version)
    }

    /// A version in a few numbers, where its manifest says no more than those; held against its checksum first.
    ///
    /// # Errors
    /// [`Error::Altered`](crate::Error::Altered) where it is not the one that was written.
    async fn brief(&self, number: u64) -> Result<Option<Brief>> {
        let Some((manifest, name)) = self.manifest(number).zip(self.manifest_file_of(number))
        else {
            return Ok(None);
        };
        let (access, transactions) = (self.access.clone(), self.path.join(TRANSACTIONS));
        let read = move || {
            access.check(&manifest)?;
            access.to_files([name])?;
            Ok(brief::read(&manifest, |name| {
                let path = transactions.join(name);
                access.check(&path).ok().and_then(|()| brief::small(&path))
            }))
        };
        Ok(blocking(read).await?.filter(|brief| brief.version == number))
    }

    async fn read_description(&self, number: u64) -> Result<Version> {
        if let Some(brief) = self.brief(number).await? {
            self.access.tally().described();
            return Ok(Version::of(&brief));
        }
        let opened = self.dataset.checkout_version(number);
        let dataset = self.enter(number, Piece::Version, opened).await?;
        let made = self.transaction_by(&dataset, number).await?;
        self.access.tally().manifest();
        let rows = dataset.fragments().iter().filter_map(lance_table::format::Fragment::num_rows);
        let rows = rows.fold(0, usize::saturating_add);
        let manifest = dataset.manifest();
        let is_stable = manifest.uses_stable_row_ids();
        let name = made.transaction.as_ref().map(|t| t.operation.name().to_string());
        Ok(Version {
            number,
            timestamp: made.timestamp,
            operation: operation(number, name.as_deref()),
            rows: rows as u64,
            next_offset: if is_stable { manifest.next_row_id } else { rows as u64 },
            updated: made.transaction.as_ref().map_or(0, |t| updated(&t.operation)),
            tags: Vec::new(),
            fragments: dataset.fragments().len() as u64,
            bytes: bytes(dataset.fragments()),
        })
    }
}

impl Version {
    fn of(brief: &Brief) -> Self {
        Self {
            number: brief.version,
            timestamp: brief.timestamp,
            operation: operation(brief.version, brief.operation),
            rows: brief.rows,
            next_offset: brief.next_offset,
            updated: 0,
            tags: Vec::new(),
            fragments: brief.fragments,
            bytes: brief.bytes,
        }
    }
}

/// The bytes of all data files, as the manifest has them.
fn bytes(fragments: &[lance_table::format::Fragment]) -> Option<u64> {
    let files = fragments.iter().flat_map(|fragment| &fragment.files);
    let mut sizes = files.map(|file| file.file_size_bytes.get().map(u64::from));
    sizes.try_fold(0_u64, |sum, size| Some(sum.saturating_add(size?)))
}

/// How many rows an operation wrote anew under their offsets: those that it gives a number which they had already. Without
/// stable row ids, all that an update wrote.
fn updated(operation: &Operation) -> u64 {
    let Operation::Update { new_fragments, .. } = operation else { return 0 };
    let rows = new_fragments.iter().map(|fragment| match &fragment.row_id_meta {
        Some(RowIdMeta::Inline(ids)) => read_row_ids(ids).map_or(0, |ids| ids.len()),
        _ => fragment.physical_rows.unwrap_or_default() as u64,
    });
    rows.fold(0, u64::saturating_add)
}

/// Lance's operation names in the words of the design: lower case, `create`, `compact`.
fn operation(version: u64, name: Option<&str>) -> String {
    match name {
        None => "unknown".into(),
        Some("Overwrite") if version == 1 => "create".into(),
        Some("Rewrite") => "compact".into(),
        Some(name) => snake_case(name),
    }
}

/// What an operation means to one that began before it, by the name that it has here.
fn kind(operation: &str) -> Kind {
    match operation {
        "append" | "reserve_fragments" => Kind::Append,
        "merge" | "overwrite" | "restore" => Kind::Barrier,
        _ => Kind::Change,
    }
}

fn snake_case(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.extend(c.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_have_the_names_of_the_design() {
        let named = |version, name: &str| operation(version, Some(name));
        assert_eq!(named(1, "Overwrite"), "create");
        assert_eq!(named(7, "Overwrite"), "overwrite");
        assert_eq!(named(2, "Append"), "append");
        assert_eq!(named(3, "Rewrite"), "compact");
        assert_eq!(named(4, "ReserveFragments"), "reserve_fragments");
        assert_eq!(operation(5, None), "unknown");
        assert_eq!(named(3, "Clone"), CLONED);
        assert_eq!(kind(&named(2, "Append")), Kind::Append);
        assert_eq!(kind(&named(2, "ReserveFragments")), Kind::Append);
        assert_eq!(kind(&named(2, "Merge")), Kind::Barrier);
        assert_eq!(kind(&named(2, "Restore")), Kind::Barrier);
        assert_eq!(kind(&named(3, "Rewrite")), Kind::Change);
        assert_eq!(kind(&operation(3, None)), Kind::Change);
    }
}
