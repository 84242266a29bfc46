//! What differs between two versions, as the explorer shows it.

use arrow_array::RecordBatch;

use super::cell::Cell;
use super::rows::{LONGEST_NAME, Rows};
use crate::tui::text::sanitize;
use crate::{ChangeChunk, ChangeKind, ChangedRow, Chunk, ColumnChange, DiffSummary};

/// One record that differs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Difference {
    pub(crate) offset: u64,
    pub(crate) kind: ChangeKind,
    /// The cells that differ of one that was updated; all of one that came or went.
    pub(crate) cells: Vec<CellChange>,
}

/// One cell of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CellChange {
    /// Its column, safe to show.
    pub(crate) column: String,
    /// What it was; none where the record or the column was not there.
    pub(crate) before: Option<Cell>,
    /// What it is.
    pub(crate) after: Option<Cell>,
}

/// How much differs, as far as that is known, and how far the comparison has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Differing {
    pub(crate) added: u64,
    pub(crate) updated: u64,
    pub(crate) deleted: u64,
    /// The columns that differ, each in a few words.
    pub(crate) columns: Vec<String>,
    /// Whether records are told apart by position.
    pub(crate) by_position: bool,
    /// Rows that were looked at, of so many.
    pub(crate) progress: (u64, u64),
}

impl Difference {
    /// The records of a chunk, by what is known of its bucket.
    pub(crate) fn of_chunk(chunk: &ChangeChunk, known: &DiffSummary) -> Vec<Self> {
        let cells = |batch: &RecordBatch| {
            let (offsets, batch) = (vec![0; batch.num_rows()], batch.clone());
            Rows::of_chunk(&Chunk { bucket: chunk.bucket, offsets, buffered: false, batch }, &[])
        };
        let (before, after) = (cells(&chunk.before), cells(&chunk.after));
        let (mut was, mut is) = (before.rows.into_iter(), after.rows.into_iter());
        let row = |row: &ChangedRow| {
            let was =
                row.kind.was_there().then(|| was.next()).flatten().map(|row| row.cells.to_vec());
            let is = row.kind.is_there().then(|| is.next()).flatten().map(|row| row.cells.to_vec());
            let cells = paired(named(&chunk.before, was), named(&chunk.after, is), known);
            let differs =
                |cell: &CellChange| row.columns.is_empty() || row.columns.contains(&cell.column);
            let safe = |cell: CellChange| CellChange { column: shown(&cell.column), ..cell };
            let cells = cells.into_iter().filter(differs).map(safe).collect();
            Self { offset: row.offset, kind: row.kind, cells }
        };
        chunk.rows.iter().map(row).collect()
    }
}

fn shown(name: &str) -> String {
    sanitize::clip(name, LONGEST_NAME)
}

/// The cells of one record, with the names of their columns.
fn named(batch: &RecordBatch, cells: Option<Vec<Cell>>) -> Vec<(String, Cell)> {
    let names = batch.schema_ref().fields().iter().map(|field| field.name().clone());
    names.zip(cells.into_iter().flatten()).collect()
}

/// The cells of one record, by column; those that it has no more follow.
fn paired(
    mut before: Vec<(String, Cell)>,
    after: Vec<(String, Cell)>,
    known: &DiffSummary,
) -> Vec<CellChange> {
    let mut cells: Vec<CellChange> = Vec::new();
    for (column, after) in after {
        let was = known.name_before(&column);
        let at = before.iter().position(|(name, _)| Some(name.as_str()) == was);
        let before = at.map(|at| before.remove(at).1);
        cells.push(CellChange { column, before, after: Some(after) });
    }
    let gone = before.into_iter();
    cells.extend(gone.map(|(column, was)| CellChange { column, before: Some(was), after: None }));
    cells
}

/// A column that differs, in a few words.
pub(crate) fn column_told(change: &ColumnChange) -> String {
    match change {
        ColumnChange::Added { column, r#type: kind } => format!("+ {column} {kind}"),
        ColumnChange::Removed { column, r#type: kind } => format!("− {column} {kind}"),
        ColumnChange::Renamed { column, from } => format!("{from} is now {column}"),
        ColumnChange::Retyped { column, from, to } => format!("{column} {from} → {to}"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, StringArray};

    use super::*;

    fn known(columns: Vec<ColumnChange>) -> DiffSummary {
        let (bucket_id, before, after, by_position) = (0, 1, 2, false);
        let (added, updated, deleted) = (0, 0, 0);
        DiffSummary { bucket_id, before, after, added, updated, deleted, columns, by_position }
    }

    #[test]
    fn a_cell_whose_column_has_another_name_now_was_what_it_was_under_the_one_before() {
        let batch = |name: &str, text: &str| {
            let text: ArrayRef = Arc::new(StringArray::from(vec![text]));
            RecordBatch::try_from_iter([(name, text)]).unwrap()
        };
        let rows = vec![ChangedRow {
            offset: 1,
            kind: ChangeKind::Updated,
            columns: vec!["words".into()],
        }];
        let (before, after) = (batch("text", "old"), batch("words", "new"));
        let chunk = ChangeChunk { bucket: 0, rows, before, after };
        let renamed = ColumnChange::Renamed { column: "words".into(), from: "text".into() };
        let found = Difference::of_chunk(&chunk, &known(vec![renamed]));
        let text = |text: &str| Some(Cell::Text(text.into()));
        let (before, after) = (text("old"), text("new"));
        assert_eq!(found[0].cells, [CellChange { column: "words".into(), before, after }]);
    }

    #[test]
    fn an_updated_record_shows_the_cells_that_differ_and_others_all() {
        let batch = |texts: Vec<&str>| {
            let numbers: ArrayRef = Arc::new(Int64Array::from(vec![7; texts.len()]));
            let texts: ArrayRef = Arc::new(StringArray::from(texts));
            RecordBatch::try_from_iter([("n", numbers), ("text", texts)]).unwrap()
        };
        let row = |offset, kind, columns: &[&str]| {
            let columns = columns.iter().map(ToString::to_string).collect();
            ChangedRow { offset, kind, columns }
        };
        let known = known(Vec::new());
        let chunk = ChangeChunk {
            bucket: 0,
            rows: vec![
                row(1, ChangeKind::Updated, &["text"]),
                row(2, ChangeKind::Added, &[]),
                row(3, ChangeKind::Deleted, &[]),
            ],
            before: batch(vec!["old", "gone"]),
            after: batch(vec!["new", "came"]),
        };
        let found = Difference::of_chunk(&chunk, &known);
        let text = |text: &str| Some(Cell::Text(text.into()));
        let changed = CellChange { column: "text".into(), before: text("old"), after: text("new") };
        assert_eq!(found[0].cells, [changed]);
        assert_eq!(found[1].cells.len(), 2);
        assert_eq!((&found[1].cells[1].before, &found[1].cells[1].after), (&None, &text("came")));
        assert_eq!((&found[2].cells[1].before, &found[2].cells[1].after), (&text("gone"), &None));
    }
}
