//! The versions of a topic's buckets: which are kept, and what is known of each.

use super::reader::Reader;
use crate::engine::bucket::Bucket;
use crate::engine::clock;
use crate::engine::error::{Error, Result};
use crate::engine::facts::VersionInfo;
use crate::engine::offset::Cursor;
use crate::engine::options::At;
use crate::engine::store::{Table, Then, Version};

impl Reader {
    /// The newest `limit` versions of each bucket, newest first. Cost: one listing of a folder; one manifest for each version
    /// that is returned the first time in this process, a `stat` from then on.
    ///
    /// # Errors
    /// [`Corrupt`](crate::ErrorKind::Corrupt) where a manifest is damaged, [`Unavailable`](crate::ErrorKind::Unavailable) where a folder cannot be
    /// listed.
    pub async fn versions(&self, limit: usize) -> Result<Vec<VersionInfo>> {
        let mut all = Vec::new();
        for (bucket, snapshot) in self.buckets().iter().zip(&self.snapshots().await?) {
            let Some(table) = snapshot.table() else { continue };
            let found = table.versions(limit).await?;
            all.extend(found.into_iter().map(|version| info(*bucket, version)));
        }
        Ok(all)
    }

    /// The numbers of all versions of a bucket that are kept, ascending; with
    /// [`versions_of`](Self::versions_of), a window over any number of versions.
    ///
    /// Cost: one listing of a folder, however many versions there are; a `stat` where it did not change since the last one.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for a reader of several buckets: numbers are a
    /// bucket's own.
    pub async fn version_numbers(&self) -> Result<Vec<u64>> {
        self.only_bucket()?;
        match self.snapshots().await?.first().and_then(|snapshot| snapshot.table()) {
            Some(table) => Ok(table.known_numbers().await?.to_vec()),
            None => Ok(Vec::new()),
        }
    }

    /// What is known of these versions of a bucket, in the same order; those that are not kept are
    /// left out. Cost: as [`versions`](Self::versions).
    ///
    /// # Errors
    /// As [`version_numbers`](Self::version_numbers).
    pub async fn versions_of(&self, numbers: &[u64]) -> Result<Vec<VersionInfo>> {
        let bucket = self.only_bucket()?;
        match self.snapshots().await?.first().and_then(|snapshot| snapshot.table()) {
            Some(table) => {
                let found = table.versions_of(numbers).await?;
                Ok(found.into_iter().map(|version| info(bucket, version)).collect())
            }
            None => Ok(Vec::new()),
        }
    }

    /// Where, in each bucket, the records end that there were at a version, a tag or a time: a stream from there
    /// delivers those that came since, and one of a reader that is [`at`](Self::at) a later state those that came in between.
    ///
    /// The time of a record is that of the version that has it; at a time before the first version there were none.
    /// Cost: one manifest a bucket; for a time, O(log versions) of them.
    ///
    /// # Errors
    /// As [`at`](Self::at); of a time, [`NotFound`](crate::ErrorKind::NotFound) only where what was the newest version then
    /// was cleaned up.
    ///
    /// # Examples
    /// ```
    /// use futures::StreamExt;
    /// use lanceq::{At, Engine, From, StreamOptions};
    /// use serde_json::json;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// let engine = Engine::open(folder.path()).await?;
    /// let writer = engine.writer("films").open().await?;
    /// writer.put(json!({"title": "Up"})).await?;
    /// let before = writer.flush().await?[0].version;
    /// writer.put(json!({"title": "Coco"})).await?;
    ///
    /// let reader = engine.reader("films").await?;
    /// let since = reader.cursor_at(At::Version(before)).await?;
    /// let mut records = reader.stream(StreamOptions::new(From::Cursor(since))).await?.records();
    /// assert_eq!(records.next().await.unwrap()?.fields["title"], "Coco");
    /// # Ok(())
    /// # }
    /// ```
    pub async fn cursor_at(&self, at: At) -> Result<Cursor> {
        let mut cursor = Cursor::default();
        if !matches!(at, At::Time(_)) {
            for counts in self.at(at).await?.counts().await?.buckets {
                cursor.set(counts.bucket_id, counts.next_offset.into());
            }
            return Ok(cursor);
        }
        for bucket in &self.buckets {
            let then = self.table_at(bucket, &at).await?;
            cursor.set(bucket.place.id, then.map_or(0, |table| table.next_offset()).into());
        }
        Ok(cursor)
    }

