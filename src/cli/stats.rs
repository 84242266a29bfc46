//! `lanceq stats`: how many records there are, where they lie, and what they cost on disk.

use super::args::StatsArgs;
use super::failure::{Failure, Result};
use super::format::{Cell, facts};
use super::output;
use crate::{BucketStats, Engine, TopicStats};

/// Prints the statistics of one topic, or of all.
pub(crate) async fn run(engine: &Engine, args: &StatsArgs) -> Result {
    if let Some(topic) = &args.topic {
        let stats = engine.reader(topic).await?.stats().await?;
        return if args.facts.json { output::json(&stats) } else { print(&[stats]) };
    }
    let (sound, broken) = all(engine).await?;
    if args.facts.json {
        output::json(&sound)?;
    } else {
        print(&sound)?;
    }
    if broken == 0 {
        return Ok(());
    }
    let count = sound.len() + broken;
    Err(Failure::failed(format!("{broken} of {count} topics could not be read"))
        .hint("`lanceq ls` lists all of them, with what is wrong"))
}

/// The statistics of all topics that can be read, and how many cannot.
async fn all(engine: &Engine) -> Result<(Vec<TopicStats>, usize)> {
    let (mut sound, mut broken) = (Vec::new(), 0);
    for topic in engine.topics().await? {
        match of(engine, topic.name.as_str()).await {
            Ok(stats) => sound.push(stats),
            Err(error) => {
                broken += 1;
                output::narrate(format!("{}: {error}", topic.name));
            }
        }
    }
    Ok((sound, broken))
}

async fn of(engine: &Engine, topic: &str) -> crate::Result<TopicStats> {
    engine.reader(topic).await?.stats().await
}

fn print(topics: &[TopicStats]) -> Result {
    let header = [
        "TOPIC",
        "BUCKET",
        "TOTAL",
        "PERSISTED",
        "BUFFERED",
        "OFFSETS",
        "VERSION",
        "FRAGMENTS",
        "DISK",
        "LOG",
    ];
    let rows: Vec<_> = topics
        .iter()
        .flat_map(|topic| topic.buckets.iter().map(|bucket| row(topic.topic.as_str(), bucket)))
        .collect();
    facts(&header, &rows)
}

fn row(topic: &str, bucket: &BucketStats) -> Vec<Cell> {
    vec![
        Cell::Text(topic.into()),
        Cell::number(&bucket.bucket_id),
        Cell::number(&bucket.total_count),
        Cell::number(&bucket.persisted_count),
        Cell::number(&bucket.buffer_count),
        Cell::Number(format!("{}..{}", bucket.first_offset, bucket.next_offset)),
        Cell::number(&bucket.version),
        Cell::number(&bucket.fragments),
        Cell::Number(size(bucket.bytes_on_disk)),
        Cell::Number(size(bucket.wal_bytes)),
    ]
}

fn size(bytes: u64) -> String {
    indicatif::DecimalBytes(bytes).to_string()
}
