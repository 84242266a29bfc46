//! BM25: what a word is worth by how many records have it, and a record's score by how often it has which words.
//!
//! The sums are of 64-bit reals in the order of the query, so a record's score is the same wherever it lies and however it
//! was found.

use super::counter::Counts;
use super::query::TextQuery;

/// How soon a word that is repeated counts no more.
const K1: f64 = 1.2;
/// How much a long record is made smaller.
const B: f64 = 0.75;

/// What is known of all records among which is searched.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Statistics {
    /// Records that have words.
    records: u64,
    /// Words of all of them.
    words: u64,
    /// How many records have each term.
    with: Vec<u64>,
}

impl Statistics {
    pub(super) fn new(query: &TextQuery) -> Self {
        Self { with: vec![0; query.terms.len()], ..Self::default() }
    }

    /// What is known of records whose texts were not read: how many have words, how many words these have, and how many
    /// records have each term.
    pub(crate) fn of(records: u64, words: u64, with: Vec<u64>) -> Self {
        Self { records, words, with }
    }

    /// Takes note of other records.
    pub(super) fn extend(&mut self, others: &Self) {
        self.records += others.records;
        self.words += others.words;
        for (own, more) in self.with.iter_mut().zip(&others.with) {
            *own += more;
        }
    }

    /// How many records have words.
    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// Takes note of a record.
    pub(super) fn add(&mut self, counts: &Counts) {
        if counts.length == 0 {
            return;
        }
        self.records += 1;
        self.words += u64::from(counts.length);
        for (term, with) in self.with.iter_mut().enumerate() {
            *with += (counts.terms >> term) & 1;
        }
    }

    /// How well a record matches a query; `None` where it does not. Larger is better; a match is worth more than nothing.
    pub(super) fn score(&self, query: &TextQuery, counts: &Counts) -> Option<f32> {
        let average = self.words as f64 / self.records.max(1) as f64;
        let length = f64::from(counts.length) / average;
        let worth = |leaf: usize| {
            let count = f64::from(counts.leaves.get(leaf).copied().filter(|count| *count > 0)?);
            let terms = query.leaves.get(leaf)?.terms();
            let rarity: f64 = terms.into_iter().map(|term| self.rarity(term)).sum();
            Some(rarity * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length)))
        };
        #[expect(clippy::cast_possible_truncation, reason = "a score of so many digits is one")]
        query.score(&worth).map(|score| score as f32)
    }

    /// What a term is worth: the fewer records have it, the more.
    fn rarity(&self, term: usize) -> f64 {
        let with = self.with.get(term).copied().unwrap_or_default() as f64;
        (1.0 + (self.records as f64 - with + 0.5) / (with + 0.5)).ln()
    }
}
