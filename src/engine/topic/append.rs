//! What a put does to the buckets, once it is known which record belongs where.

use arrow_array::RecordBatch;

use super::writer::Open;
use crate::engine::bucket::{FlushDue, WhenFull};
use crate::engine::error::Result;
use crate::engine::facts::Receipt;

/// Buffers what belongs to each bucket, once all of them are ready: what can fail comes first.
pub(super) async fn append(
    open: &Open,
    routed: Vec<(u32, RecordBatch)>,
    full: WhenFull,
    upto: Option<u64>,
) -> Result<Vec<Receipt>> {
    let writer = |bucket: u32| open.buckets.get(bucket as usize);
    let mut ready = Vec::with_capacity(routed.len());
    for (bucket, batch) in routed {
        if let Some(writer) = writer(bucket) {
            ready.push((writer, writer.make_ready(&batch, full).await?));
        }
    }
    let mut put = Vec::with_capacity(ready.len());
    let mut due = FlushDue::No;
    for (writer, ready) in ready {
        let (receipt, flush) = writer.push(ready, upto).await?;
        put.push((writer, receipt));
        due = if flush == FlushDue::Yes { flush } else { due };
    }
    if due == FlushDue::Yes {
        tokio::task::yield_now().await;
    }
    match put.as_slice() {
        [(writer, receipt)] => writer.acknowledge(receipt).await?,
        all => {
            let all = all.iter().map(|(writer, receipt)| writer.acknowledge(receipt));
            futures::future::try_join_all(all).await?;
        }
    }
    Ok(put.into_iter().map(|(_, receipt)| receipt).collect())
}
