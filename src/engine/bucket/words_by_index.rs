//! The part of a search for words that indices answer: which are asked, what they count, and the texts that are read all the
//! same.
//!
//! Indices count words, and name the records that may match; whether they do, and how well, their texts say. So what is found
//! is the same as without, scores included. For that the counts must be exact: where nothing vouches for an index, or it was
//! made otherwise than searches count, every text is read, and that is said.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::passage::take_each;
use super::shared::Bucket;
use super::snapshot::Snapshot;
use super::words::WordHunt;
use crate::engine::error::Result;
use crate::engine::index_facts::IndexUse;
use crate::engine::options::Columns;
use crate::engine::record::Chunk;
use crate::engine::store::{KnownIndex, OffsetSet, Table, WordFacts};
use crate::engine::words::{Statistics, TextQuery};

/// The indices of a version that a search asks, one for each of its columns.
struct Asked<'a> {
    query: Arc<TextQuery>,
    table: &'a Table,
    indices: Vec<KnownIndex>,
    /// The fragments that all of them cover.
    fragments: BTreeSet<u64>,
}

/// What they say of the rows that all of them cover.
struct Answer {
    known: Statistics,
    /// The rows that may match.
    candidates: OffsetSet,
}

impl WordHunt {
    /// Searches the persisted records of a bucket by its indices of words; whether that could be done.
    pub(super) async fn by_index(&mut self, bucket: &Bucket, snapshot: &Snapshot) -> Result<bool> {
        let Some(query) = self.asked.clone() else { return Ok(false) };
        let Some(table) = snapshot.table().filter(|table| table.is_stable()) else {
            return Ok(false);
        };
        let Some(indices) = self.indices_of(bucket, table).await else { return Ok(false) };
        let asked = Asked { query, table, fragments: covered_by_all(&indices), indices };
        let answer = match self.answer(bucket, snapshot, &asked).await? {
            Ok(answer) => answer,
            Err(reason) => {
                self.pass_over(bucket, &reason);
                return Ok(false);
            }
        };
        self.note(&answer.known);
        self.read_candidates(bucket, table, &answer.candidates).await?;
        self.read_uncovered(bucket, snapshot, &asked).await?;
        self.say_used(bucket, &asked);
        Ok(true)
    }

    /// An index for each searched column that the version has; `None` where one has none.
    async fn indices_of(&mut self, bucket: &Bucket, table: &Table) -> Option<Vec<KnownIndex>> {
        let known = match table.known_indices().await {
            Ok(known) => known,
            Err(error) => {
                self.pass_over(bucket, &format!("the indexes cannot be read: {error}"));
                return None;
            }
        };
        let (columns, schema) = (self.columns(), table.schema());
        let (mut found, mut without) = (Vec::new(), Vec::new());
        for column in columns.into_iter().filter(|name| schema.field_with_name(name).is_ok()) {
            let own = known.iter().filter(|index| index.column == column && index.is_of_words());
            match own.max_by_key(|index| index.covered) {
                Some(index) => found.push(index.clone()),
                None => without.push(column),
            }
        }
        if !found.is_empty() && !without.is_empty() {
            let reason = format!("the words of `{}` have no index", without.join("`, `"));
            self.pass_over(bucket, &reason);
        }
        (!found.is_empty() && without.is_empty()).then_some(found)
    }

