//! Batches as the steps of a plan like them: of few rows, and each with no more memory than it needs.

use arrow_array::{RecordBatch, UInt32Array};
use arrow_select::take::take_record_batch;

use crate::engine::record::batch_bytes;

/// Rows of a piece at most, as DataFusion's own batches have them.
const ROWS: usize = 8192;
/// The share of the memory from which on a batch is copied piece by piece: a piece that only refers to it counts as all of it
/// wherever it is kept.
const SHARE: usize = 64;

/// A batch in pieces; with `memory`, none of them keeps much more than that share of it.
pub(super) fn pieces(
    batch: &RecordBatch,
    memory: Option<usize>,
) -> Vec<Result<RecordBatch, arrow_schema::ArrowError>> {
    let bytes = usize::try_from(batch_bytes(batch)).unwrap_or(usize::MAX);
    let most = memory.map_or(usize::MAX, |memory| memory / SHARE);
    if batch.num_rows() <= ROWS && bytes <= most {
        return vec![Ok(batch.clone())];
    }
    let each = bytes / batch.num_rows().max(1);
    let rows = if bytes > most { (most / each.max(1)).clamp(1, ROWS) } else { ROWS };
    let starts = (0..batch.num_rows()).step_by(rows);
    let piece = |start: usize| {
        let piece = batch.slice(start, rows.min(batch.num_rows() - start));
        if bytes > most { copied(&piece) } else { Ok(piece) }
    };
    starts.map(piece).collect()
}

fn copied(piece: &RecordBatch) -> Result<RecordBatch, arrow_schema::ArrowError> {
    let rows = u32::try_from(piece.num_rows()).unwrap_or(u32::MAX);
    take_record_batch(piece, &UInt32Array::from_iter_values(0..rows))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::StringArray;

    use super::*;

    #[test]
    fn pieces_are_the_batch_and_keep_little_of_a_small_memory() {
        let texts = StringArray::from_iter_values((0..20_000).map(|n| format!("{n:0>100}")));
        let batch = RecordBatch::try_from_iter([("text", Arc::new(texts) as _)]).unwrap();
        for memory in [None, Some(1 << 40), Some(4 << 20), Some(1)] {
            let found: Vec<_> = pieces(&batch, memory).into_iter().map(Result::unwrap).collect();
            let whole = arrow_select::concat::concat_batches(&batch.schema(), &found).unwrap();
            assert_eq!(whole, batch, "{memory:?}");
            assert!(found.iter().all(|piece| piece.num_rows() <= ROWS));
            let kept = found.iter().map(RecordBatch::get_array_memory_size).max().unwrap();
            let is_small = memory.is_some_and(|memory| memory <= 4 << 20);
            assert_eq!(kept < 200 << 10, is_small, "{memory:?}: {kept}");
        }
    }
}
