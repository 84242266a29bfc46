//! `lanceq options`: what a topic's metadata keeps, and changing what can be changed.

use std::time::Duration;

use clap::Args;

use super::args::{FactsArgs, positive};
use super::count::counted;
use super::failure::Result;
use super::format::{Cell, facts};
use super::output;
use super::put::KeepingVersions;
use crate::tui::bytes;
use crate::{Engine, RecordRetention, Retention, TopicOptions};

/// Show what a topic is made with and which versions it keeps; change the latter
///
/// Buckets and their column are fixed: a record's bucket depends on them, and so does where it is read.
#[derive(Debug, Args)]
pub(crate) struct OptionsArgs {
    /// The topic
    pub(crate) topic: String,

    #[command(flatten)]
    pub(crate) keeping: KeepingVersions,

    /// Count so many versions at most for their age [default: 100]
    #[arg(long, value_name = "N", value_parser = positive, allow_negative_numbers = true)]
    pub(crate) keep_at_most: Option<usize>,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Changes what is said, and prints what there is.
pub(crate) async fn run(engine: &Engine, args: &OptionsArgs) -> Result {
    let topic = &args.topic;
    let now = engine.topic_options(topic).await?;
    let options = match wanted(args, now.retention) {
        Some(retention) => engine.set_retention(topic, retention).await?,
        None => now,
    };
    if args.facts.json {
        return output::json(&options);
    }
    facts(&["OPTION", "VALUE", "CHANGED BY"], &rows(&options))
}

fn wanted(args: &OptionsArgs, now: Retention) -> Option<Retention> {
    let over = args.keeping.over(now);
    match args.keep_at_most {
        Some(at_most) => Some(Retention { at_most, ..over.unwrap_or(now) }),
        None => over,
    }
}

fn rows(options: &TopicOptions) -> Vec<Vec<Cell>> {
    let Retention { keep_versions, keep_for, at_most } = options.retention;
    let default = if options.retention_is_default { " (default)" } else { "" };
    let fixed = "never: records are routed by it";
    [
        ("buckets", options.num_buckets.to_string(), fixed),
        ("bucket column", options.bucket_column.clone(), fixed),
        ("schema version", options.schema_version.to_string(), "records with new fields"),
        ("keep versions", format!("{keep_versions}{default}"), "--keep-versions N"),
        ("keep for", format!("{}{default}", shown(keep_for)), "--keep-for AGE"),
        ("keep at most", format!("{at_most}{default}"), "--keep-at-most N"),
        ("records kept", records(&options.record_retention), "lanceq retain"),
    ]
    .map(|(name, value, by)| {
        vec![Cell::Text(name.into()), Cell::Text(value), Cell::Text(by.into())]
    })
    .into()
}

/// A rule for records, in the words of its options.
fn records(rule: &RecordRetention) -> String {
    let bounds = [
        rule.keep_records.map(|records| counted(records, "record")),
        rule.keep_bytes.map(bytes),
        rule.keep_age.map(shown),
    ];
    let bounds: Vec<_> = bounds.into_iter().flatten().collect();
    if bounds.is_empty() { "all".into() } else { bounds.join(", ") }
}

/// A span in the largest unit that says it exactly.
fn shown(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [(24 * 60 * 60, "d"), (60 * 60, "h"), (60, "m")];
    let exact = units.iter().find(|(unit, _)| seconds > 0 && seconds.is_multiple_of(*unit));
    exact.map_or_else(|| format!("{seconds}s"), |(unit, name)| format!("{}{name}", seconds / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_shown_as_it_can_be_typed_in() {
        for (seconds, text) in
            [(0, "0s"), (59, "59s"), (60, "1m"), (90, "90s"), (7200, "2h"), (604_800, "7d")]
        {
            assert_eq!(shown(Duration::from_secs(seconds)), text);
        }
    }
}
