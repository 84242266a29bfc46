//! What is known of records before and after they are put.

use std::fmt::Write as _;

use arrow_schema::SchemaRef;

use crate::tui::text::quantity::{counted, grouped};
use crate::{Durability, Receipt, Strictness};

/// What a topic takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) schema: SchemaRef,
    pub(crate) strictness: Strictness,
}

/// What would become of records that can be put.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trial {
    /// How many would go into which bucket.
    pub(crate) buckets: Vec<(u32, u64)>,
    /// The fields that the topic would then have more, `name: type` each; they stay.
    pub(crate) added: Vec<String>,
}

/// Why one of some records cannot be put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Which one, from 0.
    pub(crate) record: usize,
    /// The field that is at fault, where one is.
    pub(crate) field: Option<String>,
    pub(crate) reason: String,
}

impl Refusal {
    /// What is wrong with a record that stands alone.
    pub(crate) fn sentence(&self) -> String {
        match &self.field {
            Some(field) => format!("field `{field}`: {}", self.reason),
            None => self.reason.clone(),
        }
    }
}

/// What became of records that were put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    /// One a bucket.
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) durability: Durability,
}

impl Stored {
    /// All records.
    pub(crate) fn rows(&self) -> u64 {
        self.receipts.iter().map(|receipt| receipt.rows).sum()
    }

    /// Where they are: `bucket 2 · offset 1 057`.
    pub(crate) fn places(&self) -> String {
        let mut text = String::new();
        for (index, receipt) in self.receipts.iter().enumerate() {
            let (bucket, first) = (receipt.bucket, grouped(receipt.lsn));
            let last = grouped(receipt.lsn + receipt.rows.saturating_sub(1));
            let between = if index == 0 { "" } else { " · " };
            // Writing to a string cannot fail.
            match receipt.rows {
                1 => write!(text, "{between}bucket {bucket} · offset {first}"),
                rows if self.receipts.len() == 1 => {
                    write!(
                        text,
                        "{between}bucket {bucket} · {} · offsets {first} to {last}",
                        counted(rows, "record")
                    )
                }
                _ => write!(text, "{between}bucket {bucket} · offsets {first} to {last}"),
            }
            .ok();
        }
        text
    }

    /// What they survive.
    pub(crate) fn survives(&self) -> String {
        match self.durability {
            Durability::Memory => {
                "buffered in memory: lost with the process until it is flushed".into()
            }
            Durability::Os => "buffered: survives kill -9".into(),
            Durability::Interval(pause) => {
                let seconds = pause.as_secs_f64();
                format!("buffered: survives kill -9, a power cut after {seconds} s")
            }
            Durability::Always => "buffered: survives a power cut".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_receipt_says_where_records_are_and_what_they_survive() {
        let receipt = |bucket, lsn, rows| Receipt { bucket, lsn, rows };
        let stored = |receipts: Vec<Receipt>, durability| Stored { receipts, durability };
        for (receipts, places) in [
            (vec![receipt(2, 1_057, 1)], "bucket 2 · offset 1 057"),
            (vec![receipt(0, 10, 3)], "bucket 0 · 3 records · offsets 10 to 12"),
            (
                vec![receipt(0, 10, 2), receipt(3, 7, 1)],
                "bucket 0 · offsets 10 to 11 · bucket 3 · offset 7",
            ),
        ] {
            assert_eq!(stored(receipts, Durability::Always).places(), places);
        }
        let half = Durability::Interval(Duration::from_millis(500));
        let said = stored(Vec::new(), half).survives();
        assert_eq!(said, "buffered: survives kill -9, a power cut after 0.5 s");
    }
}
