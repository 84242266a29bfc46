//! `lanceq retain`: what a topic keeps of its records, and letting the others go.

use std::time::Duration;

use clap::Args;
use serde::Serialize;

use super::args::{FactsArgs, bucket};
use super::count::{counted, lasting};
use super::failure::Result;
use super::moment::age;
use super::output;
use super::progress::Progress;
use super::size::size;
use super::watched::watched;
use crate::tui::bytes;
use crate::{Engine, Job, RecordRetention, RetainOptions, Retained};

/// What is to be kept of a topic's records.
#[expect(clippy::struct_field_names, reason = "the names of its options")]
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct KeepingRecords {
    /// From now on, keep the newest N records of each bucket, and let older ones go
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub(crate) keep_records: Option<u64>,

    /// Keep the newest SIZE bytes of each bucket, whole data files: 500MB, 2GiB
    #[arg(long, value_name = "SIZE", value_parser = size, allow_negative_numbers = true)]
    pub(crate) keep_bytes: Option<u64>,

    /// Keep the records of this time: 15m, 2h, 3d
    #[arg(long, value_name = "AGE", value_parser = age, allow_negative_numbers = true)]
    pub(crate) keep_age: Option<Duration>,
}

/// Show or change what a topic keeps of its records, and let the others go
///
/// A topic keeps all of its records, unless it is told otherwise. Of several bounds each counts: a record goes with the first
/// that lets it go. Records go from the oldest on; their offsets are never given again, and readers and groups that stood before the
/// first one that is left go on there. What is buffered stays. Programs that put let go in the background what a topic does
/// not keep; --now does it at once. Older versions, and tags, keep what they had until `lanceq cleanup` removes them.
#[derive(Debug, Args)]
pub(crate) struct RetainArgs {
    /// The topic
    pub(crate) topic: String,

    #[command(flatten)]
    pub(crate) keeping: KeepingRecords,

    /// From now on, keep all records
    #[arg(long, conflicts_with_all = ["keep_records", "keep_bytes", "keep_age", "now", "dry_run"])]
    pub(crate) off: bool,

    /// Let go at once what the topic does not keep
    #[arg(long)]
    pub(crate) now: bool,

    /// Only say what would go; nothing is changed
    #[arg(long)]
    pub(crate) dry_run: bool,

    /// One bucket only, with --now or --dry-run
    #[arg(long, value_name = "I", value_parser = bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Said {
    record_retention: RecordRetention,
    buckets: Vec<Retained>,
}

fn count(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "expected a whole number, 1 or more".into())
}

impl KeepingRecords {
    /// The rule with what is said here, where something is; what is not said stays as it is.
    pub(crate) fn over(self, rule: RecordRetention) -> Option<RecordRetention> {
        let Self { keep_records, keep_bytes, keep_age } = self;
        let is_said = keep_records.is_some() || keep_bytes.is_some() || keep_age.is_some();
        is_said.then(|| RecordRetention {
            keep_records: keep_records.or(rule.keep_records),
            keep_bytes: keep_bytes.or(rule.keep_bytes),
            keep_age: keep_age.or(rule.keep_age),
        })
    }
}

/// Changes the rule where that was asked for, applies it where that was, and says what there is.
pub(crate) async fn run(engine: &Engine, args: &RetainArgs) -> Result {
    let topic = &args.topic;
    let before = engine.record_retention(topic).await?;
    let said = args.off.then(RecordRetention::default).or_else(|| args.keeping.over(before));
    let rule = said.unwrap_or(before);
    if said.is_some() && !args.dry_run {
        engine.set_record_retention(topic, rule).await?;
    }
    let buckets = if args.now || args.dry_run {
        let options = RetainOptions { rule: Some(rule), dry_run: args.dry_run };
        let job = Job::new();
        let work = engine.retain(topic, args.bucket, &options, &job);
        let stopping = "stopping; buckets that were finished stay so, the others are as they were";
        watched(stopping, Progress::start("letting go", 0), &job, work).await?
    } else {
        Vec::new()
    };
    if args.facts.json {
        return output::json(&Said { record_retention: rule, buckets });
    }
    let would = if args.dry_run && said.is_some() { "would keep" } else { "keeps" };
    output::narrate(format!("{topic} {would} {}", told(&rule)));
    output::lines(&buckets.iter().map(|done| gone(topic, done, args.dry_run)).collect::<Vec<_>>())
}

/// What a rule keeps, in words.
pub(super) fn told(rule: &RecordRetention) -> String {
    let bounds = [
        rule.keep_records.map(|keep| format!("the newest {}", counted(keep, "record"))),
        rule.keep_bytes.map(|keep| format!("the newest {}", bytes(keep))),
        rule.keep_age.map(|keep| format!("the last {}", lasting(keep))),
    ];
    let bounds: Vec<String> = bounds.into_iter().flatten().collect();
    if bounds.is_empty() {
        return "all records".into();
    }
    format!("of each bucket's records {}", bounds.join(", and of these "))
}

/// What went of one bucket, in a sentence.
fn gone(topic: &str, done: &Retained, dry_run: bool) -> String {
    let Retained { bucket_id, records, fragments, first_offset, records_left, .. } = done;
    let left = format!("{} left, from offset {first_offset} on", counted(*records_left, "record"));
    if *records == 0 {
        return format!("{topic}, bucket {bucket_id}: nothing to let go; {left}");
    }
    let did = if dry_run { "would let go" } else { "let go" };
    let whole = match fragments {
        0 => String::new(),
        count => format!(", {} whole, {}", counted(*count, "fragment"), bytes(done.bytes)),
    };
    format!("{topic}, bucket {bucket_id}: {did} {}{whole}; {left}", counted(*records, "record"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_told_in_words() {
        let rule = |keep_records, keep_bytes, hours: Option<u64>| RecordRetention {
            keep_records,
            keep_bytes,
            keep_age: hours.map(Duration::from_hours),
        };
        for (rule, words) in [
            (rule(None, None, None), "all records"),
            (rule(Some(1), None, None), "of each bucket's records the newest 1 record"),
            (
                rule(Some(500), Some(2_000_000), Some(48)),
                "of each bucket's records the newest 500 records, and of these the newest 2 MB, and of these the last 2 days",
            ),
        ] {
            assert_eq!(told(&rule), words);
        }
    }

    #[test]
    fn what_went_is_told_in_a_sentence() {
        let done = Retained {
            bucket_id: 1,
            version: 9,
            records: 1,
            fragments: 0,
            bytes: 0,
            first_offset: 7,
            records_left: 3,
        };
        assert_eq!(
            gone("t", &done, false),
            "t, bucket 1: let go 1 record; 3 records left, from offset 7 on"
        );
        let more = Retained { records: 30, fragments: 2, bytes: 700, ..done };
        assert_eq!(
            gone("t", &more, true),
            "t, bucket 1: would let go 30 records, 2 fragments whole, 700 B; 3 records left, from offset 7 on"
        );
        let nothing = Retained { records: 0, ..done };
        assert_eq!(
            gone("t", &nothing, false),
            "t, bucket 1: nothing to let go; 3 records left, from offset 7 on"
        );
    }

    #[test]
    fn what_is_not_said_of_a_rule_stays() {
        let before = RecordRetention { keep_bytes: Some(5), ..RecordRetention::default() };
        let nothing = KeepingRecords { keep_records: None, keep_bytes: None, keep_age: None };
        assert_eq!(nothing.over(before), None);
        let said = KeepingRecords { keep_records: Some(9), ..nothing };
        assert_eq!(said.over(before), Some(RecordRetention { keep_records: Some(9), ..before }));
    }
}