    /// Asks the indices; says why they cannot be asked, or are not worth it.
    async fn answer(
        &mut self,
        bucket: &Bucket,
        snapshot: &Snapshot,
        asked: &Asked<'_>,
    ) -> Result<Result<Answer, String>> {
        let Some(spans) = asked.table.spans_in(&asked.fragments, true) else {
            let reason = "another program updated records, so that fragments interleave";
            return Ok(Err(reason.into()));
        };
        for index in &asked.indices {
            if let Some(reason) = unfit(asked.table, index).await {
                return Ok(Err(format!("`{}`: {reason}", index.name)));
            }
        }
        if asked.table.has_overlays(&asked.fragments) {
            return Ok(Err("another program replaced values that are indexed".into()));
        }
        let mut rows: u64 = spans.iter().map(|span| span.rows).sum();
        if rows == 0 {
            return Ok(Err("the indexes cover no record in common".into()));
        }
        let mut among = None;
        if self.selection.filter.is_some() {
            among = snapshot.matching(bucket, spans, &self.selection).await?;
            let Some(among) = &among else {
                return Ok(Err("too many records match the filter".into()));
            };
            rows = among.len();
        }
        let facts = match facts(asked, among.as_ref()).await {
            Ok(facts) => facts,
            Err(error) => return Ok(Err(format!("the index cannot be read: {error}"))),
        };
        let candidates = asked.query.candidates(&facts.with);
        // To read a row by its offset costs more than to pass over it.
        if candidates.len().saturating_mul(2) > rows {
            return Ok(Err(format!("more than half of {rows} records may match")));
        }
        let with = facts.with.iter().map(OffsetSet::len).collect();
        let known = Statistics::of(facts.rows.len(), facts.words, with);
        Ok(Ok(Answer { known, candidates }))
    }

    async fn read_candidates(
        &mut self,
        bucket: &Bucket,
        table: &Table,
        candidates: &OffsetSet,
    ) -> Result<()> {
        let columns = self.selection.columns.clone();
        let mut take = |chunk: &Chunk| self.consider(chunk);
        take_each((bucket, table), candidates.iter(), &columns, &mut take).await
    }

    async fn read_uncovered(
        &mut self,
        bucket: &Bucket,
        snapshot: &Snapshot,
        asked: &Asked<'_>,
    ) -> Result<()> {
        let spans = asked.table.spans_in(&asked.fragments, false).unwrap_or_default();
        let selection = self.selection.clone();
        let mut take = |chunk: &Chunk| {
            self.count(chunk);
            true
        };
        snapshot.pass(bucket, spans, &selection, &mut take).await
    }

    fn say_used(&mut self, bucket: &Bucket, asked: &Asked<'_>) {
        let spans = asked.table.spans_in(&asked.fragments, true).unwrap_or_default();
        let covered = spans.iter().map(|span| span.rows).sum();
        self.found_by.indices.extend(asked.indices.iter().map(|index| IndexUse {
            bucket_id: bucket.place.id,
            name: index.name.clone(),
            kind: index.kind.clone(),
            covered,
        }));
    }

    fn columns(&self) -> Vec<String> {
        let Columns::Only(names) = &self.selection.columns else { return Vec::new() };
        names.clone()
    }

    fn pass_over(&mut self, bucket: &Bucket, reason: &str) {
        self.found_by.passed_over.push(format!("bucket {}: {reason}", bucket.place.id));
    }
}

/// What all indices together say: a record has the words of all of its columns.
async fn facts(asked: &Asked<'_>, among: Option<&OffsetSet>) -> Result<WordFacts> {
    let mut all = WordFacts::of_none(asked.query.terms.len());
    for index in &asked.indices {
        let facts = asked.table.word_facts(index, &asked.query.terms, &asked.fragments, among);
        all.add(&facts.await?);
    }
    Ok(all)
}

/// Why an index is not asked.
async fn unfit(table: &Table, index: &KnownIndex) -> Option<String> {
    match table.is_vouched(index).await {
        Ok(true) => {}
        Ok(false) => return Some("nothing vouches for its files".into()),
        Err(error) => return Some(error.to_string()),
    }
    table.unlike_the_analyzer(index).await.unwrap_or_else(|error| Some(error.to_string()))
}

fn covered_by_all(indices: &[KnownIndex]) -> BTreeSet<u64> {
    let all = indices.iter().map(|index| index.fragments.clone());
    all.reduce(|all, one| &all & &one).unwrap_or_default()
}
