//! The end of a run: everything is flushed, and what was kept is said.

use super::job::{Job, Tally};
use crate::cli::failure::{Failure, Result};
use crate::cli::output::narrate;
use crate::{Flushed, Writer};

/// What a run leaves behind.
pub(super) struct Outcome {
    topic: String,
    tally: Tally,
    is_dry: bool,
    flushed: crate::Result<Vec<Flushed>>,
    /// Records that could not be flushed.
    left: u64,
}

impl Outcome {
    /// Flushes, however the run ended, and lets go of the topic.
    pub(super) async fn of(job: Job<'_>) -> Self {
        let (topic, is_dry) = (job.args.topic.clone(), job.args.dry_run);
        let kept: Writer = job.writer.clone();
        let flushed = job.writer.close().await;
        Self { topic, tally: job.tally, is_dry, flushed, left: kept.buffer_count() }
    }

    /// Says what was kept, and passes on how the run ended.
    pub(super) fn tell(self, result: Result) -> Result {
        let kept = self.kept();
        let flushed = self.flushed.map(drop).map_err(|error| {
            Failure::from(error)
                .because(format!("{} records are lost with this process", self.left))
        });
        match result {
            Err(Failure::Interrupted) => {
                narrate(format!("interrupted: {kept}"));
                flushed.and(Err(Failure::Interrupted))
            }
            Err(failure) if self.tally.put == 0 => Err(failure),
            Err(failure) => {
                narrate(format!("stopped: {kept}"));
                Err(failure)
            }
            Ok(()) if self.is_dry => Ok(()),
            Ok(()) => flushed.map(|()| narrate(kept)),
        }
    }

    fn kept(&self) -> String {
        let Tally { put, refused, .. } = self.tally;
        let left_out = if refused > 0 { format!(", refused {refused}") } else { String::new() };
        let flushed = match &self.flushed {
            Ok(flushed) if put > 0 => format!(" (flushed, {})", versions(flushed)),
            Ok(_) => String::new(),
            Err(_) => format!(" ({} of them not flushed)", self.left),
        };
        format!("put {} into {}{left_out}{flushed}", counted(put), self.topic)
    }
}

fn counted(records: u64) -> String {
    if records == 1 { "1 record".into() } else { format!("{records} records") }
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
        let tally = Tally { seen: put + refused, put, refused };
        Outcome { topic: "t".into(), tally, is_dry: false, flushed: Ok(flushed.collect()), left: 0 }
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
