//! A hole in the history: another program removed a version that may have been the flush of what the log holds too.
//!
//! Nothing else says whether it was. What can be asked are contents: whether the log's records stand among the rows that
//! were added since, in their order, as a flush puts them. Whoever repairs is told, and decides.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;

use super::evidence::Evidence;
use super::lane::LOG;
use super::live::{Head, Live};
use super::shared::Bucket;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::facts::Recovery;
use crate::engine::fault;
use crate::engine::options::{Columns, InDoubt};
use crate::engine::record::{Decoder, conform};
use crate::engine::store::Table;

/// Rows that are compared at a time.
const A_READ: usize = 4096;

/// Records of which it cannot be known whether they are persisted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Doubt {
    /// The version that is gone.
    gone: u64,
    /// The log positions.
    first: u64,
    end: u64,
    /// The first offset that was given behind the newest flush that is known.
    added_from: u64,
}

/// The doubt that a removed version leaves: over as many of the sealed segments that are not known to be persisted as
/// there are rows that were added since. A flush takes whole segments, oldest first, so where there are fewer rows than
/// the oldest holds, there is no doubt.
pub(super) fn doubt_of(live: &Live, head: &Table, evidence: &Evidence) -> Option<Doubt> {
    let (gone, log) = (evidence.hole?, live.log.as_ref()?);
    let known = live.lanes[LOG].flushed.runs().last();
    let flushed = evidence.runs.last().copied().or(known);
    let added_from = flushed.map_or(0, |(_, offset, rows)| offset + rows);
    let added_from = added_from.max(log.base().next_row_id);
    let added = head.next_offset().saturating_sub(added_from);
    let first = evidence.persisted;
    let ends = log.sealed_ends().filter(|end| *end > first && end - first <= added);
    ends.max().map(|end| Doubt { gone, first, end, added_from })
}

impl Doubt {
    fn records(&self) -> u64 {
        self.end.saturating_sub(self.first)
    }
}

/// Records of the log that were found among the added rows, from the first one on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Found {
    records: u64,
    offset: u64,
}

impl Bucket {
    /// What is in doubt at a head, as far as its versions say.
    pub(super) fn doubt(&self, head: &Head) -> Option<Doubt> {
        doubt_of(&self.live(), &head.table, head.evidence.as_ref()?)
    }

    pub(super) fn in_doubt(&self, doubt: &Doubt, found: Option<u64>) -> Error {
        Error::InDoubt {
            topic: self.topic.to_string(),
            bucket: self.place.id,
            version: doubt.gone,
            records: doubt.records(),
            found,
        }
    }

    /// Ends a doubt as the caller says, with a copy of the segments kept aside. Needs the flush lock.
    ///
    /// Cost: a read of all rows added since the newest flush that is known.
    ///
    /// # Errors
    /// [`Error::InDoubt`] where the caller says nothing.
    pub(super) async fn decide(
        self: &Arc<Self>,
        table: &Table,
        doubt: &Doubt,
        choice: InDoubt,
        timeout: Duration,
    ) -> Result<Recovery> {
        let found = self.compare(table, doubt).await?;
        let records = found.map_or(0, |found| found.records);
        let persisted = match choice {
            InDoubt::Refuse => return Err(self.in_doubt(doubt, Some(records))),
            InDoubt::Keep => doubt.first,
            InDoubt::Drop => doubt.end,
        };
        // The log's base will name this version: it must not be lost.
        if !self.secured_whole(table).await? {
            return Err(self.outpaced());
        }
        let kept_in = self.copy_aside(doubt.end).await?;
        fault::at(&self.log_place.folder, "repair.copied")?;
        if let Some(found) = found.filter(|_| choice == InDoubt::Drop) {
            let flushed = &mut self.live().lanes[LOG].flushed;
            flushed.push(doubt.first, found.offset, found.records);
        }
        self.write_base(table, persisted).await?;
        fault::at(&self.log_place.folder, "repair.decided")?;
        self.start_behind(persisted, timeout).await?;
        Ok(Recovery {
            bucket_id: self.place.id,
            what: told(doubt, found, choice),
            kept_in: Some(kept_in),
            records_lost: Some(if choice == InDoubt::Drop { doubt.records() - records } else { 0 }),
        })
    }

    async fn copy_aside(self: &Arc<Self>, upto: u64) -> Result<PathBuf> {
        let own = self.clone();
        blocking(move || match &own.live().log {
            Some(log) => log.copy_aside(upto),
            None => Err(own.damaged("its log is gone")),
        })
        .await
    }

    /// Unlinks what counts as persisted now, and lets every process read the log anew.
    async fn start_behind(self: &Arc<Self>, persisted: u64, timeout: Duration) -> Result<()> {
        let own = self.clone();
        blocking(move || {
            let mut held = own.append_lock.lock(timeout)?;
            match &mut own.live().log {
                Some(log) => log.release(persisted).and_then(|_| log.announce(&mut held)),
                None => Ok(()),
            }
        })
        .await?;
        self.read_log(true).await
    }

