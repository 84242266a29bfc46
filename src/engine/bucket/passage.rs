//! Passing over some spans of persisted records, in portions of bounded memory.

use super::selection::{Reach, Selection, persisted};
use super::shared::Bucket;
use super::snapshot::Snapshot;
use super::stride::Stride;
use crate::engine::error::Result;
use crate::engine::options::Columns;
use crate::engine::record::Chunk;
use crate::engine::store::{OffsetSet, Span, Table};

/// Records that are read at a time by their offsets.
const AT_A_TIME: usize = 1024;
/// Matches of a filter that are remembered: 2 MiB of them where they lie side by side, 128 MiB at worst.
const MOST_MATCHES: u64 = 1 << 24;

impl Snapshot {
    /// Hands on what is selected of the records in these spans, until `take` has enough.
    pub(super) async fn pass(
        &self,
        bucket: &Bucket,
        spans: Vec<Span>,
        selection: &Selection,
        take: &mut (dyn FnMut(&Chunk) -> bool + Send),
    ) -> Result<()> {
        let mut stride = Stride::for_looking();
        for span in spans {
            let (mut at, mut left) = (span.first, usize::try_from(span.rows).unwrap_or(usize::MAX));
            while left > 0 {
                let reach = Reach { rows: stride.rows().min(left), matches: usize::MAX };
                let looked = self.look(bucket, at, reach, selection).await?;
                if looked.rows == 0 {
                    break;
                }
                stride.measure(looked.rows, looked.bytes);
                for chunk in &looked.chunks {
                    if !take(chunk) {
                        return Ok(());
                    }
                    tokio::task::yield_now().await;
                }
                (at, left) = (looked.next, left.saturating_sub(looked.rows));
            }
        }
        Ok(())
    }

    /// The records in these spans that a filter lets through; `None` where they are too many to be remembered.
    pub(super) async fn matching(
        &self,
        bucket: &Bucket,
        spans: Vec<Span>,
        selection: &Selection,
    ) -> Result<Option<OffsetSet>> {
        let (mut found, filter) = (OffsetSet::default(), selection.filter.clone());
        let selection = Selection { columns: Columns::Only(Vec::new()), filter };
        let mut take = |chunk: &Chunk| {
            found.extend(&chunk.offsets);
            found.len() <= MOST_MATCHES
        };
        self.pass(bucket, spans, &selection, &mut take).await?;
        Ok((found.len() <= MOST_MATCHES).then_some(found))
    }
}

/// Hands on columns of the persisted rows with these offsets, which ascend.
pub(super) async fn take_each(
    (bucket, table): (&Bucket, &Table),
    offsets: impl Iterator<Item = u64> + Send,
    columns: &Columns,
    take: &mut (dyn FnMut(&Chunk) + Send),
) -> Result<()> {
    let mut offsets = offsets.peekable();
    while offsets.peek().is_some() {
        let portion: Vec<u64> = offsets.by_ref().take(AT_A_TIME).collect();
        for rows in table.take(&portion, columns).await? {
            take(&persisted(bucket, rows));
            tokio::task::yield_now().await;
        }
    }
    Ok(())
}
