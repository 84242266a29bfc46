//! What a search by similarity has found.

use crate::engine::index_facts::FoundBy;
use crate::engine::record::page::Record;

/// A record that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The record, with the columns that its reader chose.
    pub record: Record,
    /// How far its vector is from what was searched for; what that means is said by the
    /// [`Metric`](crate::Metric).
    pub distance: f32,
}

/// The answer to a search.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Matches {
    /// The records found, nearest first; of the same distance, by bucket and offset.
    pub hits: Vec<Hit>,
    /// How many records had a vector that was compared: of those that match the filter all, but for those whose
    /// vector is null, or the candidates of an index and those that it does not cover.
    pub searched: u64,
    /// How many numbers of the records found are NaN or infinite; they are null in [`Record::fields`].
    pub non_finite: usize,
    /// Whether every vector was compared, or which indices were asked.
    pub found_by: FoundBy,
}
