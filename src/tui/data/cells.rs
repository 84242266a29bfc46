//! The cells of a record, made now or when somebody looks at them.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use arrow_array::{Array, ArrayRef};
use arrow_schema::DataType;

use super::cell::Cell;
use super::weight;

/// Bytes a record up to which its values may be kept in place of its cells.
const LIGHT: usize = 1 << 10;
/// Bytes of a cell beside itself, about.
const TEXT: usize = 32;

/// The cells of a record.
///
/// A flood has fifty thousand records a second, of which a screen shows forty: the others' cells are never made.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cells {
    made: OnceLock<Vec<Cell>>,
    /// What they are made of: columns, and the row in them.
    values: Option<(Arc<[ArrayRef]>, usize)>,
    /// About how many bytes they take in memory, made or not.
    bytes: usize,
}

impl Cells {
    /// Those of all rows of some columns.
    pub(super) fn now(columns: &[ArrayRef], rows: usize) -> Vec<Self> {
        let mut columns: Vec<_> =
            columns.iter().map(|values| Cell::of_column(values).into_iter()).collect();
        let row = |_| columns.iter_mut().filter_map(Iterator::next).collect::<Vec<_>>().into();
        (0..rows).map(row).collect()
    }

    /// The same, made when somebody looks, where their values don't keep much else in memory meanwhile.
    pub(super) fn later(columns: &[ArrayRef], rows: usize) -> Vec<Self> {
        let kept = weight::kept(columns);
        let is_coded = |values: &ArrayRef| matches!(values.data_type(), DataType::Dictionary(..));
        // A dictionary's texts are made once for all of its rows.
        if kept > LIGHT * rows || columns.iter().any(is_coded) {
            return Self::now(columns, rows);
        }
        let bytes = kept / rows.max(1) + columns.len() * (size_of::<Cell>() + TEXT);
        let columns: Arc<[ArrayRef]> = columns.into();
        let row = |row| Self { made: OnceLock::new(), values: Some((columns.clone(), row)), bytes };
        (0..rows).map(row).collect()
    }

    /// About how many bytes they take in memory, made or not.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn make(&self) -> Vec<Cell> {
        let Some((columns, row)) = &self.values else { return Vec::new() };
        let cell = |values: &ArrayRef| Cell::of_column(&values.slice(*row, 1)).pop();
        columns.iter().filter_map(cell).collect()
    }
}

impl Deref for Cells {
    type Target = [Cell];

    fn deref(&self) -> &[Cell] {
        self.made.get_or_init(|| self.make())
    }
}

impl From<Vec<Cell>> for Cells {
    fn from(cells: Vec<Cell>) -> Self {
        let bytes = cells.iter().map(Cell::bytes).sum();
        Self { made: cells.into(), values: None, bytes }
    }
}

impl PartialEq for Cells {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::types::Int32Type;
    use arrow_array::{DictionaryArray, StringArray, UInt64Array};

    use super::*;

    fn columns(rows: usize, text: &str) -> Vec<ArrayRef> {
        let texts = (0..rows).map(|row| (row % 3 > 0).then(|| format!("{row} {text}")));
        let texts: ArrayRef = Arc::new(texts.collect::<StringArray>());
        let numbers: ArrayRef = Arc::new(UInt64Array::from_iter_values(0..rows as u64));
        vec![texts, numbers]
    }

    fn is_made(cells: &Cells) -> bool {
        cells.made.get().is_some()
    }

    #[test]
    fn cells_are_made_when_looked_at_and_are_what_they_would_have_been() {
        let later = Cells::later(&columns(10, "text"), 10);
        assert!(!later.iter().any(is_made));
        assert_eq!(later[4], Cells::now(&columns(10, "text"), 10)[4]);
        assert_eq!(later.iter().filter(|cells| is_made(cells)).count(), 1);
        assert_eq!(later, Cells::now(&columns(10, "text"), 10));
    }

    #[test]
    fn values_that_keep_much_in_memory_are_let_go() {
        let heavy = columns(10, &"x".repeat(4 * LIGHT));
        assert!(Cells::later(&heavy, 10).iter().all(is_made));
        let part: Vec<ArrayRef> =
            columns(100_000, "text").iter().map(|values| values.slice(50, 10)).collect();
        let later = Cells::later(&part, 10);
        assert!(later.iter().all(is_made), "the rest of the column would be kept");
        assert_eq!(later, Cells::now(&part, 10));
    }

    #[test]
    fn a_buffer_that_columns_share_counts_once() {
        let values: ArrayRef = Arc::new(UInt64Array::from_iter_values(0..120));
        let columns: Vec<ArrayRef> = (0..12).map(|part| values.slice(part * 10, 10)).collect();
        assert_eq!(weight::kept(&columns), values.get_buffer_memory_size());
    }

    #[test]
    fn the_texts_of_a_dictionary_are_made_once() {
        let coded: DictionaryArray<Int32Type> = ["a", "b", "a"].into_iter().collect();
        assert!(Cells::later(&[Arc::new(coded)], 3).iter().all(is_made));
    }
}
