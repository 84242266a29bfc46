//! What a form of printing has to do, and what it is given.

use crate::cli::failure::Result;
use crate::cli::output::Data;
use crate::{JsonObject, Mark};

/// A record as it is printed: its fields in schema order, after its labels where they are asked for.
pub(crate) type Row = JsonObject;

/// One form of printing; rows come in any number of portions.
pub(crate) trait Form: Send {
    /// Prints a portion.
    fn rows(&mut self, rows: &[Row], out: &mut Data) -> Result;

    /// Prints records that a text search has found, and says in a field where they have its words.
    fn found(&mut self, rows: &[Row], marks: &[Vec<Mark>], out: &mut Data) -> Result {
        let rows: Vec<Row> =
            rows.iter().zip(marks).map(|(row, marks)| marked(row, marks)).collect();
        self.rows(&rows, out)
    }

    /// Prints what comes after the last row.
    fn end(&mut self, _out: &mut Data) -> Result {
        Ok(())
    }
}

/// The row with `_highlights` before the record's own fields: by path the bytes at which each word begins and ends.
fn marked(row: &Row, marks: &[Mark]) -> Row {
    let words = |mark: &Mark| -> Vec<[usize; 2]> {
        mark.words.iter().map(|word| [word.start, word.end]).collect()
    };
    let highlights = marks.iter().map(|mark| (mark.path.clone(), words(mark).into()));
    let highlights: Row = highlights.collect();
    let labels = row.iter().take_while(|(name, _)| name.starts_with('_')).count();
    let mut all = row.iter().map(|(name, value)| (name.clone(), value.clone()));
    let mut marked: Row = all.by_ref().take(labels).collect();
    marked.insert("_highlights".into(), highlights.into());
    marked.extend(all);
    marked
}
