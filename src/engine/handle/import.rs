//! Putting an input that can be read again, each record once.

use arrow_array::RecordBatch;

use super::writer::Writer;
use crate::engine::error::Result;
use crate::engine::facts::{Flushed, Receipt};
use crate::engine::import::ImportProgress;

impl Writer {
    /// Puts rows of an [`import`](crate::WriterBuilder::import), with the number that each has in the input, ascending from 0;
    /// `upto` is the number behind the last record that was looked at, as some may be left out. Rows that their
    /// bucket has already are left out. Receipts are of those that were put.
    ///
    /// # Errors
    /// As [`put_arrow`](Self::put_arrow); [`Invalid`](crate::ErrorKind::Invalid) where the writer was opened for no import, or the numbers
    /// are not those of the rows. After an error nothing behind these rows may be put; open the writer again, and go on where that says.
    pub async fn put_numbered(
        &self,
        batch: RecordBatch,
        numbers: &[u64],
        upto: u64,
    ) -> Result<Vec<Receipt>> {
        self.0.put_numbered(&batch, numbers, upto).await
    }

    /// How far the [`import`](crate::WriterBuilder::import) had come when this writer was opened: the least of its buckets; none where it
    /// was opened for none.
    pub fn import_progress(&self) -> Option<ImportProgress> {
        self.0.import_progress()
    }

    /// Closes as [`close`](Self::close) does, and writes down that the import has come to the end of its input, which is `next`
    /// records long. A crash in between costs another look at the input.
    ///
    /// # Errors
    /// As [`close`](Self::close), and [`Invalid`](crate::ErrorKind::Invalid) where the writer was opened for no import.
    pub async fn close_import(&self, next: u64) -> Result<Vec<Flushed>> {
        self.0.close_import(next).await
    }
}
