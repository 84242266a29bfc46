//! `lanceq branches`: the branches of a topic's buckets, by name.

use clap::Args;

use super::args::FactsArgs;
use super::failure::Result;
use super::format::{Cell, facts};
use super::output;
use super::pick::line;
use crate::{BranchInfo, Engine};

#[derive(Debug, Args)]
pub(crate) struct BranchesArgs {
    /// The topic
    pub(crate) topic: String,

    /// One bucket only
    #[arg(long, value_name = "I", value_parser = super::args::bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Prints the branches, bucket after bucket.
pub(crate) async fn run(engine: &Engine, args: &BranchesArgs) -> Result {
    let branches = line(engine, &args.topic, args.bucket, None).await?.branches().await?;
    if args.facts.json {
        return output::json(&branches);
    }
    if branches.is_empty() {
        output::narrate(format!("{} has no branches", args.topic));
        return Ok(());
    }
    let rows: Vec<_> = branches.iter().map(row).collect();
    facts(&["BUCKET", "BRANCH", "BEGAN AT", "MADE", "VERSION", "RECORDS"], &rows)?;
    for branch in &branches {
        if let Some(error) = &branch.error {
            let (bucket, name) = (branch.bucket_id, &branch.branch);
            let what = if branch.version == 0 { "" } else { "'s entry in the list of branches" };
            output::narrate(format!("bucket {bucket}, `{name}`{what} cannot be read: {error}"));
        }
    }
    Ok(())
}

fn row(branch: &BranchInfo) -> Vec<Cell> {
    let parent = branch.parent.as_ref().map_or_else(String::new, |parent| format!("{parent} "));
    let made = |made: chrono::DateTime<chrono::Utc>| made.format("%Y-%m-%d %H:%M:%S UTC");
    let of_head = |number: &u64| match branch.version {
        0 => Cell::Text("?".into()),
        _ => Cell::number(number),
    };
    vec![
        Cell::number(&branch.bucket_id),
        Cell::Text(branch.branch.clone()),
        Cell::Text(format!("{parent}v {}", branch.parent_version)),
        Cell::Text(branch.created.map_or_else(String::new, |time| made(time).to_string())),
        of_head(&branch.version),
        of_head(&branch.rows),
    ]
}
