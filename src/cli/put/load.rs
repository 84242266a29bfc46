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
        let (first, count) = (self.job.tally.seen, batch.entries.len());
        self.job.tally.seen += count as u64;
        let known = self.job.from().saturating_sub(first);
        let known = usize::try_from(known).map_or(count, |known| known.min(count));
        let entries: Vec<_> = batch.entries.into_iter().skip(known).collect();
        let judged = judge(entries, &mut self.fit);
        let number = |index: &usize| first + (known + index) as u64;
        let numbers: Vec<u64> = judged.kept.iter().map(number).collect();
        let refused = judged.refusals.first().filter(|_| stops);
        if refused.is_none() {
            // IMPORTANT: before the rest is put. Once that is flushed, nobody looks at these again.
            self.job.tally.refused += judged.refusals.len() as u64;
            self.listing.add(&judged.refusals, &self.progress)?;
        }
        if let Some(records) = judged.batch {
            let upto = match refused {
                Some(_) => numbers.last().map_or(first, |last| last + 1),
                None => self.job.tally.seen,
            };
            self.job.put(records, &numbers, upto).await?;
        }
        refused.map_or(Ok(()), |refusal| Err(refusal.failure(self.listing.input(), "")))
    }
}
