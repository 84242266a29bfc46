//! Looks for places in the past of a bucket: what came since a time, where a flush begins.

use std::ops::Range;

use chrono::{DateTime, Local, NaiveDateTime, TimeZone, Utc};

use super::data::{Fault, Version};
use super::effect::{BucketId, Past, RecordId, Way};
use super::event::{Answer, Spot};
use super::history;
use super::state::When;
use crate::{At, Engine, ErrorKind, Reader, Result};

/// Finds the first record that no version of a time had: as records are flushed, so is their time that of their
/// version. Where no version as old is kept, that is the oldest record.
///
/// Cost: O(log versions) manifests.
pub(super) async fn since(
    engine: &Engine,
    bucket: &BucketId,
    (view, when): (Option<Past>, When),
) -> Result<Answer, Fault> {
    let time = moment(when)
        .ok_or_else(|| Fault::new("the clock on the wall never showed that time here"))?;
    let head = history::line(engine, bucket, branch(view.as_ref())).await?;
    let (then, before) = match head.at(At::Time(time)).await {
        Ok(then) => end(&then).await?,
        Err(error) if error.kind() == ErrorKind::NotFound => (0, 0),
        Err(error) => return Err(error.into()),
    };
    let numbers = head.version_numbers().await?;
    let flush = next_flush(&head, &numbers, (then, before)).await?;
    spot(engine, (bucket, view.as_ref()), then, flush).await
}

/// Finds the first record of a flush: so many flushes on from a record, or back, where the first step leads to the
/// beginning of the record's own.
///
/// Cost: O(log versions) manifests a step.
pub(super) async fn flush(engine: &Engine, from: &RecordId, by: i64) -> Result<Answer, Fault> {
    let bucket = BucketId { topic: from.topic.clone(), bucket: from.bucket };
    let version = from.version.as_ref();
    let head = history::line(engine, &bucket, branch(version)).await?;
    let mut numbers = head.version_numbers().await?;
    numbers.retain(|number| version.is_none_or(|past| *number <= past.version));
    let seen = history::bucket(engine, &from.topic, from.bucket, version).await?;
    let offsets = seen.counts().await?.buckets.first().map(|b| b.first_offset..b.next_offset);
    let offsets = offsets.unwrap_or_default();
    let way = if by < 0 { Way::Up } else { Way::Down };
    let (mut at, mut found) = (from.offset, None);
    for _ in 0..by.unsigned_abs() {
        let next = step(&head, &numbers, (at, way), &offsets).await?;
        let Some((start, version)) = next else { break };
        (at, found) = (start, Some(version));
    }
    let Some(number) = found else { return Ok(Answer::NoFlush(way)) };
    let flush = next_flush(&head, &numbers, (at, number)).await?;
    spot(engine, (&bucket, from.version.as_ref()), at, flush).await
}

/// Where a flush begins before or behind an offset, and the version that ends there; 0 where none does. None where that is
/// not among the offsets that are there.
async fn step(
    head: &Reader,
    numbers: &[u64],
    (offset, way): (u64, Way),
    offsets: &Range<u64>,
) -> Result<Option<(u64, u64)>> {
    let before = below(head, numbers, offset, way).await?;
    let wanted = match way {
        Way::Down => numbers.get(before),
        Way::Up => before.checked_sub(1).and_then(|at| numbers.get(at)),
    };
    match wanted {
        Some(number) => {
            let start = end_of(head, *number).await?;
            Ok(Some((start, *number)).filter(|_| start < offsets.end))
        }
        None if way == Way::Up && offset > offsets.start => Ok(Some((offsets.start, 0))),
        None => Ok(None),
    }
}

/// How many of these versions end below an offset; downwards, at it too.
async fn below(head: &Reader, numbers: &[u64], offset: u64, way: Way) -> Result<usize> {
    let (mut low, mut high) = (0, numbers.len());
    while let Some(number) = numbers.get(usize::midpoint(low, high)).filter(|_| low < high) {
        let end = end_of(head, *number).await?;
        let is_below = match way {
            Way::Down => end <= offset,
            Way::Up => end < offset,
        };
        let middle = usize::midpoint(low, high);
        (low, high) = if is_below { (middle + 1, high) } else { (low, middle) };
    }
    Ok(low)
}

/// Where a version ends. Cost: its manifest is read through, the first time.
async fn end_of(head: &Reader, number: u64) -> Result<u64> {
    match head.versions_of(&[number]).await?.pop() {
        Some(version) => Ok(version.next_offset),
        // It is not kept any more: who opens it says so.
        None => Ok(end(&head.at(At::Version(number)).await?).await?.0),
    }
}

/// Where a pinned bucket ends, and its version.
async fn end(then: &Reader) -> Result<(u64, u64)> {
    let counts = then.counts().await?;
    Ok(counts.buckets.first().map_or((0, 0), |bucket| (bucket.next_offset, bucket.version)))
}

/// The first version behind another one that goes further; none where what follows is buffered.
async fn next_flush(
    head: &Reader,
    numbers: &[u64],
    (start, version): (u64, u64),
) -> Result<Option<Version>> {
    let later: Vec<u64> = numbers.iter().copied().filter(|number| *number > version).collect();
    let first = below(head, &later, start, Way::Down).await?;
    let Some(number) = later.get(first) else { return Ok(None) };
    Ok(head.versions_of(&[*number]).await?.pop().map(Version::of))
}

/// The first record from an offset on, in what is there now or in a version.
async fn spot(
    engine: &Engine,
    (bucket, view): (&BucketId, Option<&Past>),
    offset: u64,
    flush: Option<Version>,
) -> Result<Answer, Fault> {
    let reader = history::bucket(engine, &bucket.topic, bucket.bucket, view).await?;
    let row = reader.locate(bucket.bucket, offset).await?;
    let rows = reader.counts().await?.total_count;
    let is_there = row < rows;
    let row = row.min(rows.saturating_sub(1));
    Ok(Answer::Spot(Spot { bucket: bucket.bucket, row, offset, is_there, flush }))
}

fn branch(view: Option<&Past>) -> Option<&str> {
    view.and_then(|past| past.branch.as_deref())
}

fn moment(when: When) -> Option<DateTime<Utc>> {
    match when {
        When::Ago(span) => Utc::now().checked_sub_signed(span),
        When::Utc(time) => Some(time.and_utc()),
        When::Local(time) => at_the_wall(time),
    }
}

/// What the clock on the wall showed once only, or first.
fn at_the_wall(time: NaiveDateTime) -> Option<DateTime<Utc>> {
    Some(Local.from_local_datetime(&time).earliest()?.to_utc())
}
