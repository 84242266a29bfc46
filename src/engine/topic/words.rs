//! Text search over the buckets of a topic.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::SchemaRef;

use super::reader::Reader;
use super::search::{check_k, invalid, listed};
use crate::engine::bucket::{Snapshot, WordBag, WordHunt};
use crate::engine::error::{Error, Result};
use crate::engine::index_facts::FoundBy;
use crate::engine::options::Columns;
use crate::engine::record::{Record, type_text};
use crate::engine::store::analyzer;
use crate::engine::words::{Mark, Marker, TextQuery, TextSearch, can_be_indexed, has_texts};

/// A record whose texts were found.
#[derive(Debug, Clone, PartialEq)]
pub struct TextHit {
    /// The record, with the columns that its reader chose.
    pub record: Record,
    /// How well it matches: larger is better. Scores of one search can be compared, those of two cannot.
    pub score: f32,
    /// Where it has the words that were looked for, column after column; also in columns that the reader did not choose.
    pub marks: Vec<Mark>,
}

/// The answer to a text search.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextMatches {
    /// The records found, best first; of the same score, by bucket and offset.
    pub hits: Vec<TextHit>,
    /// How many records match, whether they are among the hits or not.
    pub matching: u64,
    /// How many records have words, of those among which was searched, whether their texts were read or an index told.
    pub searched: u64,
    /// How many numbers of the records found are NaN or infinite; they are null in [`Record::fields`].
    pub non_finite: usize,
    /// How it was searched: which indices were asked, and how many texts were read.
    pub found_by: FoundBy,
}

impl Reader {
    /// The records whose texts match best, best first; see [`TextSearch`] for the language.
    ///
    /// The score is BM25 (k1 = 1.2, b = 0.75), with Lance's analyser for English: the rarer a word, the more often a record has
    /// it and the shorter the record, the better. A phrase is worth what its words are together. How rare a word is, is
    /// counted over all records among which is searched, of all buckets and buffered ones, so that all of them can be
    /// compared; records without any word do not count.
    ///
    /// Where each searched column that a bucket has persisted has an index of words ([`IndexKind::Text`](crate::IndexKind)),
    /// they count the words of what all of them cover, and name the records that may match, of which the texts are read; so
    /// are those of all records that they do not cover, and of buffered ones. What is found, scores and counts are the same
    /// as without: `found_by` says how it was done. An index that was made with other parameters, is damaged, or names more
    /// than half of the records, is passed over. Deleted and updated records, which indices go on naming, do not count.
    ///
    /// Shape: the columns that the reader chose; the searched ones need not be among them.
    /// Cost: one pass over the searched columns, or the texts that indices name and do not cover, with 12 bytes for each record
    /// that they cover; one over the columns that a filter names, in bounded memory; then the hits, of which `k` are held.
    /// In memory are `k` places for each way to match (how often a record has each word, and how many words), up to 64 MiB;
    /// where these do not suffice, as in many long texts, the pass is made twice.
    /// Cancel: safe to drop at any await.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for a text that is no query, saying at which character; a column that is not there or
    /// holds no texts, a topic without any, a `k` of 0, and as [`filter`](Self::filter).
    ///
    /// # Examples
    /// ```
    /// use lanceq::{Engine, IndexSpec, Job, TextSearch};
    /// use serde_json::json;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// let engine = Engine::open(folder.path()).await?;
    /// let writer = engine.writer("notes").open().await?;
    /// writer.put(json!({"text": "The city by the river", "year": 1990})).await?;
    /// writer.flush().await?;
    /// writer.put(json!({"text": "Old cities, new cities", "year": 2001})).await?;
    ///
    /// let reader = engine.reader("notes").await?;
    /// let found = reader.search_text(&TextSearch::new("cities").column("text").k(5)).await?;
    /// // The second has it twice, and is buffered.
    /// assert_eq!(found.hits[0].record.offset, 1);
    /// assert_eq!(found.hits[0].marks[0].words, [4..10, 16..22]);
    /// assert_eq!(found.matching, 2);
    ///
    /// let phrase = TextSearch::new("+\"city by the river\" -old").filter("year < 2000");
    /// assert_eq!(reader.search_text(&phrase).await?.hits.len(), 1);
    ///
    /// // By an index of the words: only texts that may match are read, and the answer is the same.
    /// for year in 0..100 {
    ///     writer.put(json!({"text": "A village", "year": year})).await?;
    /// }
    /// writer.flush().await?;
    /// engine.create_index("notes", None, &IndexSpec::of_words("text"), &Job::new()).await?;
    /// let reader = engine.reader("notes").await?;
    /// let search = TextSearch::new("cities").column("text");
    /// let found = reader.search_text(&search).await?;
    /// assert_eq!(found.hits, reader.search_text(&search.exact(true)).await?.hits);
    /// assert_eq!((found.found_by.indices[0].name.as_str(), found.found_by.compared), ("text_idx", 2));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn search_text(&self, search: &TextSearch) -> Result<TextMatches> {
        let snapshots = self.snapshots_to_read().await?;
        let whole = self.whole_schema(&snapshots);
        let schema = self.chosen(&whole)?;
        let words = Words::of(search, &whole)?;
        let WordBag { found, matching, with_words, by } =
            self.find_words(&words, search, &snapshots).await?;
        let places: Vec<_> = found.iter().map(|found| (found.bucket, found.offset)).collect();
        let (mut records, non_finite) = self.records_at(&places, &snapshots, &schema).await?;
        let mut marks = self.marks_at(&words, &places, &snapshots).await?;
        let mut hits = Vec::with_capacity(found.len());
        for (place, found) in places.iter().zip(found) {
            if let Some(record) = records.remove(place) {
                let marks = marks.remove(place).unwrap_or_default();
                hits.push(TextHit { record, score: found.score, marks });
            }
        }
        Ok(TextMatches { hits, matching, searched: with_words, non_finite, found_by: by })
    }

    /// Where the best lie.
    pub(super) async fn find_words(
        &self,
        words: &Words,
        search: &TextSearch,
        snapshots: &[Snapshot],
    ) -> Result<WordBag> {
        check_k(search.k)?;
        let mut conditions = self.filters.clone();
        conditions.extend(search.filter.as_deref().map(Into::into));
        let filter = self.condition(&conditions, snapshots)?;
        let mut hunt = WordHunt::new(&words.query, words.columns.clone(), search, filter);
        loop {
            for (bucket, snapshot) in self.buckets.iter().zip(snapshots) {
                hunt.through(bucket, snapshot).await?;
            }
            if !hunt.again() {
                return Ok(hunt.end());
            }
        }
    }

    /// Where these records have the words.
    pub(super) async fn marks_at(
        &self,
        words: &Words,
        places: &[(u32, u64)],
        snapshots: &[Snapshot],
    ) -> Result<HashMap<(u32, u64), Vec<Mark>>> {
        let mut marker = Marker::new(words.query.clone(), analyzer());
        let columns = Columns::Only(words.columns.clone());
        let mut found = HashMap::new();
        for chunk in self.chunks_at(places, snapshots, &columns).await? {
            for (row, offset) in chunk.offsets.iter().enumerate() {
                found.insert((chunk.bucket, *offset), marker.marks(&chunk.batch, row));
            }
        }
        Ok(found)
    }
}

