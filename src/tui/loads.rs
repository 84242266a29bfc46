//! Single reads of the engine, each one answer.

use std::time::Instant;

use super::clock;
use super::data::{Fault, Heavy, PathColumn, Rows, Whole};
use super::effect::{PageKey, Past, Picked, RecordId};
use super::event::Answer;
use super::state::PAGE;
use super::{history, sift};
use crate::{Columns, Engine, Reader, Result, TopicName};

/// Lists the topics.
pub(super) async fn topics(engine: &Engine) -> Result<Answer> {
    Ok(Answer::Topics(engine.topics().await?))
}

/// Counts the records of a topic.
pub(super) async fn counts(engine: &Engine, topic: &TopicName) -> Result<Answer> {
    let reader = engine.reader(topic.as_str()).await?;
    Ok(Answer::Counts(reader.counts().await?, clock::now()))
}

/// Reads a page of a bucket, as it is or at a version, or of a list.
pub(super) async fn page(
    engine: &Engine,
    (topic, key): (&TopicName, PageKey),
    (generation, version): (u64, Option<&Past>),
    (picked, inner): (Option<&Picked>, &[PathColumn]),
) -> Result<Answer> {
    let begun = Instant::now();
    if let Some(picked) = picked {
        let rows = sift::picked(engine, (topic, version), (picked, inner)).await?;
        return Ok(Answer::Page { rows, took: begun.elapsed(), generation });
    }
    let reader = history::bucket(engine, topic, key.bucket, version).await?;
    let limit = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let page = reader.window(key.index * PAGE, limit).await?;
    let took = begun.elapsed();
    Ok(Answer::Page { rows: Rows::of_page(&page, inner), took, generation })
}

/// Reads one record in full.
pub(super) async fn record(engine: &Engine, id: &RecordId) -> Result<Answer, Fault> {
    let reader = history::bucket(engine, &id.topic, id.bucket, id.version.as_ref()).await?;
    Ok(Answer::Record(whole(&reader, id).await?))
}

/// Reads one record but for values that are too heavy.
pub(super) async fn lighter(
    engine: &Engine,
    id: &RecordId,
    without: &[Heavy],
) -> Result<Answer, Fault> {
    let reader = history::bucket(engine, &id.topic, id.bucket, id.version.as_ref()).await?;
    let schema = reader.schema().await?;
    let is_there = |heavy: &&Heavy| schema.column_with_name(&heavy.column).is_some();
    let names: Vec<String> = without.iter().filter(is_there).map(|h| h.column.clone()).collect();
    if names.len() == schema.fields().len()
        && let Some(unread) = Whole::unread(&schema, without, false)
    {
        return Ok(Answer::Record(unread));
    }
    let read = whole(&reader.columns(Columns::Except(names)), id).await?;
    Ok(Answer::Record(read.without(&schema, without)))
}

/// Reads one value of a record, however heavy it is.
pub(super) async fn value(engine: &Engine, id: &RecordId, column: String) -> Result<Answer, Fault> {
    let reader = history::bucket(engine, &id.topic, id.bucket, id.version.as_ref()).await?;
    let reader = reader.columns(Columns::Only(vec![column]));
    Ok(Answer::Value(whole(&reader, id).await?))
}

async fn whole(reader: &Reader, id: &RecordId) -> Result<Whole, Fault> {
    let page = reader.get(id.offset, 1).await?;
    Whole::of_page(&page, id.offset).ok_or_else(|| {
        Fault::new(match &id.version {
            Some(past) => format!("offset {} is not in v {}", id.offset, past.version),
            None => format!("offset {} is no longer there", id.offset),
        })
    })
}

/// Finds the row of an offset in its bucket.
pub(super) async fn locate(engine: &Engine, id: &RecordId) -> Result<Answer> {
    let reader = history::bucket(engine, &id.topic, id.bucket, id.version.as_ref()).await?;
    let row = reader.locate(id.bucket, id.offset).await?;
    Ok(Answer::Row { bucket: id.bucket, row, offset: id.offset })
}
