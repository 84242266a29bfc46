//! `lanceq flush`: persists what is buffered, whichever process put it.

use clap::Args;

use super::args::bucket;
use super::count::counted;
use super::failure::{Failure, Result};
use super::waiting::Waiting;
use super::{output, recovery};
use crate::{Engine, Flushed, TopicEntry};

#[derive(Debug, Args)]
pub(crate) struct FlushArgs {
    /// The topic; all of them without it
    pub(crate) topic: Option<String>,

    /// One bucket only
    #[arg(long, value_name = "I", requires = "topic", value_parser = bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    #[command(flatten)]
    pub(crate) waiting: Waiting,
}

/// Flushes a topic, a bucket of it, or all topics, and says what became persisted.
pub(crate) async fn run(engine: &Engine, args: &FlushArgs) -> Result {
    match &args.topic {
        Some(topic) => {
            let reader = engine.reader(topic).await?;
            args.bucket.map(|bucket| reader.bucket(bucket)).transpose()?;
            let flushed = flush(engine, topic, args.bucket, args.waiting).await?;
            output::narrate(format!("{topic}: {}", told(&flushed)));
            Ok(())
        }
        None => flush_all(engine, args.waiting).await,
    }
}

/// Flushes every topic that has something buffered; one that fails keeps no other from it.
async fn flush_all(engine: &Engine, waiting: Waiting) -> Result {
    let topics = engine.topics().await?;
    let (mut flushed, mut failed) = (0, 0);
    for topic in &topics {
        if !is_due(engine, topic).await {
            continue;
        }
        match flush(engine, topic.name.as_str(), None, waiting).await {
            Ok(buckets) => {
                flushed += 1;
                output::narrate(format!("{}: {}", topic.name, told(&buckets)));
            }
            Err(error) => {
                failed += 1;
                output::narrate(format!("{}: {error}", topic.name));
            }
        }
    }
    if failed > 0 {
        let message = format!("{failed} of {} topics could not be flushed", topics.len());
        return Err(Failure::failed(message).hint("`lanceq flush TOPIC` says more of each"));
    }
    if flushed == 0 {
        output::narrate(format!("{}: nothing was buffered", engine.root().display()));
    }
    Ok(())
}

/// Whether a topic has something to flush. One that cannot be counted is tried: opening it heals.
async fn is_due(engine: &Engine, topic: &TopicEntry) -> bool {
    let Ok(reader) = engine.reader(topic.name.as_str()).await else { return true };
    !topic.foreign && reader.counts().await.map_or(true, |counts| counts.buffer_count > 0)
}

async fn flush(
    engine: &Engine,
    topic: &str,
    bucket: Option<u32>,
    waiting: Waiting,
) -> crate::Result<Vec<Flushed>> {
    let writer = waiting.of(engine.writer(topic)).open().await?;
    recovery::tell(&writer);
    let flushed = match bucket {
        Some(bucket) => writer.flush_bucket(bucket).await.map(|flushed| vec![flushed]),
        None => writer.flush().await,
    };
    // What others have put meanwhile is theirs to flush.
    writer.close_unflushed().await?;
    flushed
}

fn told(flushed: &[Flushed]) -> String {
    let records = match flushed.iter().map(|bucket| bucket.rows).sum() {
        0 => return "nothing was buffered".into(),
        count => counted(count, "record"),
    };
    let changed = flushed.iter().filter(|bucket| bucket.rows > 0);
    let versions: Vec<_> = match flushed {
        [only] => vec![format!("version {}", only.version)],
        _ => changed.map(|b| format!("bucket {} version {}", b.bucket_id, b.version)).collect(),
    };
    format!("flushed {records} ({})", versions.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flushed(buckets: &[(u64, u64)]) -> String {
        let bucket = |(bucket_id, (rows, version)): (u32, &(u64, u64))| Flushed {
            bucket_id,
            version: *version,
            rows: *rows,
            next_offset: 0,
        };
        told(&(0..).zip(buckets).map(bucket).collect::<Vec<_>>())
    }

    #[test]
    fn a_flush_says_how_many_records_and_in_which_versions() {
        for (buckets, told) in [
            (&[(3, 5)][..], "flushed 3 records (version 5)"),
            (
                &[(1, 2), (0, 9), (4, 7)],
                "flushed 5 records (bucket 0 version 2, bucket 2 version 7)",
            ),
            (&[(0, 5), (0, 0)], "nothing was buffered"),
            (&[], "nothing was buffered"),
        ] {
            assert_eq!(flushed(buckets), told);
        }
    }
}
