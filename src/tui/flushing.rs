//! Flushes, and what they changed.

use std::time::{Duration, Instant};

use futures::future::join_all;

use super::data::{BucketFlush, FlushReport, Version};
use super::effect::Place;
use super::event::Answer;
use super::writers::Writers;
use crate::{BucketCounts, Engine, Flushed, Reader, Result, TopicCounts, Writer};

/// Flushes what is buffered in a topic or in a bucket of it, whichever process put it.
pub(super) async fn flush(engine: &Engine, writers: &Writers, place: &Place) -> Result<Answer> {
    let reader = engine.reader(place.topic.as_str()).await?;
    let before = reader.counts().await?;
    let writer = writers.of(&place.topic).await?;
    let begun = Instant::now();
    let buckets = match place.bucket {
        Some(bucket) => vec![bucket],
        None => reader.buckets().to_vec(),
    };
    let all = join_all(buckets.iter().map(|bucket| timed(&writer, *bucket))).await;
    let took = begun.elapsed();
    // Those that fail and those that don't: the first error counts, as it does in the engine.
    let flushed: Result<Vec<(Flushed, Duration)>> = all.into_iter().collect();
    let flushed = flushed.inspect_err(|error| writers.note(&place.topic, error))?;
    let after = reader.counts().await?;
    let mut buckets = Vec::new();
    for (flushed, took) in flushed {
        let id = flushed.bucket_id;
        let grown = if flushed.rows > 0 { grown(&reader, &flushed).await } else { None };
        let (before, after) = (counts(&before, id), counts(&after, id));
        buckets.push(BucketFlush { flushed, before, after, grown, took });
    }
    Ok(Answer::Flushed(FlushReport { buckets, took }))
}

async fn timed(writer: &Writer, bucket: u32) -> Result<(Flushed, Duration)> {
    let begun = Instant::now();
    Ok((writer.flush_bucket(bucket).await?, begun.elapsed()))
}

fn counts(all: &TopicCounts, bucket: u32) -> BucketCounts {
    all.buckets.iter().find(|counts| counts.bucket_id == bucket).cloned().unwrap_or_default()
}

/// By how much the data files of a bucket grew with the version of a flush. The flush is done: where
/// this cannot be found out, it stays unknown.
async fn grown(reader: &Reader, flushed: &Flushed) -> Option<i64> {
    let reader = reader.bucket(flushed.bucket_id).ok()?;
    let numbers = [flushed.version, flushed.version.checked_sub(1)?];
    let mut found = reader.versions_of(&numbers).await.ok()?.into_iter().map(Version::of);
    let (version, before) = (found.next()?, found.next()?);
    version.grown(&before)
}
