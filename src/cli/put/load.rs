//! Puts what a feed brings, batch after batch.

use super::fit::Fit;
use super::job::Job;
use super::judge::{judge, judge_until_refused};
use super::listing::Listing;
use crate::cli::args::OnError;
use crate::cli::failure::Result;
use crate::cli::import::{Batch, Feed, Meter};
use crate::cli::progress::Progress;

/// Records on their way from a feed into a topic.
pub(super) struct Load<'l, 'a> {
    pub(super) job: &'l mut Job<'a>,
    pub(super) fit: Fit,
    pub(super) listing: Listing,
    pub(super) progress: Progress,
    /// Counts what the feed has read.
    pub(super) meter: Meter,
}

impl Load<'_, '_> {
    /// Puts until the feed ends, a record stops it, or Ctrl-C does; then the batch in hand is put.
    pub(super) async fn run(&mut self, mut feed: Feed) -> Result {
        loop {
            let batch = tokio::select! {
                biased;
                failure = self.job.stopped() => return Err(failure),
                batch = feed.next() => batch?,
            };
            let Some(batch) = batch else { break };
            self.batch(batch).await?;
            self.progress.at(self.meter.bytes());
        }
        self.listing.finish();
        Ok(())
    }

    async fn batch(&mut self, batch: Batch) -> Result {
        let stops = self.job.args.on_error == OnError::Stop;
        let judge = if stops { judge_until_refused } else { judge };
        self.job.tally.seen += batch.entries.len() as u64;
        let judged = judge(batch.entries, &mut self.fit);
        if let Some(records) = judged.batch {
            self.job.put(records).await?;
        }
        match judged.refusals.first() {
            Some(refusal) if stops => Err(refusal.failure(self.listing.input(), "")),
            _ => {
                self.job.tally.refused += judged.refusals.len() as u64;
                self.listing.add(&judged.refusals, &self.progress)
            }
        }
    }
}
