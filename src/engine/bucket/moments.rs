//! Since when records are persisted, for a rule that keeps them by age. Versions say so, and are cleaned up long before their
//! records go; so it is noted in a small file beside the dataset.
//!
//! The file is a hint: where it is lost or damaged, records count as younger than they are.

use std::fs;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::shared::Bucket;
use crate::engine::clock;
use crate::engine::durable::{blocking, replace_file};
use crate::engine::error::{Error, Result};
use crate::engine::layout;
use crate::engine::maintenance::{Moment, noted};
use crate::engine::store::Table;

/// The first line of the file.
const FORM: &str = "lanceq times 1";
/// Bytes that are read of it: a few thousand moments.
const LONGEST: u64 = 64 << 10;

impl Bucket {
    /// What is known of when a head's records were persisted, as far back as an age goes.
    ///
    /// Cost: a small file; the first time the manifests of all versions.
    pub(super) async fn moments(&self, head: &Table, keep: Duration) -> Result<Vec<Moment>> {
        let (before, now) = (self.read_moments().await?, clock::now());
        self.with_head(head, before, (keep, now)).await
    }

    /// As [`moments`](Self::moments), and notes them where something is new. Only one process at a time should.
    pub(super) async fn note_moments(&self, head: &Table, keep: Duration) -> Result<()> {
        let (before, now) = (self.read_moments().await?, clock::now());
        let moments = self.with_head(head, before.clone(), (keep, now)).await?;
        if moments == before {
            return Ok(());
        }
        let path = layout::times(&self.log_place.folder);
        blocking(move || replace_file(&path, written(&moments).as_bytes())).await
    }

    async fn with_head(
        &self,
        head: &Table,
        before: Vec<Moment>,
        (keep, now): (Duration, DateTime<Utc>),
    ) -> Result<Vec<Moment>> {
        let keep = span(keep);
        let mut moments = before;
        let is_other = |moment: &Moment| moment.next_offset > head.next_offset();
        if moments.last().is_none_or(is_other) {
            moments.clear();
            for version in head.version_numbers().await? {
                if let Some(moment) = ended(head, version).await? {
                    moments = noted(&moments, moment, keep, now);
                }
            }
        }
        Ok(match ended(head, head.version()).await? {
            Some(newest) => noted(&moments, newest, keep, now),
            None => moments,
        })
    }

    /// What was noted; nothing where that cannot be read.
    async fn read_moments(&self) -> Result<Vec<Moment>> {
        let (path, access) = (layout::times(&self.log_place.folder), self.access.clone());
        let read = blocking(move || {
            access.check(&path)?;
            Ok(text(&path)?.as_deref().map(parsed))
        })
        .await?;
        match read {
            Some(None) => {
                tracing::warn!(topic = %self.topic, bucket = self.place.id, "the file `times` is damaged and is made anew: records count as younger than they are");
                Ok(Vec::new())
            }
            read => Ok(read.flatten().unwrap_or_default()),
        }
    }
}

/// An age as it is compared; one that is too long for that is longer than all times.
pub(super) fn span(age: Duration) -> TimeDelta {
    TimeDelta::from_std(age).unwrap_or(TimeDelta::MAX)
}

/// What a version says, where it is kept.
async fn ended(head: &Table, version: u64) -> Result<Option<Moment>> {
    let ended = head.ended(version).await?;
    Ok(ended.map(|ended| Moment { at: ended.timestamp, next_offset: ended.next_offset }))
}

/// The file's text, where there is one; an empty one for what is none.
fn text(path: &Path) -> Result<Option<String>> {
    match fs::metadata(path) {
        Ok(about) if about.is_file() && about.len() <= LONGEST => {
            let bytes = fs::read(path).map_err(Error::io("read", path))?;
            Ok(Some(String::from_utf8(bytes).unwrap_or_default()))
        }
        Ok(_) => Ok(Some(String::new())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io("read", path)(e)),
    }
}

/// A line of the form, then one for each moment: milliseconds since 1970, and the offset below which all was persisted.
fn written(moments: &[Moment]) -> String {
    let lines = moments.iter().map(|moment| {
        let Moment { at, next_offset } = moment;
        format!("{} {next_offset}\n", at.timestamp_millis())
    });
    format!("{FORM}\n{}", lines.collect::<String>())
}

fn parsed(text: &str) -> Option<Vec<Moment>> {
    // A line without an end is not what was written.
    let mut lines = text.strip_suffix('\n')?.split('\n');
    if lines.next()? != FORM {
        return None;
    }
    let moment = |line: &str| {
        let (at, next_offset) = line.split_once(' ')?;
        let at = DateTime::from_timestamp_millis(at.parse().ok()?)?;
        Some(Moment { at, next_offset: next_offset.parse().ok()? })
    };
    let moments: Option<Vec<Moment>> = lines.map(moment).collect();
    moments.filter(|all| all.is_sorted_by_key(|moment| moment.next_offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_read_back_and_nothing_else_does() {
        let moment = |ms, next_offset| Moment {
            at: DateTime::from_timestamp_millis(ms).unwrap(),
            next_offset,
        };
        for moments in [vec![], vec![moment(-1, 0)], vec![moment(1_000, 5), moment(2_500, 9)]] {
            assert_eq!(parsed(&written(&moments)), Some(moments));
        }
        let whole = written(&[moment(1_000, 5), moment(2_500, 19)]);
        for cut in 0..whole.len() {
            let read = parsed(&whole[..cut]);
            assert!(read.is_none_or(|moments| moments.len() < 2), "{:?}", &whole[..cut]);
        }
        for text in ["", "x\n", "lanceq times 2\n1 1\n", "lanceq times 1\n1 9\n2 5\n"] {
            assert_eq!(parsed(text), None, "{text:?}");
        }
    }
}
