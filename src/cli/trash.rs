//! `lanceq trash`: what was deleted: listed, brought back, removed for good.

use std::time::Duration;

use clap::Args;

use super::args::FactsArgs;
use super::count::counted;
use super::failure::Result;
use super::format::{Cell, facts};
use super::moment::age;
use super::output;
use super::progress::Progress;
use super::watched::watched;
use crate::tui::bytes;
use crate::{Engine, Job, Trashed};

/// List what was deleted; bring one back, or remove it for good
#[derive(Debug, Args)]
pub(crate) struct TrashArgs {
    /// Bring this one back: its name in the list, or the topic's, where there is only one of it
    #[arg(long, value_name = "NAME", conflicts_with = "empty")]
    pub(crate) restore: Option<String>,

    /// Bring it back under this name
    #[arg(long = "as", value_name = "TOPIC", requires = "restore")]
    pub(crate) new: Option<String>,

    /// Remove what is there for good
    #[arg(long)]
    pub(crate) empty: bool,

    /// Only what was deleted so long ago: 15m, 2h, 30d
    #[arg(long, value_name = "AGE", value_parser = age, requires = "empty", allow_negative_numbers = true)]
    pub(crate) older_than: Option<Duration>,

    /// Only say what would be removed
    #[arg(long, requires = "empty")]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Does what the arguments say, and lists where they say nothing.
pub(crate) async fn run(engine: &Engine, args: &TrashArgs) -> Result {
    if let Some(name) = &args.restore {
        let topic = engine.restore_trashed(name, args.new.as_deref()).await?;
        output::narrate(format!("{topic} is back"));
        return Ok(());
    }
    if args.empty {
        return empty(engine, args).await;
    }
    let trashed = engine.trash().await?;
    if args.facts.json {
        return output::json(&trashed);
    }
    if trashed.is_empty() {
        output::narrate("the trash is empty");
        return Ok(());
    }
    facts(&["NAME", "TOPIC", "DELETED", "BYTES"], &trashed.iter().map(row).collect::<Vec<_>>())
}

async fn empty(engine: &Engine, args: &TrashArgs) -> Result {
    let stopping = "stopping; what was removed is gone, the rest stays in the trash";
    let job = Job::new();
    let work = engine.empty_trash(args.older_than, args.dry_run, &job);
    let gone = watched(stopping, Progress::start("removing", 0), &job, work).await?;
    if args.facts.json {
        return output::json(&gone);
    }
    let done = if args.dry_run { "would remove" } else { "removed" };
    let size = gone.iter().map(|trashed| trashed.bytes).sum();
    let told = match gone.len() as u64 {
        0 => "nothing to remove".to_owned(),
        count => format!("{done} {} for good, {}", counted(count, "topic"), bytes(size)),
    };
    output::narrate(told);
    Ok(())
}

fn row(trashed: &Trashed) -> Vec<Cell> {
    vec![
        Cell::Text(trashed.name.clone()),
        Cell::Text(trashed.topic.clone()),
        Cell::Text(trashed.deleted_at.format("%Y-%m-%d %H:%M:%S UTC").to_string()),
        Cell::Number(bytes(trashed.bytes)),
    ]
}
