//! `lanceq compact`: small fragments are rewritten as larger ones.

use clap::Args;

use super::args::{FactsArgs, bucket};
use super::count::counted;
use super::failure::Result;
use super::output;
use super::progress::Progress;
use super::watched::watched;
use crate::tui::bytes;
use crate::{Compacted, Engine, Job};

/// Rewrite small fragments as larger ones, and take the room of deleted records away
///
/// Every flush adds a fragment, and every read and every later flush pays for each of them. No record gets another offset, and
/// programs that write or read go on meanwhile. The older versions keep the former files until they are cleaned up.
#[derive(Debug, Args)]
pub(crate) struct CompactArgs {
    /// The topic
    pub(crate) topic: String,

    /// One bucket only
    #[arg(long, value_name = "I", value_parser = bucket, allow_negative_numbers = true)]
    pub(crate) bucket: Option<u32>,

    #[command(flatten)]
    pub(crate) facts: FactsArgs,
}

/// Compacts, and says what there was and what there is.
pub(crate) async fn run(engine: &Engine, args: &CompactArgs) -> Result {
    let stopping = "stopping; what was finished stays, the rest is as it was";
    let job = Job::new();
    let work = engine.compact(&args.topic, args.bucket, &job);
    let done = watched(stopping, Progress::records("compacting", 0), &job, work).await?;
    if args.facts.json {
        return output::json(&done);
    }
    for bucket in &done {
        output::narrate(told(&args.topic, bucket));
    }
    Ok(())
}

fn told(topic: &str, done: &Compacted) -> String {
    let Compacted { bucket_id, version, fragments_before, fragments_after, rows, .. } = done;
    if *rows == 0 {
        let fragments = counted(*fragments_after, "fragment");
        return format!("{topic}, bucket {bucket_id}: nothing to compact: {fragments}");
    }
    let deleted = match done.deleted {
        0 => String::new(),
        deleted => format!(", {deleted} deleted ones left out"),
    };
    format!(
        "{topic}, bucket {bucket_id}: {fragments_before} fragments became {fragments_after}: {} rewritten{deleted}, {} for {}, version {version}",
        counted(*rows, "record"),
        bytes(done.bytes_after),
        bytes(done.bytes_before),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_told_in_a_sentence() {
        let done = Compacted {
            bucket_id: 1,
            version: 104,
            fragments_before: 100,
            fragments_after: 1,
            rows: 9_990,
            deleted: 10,
            bytes_before: 2_000_000,
            bytes_after: 1_000_000,
        };
        assert_eq!(
            told("t", &done),
            "t, bucket 1: 100 fragments became 1: 9990 records rewritten, 10 deleted ones left out, 1 MB for 2 MB, version 104"
        );
        let nothing = Compacted { rows: 0, fragments_after: 1, ..done };
        assert_eq!(told("t", &nothing), "t, bucket 1: nothing to compact: 1 fragment");
    }
}
