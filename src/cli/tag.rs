//! `lanceq tag`: names for versions.

use clap::Args;

use super::args::FactsArgs;
use super::failure::Result;
use super::output;
use crate::{Engine, Tagging};

#[derive(Debug, Args)]
pub(crate) struct TagArgs {
    /// The topic
    pub(crate) topic: String,

    /// The tag: letters, digits, `.`, `-` and `_`
    pub(crate) name: String,

    /// The version to mark; in a topic of several buckets it needs --bucket [default: the head of each bucket]
    #[arg(conflicts_with = "delete", value_parser = super::args::whole, allow_negative_numbers = true)]
    pub(crate) version: Option<u64>,

    /// One bucket only
    #[arg(long, value_name = "I", value_parser = super::args::bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    /// Take the tag away; the versions stay
    #[arg(long)]
    pub(crate) delete: bool,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Makes a tag or takes it away, and says what it marks.
pub(crate) async fn run(engine: &Engine, args: &TagArgs) -> Result {
    let TagArgs { topic, name, version, bucket, .. } = args;
    let done = if args.delete {
        engine.untag(topic, name, *bucket).await?
    } else {
        engine.tag(topic, name, *version, *bucket).await?
    };
    if args.facts.json {
        return output::json(&done);
    }
    let verb = if args.delete { "no longer marks" } else { "marks" };
    output::narrate(format!("{topic}: `{name}` {verb} {}", told(&done)));
    let buffered =
        if args.delete || version.is_some() { 0 } else { buffered(engine, args).await? };
    note(topic, buffered).into_iter().for_each(output::narrate);
    Ok(())
}

/// What is not marked, because it is in no version.
fn note(topic: &str, buffered: u64) -> Option<String> {
    let (records, them) = match buffered {
        0 => return None,
        1 => ("1 buffered record is".to_owned(), "it"),
        count => (format!("{count} buffered records are"), "them"),
    };
    Some(format!(
        "note: {records} in no version, and not marked; `lanceq flush {topic}` makes one of {them}"
    ))
}

async fn buffered(engine: &Engine, args: &TagArgs) -> Result<u64> {
    let mut reader = engine.reader(&args.topic).await?;
    if let Some(bucket) = args.bucket {
        reader = reader.bucket(bucket)?;
    }
    Ok(reader.counts().await?.buffer_count)
}

fn told(done: &[Tagging]) -> String {
    match done {
        [only] => format!("version {} of bucket {}", only.version, only.bucket_id),
        all => {
            let each =
                all.iter().map(|t| format!("version {} of bucket {}", t.version, t.bucket_id));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}