/// What a text search looks for, and where.
pub(super) struct Words {
    query: Arc<TextQuery>,
    columns: Vec<String>,
}

impl Words {
    pub(super) fn of(search: &TextSearch, whole: &SchemaRef) -> Result<Self> {
        let columns = columns(search, whole)?;
        let query = TextQuery::parse(&search.text, &mut analyzer())
            .map_err(|error| invalid("text", format!("`{}`", search.text), error.to_string()))?;
        Ok(Self { query: Arc::new(query), columns })
    }
}

/// The columns to be searched, each of which has texts.
fn columns(search: &TextSearch, whole: &SchemaRef) -> Result<Vec<String>> {
    let all = TextSearch::searched(whole);
    for column in &search.columns {
        match whole.field_with_name(column) {
            Err(_) => return Err(no_texts(&all, column, "there is no such column")),
            Ok(field) if !has_texts(field.data_type()) => {
                let reason = format!("it holds {}, no texts", type_text(field.data_type()));
                return Err(no_texts(&all, column, &reason));
            }
            Ok(_) => {}
        }
    }
    match (all.as_slice(), search.columns.as_slice()) {
        ([], _) => {
            let reason = "the topic has no column of texts";
            Err(invalid("text", format!("`{}`", search.text), reason.into()))
        }
        (_, []) => Ok(all),
        (_, named) => Ok(named.to_vec()),
    }
}

/// Whether Lance can index the words of a column.
pub(super) fn check_indexed(whole: &SchemaRef, column: &str) -> Result<()> {
    let all = TextSearch::searched(whole);
    match whole.field_with_name(column) {
        Err(_) => Err(no_texts(&all, column, "there is no such column")),
        Ok(field) if !can_be_indexed(field.data_type()) => {
            let kind = type_text(field.data_type());
            let reason =
                format!("it holds {kind}, and words are indexed of texts and lists of texts");
            Err(no_texts(&all, column, &reason))
        }
        Ok(_) => Ok(()),
    }
}

fn no_texts(all: &[String], column: &str, reason: &str) -> Error {
    let advice = match all {
        [] => "the topic has no column of texts".to_owned(),
        names => format!("texts are in {}", listed(names)),
    };
    invalid("column", format!("`{column}`"), format!("{reason}; {advice}"))
}
