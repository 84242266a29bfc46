//! The end of a run: everything is flushed, unless it is to stay in the log, and what was kept is said.

use super::job::{Job, Tally};
use crate::cli::count::counted;
use crate::cli::failure::{Failure, Result};
use crate::cli::output::narrate;
use crate::{Durability, Flushed};

/// What a run leaves behind.
pub(super) struct Outcome {
    topic: String,
    tally: Tally,
    is_dry: bool,
    /// Whether the same command goes on where this one ends.
    goes_on: bool,
    end: crate::Result<End>,
    /// Records that could not be flushed.
    left: u64,
    has_log: bool,
}

/// Where the last records are.
enum End {
    Flushed(Vec<Flushed>),
    InLog,
}

impl Outcome {
    /// Flushes, however the run ended, or leaves the last records in the log; lets go of the topic.
    pub(super) async fn of(job: Job<'_>, is_whole: bool) -> Self {
        let Job { args, writer, tally, routing, .. } = job;
        drop(routing);
        let goes_on = args.resume;
        // A dry run has put nothing, and what others have buffered is not its to flush.
        let end = if args.promise.no_flush || args.dry_run {
            writer.close_unflushed().await.map(|()| End::InLog)
        } else if goes_on && is_whole {
            writer.close_import(tally.seen).await.map(End::Flushed)
        } else {
            writer.close().await.map(End::Flushed)
        };
        let has_log = !goes_on && args.promise.durability != Some(Durability::Memory);
        let (topic, left) = (args.topic.clone(), writer.buffer_count());
        Self { topic, tally, is_dry: args.dry_run, goes_on, end, left, has_log }
    }

    /// Says what was kept, and passes on how the run ended.
    pub(super) fn tell(self, result: Result) -> Result {
        let kept = self.kept();
        let rest = if self.goes_on {
            "the same command goes on where the last flush ended".into()
        } else {
            rest(self.left, self.has_log)
        };
        let goes_on = if self.goes_on { "; the same command goes on there" } else { "" };
        let flushed = self.end.map(drop).map_err(|error| Failure::from(error).because(rest));
        match result {
            Err(Failure::Interrupted) => {
                narrate(format!("interrupted: {kept}{goes_on}"));
                flushed.and(Err(Failure::Interrupted))
            }
            Err(failure) if self.tally.put == 0 => Err(failure),
            Err(failure) => {
                narrate(format!("stopped: {kept}{goes_on}"));
                Err(failure)
            }
            Ok(()) if self.is_dry => Ok(()),
            Ok(()) => flushed.map(|()| narrate(kept)),
        }
    }

    fn kept(&self) -> String {
        let Tally { put, refused, .. } = self.tally;
        let left_out = if refused > 0 { format!(", refused {refused}") } else { String::new() };
        let flushed = match &self.end {
            Ok(_) if put == 0 => String::new(),
            Ok(End::Flushed(flushed)) => format!(" (flushed, {})", versions(flushed)),
            Ok(End::InLog) => {
                format!(" (in the log; `lanceq flush {}` makes a version of it)", self.topic)
            }
            Err(_) => format!(" ({} of them not flushed)", self.left),
        };
        format!("put {} into {}{left_out}{flushed}", counted(put, "record"), self.topic)
    }
}

/// What becomes of records that could not be flushed.
fn rest(left: u64, has_log: bool) -> String {
    let (are, them) = if left == 1 { ("is", "it") } else { ("are", "them") };
    let records = counted(left, "record");
    if has_log {
        format!("{records} {are} in the log; the next flush takes {them}")
    } else {
        format!("{records} {are} lost with this process")
    }
}

fn versions(flushed: &[Flushed]) -> String {
    match flushed {
        [only] => format!("version {}", only.version),
        many => {
            let each = many.iter().map(|one| format!("{}:{}", one.bucket_id, one.version));
            format!("versions {}", each.collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(put: u64, refused: u64, versions: &[u64]) -> Outcome {
        let flushed = (0..).zip(versions).map(|(bucket_id, version)| Flushed {
            bucket_id,
            version: *version,
            rows: 0,
            next_offset: 0,
        });
        ended(put, refused, Ok(End::Flushed(flushed.collect())))
    }

    fn ended(put: u64, refused: u64, end: crate::Result<End>) -> Outcome {
        let tally = Tally { seen: put + refused, put, refused };
        Outcome {
            topic: "t".into(),
            tally,
            is_dry: false,
            goes_on: false,
            end,
            left: 0,
            has_log: true,
        }
    }

    #[test]
    fn what_stays_in_the_log_is_said_with_what_flushes_it() {
        let kept = ended(2, 0, Ok(End::InLog)).kept();
        assert_eq!(
            kept,
            "put 2 records into t (in the log; `lanceq flush t` makes a version of it)"
        );
        assert_eq!(ended(0, 1, Ok(End::InLog)).kept(), "put 0 records into t, refused 1");
    }

    #[test]
    fn what_could_not_be_flushed_is_in_the_log_or_lost() {
        assert_eq!(rest(1, true), "1 record is in the log; the next flush takes it");
        assert_eq!(rest(3, true), "3 records are in the log; the next flush takes them");
        assert_eq!(rest(1, false), "1 record is lost with this process");
    }

    #[test]
    fn the_end_says_how_many_and_in_which_version() {
        for (put, refused, versions, told) in [
            (1, 0, &[2][..], "put 1 record into t (flushed, version 2)"),
            (3192, 9, &[5], "put 3192 records into t, refused 9 (flushed, version 5)"),
            (7, 0, &[2, 1], "put 7 records into t (flushed, versions 0:2, 1:1)"),
            (0, 4, &[], "put 0 records into t, refused 4"),
        ] {
            assert_eq!(outcome(put, refused, versions).kept(), told);
        }
    }
}
