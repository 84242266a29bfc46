//! Tells of refused records, and keeps them where that is asked for.

use super::dead_letters::DeadLetters;
use super::refusal::Refusal;
use crate::cli::args::{OnError, PutArgs};
use crate::cli::count::counted;
use crate::cli::failure::Result;
use crate::cli::output::narrate;
use crate::cli::progress::Progress;

/// Refused records that are listed one by one.
const LISTED: u64 = 100;

/// The refused records of one input.
#[derive(Debug)]
pub(super) struct Listing {
    input: String,
    letters: Option<DeadLetters>,
    count: u64,
}

impl Listing {
    /// Starts without any.
    ///
    /// # Errors
    /// Where letters of an earlier run of the same import cannot be read.
    pub(super) fn of(args: &PutArgs, input: &str) -> Result<Self> {
        let file = args.file.as_deref().filter(|path| path.is_file());
        let keep = args.on_error == OnError::DeadLetter && !args.dry_run;
        let letters = keep.then(|| DeadLetters::beside(file, &args.topic));
        let letters = match letters {
            Some(letters) if args.resume => Some(letters.again()?),
            letters => letters,
        };
        Ok(Self { input: input.into(), letters, count: 0 })
    }

    /// How the input is named.
    pub(super) fn input(&self) -> &str {
        &self.input
    }

    /// Tells of refused records and keeps them.
    pub(super) fn add(&mut self, refusals: &[Refusal], progress: &Progress) -> Result {
        progress.aside(|| refusals.iter().for_each(|refusal| self.tell(refusal)));
        if let Some(letters) = &mut self.letters {
            refusals.iter().try_for_each(|refusal| letters.add(refusal))?;
            letters.flush()?;
        }
        Ok(())
    }

    /// Says where they are kept.
    pub(super) fn finish(&self) {
        match &self.letters {
            Some(letters) if self.count > 0 => {
                let (path, are) =
                    (letters.path().display(), if self.count == 1 { "is" } else { "are" });
                let refused = counted(self.count, "refused record");
                narrate(format!("{refused} {are} kept in {path}"));
            }
            _ => {}
        }
    }

    fn tell(&mut self, refusal: &Refusal) {
        self.count += 1;
        match self.count {
            ..=LISTED => narrate(refusal.told(&self.input)),
            count if count == LISTED + 1 => narrate("… and more, which are not listed"),
            _ => {}
        }
    }
}
