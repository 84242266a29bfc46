//! `lanceq diff`: what differs between two versions of a topic.

use clap::Args;

use super::args::{FactsArgs, Format};
use super::count;
use super::failure::Result;
use super::format::{ChangePrinter, columns_told};
use super::moment::Place;
use super::output;
use super::pick::{Fields, line};
use crate::{DiffSummary, Engine, Reader};

#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The topic
    pub(crate) topic: String,

    /// The state before: a version's number, which in a topic of several buckets needs --bucket; or a tag, or a time:
    /// 2026-01-31T12:00:00Z, or `2h ago`
    #[arg(value_name = "BEFORE")]
    pub(crate) before: Place,

    /// The state after, in the same words [default: the newest version]
    #[arg(value_name = "AFTER")]
    pub(crate) after: Option<Place>,

    /// One bucket only
    #[arg(long, value_name = "I", value_parser = super::args::bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    /// Two states of a branch that another program made: of its versions, tags and times
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,

    /// Print at most so many records; the others are counted only
    #[arg(short = 'n', long, value_name = "N", value_parser = super::args::whole, allow_negative_numbers = true)]
    pub(crate) limit: Option<u64>,

    #[command(flatten)]
    pub(crate) fields: Fields,

    /// How to print the records that differ [default: table on a terminal, jsonl in a pipe]
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "json")]
    pub(crate) format: Option<Format>,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Prints the records that differ, then says how many they are; with `--json` only that.
pub(crate) async fn run(engine: &Engine, args: &DiffArgs) -> Result {
    let (before, after) = states(engine, args).await?;
    let mut diff = before.diff(&after).await?;
    let mut left = if args.facts.json { 0 } else { args.limit.unwrap_or(u64::MAX) };
    let mut printer = ChangePrinter::new(args.format, diff.summaries());
    while left > 0
        && let Some(chunk) = diff.next().await?
    {
        left -= printer.chunk(&chunk, left)?;
    }
    // What is not printed need not be read.
    while diff.next_rows().await?.is_some() {}
    let summaries = diff.summaries();
    if args.facts.json {
        return output::json(&summaries);
    }
    let non_finite = printer.finish()?;
    if non_finite > 0 {
        output::narrate(count::non_finite(non_finite, "printed"));
    }
    summaries.iter().map(|summary| told(&args.topic, summary)).for_each(output::narrate);
    Ok(())
}

async fn states(engine: &Engine, args: &DiffArgs) -> Result<(Reader, Reader)> {
    let reader = line(engine, &args.topic, args.bucket, args.branch.as_deref()).await?;
    let now = chrono::Utc::now();
    let after = match &args.after {
        Some(after) => reader.at(after.seen_at(now)).await?,
        None => reader.clone(),
    };
    let before = reader.at(args.before.seen_at(now)).await?;
    Ok((before.columns(args.fields.chosen()), after))
}

fn told(topic: &str, summary: &DiffSummary) -> String {
    let DiffSummary { bucket_id, before, after, added, updated, deleted, columns, by_position } =
        summary;
    let bucket = format!("{topic}, bucket {bucket_id}");
    if added + updated + deleted == 0 && columns.is_empty() {
        return format!("{bucket}: nothing differs between version {before} and {after}");
    }
    let told = columns_told(columns);
    let columns = if told.is_empty() { told } else { format!("; columns: {told}") };
    let how = if *by_position { "; records are told apart by position" } else { "" };
    format!("{bucket}, version {before} to {after}: +{added} ~{updated} -{deleted}{columns}{how}")
}
