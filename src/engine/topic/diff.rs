//! What differs between two states of a topic: records added, updated and deleted, and its columns.

use std::collections::VecDeque;

use super::reader::Reader;
use crate::engine::bucket::BucketDiff;
use crate::engine::error::{Error, Result};
use crate::engine::facts::{ColumnChange, DiffSummary};
use crate::engine::record::{ChangeChunk, ChangedRow};
use crate::engine::store::{Compared, Detail};

/// The difference of two states of a topic, bucket after bucket, each by offset; see [`Reader::diff`].
pub struct Diff {
    waiting: VecDeque<BucketDiff>,
    /// Of the buckets that are done.
    done: Vec<DiffSummary>,
    total: u64,
    passed: u64,
}

impl Reader {
    /// What differs between the state that this reader sees and the one that `after` sees, in the columns that this
    /// reader has chosen: records by offset, cell by cell, and the columns themselves.
    ///
    /// Sees: persisted records; what is buffered is in no version. A reader that is not [`at`](Self::at) a version sees
    /// the newest one. `after` may be the older state.
    ///
    /// A record is the same one as long as its offset is: a compaction, an update and a restore keep it. Values are equal
    /// where their bits are. A column that one of the states does not have is null in it, so a column that was filled
    /// when it was added updates records; a new name or type alone does not. Where a dataset has no stable row ids, rows
    /// are told apart by position: [`DiffSummary::by_position`] says so.
    ///
    /// Cost: nothing here but a look at both lists of files. Then the records of those files that are not in both states;
    /// of files whose rows were only deleted, those that are gone. Memory: some portions of 8 MiB, and 16 bytes for each row of
    /// fragments with deleted rows that are looked at. The versions are not cleaned up as long as it lasts.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) where the readers are of two topics or not of the same buckets, and where one
    /// has a filter.
    ///
    /// # Examples
    /// ```
    /// use lanceq::{At, ChangeKind, Engine};
    /// use serde_json::json;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// let engine = Engine::open(folder.path()).await?;
    /// let writer = engine.writer("films").open().await?;
    /// writer.put(json!({"title": "Up"})).await?;
    /// let before = writer.flush().await?[0].version;
    /// writer.put(json!({"title": "Coco"})).await?;
    /// writer.flush().await?;
    ///
    /// let reader = engine.reader("films").await?;
    /// let mut diff = reader.at(At::Version(before)).await?.diff(&reader).await?;
    /// while let Some(chunk) = diff.next().await? {
    ///     for change in chunk.records() {
    ///         assert_eq!((change.row.offset, change.row.kind), (1, ChangeKind::Added));
    ///         assert_eq!(change.after.unwrap()["title"], "Coco");
    ///     }
    /// }
    /// assert_eq!(diff.summaries()[0].added, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn diff(&self, after: &Self) -> Result<Diff> {
        self.comparable(after)?;
        let (was, is) = (self.snapshots_to_read().await?, after.snapshots_to_read().await?);
        let columns = |snapshots: &[_]| self.whole_schema(snapshots);
        let all: Vec<_> = was.iter().chain(&is).cloned().collect();
        self.chosen(&columns(&all))?;
        let pairs = self.buckets.iter().zip(was.into_iter().zip(is));
        let waiting: VecDeque<BucketDiff> = pairs
            .map(|(bucket, (was, is))| BucketDiff::new(bucket, was, is, &self.columns))
            .collect();
        let total = waiting.iter().map(BucketDiff::total).sum();
        Ok(Diff { waiting, done: Vec::new(), total, passed: 0 })
    }

    fn comparable(&self, after: &Self) -> Result<()> {
        let invalid = |option, value: String, reason: &str| {
            Err(Error::InvalidOption { option, value, reason: reason.into() })
        };
        if self.topic() != after.topic() || self.buckets() != after.buckets() {
            let value = format!("a reader of {} with buckets {:?}", after.topic(), after.buckets());
            return invalid("after", value, "both states must be of the same buckets of a topic");
        }
        match self.filters.iter().chain(&after.filters).next() {
            Some(filter) => invalid("filter", format!("`{filter}`"), "a diff compares all records"),
            None => Ok(()),
        }
    }
}

impl DiffSummary {
    /// The name that a column had in the state before, by its name in the state after, or by its only one; none where it
    /// was not there.
    pub fn name_before<'a>(&'a self, column: &'a str) -> Option<&'a str> {
        let renamed = self.columns.iter().find_map(|change| match change {
            ColumnChange::Renamed { column: now, from } if now == column => Some(from.as_str()),
            _ => None,
        });
        let is_new = || {
            let added = |change: &ColumnChange| matches!(change, ColumnChange::Added { column: now, .. } if now == column);
            self.columns.iter().any(added)
        };
        renamed.or_else(|| (!is_new()).then_some(column))
    }
}

impl Diff {
    /// How many rows are to be looked at, those of both states counted.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// How many were looked at so far.
    pub fn passed(&self) -> u64 {
        self.passed
    }

    /// What was found so far of each bucket, in numbers; all of it once [`next`](Self::next) has come to its end. The
    /// columns are known from the beginning.
    pub fn summaries(&self) -> Vec<DiffSummary> {
        let waiting = self.waiting.iter().map(|bucket| bucket.summary().clone());
        self.done.iter().cloned().chain(waiting).collect()
    }

    /// The next records that differ, of one bucket; `None` at the end.
    ///
    /// Cost: some MiB of one or two files; see [`Reader::diff`].
    ///
    /// Cancel: safe to drop; nothing is left out.
    ///
    /// # Errors
    /// [`Corrupt`](crate::ErrorKind::Corrupt) where a dataset cannot be read.
    pub async fn next(&mut self) -> Result<Option<ChangeChunk>> {
        while let Some((bucket, found)) = self.step(Detail::Records).await? {
            if let Some((before, after)) = found.records.filter(|_| !found.rows.is_empty()) {
                return Ok(Some(ChangeChunk { bucket, rows: found.rows, before, after }));
            }
        }
        Ok(None)
    }

    /// As [`next`](Self::next), without what the records hold: nothing is read of those that were added or deleted. The
    /// bucket, and its next rows that differ; there may be none.
    ///
    /// Cancel: safe to drop; nothing is left out.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub async fn next_rows(&mut self) -> Result<Option<(u32, Vec<ChangedRow>)>> {
        let found = self.step(Detail::Rows).await?;
        Ok(found.map(|(bucket, found)| (bucket, found.rows)))
    }

    async fn step(&mut self, detail: Detail) -> Result<Option<(u32, Compared)>> {
        loop {
            let Some(bucket) = self.waiting.front_mut() else { return Ok(None) };
            if let Some(found) = bucket.next(detail).await? {
                self.passed += found.looked;
                return Ok(Some((bucket.summary().bucket_id, found)));
            }
            let done = self.waiting.pop_front();
            self.done.extend(done.map(|bucket| bucket.summary().clone()));
        }
    }
}
