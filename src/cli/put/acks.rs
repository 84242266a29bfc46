//! Answers each record that was put: its bucket and its offset, in the order of the input.

use std::collections::HashMap;
use std::fmt::Write as _;

use arrow_array::RecordBatch;

use crate::cli::failure::Result;
use crate::cli::output::Data;
use crate::cli::reader_gone::ReaderGone;
use crate::{Receipt, Writer};

/// Answers on stdout.
#[derive(Debug)]
pub(super) struct Acks {
    out: Data,
    pub(super) reader_gone: ReaderGone,
}

impl Acks {
    /// Takes stdout.
    pub(super) fn stdout() -> Self {
        Self { out: Data::stdout(), reader_gone: ReaderGone::listen() }
    }

    /// Answers the records of a batch that was put; somebody waits for it.
    pub(super) fn tell(
        &mut self,
        writer: &Writer,
        batch: &RecordBatch,
        receipts: &[Receipt],
    ) -> Result {
        let buckets = match receipts {
            [only] => vec![only.bucket; batch.num_rows()],
            _ => writer.buckets_of(batch)?,
        };
        self.out.write(&lines(&buckets, receipts))?;
        self.out.flush()
    }
}

/// A line for each record, given the bucket of each and where each bucket's records begin.
fn lines(buckets: &[u32], receipts: &[Receipt]) -> String {
    let mut next: HashMap<u32, u64> = receipts.iter().map(|r| (r.bucket, r.lsn)).collect();
    let mut text = String::new();
    for bucket in buckets {
        if let Some(offset) = next.get_mut(bucket) {
            // Writing to a string cannot fail.
            writeln!(text, "{bucket} {offset}").ok();
            *offset += 1;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_the_order_of_the_input_whatever_the_buckets() {
        let receipts =
            [Receipt { bucket: 0, lsn: 7, rows: 2 }, Receipt { bucket: 2, lsn: 40, rows: 3 }];
        assert_eq!(lines(&[2, 0, 2, 2, 0], &receipts), "2 40\n0 7\n2 41\n2 42\n0 8\n");
    }
}
