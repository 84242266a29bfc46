//! What a text search, and one by text and similarity together, ask for, as plain values.

use arrow_schema::Schema;

use super::lexicon::Analyzer;
use super::parse::QueryError;
use super::query::TextQuery;
use super::texts::has_texts;
use crate::engine::search::Search;

/// A search for the records whose texts match best; [`Reader::search_text`](crate::Reader::search_text) answers it.
///
/// The language: words, of which a record has one at least; `"a phrase"`; `+must` and `-mustnot` before a word, a phrase or
/// a group in `( )`. Case, accents and English endings do not matter (`cities` finds `City`), and words that are in nearly
/// every text (`the`) are passed over. A word with signs within, as in `e-mail`, is a phrase.
#[derive(Debug, Clone, PartialEq)]
pub struct TextSearch {
    pub(crate) text: String,
    pub(crate) columns: Vec<String>,
    pub(crate) k: usize,
    pub(crate) filter: Option<String>,
    pub(crate) is_exact: bool,
}

impl TextSearch {
    /// The ten records that match best, whichever of their columns has the words.
    pub fn new(text: impl Into<String>) -> Self {
        let (columns, filter) = (Vec::new(), None);
        Self { text: text.into(), columns, k: 10, filter, is_exact: false }
    }

    /// Searches in this column only, or in this one as well where others were named. Default: all columns that hold texts,
    /// also in lists and objects. Several are read as one text; no phrase goes from one to the next.
    #[must_use]
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.columns.push(column.into());
        self
    }

    /// The columns of a schema that hold texts: those that are searched where none is named.
    pub fn searched(schema: &Schema) -> Vec<String> {
        let fields = schema.fields().iter().filter(|field| has_texts(field.data_type()));
        fields.map(|field| field.name().clone()).collect()
    }

    /// Whether the text is a query, as far as that can be told without Lance's list of words that are passed over.
    ///
    /// # Errors
    /// At which character it is none, and why.
    pub fn check(&self) -> Result<(), QueryError> {
        let mut any: Analyzer = Box::new(|word| Some(word.to_lowercase()));
        TextQuery::parse(&self.text, &mut any).map(drop)
    }

    /// How many records to find, from 1 on. Default 10.
    #[must_use]
    pub fn k(mut self, k: usize) -> Self {
        self.k = k;
        self
    }

    /// Searches only among the records that match a condition in SQL, as [`Reader::filter`](crate::Reader::filter)
    /// takes it. How rare a word is, is then counted among these.
    #[must_use]
    pub fn filter(mut self, sql: impl Into<String>) -> Self {
        self.filter = Some(sql.into());
        self
    }

    /// Reads every text, also where there is an index of the words. What is found is the same. Default: no.
    #[must_use]
    pub fn exact(mut self, is_exact: bool) -> Self {
        self.is_exact = is_exact;
        self
    }
}

/// A search by words and by similarity at once; [`Reader::search_hybrid`](crate::Reader::search_hybrid) answers it.
#[derive(Debug, Clone, PartialEq)]
pub struct HybridSearch {
    pub(crate) text: TextSearch,
    pub(crate) like: Search,
    pub(crate) k: usize,
}

/// As deep as each of the two rankings goes at least.
const DEEP: usize = 100;
/// And by how many times more than are wanted.
const DEEPER: usize = 4;

impl HybridSearch {
    /// The ten best of both; see [`Reader::search_hybrid`](crate::Reader::search_hybrid). How many records the two ask for does
    /// not matter here; their filters do, each in its own.
    pub fn of(text: TextSearch, like: Search) -> Self {
        Self { text, like, k: 10 }
    }

    /// How many records to find, from 1 on. Default 10. Each of the rankings goes four times as deep, and to 100 at least.
    #[must_use]
    pub fn k(mut self, k: usize) -> Self {
        self.k = k;
        self
    }

    /// Searches only among the records that match a condition in SQL, in both.
    #[must_use]
    pub fn filter(mut self, sql: impl Into<String>) -> Self {
        let sql = sql.into();
        self.like = self.like.filter(sql.clone());
        self.text = self.text.filter(sql);
        self
    }

    /// How deep each of the rankings goes.
    pub(crate) fn depth(&self) -> usize {
        self.k.saturating_mul(DEEPER).max(DEEP)
    }
}
