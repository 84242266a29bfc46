//! The part of a search that an index answers: which index, what it is asked, and the rows that it does not cover.
//!
//! An index only names candidates. So what it answers is as good as its files: where nothing vouches for them, or they cannot
//! be read, every vector is compared, and that is said.

use super::search::Hunt;
use super::selection::{Reach, Selection, persisted};
use super::shared::Bucket;
use super::snapshot::Snapshot;
use super::stride::Stride;
use crate::engine::error::Result;
use crate::engine::index::IndexKind;
use crate::engine::index_facts::IndexUse;
use crate::engine::options::Columns;
use crate::engine::store::{Asked, KnownIndex, OffsetSet, Table};

/// Vectors that are read at a time by their offsets.
const AT_A_TIME: usize = 1024;
/// Matches of a filter that are remembered: 2 MiB of them where they lie side by side, 128 MiB at worst.
const MOST_MATCHES: u64 = 1 << 24;

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
            among = self.matching(bucket, snapshot, (table, index)).await?;
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
        let mut stride = Stride::for_looking();
        for span in table.spans_of(index, false).unwrap_or_default() {
            let (mut at, mut left) = (span.first, usize::try_from(span.rows).unwrap_or(usize::MAX));
            while left > 0 {
                let reach = Reach { rows: stride.rows().min(left), matches: usize::MAX };
                let looked = snapshot.look(bucket, at, reach, &self.selection).await?;
                if looked.rows == 0 {
                    break;
                }
                stride.measure(looked.rows, looked.bytes);
                looked.chunks.iter().for_each(|chunk| self.measure(chunk));
                (at, left) = (looked.next, left.saturating_sub(looked.rows));
            }
        }
        Ok(())
    }

    /// Compares the rows with these offsets, which ascend.
    async fn compare_these(
        &mut self,
        bucket: &Bucket,
        table: &Table,
        offsets: impl Iterator<Item = u64>,
    ) -> Result<()> {
        let mut offsets = offsets.peekable();
        while offsets.peek().is_some() {
            let portion: Vec<u64> = offsets.by_ref().take(AT_A_TIME).collect();
            for rows in table.take(&portion, &self.selection.columns).await? {
                self.measure(&persisted(bucket, rows));
            }
        }
        Ok(())
    }

    /// The rows that an index covers and a filter lets through; `None` where they are too many to be remembered.
    async fn matching(
        &self,
        bucket: &Bucket,
        snapshot: &Snapshot,
        (table, index): (&Table, &KnownIndex),
    ) -> Result<Option<OffsetSet>> {
        let (mut found, mut stride) = (OffsetSet::default(), Stride::for_looking());
        let filter = self.selection.filter.clone();
        let selection = Selection { columns: Columns::Only(Vec::new()), filter };
        for span in table.spans_of(index, true).unwrap_or_default() {
            let (mut at, mut left) = (span.first, usize::try_from(span.rows).unwrap_or(usize::MAX));
            while left > 0 {
                let reach = Reach { rows: stride.rows().min(left), matches: usize::MAX };
                let looked = snapshot.look(bucket, at, reach, &selection).await?;
                if looked.rows == 0 {
                    break;
                }
                stride.measure(looked.rows, looked.bytes);
                looked.chunks.iter().for_each(|chunk| found.extend(&chunk.offsets));
                (at, left) = (looked.next, left.saturating_sub(looked.rows));
                if found.len() > MOST_MATCHES {
                    return Ok(None);
                }
            }
        }
        Ok(Some(found))
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
