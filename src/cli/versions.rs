//! `lanceq versions`: the versions of a topic's buckets, newest first.

use clap::Args;

use super::args::FactsArgs;
use super::failure::Result;
use super::format::{Cell, facts};
use super::output;
use super::pick::line;
use crate::tui::bytes;
use crate::{Engine, VersionInfo};

#[derive(Debug, Args)]
pub(crate) struct VersionsArgs {
    /// The topic
    pub(crate) topic: String,

    /// One bucket only
    #[arg(long, value_name = "I", value_parser = super::args::bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    /// Those of a branch that another program made
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<String>,

    /// The newest N of each bucket [default: all]
    #[arg(long, value_name = "N", value_parser = super::args::positive, allow_negative_numbers = true)]
    pub(crate) limit: Option<usize>,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Prints the versions, bucket after bucket.
pub(crate) async fn run(engine: &Engine, args: &VersionsArgs) -> Result {
    let reader = line(engine, &args.topic, args.bucket, args.branch.as_deref()).await?;
    let versions = reader.versions(args.limit.unwrap_or(usize::MAX)).await?;
    if args.facts.json {
        return output::json(&versions);
    }
    if versions.is_empty() {
        output::narrate(format!("{} has no versions yet: nothing was flushed", args.topic));
        return Ok(());
    }
    let rows: Vec<_> = versions.iter().map(row).collect();
    facts(
        &[
            "BUCKET",
            "VERSION",
            "WHEN",
            "OPERATION",
            "RECORDS",
            "NEXT OFFSET",
            "UPDATED",
            "BYTES",
            "TAGS",
        ],
        &rows,
    )
}

fn row(version: &VersionInfo) -> Vec<Cell> {
    vec![
        Cell::number(&version.bucket_id),
        Cell::number(&version.version),
        Cell::Text(version.timestamp.format("%Y-%m-%d %H:%M:%S%.3f UTC").to_string()),
        Cell::Text(version.operation.clone()),
        Cell::number(&version.rows),
        Cell::number(&version.next_offset),
        Cell::number(&version.updated),
        version.bytes.map_or(Cell::Text("?".into()), |size| Cell::Number(bytes(size))),
        Cell::Text(version.tags.join(" ")),
    ]
}
