//! The past of the fixed root: 483 versions of each bucket, some of them cleaned up.

use std::time::Duration;

use chrono::TimeDelta;

use super::data::{Cell, CellChange, Column, Difference, Differing, Fault, Row, Rows, Version};
use super::effect::{Alteration, BucketId, Look, PageKey, RecordId, To, Versus, Way};
use super::event::{Altered, Answer, Compared, Landing, Sight, Spot};
use super::sample::{now, page, shape};
use super::state::{PAGE, PLACES};
use crate::{BranchInfo, BucketCounts, ChangeKind, TopicCounts, TopicName};

/// The head of every bucket.
const HEAD: u64 = 483;
/// The version that has a tag.
const TAGGED: u64 = 480;
/// Records that an append adds.
const STEP: u64 = 250;

/// The versions that are kept.
pub(crate) fn numbers(topic: &TopicName) -> Result<Answer, Fault> {
    let (_, rows, _) = shape(topic)?;
    let all = if rows == 0 { Vec::new() } else { (201..=HEAD).filter(|n| n % 50 != 7).collect() };
    Ok(Answer::VersionNumbers(all))
}

/// The branches of one topic's bucket.
pub(crate) fn branches(id: &BucketId) -> Vec<BranchInfo> {
    let branch = |name: &str, parent: Option<&str>, parent_version, rows| BranchInfo {
        bucket_id: id.bucket,
        branch: name.into(),
        parent: parent.map(Into::into),
        parent_version,
        created: Some((now() - TimeDelta::days(2)).and_utc()),
        version: HEAD,
        rows,
        error: None,
    };
    if id.topic.as_str() != "metrics" {
        return Vec::new();
    }
    vec![branch("re-embed", Some("what-if"), 481, 689_000), branch("what-if", None, 478, 689_504)]
}

/// What is known of some of them.
pub(crate) fn versions(topic: &TopicName, numbers: &[u64]) -> Result<Answer, Fault> {
    let found: Result<Vec<Version>, Fault> = numbers.iter().map(|n| version(topic, *n)).collect();
    Ok(Answer::Versions(found?))
}

/// A bucket as it was.
pub(crate) fn look(look: &Look) -> Result<Answer, Fault> {
    let bucket = look.bucket.bucket;
    let number = match &look.to {
        To::Version(number) => *number,
        To::Tag(tag) if tag == "before-fix" => TAGGED,
        To::Tag(tag) => {
            let text =
                format!("bucket {bucket} has no tag `{tag}`, and it is no place: type {PLACES}");
            return Err(Fault::new(text));
        }
        To::Branch(_) => HEAD,
        To::Steps { from, by } => {
            let from = from.as_ref().map_or(HEAD, |past| past.version);
            from.saturating_add_signed(*by)
        }
    };
    let branch = look.to.branch().cloned();
    if number >= HEAD && matches!(look.to, To::Steps { .. }) {
        match &branch {
            None => return Ok(Answer::Pinned(bucket, Landing::Head)),
            Some(branch) if number > HEAD => {
                return Ok(Answer::Pinned(bucket, Landing::Newest(HEAD, branch.clone())));
            }
            Some(_) => {}
        }
    }
    let version = version(&look.bucket.topic, number)?;
    let rows = version.rows;
    let row = look.offset.unwrap_or(0).min(rows.saturating_sub(1));
    let key = PageKey { bucket, index: row / PAGE };
    let pages = vec![(key, persisted(&look.bucket.topic, key, rows)?)];
    let counts = TopicCounts {
        total_count: rows,
        buffer_count: 0,
        persisted_count: rows,
        buckets: vec![BucketCounts {
            bucket_id: bucket,
            total_count: rows,
            buffer_count: 0,
            persisted_count: rows,
            first_offset: 0,
            next_offset: rows,
            version: number,
        }],
    };
    let took = Duration::from_micros(900);
    let sight = Sight { branch, version, newest: HEAD, counts, row, pages, took };
    Ok(Answer::Pinned(bucket, Landing::At(Box::new(sight))))
}

/// Where the flush begins that a record belongs to, the one before, or the next: of all but the last, this root knows nothing.
pub(crate) fn flush_from(record: &RecordId, way: Way) -> Result<Answer, Fault> {
    let (_, rows, buffered) = shape(&record.topic)?;
    let persisted = rows - buffered;
    let last = persisted.saturating_sub(STEP);
    let row = match way {
        Way::Down if record.offset < last => last,
        Way::Down if record.offset < persisted && buffered > 0 => persisted,
        Way::Up if record.offset > persisted => persisted,
        Way::Up if record.offset > last => last,
        Way::Up if record.offset > 0 => 0,
        Way::Down | Way::Up => return Ok(Answer::NoFlush(way)),
    };
    let flush = (row < persisted).then(|| version(&record.topic, HEAD)).transpose()?;
    let bucket = record.bucket;
    Ok(Answer::Spot(Spot { bucket, row, offset: row, is_there: true, flush }))
}

