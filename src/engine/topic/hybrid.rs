//! Search by words and by similarity at once, over the buckets of a topic.

use std::collections::HashMap;

use super::reader::Reader;
use super::search::check_k;
use super::words::Words;
use crate::engine::error::Result;
use crate::engine::index_facts::FoundBy;
use crate::engine::record::Record;
use crate::engine::words::{HybridSearch, Mark, fused};

/// A record that was found by its texts, by its vector, or by both.
#[derive(Debug, Clone, PartialEq)]
pub struct HybridHit {
    /// The record, with the columns that its reader chose.
    pub record: Record,
    /// The sum of 1 / (60 + rank) over the rankings that have it: larger is better.
    pub fused: f64,
    /// Where it stands by its texts, from 1 on, and its score; `None` where it does not match or is not among the first.
    pub by_text: Option<(usize, f32)>,
    /// Where it stands by its vector, from 1 on, and its distance; `None` where it is not among the first.
    pub by_likeness: Option<(usize, f32)>,
    /// Where it has the words that were looked for.
    pub marks: Vec<Mark>,
}

/// The answer to a search by words and similarity.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HybridMatches {
    /// The records found, best first; of the same worth, by bucket and offset.
    pub hits: Vec<HybridHit>,
    /// How many numbers of the records found are NaN or infinite; they are null in [`Record::fields`].
    pub non_finite: usize,
    /// How it was searched by words.
    pub texts_by: FoundBy,
    /// How it was searched by likeness.
    pub likeness_by: FoundBy,
}

impl Reader {
    /// The records that stand highest by their texts and by their vectors together, best first.
    ///
    /// Both searches are made, as [`search_text`](Self::search_text) and [`search`](Self::search), as of one moment, each four
    /// times as deep as `k`, and 100 records deep at least. A record is then worth the sum of 1 / (60 + its rank) over both
    /// rankings (reciprocal rank fusion): scores and distances, which cannot be compared, do not matter.
    ///
    /// Shape: the columns that the reader chose.
    /// Cost: both searches. Cancel: safe to drop at any await.
    ///
    /// # Errors
    /// As these two.
    ///
    /// # Examples
    /// ```
    /// use lanceq::{Engine, HybridSearch, Likeness, Search, TextSearch};
    /// use serde_json::json;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// let engine = Engine::open(folder.path()).await?;
    /// let writer = engine.writer("notes").open().await?;
    /// writer.put(json!({"text": "a quiet river", "vector": [0.0, 1.0]})).await?;
    /// writer.put(json!({"text": "rapids", "vector": [0.9, 0.1]})).await?;
    /// writer.put(json!({"text": "a wild river", "vector": [1.0, 0.0]})).await?;
    ///
    /// let like = Search::like("vector", Likeness::Vector(vec![1.0, 0.0]));
    /// let search = HybridSearch::of(TextSearch::new("river").column("text"), like).k(2);
    /// let found = engine.reader("notes").await?.search_hybrid(&search).await?;
    /// let first = &found.hits[0];
    /// assert_eq!(first.record.offset, 2);
    /// assert_eq!((first.by_text.unwrap().0, first.by_likeness.unwrap()), (2, (1, 0.0)));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn search_hybrid(&self, search: &HybridSearch) -> Result<HybridMatches> {
        check_k(search.k)?;
        let snapshots = self.snapshots_to_read().await?;
        let whole = self.whole_schema(&snapshots);
        let schema = self.chosen(&whole)?;
        let text = search.text.clone().k(search.depth());
        let words = Words::of(&text, &whole)?;
        let texts = self.find_words(&words, &text, &snapshots).await?;
        let likes = self.find(&search.like.clone().k(search.depth()), &snapshots).await?;

        let by_text: Vec<_> = texts.found.iter().map(|hit| (hit.bucket, hit.offset)).collect();
        let by_likeness: Vec<_> = likes.found.iter().map(|hit| (hit.bucket, hit.offset)).collect();
        let found = fused([&by_text, &by_likeness], search.k);
        let places: Vec<_> = found.iter().map(|found| found.place).collect();
        let (mut records, non_finite) = self.records_at(&places, &snapshots, &schema).await?;
        let mut marks: HashMap<_, Vec<Mark>> = self.marks_at(&words, &places, &snapshots).await?;
        let mut hits = Vec::with_capacity(found.len());
        for found in found {
            let Some(record) = records.remove(&found.place) else { continue };
            let [text, likeness] = found.ranks;
            let score = |rank: usize| Some((rank, texts.found.get(rank - 1)?.score));
            let distance = |rank: usize| Some((rank, likes.found.get(rank - 1)?.distance));
            hits.push(HybridHit {
                record,
                fused: found.score,
                by_text: text.and_then(score),
                by_likeness: likeness.and_then(distance),
                marks: marks.remove(&found.place).unwrap_or_default(),
            });
        }
        Ok(HybridMatches { hits, non_finite, texts_by: texts.by, likeness_by: likes.by })
    }
}
