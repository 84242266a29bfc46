//! Search for the records whose texts match a query best: by one pass over these texts, or over those that an index of words
//! names and does not cover.

use std::sync::Arc;

use super::condition::Condition;
use super::lane::LANES;
use super::scan::BucketScan;
use super::selection::Selection;
use super::shared::Bucket;
use super::snapshot::Snapshot;
use crate::engine::error::Result;
use crate::engine::index_facts::FoundBy;
use crate::engine::options::Columns;
use crate::engine::record::Chunk;
use crate::engine::store::analyzer;
use crate::engine::words::{Best, Counter, Scored, Statistics, TextQuery, TextSearch};

/// A text search under way: what is counted, and the best so far.
#[derive(Debug)]
pub(crate) struct WordHunt {
    pub(super) selection: Selection,
    pub(super) found_by: FoundBy,
    /// What indices are asked for; `None` where none is to be asked.
    pub(super) asked: Option<Arc<TextQuery>>,
    counter: Counter,
    best: Best,
    /// How records were found in a first look, where this is the second one.
    first_by: Option<FoundBy>,
}

/// What a text search has found.
#[derive(Debug)]
pub(crate) struct WordBag {
    /// The best first.
    pub(crate) found: Vec<Scored>,
    /// How many records match.
    pub(crate) matching: u64,
    /// How many records have words.
    pub(crate) with_words: u64,
    pub(crate) by: FoundBy,
}

impl WordHunt {
    /// For what a search wants of these columns, among the records that a filter lets through.
    pub(crate) fn new(
        query: &Arc<TextQuery>,
        columns: Vec<String>,
        search: &TextSearch,
        filter: Option<Arc<Condition>>,
    ) -> Self {
        Self {
            selection: Selection { columns: Columns::Only(columns), filter },
            found_by: FoundBy::default(),
            asked: (!search.is_exact).then(|| query.clone()),
            counter: Counter::new(query.clone(), analyzer()),
            best: Best::of(query.clone(), search.k),
            first_by: None,
        }
    }

    /// Looks through a bucket, what is buffered included.
    ///
    /// Cost: the filter's columns of all records, and the searched ones of those that match it, or of those that indices name
    /// and do not cover; in portions of bounded memory.
    /// Cancel: safe to drop, and that is noticed between portions.
    pub(crate) async fn through(
        &mut self,
        bucket: &Arc<Bucket>,
        snapshot: &Snapshot,
    ) -> Result<()> {
        if snapshot.column_numbers(&self.selection.columns).is_empty() {
            return Ok(());
        }
        if self.by_index(bucket, snapshot).await? {
            return self.count_buffered(bucket, snapshot);
        }
        let mut scan = BucketScan::new(bucket.clone(), snapshot.clone(), self.selection.clone());
        while let Some(portion) = scan.next().await? {
            for chunk in &portion.chunks {
                self.count(chunk);
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    /// Whether all buckets have to be looked through once more, as of the same snapshots: where records match in so many ways
    /// that not all could be kept until it was known what each word is worth.
    pub(crate) fn again(&mut self) -> bool {
        let has_to = self.best.again();
        if has_to {
            self.first_by = Some(std::mem::take(&mut self.found_by));
        }
        has_to
    }

    /// The best, and how they were found.
    pub(crate) fn end(self) -> WordBag {
        let mut by = self.first_by.unwrap_or(self.found_by);
        let (matching, with_words) = (self.best.matching(), self.best.with_words());
        by.compared = self.best.read();
        WordBag { found: self.best.in_order(), matching, with_words, by }
    }

    fn count_buffered(&mut self, bucket: &Bucket, snapshot: &Snapshot) -> Result<()> {
        for lane in 0..LANES {
            let looked =
                snapshot.look_at_buffered(bucket, (lane, 0), usize::MAX, &self.selection)?;
            looked.iter().filter_map(|(_, chunk)| chunk.as_ref()).for_each(|c| self.count(c));
        }
        Ok(())
    }

    /// Reads the texts of a chunk.
    pub(super) fn count(&mut self, chunk: &Chunk) {
        for (row, offset) in chunk.offsets.iter().enumerate() {
            let counts = self.counter.count(&chunk.batch, row);
            self.best.offer(counts, (chunk.bucket, *offset));
        }
    }

    /// Takes note of records that are not read, but for those that [may match](Self::consider).
    pub(super) fn note(&mut self, known: &Statistics) {
        self.best.note(known);
    }

    /// Reads the texts of records that are noted already.
    pub(super) fn consider(&mut self, chunk: &Chunk) {
        for (row, offset) in chunk.offsets.iter().enumerate() {
            let counts = self.counter.count(&chunk.batch, row);
            self.best.consider(counts, (chunk.bucket, *offset));
        }
    }
}
