//! The comparison of two versions of a bucket.

use std::time::{Duration, Instant};

use super::data::{Difference, Differing, Fault, column_told};
use super::effect::Versus;
use super::event::{Answer, Compared};
use super::runner::Sink;
use super::state::DIFFERENCES;
use crate::{At, Diff, Engine};

/// How often it says what it has found, and how far it has come.
const PACE: Duration = Duration::from_millis(100);

/// Compares two versions. The first records that differ are told as they are found; the others are counted.
///
/// Cancel: safe to drop at any await.
pub(super) async fn diff(engine: &Engine, versus: &Versus, sink: &Sink) -> Result<Answer, Fault> {
    let begun = Instant::now();
    let id = &versus.bucket;
    let reader = engine.reader(id.topic.as_str()).await?.bucket(id.bucket)?;
    let before = reader.at(At::Version(versus.before)).await?;
    let after = reader.at(At::Version(versus.after)).await?;
    let mut diff = before.diff(&after).await?;
    let (mut found, mut kept) = (Vec::new(), 0);
    let mut told = Instant::now();
    while step(&mut diff, &mut found, &mut kept).await? {
        if told.elapsed() >= PACE {
            told = Instant::now();
            let differing = differing(&diff);
            let rows = std::mem::take(&mut found);
            sink.send(Ok(Answer::Compared(Compared { rows, differing, took: None }))).await;
        }
    }
    let differing = differing(&diff);
    Ok(Answer::Compared(Compared { rows: found, differing, took: Some(begun.elapsed()) }))
}

/// Goes on; whether there is more. What finds no room is only counted.
async fn step(
    diff: &mut Diff,
    found: &mut Vec<Difference>,
    kept: &mut usize,
) -> crate::Result<bool> {
    let left = DIFFERENCES.saturating_sub(*kept);
    if left == 0 {
        return Ok(diff.next_rows().await?.is_some());
    }
    let Some(chunk) = diff.next().await? else { return Ok(false) };
    let known = diff.summaries();
    let known = known.iter().find(|bucket| bucket.bucket_id == chunk.bucket);
    let mut rows = known.map_or_else(Vec::new, |known| Difference::of_chunk(&chunk, known));
    rows.truncate(left);
    *kept += rows.len();
    found.extend(rows);
    Ok(true)
}

fn differing(diff: &Diff) -> Differing {
    let mut all = Differing { progress: (diff.passed(), diff.total()), ..Differing::default() };
    for bucket in diff.summaries() {
        all.added += bucket.added;
        all.updated += bucket.updated;
        all.deleted += bucket.deleted;
        all.by_position |= bucket.by_position;
        all.columns.extend(bucket.columns.iter().map(column_told));
    }
    all
}
