//! What a put costs, in counts: of allocations, which a machine's load does not change.

use allocation_counter::measure;
use lanceq::{Durability, Engine, Metrics};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Builder;

/// Puts that are counted, and as many before them, so that buffers and caches have the size that they keep.
const PUTS: u64 = 256;
/// Allocations of a put of four columns at most, the joining of buffered records included: 87 and 38 when this was
/// written. What the log adds is mostly the encoding as Arrow IPC.
const AT_MOST: [(Durability, u64); 2] = [(Durability::Os, 96), (Durability::Memory, 42)];

fn record(n: u64) -> Value {
    let vector: Vec<f64> = (0..8).map(|j| (n * 8 + j) as f64 / 7.0).collect();
    json!({"id": n.to_string(), "text": format!("{n:048}"), "count": n, "embedding": vector})
}

/// Allocations of a put, on a runtime of one thread, where none goes uncounted.
fn allocations(durability: Durability, metrics: Option<Metrics>) -> u64 {
    let folder = TempDir::new().unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let writer = runtime.block_on(async {
        let engine = Engine::builder(folder.path());
        let engine = match metrics {
            Some(metrics) => engine.metrics(metrics),
            None => engine,
        };
        let engine = engine.open().await.unwrap();
        let writer = engine.writer("t").durability(durability).flush_threshold(usize::MAX);
        let writer = writer.open().await.unwrap();
        for n in 0..PUTS {
            writer.put(record(n)).await.unwrap();
        }
        writer
    });
    let mut records: Vec<Value> = (PUTS..2 * PUTS).map(record).collect();
    let counted = measure(|| {
        runtime.block_on(async {
            for record in records.drain(..) {
                writer.put(record).await.unwrap();
            }
        });
    });
    runtime.block_on(writer.close()).unwrap();
    counted.count_total / PUTS
}

#[test]
fn a_put_takes_no_more_allocations_than_it_did() {
    for (durability, at_most) in AT_MOST {
        let found = allocations(durability, None);
        assert!((1..=at_most).contains(&found), "{durability}: {found} allocations a put");
    }
}

#[test]
fn metrics_cost_a_put_no_allocation() {
    for (durability, _) in AT_MOST {
        let without = allocations(durability, None);
        assert_eq!(allocations(durability, Some(Metrics::new())), without, "{durability}");
    }
}
