//! Reads of the past of a bucket: which versions there are, and the records at one of them.

use std::time::Instant;

use super::data::{Fault, Rows, Version};
use super::effect::{BucketId, Look, PageKey, Past, To};
use super::event::{Answer, Landing, Sight};
use super::state::{PAGE, PLACES};
use crate::{At, Engine, ErrorKind, Reader, Result, TopicName};

/// Lists the versions of a bucket that are kept.
pub(super) async fn numbers(engine: &Engine, id: &BucketId) -> Result<Answer> {
    let reader = engine.reader(id.topic.as_str()).await?.bucket(id.bucket)?;
    Ok(Answer::VersionNumbers(reader.version_numbers().await?))
}

/// Describes some versions of a bucket.
pub(super) async fn versions(engine: &Engine, id: &BucketId, numbers: &[u64]) -> Result<Answer> {
    let reader = engine.reader(id.topic.as_str()).await?.bucket(id.bucket)?;
    let found = reader.versions_of(numbers).await?;
    Ok(Answer::Versions(found.into_iter().map(Version::of).collect()))
}

/// Finds out what of a bucket's maintenance is due.
pub(super) async fn upkeep(engine: &Engine, id: &BucketId) -> Result<Answer> {
    let reader = engine.reader(id.topic.as_str()).await?.bucket(id.bucket)?;
    Ok(Answer::Upkeep(reader.maintenance().await?.pop().unwrap_or_default()))
}

/// Finds out what a bucket takes on disk.
pub(super) async fn storage(engine: &Engine, id: &BucketId) -> Result<Answer> {
    let reader = engine.reader(id.topic.as_str()).await?.bucket(id.bucket)?;
    Ok(Answer::Storage(Box::new(reader.storage().await?.pop().unwrap_or_default())))
}

/// Lists the branches of a bucket.
pub(super) async fn branches(engine: &Engine, id: &BucketId) -> Result<Answer> {
    let reader = line(engine, id, None).await?;
    Ok(Answer::Branches(reader.branches().await?))
}

/// Reads of a bucket: as it is, or as it was.
pub(super) async fn bucket(
    engine: &Engine,
    topic: &TopicName,
    bucket: u32,
    version: Option<&Past>,
) -> Result<Reader> {
    let reader = engine.reader(topic.as_str()).await?.bucket(bucket)?;
    at(reader, version).await
}

/// The same reader at a version, which may be one of a branch.
pub(super) async fn at(reader: Reader, version: Option<&Past>) -> Result<Reader> {
    let Some(Past { branch, version }) = version else { return Ok(reader) };
    let reader = match branch {
        Some(branch) => reader.branch(branch).await?,
        None => reader,
    };
    reader.at(At::Version(*version)).await
}

/// Reads of a bucket, or of a branch of it, as it is now.
pub(super) async fn line(engine: &Engine, id: &BucketId, branch: Option<&str>) -> Result<Reader> {
    let reader = engine.reader(id.topic.as_str()).await?.bucket(id.bucket)?;
    match branch {
        Some(branch) => reader.branch(branch).await,
        None => Ok(reader),
    }
}

/// Looks at a bucket at a version.
pub(super) async fn look(engine: &Engine, look: &Look) -> Result<Answer, Fault> {
    let begun = Instant::now();
    let bucket = look.bucket.bucket;
    let branch = look.to.branch();
    let reader = line(engine, &look.bucket, branch.map(AsRef::as_ref)).await?;
    let numbers = reader.version_numbers().await?;
    let Some(newest) = numbers.last().copied() else {
        return Err(Fault::new("there are no versions yet: nothing was flushed"));
    };
    let number = match &look.to {
        To::Version(number) => *number,
        To::Tag(tag) => tagged(&reader, tag).await?,
        To::Branch(_) => newest,
        To::Steps { from, by } => {
            let from = from.as_ref().map(|past| past.version);
            let landing = match (stepped(&numbers, from, *by), branch) {
                (Step::To(number), _) => Ok(number),
                (Step::Oldest(number), _) => Err(Landing::Oldest(number)),
                (Step::Head, None) => Err(Landing::Head),
                // A branch has no now that it leads out to.
                (Step::Head, Some(branch)) if from == Some(newest) => {
                    Err(Landing::Newest(newest, branch.clone()))
                }
                (Step::Head, Some(_)) => Ok(newest),
            };
            match landing {
                Ok(number) => number,
                Err(landing) => return Ok(Answer::Pinned(bucket, landing)),
            }
        }
    };
    let found = reader.versions_of(&[number]).await?.pop().map(Version::of);
    let Some(version) = found else {
        return Err(Fault::new(format!(
            "there is no v {number}: v {} to v {newest} are kept",
            numbers.first().copied().unwrap_or(newest)
        )));
    };
    let pinned = reader.at(At::Version(number)).await?;
    let counts = pinned.counts().await?;
    let row = match look.offset {
        Some(offset) => pinned.locate(bucket, offset).await?,
        None => 0,
    };
    let row = row.min(counts.total_count.saturating_sub(1));
    let pages = pages(&pinned, look, row, counts.total_count).await?;
    let took = begun.elapsed();
    let branch = branch.cloned();
    let sight = Sight { branch, version, newest, counts, row, pages, took };
    Ok(Answer::Pinned(bucket, Landing::At(Box::new(sight))))
}

