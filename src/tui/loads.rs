//! Single reads of the engine, each one answer.

use std::time::Instant;

use super::clock;
use super::data::{Fault, Rows, Whole};
use super::effect::{PageKey, RecordId};
use super::event::Answer;
use super::history;
use super::state::PAGE;
use super::writers::Writers;
use crate::{Engine, Error, JsonObject, Result, TopicName};

/// Lists the topics.
pub(super) async fn topics(engine: &Engine) -> Result<Answer> {
    Ok(Answer::Topics(engine.topics().await?))
}

/// Counts the records of a topic.
pub(super) async fn counts(engine: &Engine, topic: &TopicName) -> Result<Answer> {
    let reader = engine.reader(topic.as_str()).await?;
    Ok(Answer::Counts(reader.counts().await?, clock::now()))
}

/// Reads a page of a bucket, as it is or at a version.
pub(super) async fn page(
    engine: &Engine,
    topic: &TopicName,
    key: PageKey,
    (generation, version): (u64, Option<u64>),
) -> Result<Answer> {
    let begun = Instant::now();
    let reader = history::bucket(engine, topic, key.bucket, version).await?;
    let limit = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let page = reader.window(key.index * PAGE, limit).await?;
    let took = begun.elapsed();
    Ok(Answer::Page { rows: Rows::of_page(&page), took, generation })
}

/// Reads one record in full.
pub(super) async fn record(engine: &Engine, id: &RecordId) -> Result<Answer, Fault> {
    let reader = history::bucket(engine, &id.topic, id.bucket, id.version).await?;
    let page = reader.get(id.offset, 1).await?;
    match Whole::of_page(&page, id.offset) {
        Some(record) => Ok(Answer::Record(record)),
        None => Err(Fault::new(match id.version {
            Some(version) => format!("offset {} is not in v {version}", id.offset),
            None => format!("offset {} is no longer there", id.offset),
        })),
    }
}

/// Finds the row of an offset in its bucket.
pub(super) async fn locate(engine: &Engine, id: &RecordId) -> Result<Answer> {
    let reader = history::bucket(engine, &id.topic, id.bucket, id.version).await?;
    Ok(Answer::Row(id.bucket, reader.locate(id.bucket, id.offset).await?))
}

/// Finds out whether a record could be put.
pub(super) async fn check(
    writers: &Writers,
    topic: &TopicName,
    record: JsonObject,
) -> Result<Answer> {
    let writer = writers.of(topic).await?;
    let refused = writer.check(&[record.into()]).pop();
    Ok(Answer::Checked(refused.map(|(_, error)| refusal(&error))))
}

/// Puts a record.
pub(super) async fn put(
    writers: &Writers,
    topic: &TopicName,
    record: JsonObject,
) -> Result<Answer, Fault> {
    let writer = writers.of(topic).await?;
    let put = writer.put(record.into()).await;
    put.map(Answer::Put).map_err(|error| {
        writers.note(topic, &error);
        Fault { message: refusal(&error), ..error.into() }
    })
}

/// Why a record that stands alone is refused: neither topic nor number need to be named.
fn refusal(error: &Error) -> String {
    match error {
        Error::Mismatch { field, expected, found, .. } => {
            format!("field `{field}`: expected {expected}, found {found}")
        }
        Error::InvalidRecord { reason, .. } => reason.clone(),
        other => Fault::told(other),
    }
}
