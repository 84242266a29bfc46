//! What stands before the fields of a record in a table: a mark, and its offset.

use super::extents::Extents;
use crate::tui::text::quantity::grouped;
use crate::tui::text::sanitize;

/// Cells of the cursor, of the mark and of the gaps round it and behind the offset.
const MARKS: u16 = 5;
/// Least cells of an offset.
const OFFSET: u16 = 6;

/// The columns that stand before those of the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lead {
    /// Cells of the offset.
    pub(crate) width: u16,
    /// Whether the offset names its bucket.
    pub(crate) labelled: bool,
}

impl Lead {
    /// Those of a table of these buckets.
    pub(crate) fn of(extents: &Extents) -> Self {
        let labelled = extents.iter().count() > 1;
        let lead = Self { width: OFFSET, labelled };
        let width = |bucket, offset| sanitize::width(&lead.offset(bucket, offset));
        let widest = extents.iter().map(|extent| width(extent.bucket, extent.next_offset));
        Self { width: widest.max().unwrap_or(0).max(OFFSET), labelled }
    }

    /// An offset as it is written there.
    pub(crate) fn offset(self, bucket: u32, offset: u64) -> String {
        if self.labelled { format!("{bucket}·{}", grouped(offset)) } else { grouped(offset) }
    }

    /// Cells of all of it.
    pub(crate) fn cells(self) -> u16 {
        self.width.saturating_add(MARKS)
    }
}
