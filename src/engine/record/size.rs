//! What rows take in memory.

use arrow_array::{ArrayRef, RecordBatch};

/// The bytes of a batch's own rows; a slice does not count what it leaves of its parent.
///
/// Small batches are counted with all they keep, which costs nothing: looking closer costs as much
/// as converting a record.
pub(crate) fn batch_bytes(batch: &RecordBatch) -> u64 {
    const SMALL: usize = 64 << 10;
    let kept = batch.get_array_memory_size();
    if kept <= SMALL { kept as u64 } else { own_bytes(batch) }
}

/// As [`batch_bytes`], for small batches as well.
pub(crate) fn own_bytes(batch: &RecordBatch) -> u64 {
    let own = |column: &ArrayRef| {
        let size = column.to_data().get_slice_memory_size();
        size.unwrap_or_else(|_| column.get_array_memory_size()) as u64
    };
    batch.columns().iter().map(own).sum()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::Int64Array;

    use super::*;

    #[test]
    fn a_slice_counts_its_own_rows_only() {
        let column: ArrayRef = Arc::new(Int64Array::from_iter_values(0..100_000));
        let whole = RecordBatch::try_from_iter([("n", column)]).unwrap();
        assert!(batch_bytes(&whole.slice(5, 10)) < 1000);
        assert_eq!(own_bytes(&whole.slice(5, 10)), 80);
    }
}
