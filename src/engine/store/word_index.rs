//! Asking an index of words: which rows have a term, and how many words rows have.
//!
//! What comes back are offsets and counts, and nothing else. How well a row matches is worked out elsewhere, from its texts,
//! as it is for rows that no index covers. For that the counts must be exact, and an index goes on naming rows that are
//! deleted, or whose texts were replaced by ones that lie elsewhere. So all that it says is held against the rows that live
//! in the fragments that the segment covers: of others nothing counts. Within those it is complete, which is what Lance
//! promises of the fragments that an index has.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{UInt32Type, UInt64Type};
use futures::FutureExt;
use lance::dataset::ROW_ID;
use lance::dataset::index::LanceIndexStoreExt;
use lance::index::DatasetIndexExt;
use lance::index::scalar::open_scalar_index;
use lance_index::metrics::NoOpMetricsCollector;
use lance_index::prefilter::NoFilter;
use lance_index::scalar::inverted::query::{FtsSearchParams, Operator, Tokens};
use lance_index::scalar::inverted::tokenizer::document_tokenizer::DocType;
use lance_index::scalar::inverted::{DOCS_FILE, InvertedIndex, METADATA_FILE, NUM_TOKEN_COL};
use lance_index::scalar::lance_format::LanceIndexStore;
use lance_index::scalar::{IndexStore, InvertedIndexParams};
use lance_table::format::IndexMetadata;
use serde_json::Value;

use super::enter::guarded;
use super::failure::storage;
use super::known_index::KnownIndex;
use super::offset_set::OffsetSet;
use super::table::Table;
use crate::engine::error::Result;
use crate::engine::words::Records;

const ASK: &str = "search an index of";
/// Rows whose lengths are read at a time: 12 MiB.
const AT_A_TIME: usize = 1 << 20;
/// MiB that building one may take, in all workers together.
const BUILD_MEMORY: u64 = 1024;
/// Parameters that change how terms are kept, not which terms a text has.
const IMMATERIAL: [&str; 2] = ["with_position", "block_size"];

/// What an index says of rows that it covers.
#[derive(Debug, Default)]
pub(crate) struct WordFacts {
    /// Those that have words.
    pub(crate) rows: OffsetSet,
    /// How many words they have in all.
    pub(crate) words: u64,
    /// Those that have each of the terms that it was asked for.
    pub(crate) with: Vec<OffsetSet>,
}

/// What an index of words is built with: what Lance, and so other programs, take without further options.
pub(super) fn params() -> InvertedIndexParams {
    InvertedIndexParams::default().memory_limit_mb(BUILD_MEMORY)
}

impl Table {
    /// Why an index of words cannot be asked for what a search counts; `None` where it can.
    pub(crate) async fn unlike_the_analyzer(&self, index: &KnownIndex) -> Result<Option<String>> {
        let look = async {
            let segments = self.segments(index).boxed().await.map_err(storage(ASK, &self.path))?;
            Ok(segments.iter().find_map(|(_, segment)| unlike(segment)))
        };
        guarded(&self.path, look).await
    }

    /// Whether values of these fragments were replaced in a way that indices do not know of.
    pub(crate) fn has_overlays(&self, fragments: &BTreeSet<u64>) -> bool {
        let all = self.dataset.fragments().iter();
        all.into_iter().any(|one| fragments.contains(&one.id) && !one.overlays.is_empty())
    }

