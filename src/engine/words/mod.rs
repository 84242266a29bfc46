//! Full-text search, as far as it is arithmetic: what is asked for, which words a text has, how well it matches.
//!
//! Pure: no file, no clock, no waiting. `parse` makes a `query` of what a person wrote; `split` and `lexicon` say which words a
//! text has; `counter` counts in a record what the query asks for; `statistics` takes note of how many records have which
//! word, and turns counts into scores once all are known; `best` keeps what may be among the first until then; `candidates`
//! says which records may match, by which have its terms; `marks` says where a record has what was looked for, and `fuse`
//! makes one ranking of two. What a word is to an index, Lance's analyser says: it is handed in.

mod best;
mod candidates;
mod counter;
mod fuse;
mod lexicon;
mod marks;
mod parse;
mod query;
mod search;
mod split;
mod statistics;
mod texts;

pub(crate) use best::{Best, Scored};
pub(crate) use candidates::Records;
pub(crate) use counter::Counter;
pub(crate) use fuse::fused;
pub(crate) use lexicon::Analyzer;
pub use marks::Mark;
pub(crate) use marks::Marker;
pub use parse::QueryError;
pub(crate) use query::TextQuery;
pub use search::{HybridSearch, TextSearch};
pub(crate) use statistics::Statistics;
pub(crate) use texts::{can_be_indexed, has_texts};

#[cfg(test)]
mod tests;