/// What differs between two versions: of the first records each other cell, the records that came since, and one that went.
pub(crate) fn diff(versus: &Versus) -> Result<Answer, Fault> {
    let topic = &versus.bucket.topic;
    let (before, after) = (version(topic, versus.before)?, version(topic, versus.after)?);
    let key = PageKey { bucket: versus.bucket.bucket, index: 0 };
    let page = page(topic, key)?;
    let cell = |column: &Column, cell: &Cell, kind: ChangeKind| CellChange {
        column: column.name.clone(),
        before: kind.was_there().then(|| cell.clone()),
        after: kind.is_there().then(|| match (kind, cell) {
            (ChangeKind::Updated, Cell::Text(text)) => Cell::Text(format!("{text}, corrected")),
            _ => cell.clone(),
        }),
    };
    let difference = |(row, kind): (&Row, ChangeKind)| {
        let cells = page.columns.iter().zip(row.cells.iter());
        let is_shown = |column: &Column, value: &Cell| {
            kind != ChangeKind::Updated
                || (column.name == "prompt" && matches!(value, Cell::Text(_)))
        };
        let cells = cells.filter(|(column, value)| is_shown(column, value));
        let cells = cells.map(|(column, value)| cell(column, value, kind)).collect();
        Difference { offset: row.offset, kind, cells }
    };
    let kinds = [ChangeKind::Updated, ChangeKind::Updated, ChangeKind::Deleted, ChangeKind::Added];
    let kinds = kinds.into_iter().chain(std::iter::repeat(ChangeKind::Added));
    let rows: Vec<Difference> = page.rows.iter().zip(kinds).take(40).map(difference).collect();
    let differing = Differing {
        added: after.rows.saturating_sub(before.rows),
        updated: 2,
        deleted: 1,
        columns: vec!["+ late int64".into()],
        by_position: false,
        progress: (500, 500),
    };
    let took = Some(Duration::from_millis(41));
    Ok(Answer::Compared(Compared { rows, differing, took }))
}

/// What was done to a version; here, nothing is.
pub(crate) fn alter(alteration: &Alteration) -> Result<Answer, Fault> {
    let (said, made) = match alteration {
        Alteration::Tag { tag, .. } if tag == "before-fix" => {
            let fault = "bucket 0 has a tag `before-fix` already: it marks version 480";
            return Err(Fault::new(fault));
        }
        Alteration::Tag { version, tag, .. } => {
            (format!("v {version} of bucket 0 is `{tag}` now"), None)
        }
        Alteration::Untag { version, .. } => {
            (format!("v {version} of bucket 0 is no longer `before-fix`"), None)
        }
        Alteration::Restore { version, .. } => {
            (format!("v {version} is the newest again, as v {}", HEAD + 1), Some(HEAD + 1))
        }
    };
    Ok(Answer::Altered(Altered { said, alteration: alteration.clone(), made }))
}

/// A page of a bucket as it was when it had so many records.
fn persisted(topic: &TopicName, key: PageKey, rows: u64) -> Result<Rows, Fault> {
    let mut page = page(topic, key)?;
    page.split_off(rows);
    Ok(page)
}

/// A page at a version.
pub(crate) fn page_at(topic: &TopicName, key: PageKey, number: u64) -> Result<Rows, Fault> {
    persisted(topic, key, version(topic, number)?.rows)
}

/// Every ninth version is a compaction of what came before.
fn version(topic: &TopicName, number: u64) -> Result<Version, Fault> {
    let (_, rows, buffered) = shape(topic)?;
    let appends = |number: u64| number - number / 9;
    let behind = appends(HEAD).saturating_sub(appends(number));
    let records = (rows - buffered).saturating_sub(behind * STEP);
    let since = i64::try_from(HEAD.saturating_sub(number)).unwrap_or(0);
    let compaction = number.is_multiple_of(9);
    Ok(Version {
        number,
        when: now() - TimeDelta::seconds(since * 61 + 8),
        operation: if compaction { "compact" } else { "append" }.into(),
        rows: records,
        next_offset: records,
        updated: 0,
        fragments: 1 + number % 9,
        bytes: Some(records * 352 - if compaction { 90_000 } else { 0 }.min(records * 352)),
        tags: if number == TAGGED { vec!["before-fix".into()] } else { Vec::new() },
    })
}
