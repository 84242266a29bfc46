//! `lanceq delete`: a topic goes into the trash, after it was said what goes.

use clap::Args;

use super::args::FactsArgs;
use super::confirm::confirm;
use super::count::counted;
use super::failure::Result;
use super::output;
use crate::tui::bytes;
use crate::{Engine, Holdings};

/// Delete a topic: move all of it into the trash of the root
///
/// It says what goes, and asks for the topic's name on a terminal. `lanceq trash` lists what was deleted, brings it back, and removes
/// it for good; until then it takes the room it took.
#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// The topic
    pub(crate) topic: String,

    /// Do it unasked: for scripts
    #[arg(long, conflicts_with = "dry_run")]
    pub(crate) yes: bool,

    /// Only say what would go
    #[arg(long)]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Says what goes, asks, deletes.
pub(crate) async fn run(engine: &Engine, args: &DeleteArgs) -> Result {
    let topic = &args.topic;
    if args.dry_run || !args.yes {
        let goes = engine.holdings(topic).await?;
        if args.dry_run && args.facts.json {
            return output::json(&goes);
        }
        output::narrate(told(&goes));
        if args.dry_run {
            return Ok(());
        }
        confirm(&format!("deleting {topic}"), topic)?;
    }
    let trashed = engine.delete_topic(topic).await?;
    if args.facts.json {
        return output::json(&trashed);
    }
    let name = &trashed.name;
    output::narrate(format!(
        "{topic} is deleted: {} in the trash; `lanceq trash --restore {name}` brings it back",
        bytes(trashed.bytes)
    ));
    Ok(())
}

/// What goes, in a sentence.
fn told(goes: &Holdings) -> String {
    let Holdings { topic, buckets, bytes: size, tags, groups, error, .. } = goes;
    let mut parts = Vec::new();
    if let (Some(total), Some(buffered)) = (goes.total_count, goes.buffer_count) {
        let buffered =
            if buffered == 0 { String::new() } else { format!(" ({buffered} buffered)") };
        parts.push(format!("{}{buffered}", counted(total, "record")));
    }
    parts.push(format!("{} in {}", bytes(*size), counted(u64::from(*buckets), "bucket")));
    for (names, noun) in [(tags, "tag"), (groups, "group")] {
        if !names.is_empty() {
            parts.push(format!("{} ({})", counted(names.len() as u64, noun), names.join(", ")));
        }
    }
    let unread = error
        .as_ref()
        .map_or_else(String::new, |error| format!("; not all of it can be read: {error}"));
    format!("{topic} has {}{unread}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_is_told_in_a_sentence() {
        let goes = Holdings {
            topic: "t".parse().unwrap(),
            buckets: 2,
            total_count: Some(1200),
            buffer_count: Some(0),
            bytes: 3_000_000,
            tags: Vec::new(),
            groups: Vec::new(),
            error: None,
        };
        assert_eq!(told(&goes), "t has 1200 records, 3 MB in 2 buckets");
        let all = Holdings {
            buffer_count: Some(7),
            buckets: 1,
            tags: vec!["v1".into(), "v2".into()],
            groups: vec!["g".into()],
            ..goes.clone()
        };
        assert_eq!(
            told(&all),
            "t has 1200 records (7 buffered), 3 MB in 1 bucket, 2 tags (v1, v2), 1 group (g)"
        );
        let broken = Holdings { total_count: None, error: Some("it is damaged".into()), ..goes };
        assert_eq!(
            told(&broken),
            "t has 3 MB in 2 buckets; not all of it can be read: it is damaged"
        );
    }
}
