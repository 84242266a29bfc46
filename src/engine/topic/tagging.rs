//! What is done with versions of a topic: marking them with tags, restoring them.

use std::collections::BTreeSet;

use super::reader::Reader;
use super::writer_options::LOCK_TIMEOUT;
use crate::engine::bucket::Snapshot;
use crate::engine::error::{Error, Result};
use crate::engine::facts::{Restored, Tagging};
use crate::engine::options::At;
use crate::engine::store::{Table, Then};

/// Bytes of a tag at most: it names a file.
const LONGEST_TAG: usize = 100;

impl Reader {
    /// The tags of its buckets, sorted.
    pub(crate) async fn tags(&self) -> Result<Vec<String>> {
        let mut all = BTreeSet::new();
        for (_, table) in self.numbered(&self.snapshots().await?) {
            all.extend(table.tags().await?.into_keys());
        }
        Ok(all.into_iter().collect())
    }

    /// See [`Engine::tag`](crate::Engine::tag).
    pub(crate) async fn tag(&self, tag: &str, version: Option<u64>) -> Result<Vec<Tagging>> {
        check_name(tag)?;
        let at = match version {
            Some(version) => self.at(At::Version(version)).await?,
            None => self.clone(),
        };
        let snapshots = at.snapshots().await?;
        let marked: Vec<_> = self.numbered(&snapshots).collect();
        if marked.is_empty() {
            let (topic, bucket) = (self.name.to_string(), 0);
            let version = "yet: nothing was flushed".into();
            return Err(Error::VersionNotFound { topic, bucket, version });
        }
        for (bucket, table) in &marked {
            if let Some(found) = table.tagged(tag).await? {
                let (topic, tag) = (self.name.to_string(), tag.to_owned());
                return Err(Error::TagExists {
                    topic,
                    bucket: *bucket,
                    tag,
                    version: found.version,
                });
            }
        }
        let mut done = Vec::new();
        let buckets = self.buckets.iter().zip(&snapshots);
        for (bucket, snapshot) in buckets {
            let Some(table) = snapshot.table() else { continue };
            bucket.tag(table, tag, LOCK_TIMEOUT).await?;
            let bucket_id = bucket.place.id;
            done.push(Tagging { tag: tag.into(), bucket_id, version: table.version() });
        }
        Ok(done)
    }

    /// See [`Engine::untag`](crate::Engine::untag).
    pub(crate) async fn untag(&self, tag: &str) -> Result<Vec<Tagging>> {
        let mut done = Vec::new();
        for (bucket_id, table) in self.numbered(&self.snapshots().await?) {
            if let Some(found) = table.tagged(tag).await? {
                table.untag(tag).await?;
                done.push(Tagging { tag: tag.into(), bucket_id, version: found.version });
            }
        }
        if done.is_empty() {
            return Err(Error::TagNotFound { topic: self.name.to_string(), tag: tag.into() });
        }
        Ok(done)
    }

    /// See [`Engine::restore`](crate::Engine::restore).
    pub(crate) async fn restore(&self, at: At) -> Result<Vec<Restored>> {
        let then = self.at(at).await?.snapshots().await?;
        let heads = self.snapshots().await?;
        // All of them are found before the first is restored.
        let mut found = Vec::new();
        for ((bucket, head), then) in self.buckets.iter().zip(&heads).zip(&then) {
            match (then.table(), head.table()) {
                (Some(table), _) => found.push((bucket, table.version())),
                // It had no version then: the one that made it holds no record.
                (None, Some(head)) => match head.at_version(1).await? {
                    Some(first) if first.index().rows() == 0 => found.push((bucket, 1)),
                    _ => {
                        let (topic, bucket) = (self.name.to_string(), bucket.place.id);
                        return Err(Error::VersionNotFound { topic, bucket, version: "1".into() });
                    }
                },
                (None, None) => {}
            }
        }
        let mut done = Vec::new();
        for (bucket, version) in found {
            done.push(bucket.restore(version, LOCK_TIMEOUT).await?);
        }
        Ok(done)
    }

    /// Whether a bucket without a tag had no version yet when the tag was made elsewhere.
    pub(super) async fn is_younger(
        &self,
        head: &Snapshot,
        tag: &str,
        others: &[Snapshot],
    ) -> Result<bool> {
        let Some(head) = head.table() else { return Ok(true) };
        let mut made = None;
        for table in others.iter().filter_map(Snapshot::table) {
            made = made.max(table.tagged(tag).await?.and_then(|found| found.made));
        }
        match made {
            Some(made) => Ok(matches!(head.at_time(made).await?, Then::Nothing)),
            None => Ok(false),
        }
    }

    fn numbered<'a>(&'a self, snapshots: &'a [Snapshot]) -> impl Iterator<Item = (u32, &'a Table)> {
        let all = self.buckets.iter().zip(snapshots);
        all.filter_map(|(bucket, snapshot)| Some((bucket.place.id, snapshot.table()?)))
    }
}

/// Refuses a name that is no file's name everywhere, or that `--at` would take for a version or a time.
fn check_name(tag: &str) -> Result<()> {
    let fine = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let reason = if tag.is_empty() {
        "it is empty".to_owned()
    } else if tag.len() > LONGEST_TAG {
        format!("it is longer than {LONGEST_TAG} bytes")
    } else if let Some(c) = tag.chars().find(|c| !fine(*c)) {
        format!("it holds {c:?}; a tag has letters, digits, `.`, `-` and `_`")
    } else if tag.parse::<u64>().is_ok() {
        "a number names a version".to_owned()
    } else if tag.starts_with(['.', '-']) || tag.ends_with('.') || tag.contains("..") {
        "it begins with `.` or `-`, ends with `.`, or has two points in a row".to_owned()
    } else if tag.strip_suffix("lock").is_some_and(|rest| rest.ends_with('.')) {
        "`.lock` at its end is not allowed".to_owned()
    } else if tag.ends_with("ago") && tag.starts_with(|c: char| c.is_ascii_digit()) {
        "it reads as a time".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::InvalidName { what: "tag", name: tag.into(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_a_name_that_is_no_version_and_no_path() {
        for name in ["v1", "before-fix", "2026.01.x", "a_b", "1st"] {
            check_name(name).unwrap();
        }
        for name in
            ["", "7", ".x", "-x", "x.", "a..b", "a/b", "../x", "x.lock", "2hago", "a b", "ü", "a\n"]
        {
            assert!(check_name(name).is_err(), "{name:?} was accepted");
        }
        assert!(check_name(&"x".repeat(101)).is_err());
    }
}