    /// What an index says of those rows of fragments that it covers which are `among` others, or of all of them.
    ///
    /// Cost: 12 bytes for each row of the index, and the lists of rows of the terms; in memory are sets of offsets.
    pub(crate) async fn word_facts(
        &self,
        index: &KnownIndex,
        terms: &[String],
        fragments: &BTreeSet<u64>,
        among: Option<&OffsetSet>,
    ) -> Result<WordFacts> {
        let ask = async {
            let segments = self.segments(index).boxed().await.map_err(storage(ASK, &self.path))?;
            let mut facts = WordFacts::of_none(terms.len());
            let mut left = fragments.clone();
            for (about, segment) in segments {
                // A fragment that two segments had would be counted twice.
                let own = about.fragment_bitmap.iter().flatten().map(u64::from);
                let own: BTreeSet<u64> = own.filter(|id| left.remove(id)).collect();
                let mut living = self.offsets_in(&own).await?;
                if let Some(among) = among {
                    living = living.both(among);
                }
                let asked = self.ask_segment(&about, &segment, terms, &living).boxed().await;
                facts.add(&asked.map_err(storage(ASK, &self.path))?);
            }
            Ok(facts)
        };
        guarded(&self.path, ask).await
    }

    async fn ask_segment(
        &self,
        about: &IndexMetadata,
        segment: &InvertedIndex,
        terms: &[String],
        living: &OffsetSet,
    ) -> lance::Result<WordFacts> {
        let (rows, words) = self.lengths(about, living).await?;
        let mut with = Vec::with_capacity(terms.len());
        for term in terms {
            with.push(rows_with(segment, term).await?.both(living));
        }
        Ok(WordFacts { rows, words, with })
    }

    /// The living rows that have words, and how many they have in all.
    ///
    /// Lance's own sums are of dead rows as well, and of how many texts a list has.
    async fn lengths(
        &self,
        about: &IndexMetadata,
        living: &OffsetSet,
    ) -> lance::Result<(OffsetSet, u64)> {
        let store = LanceIndexStore::from_dataset_for_existing(&self.dataset, about).await?;
        let (mut rows, mut words) = (Vec::new(), 0);
        for part in parts(&store).await? {
            let file = store.open_index_file(&format!("part_{part}_{DOCS_FILE}")).await?;
            for start in (0..file.num_rows()).step_by(AT_A_TIME) {
                let end = file.num_rows().min(start + AT_A_TIME);
                let batch = file.read_range(start..end, Some(&[ROW_ID, NUM_TOKEN_COL])).await?;
                let ids = batch.column_by_name(ROW_ID);
                let ids = ids.and_then(|ids| ids.as_primitive_opt::<UInt64Type>());
                let lengths = batch.column_by_name(NUM_TOKEN_COL);
                let lengths = lengths.and_then(|all| all.as_primitive_opt::<UInt32Type>());
                let (ids, lengths) = ids.zip(lengths).ok_or_else(|| unreadable("lengths"))?;
                let all = ids.values().iter().zip(lengths.values());
                for (id, length) in all.filter(|(id, length)| **length > 0 && living.contains(**id))
                {
                    rows.push(*id);
                    words += u64::from(*length);
                }
            }
        }
        let (all, rows) = (rows.len() as u64, rows.into_iter().collect::<OffsetSet>());
        // One of the two would be of a text that was replaced.
        if rows.len() < all {
            return Err(lance::Error::index("it has a record twice"));
        }
        Ok((rows, words))
    }

    /// The offsets of the rows that live in these fragments.
    async fn offsets_in(&self, fragments: &BTreeSet<u64>) -> Result<OffsetSet> {
        let (mut all, mut holed) = (OffsetSet::default(), Vec::new());
        let spans = self.index().spans_from(0).iter();
        for span in spans.filter(|span| fragments.contains(&span.fragment)) {
            if span.dense {
                all.add(span.first..=span.last);
            } else {
                holed.extend(self.live(span).await?.iter().map(|(offset, _)| *offset));
            }
        }
        Ok(all.either(&holed.into_iter().collect()))
    }

    /// The parts of an index, opened. What Lance keeps of them stays in its session.
    async fn segments(
        &self,
        index: &KnownIndex,
    ) -> lance::Result<Vec<(IndexMetadata, InvertedIndex)>> {
        let (all, column) = (self.dataset.load_indices().await?, self.quoted(&index.column));
        let mut opened = Vec::new();
        for about in all.iter().filter(|about| index.segments.contains(&about.uuid)) {
            let segment =
                open_scalar_index(&self.dataset, &column, about, &NoOpMetricsCollector).await?;
            let words = segment.as_any().downcast_ref::<InvertedIndex>();
            opened.push((about.clone(), words.cloned().ok_or_else(|| unreadable("kind"))?));
        }
        Ok(opened)
    }
}

