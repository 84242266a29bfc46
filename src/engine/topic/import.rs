//! An import into a topic: each bucket knows by itself how far it has come, as each is committed by itself.

use std::ops::Range;

use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::filter::filter_record_batch;

use super::input::Input;
use super::writer::TopicWriter;
use crate::engine::bucket::WhenFull;
use crate::engine::error::{Error, Result};
use crate::engine::facts::{Flushed, Receipt};
use crate::engine::import::ImportProgress;

impl TopicWriter {
    /// Puts those rows of an import that the buckets do not have; see [`Writer::put_numbered`](crate::Writer::put_numbered).
    pub(crate) async fn put_numbered(
        &self,
        batch: &RecordBatch,
        numbers: &[u64],
        upto: u64,
    ) -> Result<Vec<Receipt>> {
        // IMPORTANT: one after the other. A later one must not say that an earlier one is put before it is.
        let mut passed = self.passed.lock().await;
        self.check_numbers(batch, numbers, *passed..upto)?;
        if batch.num_rows() > 0 && self.opened().is_none() {
            // IMPORTANT: before it is asked which rows the buckets have. Another process may have made it, and put them.
            self.create_for(&Input::Batch(batch)).await?;
        }
        let rest = self.not_yet_put(batch, numbers)?;
        let receipts = match rest.num_rows() {
            0 => Vec::new(),
            _ => self.accept(&Input::Batch(&rest), WhenFull::Wait, Some(upto)).await?,
        };
        // IMPORTANT: only now. A bucket whose rows could not be put has not come so far.
        let open = self.opened();
        open.iter().flat_map(|open| &open.buckets).for_each(|bucket| bucket.passed(upto));
        *passed = upto;
        Ok(receipts)
    }

    /// The rows that their buckets do not have.
    fn not_yet_put(&self, batch: &RecordBatch, numbers: &[u64]) -> Result<RecordBatch> {
        let Some(open) = self.opened() else { return Ok(batch.clone()) };
        let next: Vec<u64> = open
            .buckets
            .iter()
            .map(|bucket| bucket.import_progress().map_or(0, |progress| progress.next))
            .collect();
        if numbers.first().is_none_or(|first| next.iter().all(|next| next <= first)) {
            return Ok(batch.clone());
        }
        let buckets = self.buckets_of(batch)?;
        let is_due = |(bucket, number): (&u32, &u64)| {
            next.get(*bucket as usize).is_none_or(|next| number >= next)
        };
        let due: BooleanArray = buckets.iter().zip(numbers).map(|row| Some(is_due(row))).collect();
        filter_record_batch(batch, &due).map_err(|error| Error::Unsupported {
            what: "leaving rows out of this batch".into(),
            reason: error.to_string(),
        })
    }

    fn check_numbers(
        &self,
        batch: &RecordBatch,
        numbers: &[u64],
        within: Range<u64>,
    ) -> Result<()> {
        if self.options.import.is_none() {
            return Err(self.is_no_import());
        }
        let ascends = numbers.is_sorted_by(|a, b| a < b);
        let fits = numbers.iter().all(|number| within.contains(number));
        if ascends && fits && within.start <= within.end && numbers.len() == batch.num_rows() {
            return Ok(());
        }
        Err(Error::InvalidOption {
            option: "numbers",
            value: format!("{} of {} rows", numbers.len(), batch.num_rows()),
            reason: format!(
                "each row has one, and they ascend from {} to {}",
                within.start, within.end
            ),
        })
    }

    /// How far the import had come in all buckets when this writer was opened.
    pub(crate) fn import_progress(&self) -> Option<ImportProgress> {
        self.options.import.as_ref()?;
        let nothing = ImportProgress { next: 0, is_begun: false, is_done: false };
        let open = self.opened();
        let buckets = open.iter().flat_map(|open| &open.buckets);
        let each = buckets.filter_map(|bucket| bucket.import_progress());
        Some(each.reduce(both).unwrap_or(nothing))
    }

    /// Closes, and writes down in each bucket that the import is at its end.
    pub(crate) async fn close_import(&self, next: u64) -> Result<Vec<Flushed>> {
        if self.options.import.is_none() {
            return Err(self.is_no_import());
        }
        let flushed = self.close_here().await?;
        let open = self.opened();
        for bucket in open.iter().flat_map(|open| &open.buckets) {
            bucket.end_import(next).await?;
            bucket.leave_import();
        }
        Ok(flushed)
    }

    pub(super) fn is_no_import(&self) -> Error {
        Error::InvalidOption {
            option: "import",
            value: self
                .options
                .import
                .as_ref()
                .map_or("none".into(), |i| format!("`{}`", i.name())),
            reason: format!("the writer of topic `{}` that is open was opened so", self.name),
        }
    }
}

/// How far two buckets have come.
fn both(a: ImportProgress, b: ImportProgress) -> ImportProgress {
    ImportProgress {
        next: a.next.min(b.next),
        is_begun: a.is_begun || b.is_begun,
        is_done: a.is_done && b.is_done,
    }
}
