//! What is put: an id, 48 bytes of text, an integer, 8 floats; as JSON and as Arrow.

use std::sync::Arc;

use arrow_array::types::Float32Type;
use arrow_array::{ArrayRef, FixedSizeListArray, Int64Array, RecordBatch, StringArray};
use serde_json::{Value, json};

/// Record number `n`.
pub(crate) fn record(n: u64) -> Value {
    let vector: Vec<f64> = (0..8).map(|j| component(n, j)).collect();
    json!({"id": n.to_string(), "text": text(n), "value": n, "vector": vector})
}

/// The same records from a number on.
pub(crate) fn batch(first: u64, count: u64) -> RecordBatch {
    let numbers = || first..first + count;
    let vector = |n| Some((0..8).map(move |j| Some(component(n, j) as f32)));
    let vectors =
        FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(numbers().map(vector), 8);
    RecordBatch::try_from_iter([
        (
            "id",
            Arc::new(StringArray::from_iter_values(numbers().map(|n| n.to_string()))) as ArrayRef,
        ),
        ("text", Arc::new(StringArray::from_iter_values(numbers().map(text)))),
        ("value", Arc::new(Int64Array::from_iter_values(numbers().map(|n| n as i64)))),
        ("vector", Arc::new(vectors)),
    ])
    .unwrap()
}

fn text(n: u64) -> String {
    format!("{n:012} the quick brown fox jumps over lazy")
}

fn component(n: u64, j: u64) -> f64 {
    ((n * 31 + j * 17) % 1000) as f64 / 1000.0
}