    /// What to say where a bucket has no such version: also whether it had one, and which are near.
    pub(super) async fn not_found(&self, bucket: &Bucket, at: &At) -> Error {
        let mut version = shown(at);
        // What cannot be read now is told when it is read.
        if let Ok(head) = bucket.snapshot().await
            && let Some(head) = head.table()
        {
            if let Some(branch) = head.branch() {
                version = format!("{version} on branch `{branch}`");
            }
            if let Some(why) = why_not(head, at).await {
                version = format!("{version}: {why}");
            }
        }
        let (topic, bucket) = (self.topic().to_string(), bucket.place.id);
        Error::VersionNotFound { topic, bucket, version }
    }

    fn only_bucket(&self) -> Result<u32> {
        match self.buckets() {
            [bucket] => Ok(*bucket),
            several => Err(Error::InvalidOption {
                option: "bucket",
                value: format!("{} buckets", several.len()),
                reason: "version numbers are a bucket's own; choose one".into(),
            }),
        }
    }
}

/// A state, as it stands behind "no version".
pub(super) fn shown(at: &At) -> String {
    match at {
        At::Version(version) => version.to_string(),
        At::Tag(tag) => format!("`{tag}`"),
        At::Time(time) => format!("at {}", clock::text(*time)),
    }
}

/// Why a bucket with this head does not have a version.
async fn why_not(head: &Table, at: &At) -> Option<String> {
    let kept = head.version_numbers().await.ok()?;
    match at {
        At::Version(wanted) => {
            let oldest = kept.first().copied().filter(|oldest| *wanted < *oldest);
            let begins = match oldest {
                Some(oldest) => head.begins_at(oldest).await.ok()?,
                None => false,
            };
            Some(missing(&kept, *wanted, begins))
        }
        At::Time(time) => match head.at_time(*time).await.ok()? {
            Then::Removed => Some("what was the newest one then was cleaned up".into()),
            Then::Nothing => Some("there was none yet".into()),
            Then::Table(_) => None,
        },
        At::Tag(_) => None,
    }
}

/// Why a number is not among those of the versions that are kept, ascending; whether the first of them is the first that
/// there was.
fn missing(kept: &[u64], wanted: u64, begins: bool) -> String {
    let place = kept.partition_point(|number| *number < wanted);
    let older = place.checked_sub(1).and_then(|place| kept.get(place));
    match (older, kept.get(place)) {
        _ if wanted == 0 => "versions are counted from 1".into(),
        (Some(newest), None) => format!("the newest is {newest}"),
        (None, Some(first)) if begins => format!("its first one is {first}"),
        (None, Some(oldest)) => {
            format!("it was cleaned up; the oldest that is kept is {oldest}")
        }
        (Some(older), Some(newer)) => {
            format!("it was cleaned up; the nearest that are kept are {older} and {newer}")
        }
        (None, None) => "none is kept".into(),
    }
}

fn info(bucket_id: u32, version: Version) -> VersionInfo {
    VersionInfo {
        bucket_id,
        version: version.number,
        timestamp: version.timestamp,
        operation: version.operation,
        rows: version.rows,
        next_offset: version.next_offset,
        updated: version.updated,
        tags: version.tags,
        fragments: version.fragments,
        bytes: version.bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_is_not_there_is_cleaned_up_or_still_to_come() {
        let kept = [1, 12, 13];
        for (wanted, said) in [
            (0, "versions are counted from 1"),
            (5, "it was cleaned up; the nearest that are kept are 1 and 12"),
            (14, "the newest is 13"),
        ] {
            assert_eq!(missing(&kept, wanted, true), said);
        }
        let oldest = "it was cleaned up; the oldest that is kept is 12";
        assert_eq!(missing(&kept[1..], 3, false), oldest);
        assert_eq!(missing(&kept[1..], 3, true), "its first one is 12");
    }
}
