//! What differs between two versions, as the explorer shows it.

use arrow_array::RecordBatch;

use super::cell::Cell;
use super::rows::{Column, LONGEST_NAME, Rows};
use crate::tui::text::sanitize;
use crate::{ChangeChunk, ChangeKind, ChangedRow, Chunk, ColumnChange};

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
    /// The records of a chunk.
    pub(crate) fn of_chunk(chunk: &ChangeChunk) -> Vec<Self> {
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
            let named = |columns: &[Column], cells: Option<Vec<Cell>>| {
                let names = columns.iter().map(|column| column.name.clone());
                names.zip(cells.into_iter().flatten()).collect::<Vec<_>>()
            };
            let cells = paired(named(&before.columns, was), named(&after.columns, is));
            let differs = |cell: &CellChange| {
                row.columns.is_empty() || row.columns.iter().any(|name| shown(name) == cell.column)
            };
            let cells = cells.into_iter().filter(differs).collect();
            Self { offset: row.offset, kind: row.kind, cells }
        };
        chunk.rows.iter().map(row).collect()
    }
}

fn shown(name: &str) -> String {
    sanitize::clip(name, LONGEST_NAME)
}

/// The cells of one record, by column; those that it has no more follow.
fn paired(mut before: Vec<(String, Cell)>, after: Vec<(String, Cell)>) -> Vec<CellChange> {
    let mut cells: Vec<CellChange> = Vec::new();
    for (column, after) in after {
        let at = before.iter().position(|(name, _)| *name == column);
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
        let found = Difference::of_chunk(&chunk);
        let text = |text: &str| Some(Cell::Text(text.into()));
        let changed = CellChange { column: "text".into(), before: text("old"), after: text("new") };
        assert_eq!(found[0].cells, [changed]);
        assert_eq!(found[1].cells.len(), 2);
        assert_eq!((&found[1].cells[1].before, &found[1].cells[1].after), (&None, &text("came")));
        assert_eq!((&found[2].cells[1].before, &found[2].cells[1].after), (&text("gone"), &None));
    }
}
