//! Single reads of the engine, each one answer.

use std::time::Instant;

use super::data::{Fault, Field, Rows};
use super::effect::{PageKey, RecordId};
use super::event::Answer;
use super::state::PAGE;
use crate::{Engine, Result, TopicName, Writer};

/// Lists the topics.
pub(super) async fn topics(engine: &Engine) -> Result<Answer> {
    Ok(Answer::Topics(engine.topics().await?))
}

/// Counts the records of a topic.
pub(super) async fn counts(engine: &Engine, topic: &TopicName) -> Result<Answer> {
    let reader = engine.reader(topic.as_str()).await?;
    Ok(Answer::Counts(reader.counts().await?))
}

/// Reads a page of a bucket.
pub(super) async fn page(
    engine: &Engine,
    topic: &TopicName,
    key: PageKey,
    generation: u64,
) -> Result<Answer> {
    let begun = Instant::now();
    let reader = engine.reader(topic.as_str()).await?.bucket(key.bucket)?;
    let limit = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let page = reader.window(key.index * PAGE, limit).await?;
    let took = begun.elapsed();
    Ok(Answer::Page { rows: Rows::of_page(&page), took, generation })
}

/// Reads one record in full.
pub(super) async fn record(engine: &Engine, id: &RecordId) -> Result<Answer, Fault> {
    let reader = engine.reader(id.topic.as_str()).await?.bucket(id.bucket)?;
    let page = reader.get(id.offset, 1).await?;
    let record = page.records().next().filter(|record| record.offset == id.offset);
    match record {
        Some(record) => Ok(Answer::Record(Field::of_record(record))),
        None => Err(Fault::new(format!("offset {} is no longer there", id.offset))),
    }
}

/// Finds the row of an offset in its bucket.
pub(super) async fn locate(engine: &Engine, id: &RecordId) -> Result<Answer> {
    let reader = engine.reader(id.topic.as_str()).await?.bucket(id.bucket)?;
    Ok(Answer::Row(id.bucket, reader.locate(id.bucket, id.offset).await?))
}

/// Flushes what this process has buffered in a topic.
pub(super) async fn flush(writers: &[Writer], topic: &TopicName) -> Result<Answer, Fault> {
    match writers.iter().find(|writer| writer.topic() == topic) {
        Some(writer) => Ok(Answer::Flushed(writer.flush().await?)),
        None => Err(Fault::new(format!("this process does not write `{topic}`"))),
    }
}
