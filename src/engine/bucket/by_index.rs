//! The part of a search that an index answers: which index, what it is asked, and the rows that it does not cover.
//!
//! An index only names candidates. So what it answers is as good as its files: where nothing vouches for them, or they cannot
//! be read, every vector is compared, and that is said.

use super::passage::take_each;
use super::search::Hunt;
use super::shared::Bucket;
use super::snapshot::Snapshot;
use crate::engine::error::Result;
use crate::engine::index::IndexKind;
use crate::engine::index_facts::IndexUse;
use crate::engine::record::Chunk;
use crate::engine::store::{Asked, KnownIndex, OffsetSet, Table};

impl Hunt {
    /// The index that a bucket is to be searched by, with the version that it is of; says why one over the column is not.
    pub(super) async fn index_to_ask(
        &mut self,
        bucket: &Bucket,
        snapshot: &Snapshot,
    ) -> Option<(Table, KnownIndex)> {
        self.asked.as_ref()?;
        let table = snapshot.table().filter(|table| table.is_stable())?.clone();
        let known = match table.known_indices().await {
            Ok(known) => known,
            Err(error) => {
                self.pass_over(bucket, &format!("the indexes cannot be read: {error}"));
                return None;
            }
        };
        let own = known.into_iter().filter(|index| index.column == self.column);
        let (fitting, others): (Vec<_>, Vec<_>) =
            own.partition(|index| index.metric == Some(self.metric));
        let Some(index) = fitting.into_iter().max_by_key(|index| index.covered) else {
            for index in others {
                if let Some(metric) = index.metric {
                    let reason = format!("`{}` is for the metric {}", index.name, metric.name());
                    self.pass_over(bucket, &reason);
                }
            }
            return None;
        };
        match self.unfit(&table, &index).await {
            Some(reason) => {
                self.pass_over(bucket, &format!("`{}`: {reason}", index.name));
                None
            }
            None => Some((table, index)),
        }
    }

    /// Why an index is not asked.
    async fn unfit(&self, table: &Table, index: &KnownIndex) -> Option<String> {
        if index.covered == 0 {
            return Some("it covers no records".into());
        }
        if !self.is_worth_it(index, index.covered) {
            let covered = index.covered;
            return Some(format!("more than half of its {covered} records would be candidates"));
        }
        if table.spans_of(index, true).is_none() {
            return Some("another program updated records, so that fragments interleave".into());
        }
        match table.is_vouched(index).await {
            Ok(true) => None,
            Ok(false) => Some("nothing vouches for its files".into()),
            Err(error) => Some(error.to_string()),
        }
    }

    /// Compares the records that an index covers, or the candidates among them that it names where these are fewer; whether
    /// that could be done.
    pub(super) async fn ask(
        &mut self,
        bucket: &Bucket,
        snapshot: &Snapshot,
        (table, index): (&Table, &KnownIndex),
    ) -> Result<bool> {
        let mut among = None;
        if self.selection.filter.is_some() {
            let spans = table.spans_of(index, true).unwrap_or_default();
            among = snapshot.matching(bucket, spans, &self.selection).await?;
            if among.is_none() {
                let reason = format!("`{}`: too many records match the filter", index.name);
                self.pass_over(bucket, &reason);
                return Ok(false);
            }
        }
        if let Some(few) = among.as_ref().filter(|among| !self.is_worth_it(index, among.len())) {
            self.compare_these(bucket, table, few.iter()).await?;
            return Ok(true);
        }
        let named = match self.named(table, index, among.as_ref()).await {
            Ok(named) => named,
            Err(error) => {
                self.pass_over(bucket, &format!("`{}` cannot be read: {error}", index.name));
                return Ok(false);
            }
        };
        self.compare_these(bucket, table, named.into_iter()).await?;
        self.found_by.indices.push(IndexUse {
            bucket_id: bucket.place.id,
            name: index.name.clone(),
            kind: index.kind.clone(),
            covered: index.covered,
        });
        Ok(true)
    }

    /// The candidates that an index names, in ascending order.
    async fn named(
        &self,
        table: &Table,
        index: &KnownIndex,
        among: Option<&OffsetSet>,
    ) -> Result<Vec<u64>> {
        let asked = Asked {
            column: &self.column,
            vector: self.asked.as_deref().unwrap_or_default(),
            candidates: self.candidates(index),
            effort: self.effort,
            among,
        };
        let mut named = table.nearest_by(index, asked).await?;
        // A row that another program updated keeps its offset, and lies in a fragment that is compared whole.
        let spans = table.spans_of(index, true).unwrap_or_default();
        named.retain(|offset| {
            let at = spans.partition_point(|span| span.last < *offset);
            spans.get(at).is_some_and(|span| span.first <= *offset)
        });
        Ok(named)
    }

    /// Compares the persisted records that an index does not cover.
    pub(super) async fn compare_uncovered(
        &mut self,
        bucket: &Bucket,
        snapshot: &Snapshot,
        table: &Table,
        index: &KnownIndex,
    ) -> Result<()> {
        let (spans, selection) = (table.spans_of(index, false), self.selection.clone());
        let mut take = |chunk: &Chunk| {
            self.measure(chunk);
            true
        };
        snapshot.pass(bucket, spans.unwrap_or_default(), &selection, &mut take).await
    }

    /// Compares the rows with these offsets, which ascend.
    async fn compare_these(
        &mut self,
        bucket: &Bucket,
        table: &Table,
        offsets: impl Iterator<Item = u64> + Send,
    ) -> Result<()> {
        let columns = self.selection.columns.clone();
        let mut take = |chunk: &Chunk| self.measure(chunk);
        take_each((bucket, table), offsets, &columns, &mut take).await
    }

    /// Whether an index names so few of these rows that asking it is quicker than comparing them all.
    fn is_worth_it(&self, index: &KnownIndex, rows: u64) -> bool {
        (self.candidates(index) as u64).saturating_mul(2) < rows
    }

    fn candidates(&self, index: &KnownIndex) -> usize {
        // Of a kind that is not known, as many as of the one that keeps least of a vector.
        let kind = index.kind.parse().unwrap_or(IndexKind::IvfPq);
        kind.candidates(self.k)
    }

    fn pass_over(&mut self, bucket: &Bucket, reason: &str) {
        self.found_by.passed_over.push(format!("bucket {}: {reason}", bucket.place.id));
    }
}