    /// Looks for the log's records among the rows added since, by their contents.
    async fn compare(&self, table: &Table, doubt: &Doubt) -> Result<Option<Found>> {
        let (mut offsets, mut added) = (Vec::new(), Vec::new());
        let mut from = doubt.added_from;
        loop {
            let rows = table.read(from, A_READ, &Columns::All).await?;
            for rows in &rows {
                added.extend(prints(&rows.batch));
                offsets.extend(&rows.offsets);
            }
            match rows.last().and_then(|rows| rows.offsets.last()) {
                Some(last) => from = last + 1,
                None => break,
            }
        }
        let (place, length) = longest_run(&self.prints_of_log(table, doubt), &added);
        let offset = offsets.get(place).copied().unwrap_or_default();
        Ok((length > 0).then_some(Found { records: length as u64, offset }))
    }

    /// The records in doubt as rows of the table. One that does not fit ends it: what lies behind cannot have been
    /// flushed into this table either.
    fn prints_of_log(&self, table: &Table, doubt: &Doubt) -> Vec<u64> {
        let (batches, schema) = (self.live().lanes[LOG].records.read(doubt.first), table.schema());
        let in_doubt = batches.iter().take_while(|(lsn, _)| *lsn < doubt.end);
        let fitted = in_doubt.map_while(|(_, batch)| conform(batch, &schema).ok());
        fitted.flat_map(|batch| prints(&batch)).collect()
    }
}

/// A number for each row that tells its contents from others.
fn prints(batch: &RecordBatch) -> Vec<u64> {
    let decoder = Decoder::new(batch);
    let print = |row| {
        let mut hasher = DefaultHasher::new();
        // Not its fields' order, which a new column of another program changes.
        let mut fields: Vec<(String, String)> = decoder
            .row(row)
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, value.to_string()))
            .collect();
        fields.sort_unstable();
        fields.hash(&mut hasher);
        hasher.finish()
    };
    (0..batch.num_rows()).map(print).collect()
}

/// Where in `added` most of `log`'s beginning stands together, and how much of it.
///
/// Cost: both lengths once, whatever repeats in them.
fn longest_run(log: &[u64], added: &[u64]) -> (usize, usize) {
    let at = |index: usize| {
        if index < log.len() { log.get(index) } else { added.get(index - log.len()) }
    };
    let end = log.len() + added.len();
    // `runs[i]`: how much of the beginning stands at i.
    let mut runs = vec![0; end];
    let (mut left, mut right) = (0, 0);
    let mut best = (0, 0);
    for start in 1..end {
        let known: usize = runs.get(start - left).copied().unwrap_or_default();
        let mut length = if start < right { known.min(right - start) } else { 0 };
        while start + length < end && at(length) == at(start + length) {
            length += 1;
        }
        if start + length > right {
            (left, right) = (start, start + length);
        }
        if let Some(run) = runs.get_mut(start) {
            *run = length;
        }
        let of_log = length.min(log.len());
        if start >= log.len() && of_log > best.1 {
            best = (start - log.len(), of_log);
        }
    }
    best
}

fn told(doubt: &Doubt, found: Option<Found>, choice: InDoubt) -> String {
    let Doubt { gone, first, end, .. } = doubt;
    let records = doubt.records();
    let contents = match found {
        Some(found) => format!(
            "by their contents, {} of these {records} are rows from offset {} on",
            found.records, found.offset
        ),
        None => format!("by their contents, none of these {records} is a row"),
    };
    let done = match choice {
        InDoubt::Drop => "they are taken for persisted now",
        InDoubt::Keep | InDoubt::Refuse => "they are to be persisted by the next flush now",
    };
    format!(
        "version {gone} is gone, and may have persisted the records at log positions {first} to {}; {contents}; {done}",
        end.saturating_sub(1)
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_run_is_found_wherever_it_stands() {
        assert_eq!(longest_run(&[1, 2, 3], &[9, 1, 2, 3, 9]), (1, 3));
        assert_eq!(longest_run(&[1, 2, 3], &[1, 2, 1, 2, 3]), (2, 3));
        assert_eq!(longest_run(&[1, 2, 3], &[2, 3, 1, 2]), (2, 2));
        assert_eq!(longest_run(&[1, 2, 3], &[2, 3]), (0, 0));
        assert_eq!(longest_run(&[], &[1]), (0, 0));
        assert_eq!(longest_run(&[1], &[]), (0, 0));
    }

    proptest! {
        #[test]
        fn it_is_the_longest_that_trying_every_place_finds(
            log in proptest::collection::vec(0u64..3, 0..8),
            added in proptest::collection::vec(0u64..3, 0..20),
        ) {
            let run = |place: usize| {
                log.iter().zip(&added[place..]).take_while(|(a, b)| a == b).count()
            };
            let longest = (0..added.len()).map(run).max().unwrap_or_default();
            let (place, length) = longest_run(&log, &added);
            prop_assert_eq!(length, longest);
            prop_assert!(length == 0 || run(place) == length);
        }
    }
}