impl WordFacts {
    /// Of no rows, for so many terms.
    pub(crate) fn of_none(terms: usize) -> Self {
        Self { with: vec![OffsetSet::default(); terms], ..Self::default() }
    }

    /// Takes up what another index says, of the same or of other rows; asked for the same terms.
    pub(crate) fn add(&mut self, other: &Self) {
        self.rows = std::mem::take(&mut self.rows).either(&other.rows);
        self.words += other.words;
        for (own, more) in self.with.iter_mut().zip(&other.with) {
            *own = std::mem::take(own).either(more);
        }
    }
}

/// The rows that have a term, as far as a segment knows: dead ones, too.
async fn rows_with(segment: &InvertedIndex, term: &str) -> lance::Result<OffsetSet> {
    let tokens = Arc::new(Tokens::new(vec![term.to_owned()], DocType::Text));
    // Without a limit it names all, best first; that it works out how good they are costs a little.
    let (params, filter) = (Arc::new(FtsSearchParams::new()), Arc::new(NoFilter));
    let nobody = Arc::new(NoOpMetricsCollector);
    let found = segment.bm25_search(tokens, params, Operator::Or, filter, nobody, None);
    let (mut rows, _) = found.boxed().await?;
    rows.sort_unstable();
    Ok(rows.into_iter().collect())
}

/// The numbers of the parts that a segment's files are divided into.
async fn parts(store: &LanceIndexStore) -> lance::Result<Vec<u64>> {
    let about = store.open_index_file(METADATA_FILE).await?;
    let parts = about.schema().metadata.get("partitions");
    let parts = parts.and_then(|parts| serde_json::from_str(parts).ok());
    parts.ok_or_else(|| unreadable("list of parts"))
}

fn unreadable(what: &str) -> lance::Error {
    lance::Error::index(format!("its {what} cannot be read"))
}

/// What tells a segment from one whose terms are those of the analyser.
fn unlike(segment: &InvertedIndex) -> Option<String> {
    if segment.is_legacy() {
        return Some("it is of a format that is no longer made".into());
    }
    if segment.params().get_document_granularity().is_list_element() {
        return Some("it takes each item of a list for a record".into());
    }
    let names = differing(segment.params(), &InvertedIndexParams::default());
    (!names.is_empty()).then(|| {
        format!("it was made with other parameters than searches have: {}", names.join(", "))
    })
}

/// The names of the parameters in which two kinds of terms differ.
fn differing(one: &InvertedIndexParams, other: &InvertedIndexParams) -> Vec<String> {
    let fields = |params: &InvertedIndexParams| match serde_json::to_value(params) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (mut one, mut other) = (fields(one), fields(other));
    for fields in [&mut one, &mut other] {
        fields.retain(|name, _| !IMMATERIAL.contains(&name.as_str()));
        // What it infers of a column of texts.
        if fields.get("lance_tokenizer").is_some_and(Value::is_null) {
            fields.insert("lance_tokenizer".into(), "text".into());
        }
    }
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_that_change_no_term_do_not_matter() {
        let plain = InvertedIndexParams::default;
        let same = plain().with_position(true).memory_limit_mb(7);
        assert!(differing(&same, &plain()).is_empty());
        assert!(differing(&params(), &plain()).is_empty());
        let other = plain().stem(false).lower_case(false);
        assert_eq!(differing(&other, &plain()), ["lower_case", "stem"]);
        let code = InvertedIndexParams::new("whitespace".into(), lance_tokenizer::Language::German);
        assert_eq!(differing(&code, &plain()), ["base_tokenizer", "language"]);
    }
}
