//! `lanceq stats`: how many records there are, where they lie, and what they cost on disk.

use clap::Args;

use super::args::FactsArgs;
use super::count::lasting;
use super::failure::{Failure, Result};
use super::format::{Cell, facts};
use super::groups::behind;
use super::{output, retain};
use crate::{BucketStats, Engine, Retention, TopicStats};

#[derive(Debug, Args)]
pub(crate) struct StatsArgs {
    /// The topic; all of them without it
    pub(crate) topic: Option<String>,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Prints the statistics of one topic, or of all.
pub(crate) async fn run(engine: &Engine, args: &StatsArgs) -> Result {
    if let Some(topic) = &args.topic {
        let stats = engine.reader(topic).await?.stats().await?;
        if args.facts.json {
            return output::json(&stats);
        }
        if let Some(retention) = &stats.retention {
            output::narrate(format!("{topic} keeps {}", told(retention)));
        }
        if let Some(records) = stats.record_retention.filter(|records| !records.is_off()) {
            output::narrate(format!("{topic} keeps {}", retain::told(&records)));
        }
        for group in &stats.groups {
            output::narrate(format!("{topic}: {}", behind(group)));
        }
        return print(&[stats]);
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

/// What a topic keeps, in words.
fn told(retention: &Retention) -> String {
    let Retention { keep_versions, keep_for, at_most } = *retention;
    let newest = match keep_versions {
        1 => "the newest version".to_owned(),
        count => format!("the newest {count} versions"),
    };
    if keep_for.is_zero() {
        return newest;
    }
    let span = lasting(keep_for);
    format!("{newest}, and of the newest {at_most} those of the last {span}")
}

fn size(bytes: u64) -> String {
    indicatif::DecimalBytes(bytes).to_string()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_a_topic_keeps_is_told_in_words() {
        let kept = |keep_versions, seconds| {
            let keep_for = Duration::from_secs(seconds);
            told(&Retention { keep_versions, keep_for, at_most: 100 })
        };
        assert_eq!(kept(1, 0), "the newest version");
        let words = "the newest 10 versions, and of the newest 100 those of the last ";
        for (seconds, span) in
            [(7 * 86_400, "7 days"), (3_600, "1 hour"), (5_400, "90 minutes"), (7, "7 seconds")]
        {
            assert_eq!(kept(10, seconds), format!("{words}{span}"));
        }
    }
}
