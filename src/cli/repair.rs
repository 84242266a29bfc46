//! `lanceq repair`: mends what keeps a topic from being opened for writing.

use clap::Args;

use super::args::{FactsArgs, bucket};
use super::failure::Result;
use super::{output, recovery};
use crate::{Engine, InDoubt};

#[derive(Debug, Args)]
pub(crate) struct RepairArgs {
    /// The topic
    pub(crate) topic: String,

    /// One bucket only
    #[arg(long, value_name = "I", value_parser = bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    #[command(flatten)]
    pub(crate) choice: Choice,

    /// Go on without the records whose files are damaged or missing, as `lanceq verify` lists them: as a new version, in
    /// which they are deleted. Restore what there is a copy of first
    #[arg(long)]
    pub(crate) drop_damaged: bool,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// What is done where it cannot be known whether the log's records are persisted.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Choice {
    /// What is in doubt is not persisted: the next flush persists it, a second time where it was
    #[arg(long, conflicts_with = "drop")]
    pub(crate) keep: bool,

    /// What is in doubt is persisted: it leaves the log; a copy is kept aside
    #[arg(long)]
    pub(crate) drop: bool,
}

impl From<Choice> for InDoubt {
    fn from(choice: Choice) -> Self {
        match choice {
            Choice { keep: true, .. } => Self::Keep,
            Choice { drop: true, .. } => Self::Drop,
            Choice { .. } => Self::Refuse,
        }
    }
}

/// Repairs, and prints what was done.
pub(crate) async fn run(engine: &Engine, args: &RepairArgs) -> Result {
    let mut done = Vec::new();
    if args.drop_damaged {
        // First: what is damaged may be what keeps the rest from being opened.
        done.extend(engine.drop_damaged(&args.topic, args.bucket).await?);
    }
    done.extend(engine.repair(&args.topic, args.bucket, args.choice.into()).await?);
    if args.facts.json {
        return output::json(&done);
    }
    if done.is_empty() {
        output::narrate(format!("{}: there is nothing to repair", args.topic));
    }
    let lines: Vec<_> = done.iter().map(recovery::sentence).collect();
    output::lines(&lines)
}
