//! `lanceq verify`: reads all files of a topic and says which are damaged.

use std::time::{Duration, Instant};

use clap::Args;

use super::args::{FactsArgs, bucket};
use super::count::counted;
use super::failure::{Failure, Result};
use super::output;
use super::progress::Progress;
use super::watched::watched;
use crate::tui::bytes;
use crate::{Damage, Engine, Job, Verification};

/// Read all files of a topic, and say which are damaged
///
/// Each file is held against the checksum that was noted when it was written. Files that another program wrote, or that are
/// older than their checksums, are noted when they are first seen: from then on, changes of them are found. The exit code is
/// 1 where something is damaged.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The topic
    pub(crate) topic: String,

    /// One bucket only
    #[arg(long, value_name = "I", value_parser = bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Verifies, and prints what was found; damage is a failure.
pub(crate) async fn run(engine: &Engine, args: &VerifyArgs) -> Result {
    let (begun, job) = (Instant::now(), Job::new());
    let work = engine.verify(&args.topic, args.bucket, &job);
    let stopping = "stopping; nothing was changed";
    let found = watched(stopping, Progress::start("verifying", 0), &job, work).await?;
    if args.facts.json {
        output::json(&found)?;
    } else {
        output::lines(&lines(&found, begun.elapsed()))?;
    }
    let damaged = found.iter().map(|bucket| bucket.damage.len() as u64).sum();
    if damaged == 0 {
        return Ok(());
    }
    Err(Failure::failed(format!("{}: {} damaged", args.topic, counted(damaged, "file")))
        .hint("what is not damaged can be read. Put the files back from a copy, or go on without what they hold: `lanceq repair TOPIC --drop-damaged`"))
}

fn lines(found: &[Verification], took: Duration) -> Vec<String> {
    let mut lines = Vec::new();
    for bucket in found {
        lines.extend(bucket.damage.iter().map(|damage| told(bucket.bucket_id, damage)));
        lines.push(summary(bucket));
    }
    let read = found.iter().map(|bucket| bucket.bytes).sum::<u64>();
    lines.push(format!("read {} in {:.1} s", bytes(read), took.as_secs_f64()));
    lines
}

/// One bucket in a sentence.
fn summary(bucket: &Verification) -> String {
    let state = match bucket.damage.len() as u64 {
        0 => "intact".to_owned(),
        damaged => format!("{} damaged", counted(damaged, "file")),
    };
    let mut parts = vec![format!("{} as written", bucket.as_written)];
    if bucket.as_first_seen > 0 {
        parts.push(format!("{} as first seen", bucket.as_first_seen));
    }
    if bucket.unvouched > 0 {
        let noted = if bucket.taken_in == bucket.unvouched { ", noted now" } else { "" };
        parts.push(format!("{} that nothing vouched for{noted}", bucket.unvouched));
    }
    if bucket.damaged_notes > 0 {
        parts.push(format!("{} of checksums unreadable", counted(bucket.damaged_notes, "note")));
    }
    format!(
        "bucket {}: {state}; {} of {}: {}",
        bucket.bucket_id,
        counted(bucket.files, "file"),
        counted(bucket.versions, "version"),
        parts.join(", ")
    )
}

/// A damaged file, and what it costs.
fn told(bucket: u32, damage: &Damage) -> String {
    let Damage { file, what, .. } = damage;
    let (holds, needed) = (holds(damage), needed(damage));
    format!("bucket {bucket}: {}: {what}{holds}{needed}", file.display())
}

fn holds(damage: &Damage) -> String {
    let offsets = damage.first_offset.zip(damage.last_offset);
    offsets.map_or_else(String::new, |(first, last)| {
        let records = counted(damage.records, "record");
        format!("; it holds {records} of the offsets {first} to {last}")
    })
}

fn needed(damage: &Damage) -> String {
    match damage.first_version.zip(damage.last_version) {
        Some((first, last)) if first == last => format!("; version {first} needs it"),
        Some((first, last)) => format!("; versions {first} to {last} need it"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileKind;

    #[test]
    fn what_is_damaged_is_told_with_what_it_costs() {
        let damage = Damage {
            file: "/q/t/bucket_0/data.lance/data/1.lance".into(),
            kind: FileKind::Data,
            what: "it is missing".into(),
            first_offset: Some(100),
            last_offset: Some(199),
            records: 98,
            first_version: Some(2),
            last_version: Some(7),
        };
        assert_eq!(
            told(1, &damage),
            "bucket 1: /q/t/bucket_0/data.lance/data/1.lance: it is missing; it holds 98 records of the offsets 100 to 199; versions 2 to 7 need it"
        );
    }

    #[test]
    fn a_bucket_is_summed_up_in_a_sentence() {
        let bucket = Verification {
            bucket_id: 0,
            versions: 1,
            files: 7,
            bytes: 1000,
            as_written: 3,
            as_first_seen: 2,
            unvouched: 2,
            taken_in: 2,
            damaged_notes: 0,
            damage: Vec::new(),
        };
        assert_eq!(
            summary(&bucket),
            "bucket 0: intact; 7 files of 1 version: 3 as written, 2 as first seen, 2 that nothing vouched for, noted now"
        );
    }
}
