//! What is put: an id, 48 bytes of text, an integer, 8 numbers.

use serde_json::{Value, json};

/// Record number `n`.
pub(super) fn record(n: u64) -> Value {
    let vector: Vec<f64> = (0..8).map(|j| ((n * 31 + j * 17) % 1000) as f64 / 1000.0).collect();
    let text = format!("{n:012} the quick brown fox jumps over lazy");
    json!({"id": n.to_string(), "text": text, "value": n, "vector": vector})
}

/// The same as a line of JSON.
pub(super) fn line(n: u64) -> String {
    format!("{}\n", record(n))
}

/// Well-mixed numbers below an end, the same in every run.
pub(super) fn mixed(n: u64, end: u64) -> u64 {
    ((n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 11) % end.max(1)
}
