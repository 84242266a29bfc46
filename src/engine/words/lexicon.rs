//! What each word of a text is to a query: one that it asks for, another one, or none at all.

use std::collections::HashMap;

/// What an index makes of a word: the term that it is found as, or `None` where it is in too many texts or too long to be one.
pub(crate) type Analyzer = Box<dyn FnMut(&str) -> Option<String> + Send>;

/// Words that are remembered; then it begins anew. Some 5 MiB at worst, as longer words than 40 bytes are none.
const REMEMBERED: usize = 1 << 16;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It does not count.
    None,
    /// It counts, and is not asked for.
    Other,
    /// A term of the query, by number.
    Wanted(usize),
}

/// The terms of a query, and what is known of the words that were met.
pub(super) struct Lexicon {
    terms: HashMap<String, usize>,
    analyzer: Analyzer,
    known: HashMap<Box<str>, Kind>,
}

impl Lexicon {
    pub(super) fn new(terms: &[String], analyzer: Analyzer) -> Self {
        let terms = terms.iter().cloned().zip(0..).collect();
        Self { terms, analyzer, known: HashMap::new() }
    }

    /// What a word is. Analysing it costs ten times as much as looking it up.
    pub(super) fn kind(&mut self, word: &str) -> Kind {
        if let Some(kind) = self.known.get(word) {
            return *kind;
        }
        let kind = match (self.analyzer)(word) {
            None => Kind::None,
            Some(term) => self.terms.get(&term).map_or(Kind::Other, |term| Kind::Wanted(*term)),
        };
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        if word.len() <= LONGEST {
            self.known.insert(word.into(), kind);
        }
        kind
    }
}

/// Bytes of a word that is worth remembering.
const LONGEST: usize = 40;

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lexicon").field("terms", &self.terms).finish_non_exhaustive()
    }
}