/// The version that has a tag.
async fn tagged(reader: &Reader, tag: &str) -> Result<u64, Fault> {
    let then = match reader.at(At::Tag(tag.into())).await {
        Ok(then) => then,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let bucket = reader.buckets().first().copied().unwrap_or_default();
            let text =
                format!("bucket {bucket} has no tag `{tag}`, and it is no place: type {PLACES}");
            return Err(Fault::new(text));
        }
        Err(error) => return Err(error.into()),
    };
    let counts = then.counts().await?;
    Ok(counts.buckets.first().map_or(0, |bucket| bucket.version))
}

/// The pages that a view round a row may need.
async fn pages(reader: &Reader, look: &Look, row: u64, total: u64) -> Result<Vec<(PageKey, Rows)>> {
    let first = row.saturating_sub(look.height) / PAGE;
    let last = row.saturating_add(look.height).min(total.saturating_sub(1)) / PAGE;
    let limit = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let mut pages = Vec::new();
    for index in first..=last {
        let page = reader.window(index * PAGE, limit).await?;
        pages.push((
            PageKey { bucket: look.bucket.bucket, index },
            Rows::of_page(&page, &look.inner),
        ));
    }
    Ok(pages)
}

/// Where a step ends.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    To(u64),
    Head,
    Oldest(u64),
}

/// The version that is meant, of those that are kept, ascending and at least one. A step back stops
/// at the oldest, unless it began there; a step on to the newest leads out to what is there now.
fn stepped(numbers: &[u64], from: Option<u64>, by: i64) -> Step {
    let last = numbers.len().saturating_sub(1);
    let at = from.map_or(last, |from| numbers.partition_point(|number| *number < from).min(last));
    let distance = usize::try_from(by.unsigned_abs()).unwrap_or(usize::MAX);
    let wanted =
        if by < 0 { at.saturating_sub(distance) } else { at.saturating_add(distance).min(last) };
    let number = numbers.get(wanted).copied().unwrap_or_default();
    match (by < 0, wanted == at, wanted == last) {
        (true, true, _) => Step::Oldest(number),
        (false, _, true) => Step::Head,
        _ => Step::To(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(from: Option<u64>, by: i64) -> Step {
        stepped(&[3, 4, 7, 9], from, by)
    }

    #[test]
    fn steps_go_from_one_kept_version_to_the_next() {
        assert_eq!(step(None, -1), Step::To(7));
        assert_eq!(step(Some(7), -1), Step::To(4));
        assert_eq!(step(Some(4), 1), Step::To(7));
        assert_eq!(step(Some(9), -2), Step::To(4));
        assert_eq!(step(Some(6), -1), Step::To(4), "a version that was cleaned up meanwhile");
    }

    #[test]
    fn the_ends_are_the_oldest_version_and_what_is_there_now() {
        assert_eq!(step(Some(3), -1), Step::Oldest(3));
        assert_eq!(step(Some(4), -50), Step::To(3));
        assert_eq!(step(Some(7), 1), Step::Head);
        assert_eq!(step(Some(3), 50), Step::Head);
        assert_eq!(step(Some(99), 1), Step::Head);
        assert_eq!(stepped(&[5], None, -1), Step::Oldest(5));
    }
}
