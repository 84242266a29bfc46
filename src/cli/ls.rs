//! `lanceq ls`: the topics of a root, broken ones with their error.

use futures::{StreamExt as _, stream};
use serde::Serialize;

use super::args::FactsArgs;
use super::failure::{self, Result};
use super::format::{Cell, facts};
use super::output;
use crate::{Engine, TopicCounts, TopicEntry};

/// Topics whose counts are read at the same time.
const AT_ONCE: usize = 16;

/// One topic as `--json` prints it; the counts are null where `error` is not.
#[derive(Debug, Serialize)]
struct Listed {
    topic: String,
    buckets: u32,
    total_count: Option<u64>,
    buffer_count: Option<u64>,
    foreign: bool,
    error: Option<String>,
}

/// Prints all topics by name.
pub(crate) async fn run(engine: &Engine, args: FactsArgs) -> Result {
    let topics = engine.topics().await?;
    let listed: Vec<_> =
        stream::iter(topics).map(|topic| listed(engine, topic)).buffered(AT_ONCE).collect().await;
    if args.json {
        return output::json(&listed);
    }
    if listed.is_empty() {
        output::narrate(format!(
            "no topics in {}; `lanceq put TOPIC FILE` makes one",
            engine.root().display()
        ));
        return Ok(());
    }
    let rows: Vec<_> = listed.iter().map(row).collect();
    facts(&["TOPIC", "BUCKETS", "RECORDS", "BUFFERED", "NOTE"], &rows)
}

async fn listed(engine: &Engine, entry: TopicEntry) -> Listed {
    let counts = counts(engine, entry.name.as_str()).await;
    Listed {
        topic: entry.name.to_string(),
        buckets: entry.buckets,
        total_count: counts.as_ref().ok().map(|counts| counts.total_count),
        buffer_count: counts.as_ref().ok().map(|counts| counts.buffer_count),
        foreign: entry.foreign,
        error: counts.err().map(|error| one_line(&error)),
    }
}

async fn counts(engine: &Engine, topic: &str) -> crate::Result<TopicCounts> {
    engine.reader(topic).await?.counts().await
}

fn one_line(error: &crate::Error) -> String {
    let mut parts = vec![error.to_string()];
    parts.extend(failure::causes(error));
    parts.join(": ")
}

fn row(listed: &Listed) -> Vec<Cell> {
    let count = |count: Option<u64>| Cell::Number(count.map_or("?".into(), |n| n.to_string()));
    let note = match &listed.error {
        Some(error) => format!("✗ {error}"),
        None if listed.foreign => "foreign, read-only".into(),
        None => String::new(),
    };
    vec![
        Cell::Text(listed.topic.clone()),
        Cell::number(&listed.buckets),
        count(listed.total_count),
        count(listed.buffer_count),
        Cell::Text(note),
    ]
}
