//! `lanceq restore`: an older version's records become the topic's again.

use clap::Args;

use super::args::FactsArgs;
use super::count::counted;
use super::failure::Result;
use super::moment::Place;
use super::output;
use crate::{Engine, Restored};

#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The topic
    pub(crate) topic: String,

    /// A version's number, which in a topic of several buckets needs --bucket; or a tag, or a time: 2026-01-31T12:00:00Z,
    /// or `2h ago`
    #[arg(value_name = "VERSION|TAG|TIME")]
    pub(crate) at: Place,

    /// One bucket only
    #[arg(long, value_name = "I", value_parser = super::args::bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Restores, and says what there was and what there is.
pub(crate) async fn run(engine: &Engine, args: &RestoreArgs) -> Result {
    let at = args.at.seen_at(chrono::Utc::now());
    let done = engine.restore(&args.topic, at, args.bucket).await?;
    if args.facts.json {
        return output::json(&done);
    }
    for restored in &done {
        output::narrate(told(&args.topic, restored));
    }
    Ok(())
}

fn told(topic: &str, restored: &Restored) -> String {
    let Restored { bucket_id, restored, version, rows_before, rows_after, buffer_count } = restored;
    if restored == version {
        return format!("{topic}, bucket {bucket_id}: version {version} is the head already");
    }
    let behind = match buffer_count {
        0 => String::new(),
        1 => "; 1 buffered record stays, and lands behind".into(),
        count => format!("; {count} buffered records stay, and land behind"),
    };
    let records = counted(*rows_after, "record");
    format!(
        "{topic}, bucket {bucket_id}: version {restored} is restored as version {version}: {records}, before {rows_before}{behind}"
    )
}
