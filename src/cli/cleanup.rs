//! `lanceq cleanup`: removes versions that need not be kept, and the files that only they need.

use std::time::Duration;

use clap::Args;

use super::args::{FactsArgs, bucket, positive};
use super::count::counted;
use super::failure::Result;
use super::moment::age;
use super::output;
use super::progress::Progress;
use super::watched::watched;
use crate::tui::bytes;
use crate::{Cleaned, CleanupOptions, Engine, Job};

/// Remove versions that need not be kept, and the files that only they need
///
/// No record of the newest version goes. Tagged versions stay, and those that any process is reading. Without --keep and
/// --older-than, what the topic's retention keeps stays.
#[derive(Debug, Args)]
pub(crate) struct CleanupArgs {
    /// The topic
    pub(crate) topic: String,

    /// One bucket only
    #[arg(long, value_name = "I", value_parser = bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    /// Keep the newest N versions of each bucket
    #[arg(long, value_name = "N", value_parser = positive, allow_negative_numbers = true)]
    pub(crate) keep: Option<usize>,

    /// Remove only versions that were not the newest any more for so long: 15m, 2h, 3d, 0s
    #[arg(long, value_name = "AGE", value_parser = age, allow_negative_numbers = true)]
    pub(crate) older_than: Option<Duration>,

    /// Only say what would be removed
    #[arg(long)]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Cleans up, and says what went.
pub(crate) async fn run(engine: &Engine, args: &CleanupArgs) -> Result {
    let stopping = "stopping; what is left goes with the next clean-up";
    let job = Job::new();
    let CleanupArgs { keep, older_than, dry_run, .. } = *args;
    let options = CleanupOptions { keep, older_than, dry_run };
    let work = engine.cleanup(&args.topic, args.bucket, &options, &job);
    let done = watched(stopping, Progress::start("removing", 0), &job, work).await?;
    if args.facts.json {
        return output::json(&done);
    }
    let told = |cleaned| told(&args.topic, cleaned, args.dry_run);
    output::lines(&done.iter().map(told).collect::<Vec<_>>())
}

/// One bucket in a sentence.
fn told(topic: &str, cleaned: &Cleaned, dry_run: bool) -> String {
    let Cleaned { bucket_id, versions, files, bytes: freed, versions_left, kept_for_readers } =
        cleaned;
    let done = if dry_run { "would remove" } else { "removed" };
    let what = match (versions, files) {
        (0, 0) => "nothing to remove".to_owned(),
        (0, files) => {
            format!("{done} {} of no version, {}", counted(*files, "file"), bytes(*freed))
        }
        (versions, files) => {
            let (versions, files) = (counted(*versions, "version"), counted(*files, "file"));
            format!("{done} {versions}: {files}, {}", bytes(*freed))
        }
    };
    let read = match kept_for_readers {
        0 => String::new(),
        count => format!(", {count} of them because they are being read"),
    };
    format!(
        "{topic}, bucket {bucket_id}: {what}; {} left{read}",
        counted(*versions_left, "version")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_is_told_in_a_sentence() {
        let cleaned = |versions, files, kept_for_readers| Cleaned {
            bucket_id: 1,
            versions,
            files,
            bytes: 700,
            versions_left: 3,
            kept_for_readers,
        };
        for (cleaned, dry_run, sentence) in [
            (cleaned(0, 0, 0), false, "t, bucket 1: nothing to remove; 3 versions left"),
            (
                cleaned(1, 3, 0),
                false,
                "t, bucket 1: removed 1 version: 3 files, 700 B; 3 versions left",
            ),
            (
                cleaned(9, 30, 2),
                true,
                "t, bucket 1: would remove 9 versions: 30 files, 700 B; 3 versions left, 2 of them because they are being read",
            ),
            (
                cleaned(0, 2, 0),
                false,
                "t, bucket 1: removed 2 files of no version, 700 B; 3 versions left",
            ),
        ] {
            assert_eq!(told("t", &cleaned, dry_run), sentence);
        }
    }
}
