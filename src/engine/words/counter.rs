//! Counts in the texts of a record what a query asks for.

use std::sync::Arc;

use arrow_array::RecordBatch;

use super::lexicon::{Analyzer, Kind, Lexicon};
use super::query::{Leaf, TextQuery};
use super::split::words;
use super::texts::each_text;

/// What a record has of a query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Counts {
    /// How often it has each leaf of the query.
    pub(super) leaves: Vec<u32>,
    /// Which terms it has, a bit each.
    pub(super) terms: u64,
    /// How many words that count it has in all.
    pub(super) length: u32,
}

/// Counts record after record.
#[derive(Debug)]
pub(crate) struct Counter {
    query: Arc<TextQuery>,
    lexicon: Lexicon,
    counts: Counts,
    /// Where the text has each term.
    positions: Vec<Vec<u32>>,
}

impl Counter {
    pub(crate) fn new(query: Arc<TextQuery>, analyzer: Analyzer) -> Self {
        let lexicon = Lexicon::new(&query.terms, analyzer);
        let counts = Counts { leaves: vec![0; query.leaves.len()], ..Counts::default() };
        let positions = vec![Vec::new(); query.terms.len()];
        Self { query, lexicon, counts, positions }
    }

    /// What a row of a batch has in all of its columns together.
    pub(crate) fn count(&mut self, batch: &RecordBatch, row: usize) -> &Counts {
        self.counts.leaves.fill(0);
        (self.counts.terms, self.counts.length) = (0, 0);
        for column in batch.columns() {
            each_text(column.as_ref(), row, &mut Vec::new(), &mut |_, text| self.add(text));
        }
        &self.counts
    }

    /// Adds a text: no phrase goes from one to the next.
    fn add(&mut self, text: &str) {
        let mut has_any = false;
        for word in words(text) {
            let kind = self.lexicon.kind(word.text);
            if kind != Kind::None {
                self.counts.length = self.counts.length.saturating_add(1);
            }
            if let Kind::Wanted(term) = kind {
                self.counts.terms |= 1 << term;
                self.positions.iter_mut().skip(term).take(1).for_each(|at| at.push(word.position));
                has_any = true;
            }
        }
        if !has_any {
            return;
        }
        for (leaf, count) in self.query.leaves.iter().zip(&mut self.counts.leaves) {
            let found = u32::try_from(starts(leaf, &self.positions).count()).unwrap_or(u32::MAX);
            *count = count.saturating_add(found);
        }
        self.positions.iter_mut().for_each(Vec::clear);
    }
}

/// The positions at which a leaf begins, by those of each term.
pub(super) fn starts<'a>(
    leaf: &'a Leaf,
    positions: &'a [Vec<u32>],
) -> impl Iterator<Item = u32> + 'a {
    let of = move |term: usize| positions.get(term).map(Vec::as_slice).unwrap_or_default();
    let (first, rest) = match leaf {
        Leaf::Term(term) => (*term, [].as_slice()),
        Leaf::Phrase(parts) => match parts.as_slice() {
            [(first, _), rest @ ..] => (*first, rest),
            [] => (usize::MAX, [].as_slice()),
        },
    };
    let follow = move |start: u32, (term, behind): &(usize, u32)| {
        start.checked_add(*behind).is_some_and(|at| of(*term).binary_search(&at).is_ok())
    };
    of(first).iter().copied().filter(move |start| rest.iter().all(|part| follow(*start, part)))
}
