//! What became of records between two states: which were added, updated and deleted, as Arrow batches and as JSON.

use arrow_array::RecordBatch;
use serde::Serialize;

use super::decode::Decoder;
use super::json::JsonObject;

/// What became of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// It is there only afterwards.
    Added,
    /// It is there before and afterwards, with other values.
    Updated,
    /// It is there only before.
    Deleted,
}

/// One record that changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedRow {
    /// Its offset; where the dataset has no stable row ids, its position.
    pub offset: u64,
    /// What became of it.
    pub kind: ChangeKind,
    /// The columns of an updated record whose values differ, in schema order; none for the others.
    pub columns: Vec<String>,
}

/// Records of one bucket that changed.
#[derive(Debug, Clone)]
pub struct ChangeChunk {
    /// The bucket.
    pub bucket: u32,
    /// What changed, by offset.
    pub rows: Vec<ChangedRow>,
    /// The updated and the deleted ones of the rows, in their order, as they were; columns of the state before.
    pub before: RecordBatch,
    /// The added and the updated ones of the rows, in their order, as they are; columns of the state after.
    pub after: RecordBatch,
}

/// One record that changed, as JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordChange {
    /// The bucket it lies in.
    pub bucket: u32,
    /// Its offset, what became of it and in which columns.
    pub row: ChangedRow,
    /// Its fields as they were; none where it was added.
    pub before: Option<JsonObject>,
    /// Its fields as they are; none where it was deleted.
    pub after: Option<JsonObject>,
}

impl ChangeKind {
    /// Whether the record was there before.
    pub fn was_there(self) -> bool {
        self != Self::Added
    }

    /// Whether the record is there afterwards.
    pub fn is_there(self) -> bool {
        self != Self::Deleted
    }
}

impl ChangeChunk {
    /// Its records as JSON, by offset.
    pub fn records(&self) -> impl Iterator<Item = RecordChange> {
        self.counted_records().0.into_iter()
    }

    /// Its records as JSON, and how many of their numbers JSON cannot say: they are null there.
    pub fn counted_records(&self) -> (Vec<RecordChange>, usize) {
        let (before, after) = (Decoder::new(&self.before), Decoder::new(&self.after));
        let (mut was, mut is) = (0.., 0..);
        let records = self.rows.iter().map(|row| RecordChange {
            bucket: self.bucket,
            row: row.clone(),
            before: row.kind.was_there().then(|| was.next()).flatten().map(|at| before.row(at)),
            after: row.kind.is_there().then(|| is.next()).flatten().map(|at| after.row(at)),
        });
        let records = records.collect();
        (records, before.non_finite() + after.non_finite())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array};

    use super::*;

    fn batch(numbers: &[i64]) -> RecordBatch {
        let column: ArrayRef = Arc::new(Int64Array::from_iter_values(numbers.iter().copied()));
        RecordBatch::try_from_iter([("n", column)]).unwrap()
    }

    #[test]
    fn each_row_finds_what_it_was_and_what_it_is() {
        use ChangeKind::{Added, Deleted, Updated};
        let row = |(offset, kind)| ChangedRow { offset, kind, columns: Vec::new() };
        let rows = [(1, Deleted), (2, Updated), (5, Added), (9, Updated)].map(row).to_vec();
        let (before, after) = (batch(&[10, 20, 90]), batch(&[21, 50, 91]));
        let chunk = ChangeChunk { bucket: 3, rows, before, after };
        let number =
            |fields: Option<JsonObject>| fields.map(|fields| fields["n"].as_i64().unwrap());
        let found: Vec<_> =
            chunk.records().map(|r| (r.row.offset, number(r.before), number(r.after))).collect();
        let expected = [
            (1, Some(10), None),
            (2, Some(20), Some(21)),
            (5, None, Some(50)),
            (9, Some(90), Some(91)),
        ];
        assert_eq!(found, expected);
    }
}
