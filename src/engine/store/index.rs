//! Which fragment holds which offsets: a pure value, built from the manifest of one version.

/// The offsets of one fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Span {
    /// The fragment's id.
    pub(crate) fragment: u64,
    /// Its smallest offset.
    pub(crate) first: u64,
    /// Its largest offset.
    pub(crate) last: u64,
    /// Rows that are not deleted.
    pub(crate) rows: u64,
    /// Whether row `i` of the file has offset `first + i`: nothing deleted, no holes, in order.
    pub(crate) dense: bool,
}

/// Offsets and row numbers of one version, resolved in O(log fragments).
///
/// Invariant: spans are sorted by their first offset, and none is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OffsetIndex {
    spans: Vec<Span>,
    /// Rows before each span.
    before: Vec<u64>,
    rows: u64,
    disjoint: bool,
}

impl OffsetIndex {
    pub(crate) fn new(mut spans: Vec<Span>) -> Self {
        spans.retain(|span| span.rows > 0);
        spans.sort_by_key(|span| (span.first, span.fragment));
        let mut rows = 0_u64;
        let before = spans
            .iter()
            .map(|span| {
                let here = rows;
                rows = here.saturating_add(span.rows);
                here
            })
            .collect();
        let disjoint = spans.is_sorted_by(|a, b| a.last < b.first);
        Self { spans, before, rows, disjoint }
    }

    /// All rows of the version.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// The smallest offset, where there is a row.
    pub(crate) fn first(&self) -> Option<u64> {
        self.spans.first().map(|span| span.first)
    }

    /// Whether no two fragments' offsets interleave (foreign updates make them).
    pub(crate) fn is_disjoint(&self) -> bool {
        self.disjoint
    }

    /// The spans that may hold offsets from `offset` on, in order.
    pub(crate) fn spans_from(&self, offset: u64) -> &[Span] {
        let skip = if self.disjoint {
            self.spans.partition_point(|span| span.last < offset)
        } else {
            self.spans.iter().take_while(|span| span.last < offset).count()
        };
        self.spans.get(skip..).unwrap_or_default()
    }

    /// The span with row number `row`, and the number of rows before it. Only for disjoint spans.
    pub(crate) fn at_row(&self, row: u64) -> Option<(&Span, u64)> {
        if row >= self.rows {
            return None;
        }
        let index = self.before.partition_point(|before| *before <= row).checked_sub(1)?;
        Some((self.spans.get(index)?, *self.before.get(index)?))
    }

    /// The first span that reaches `offset`, and the number of rows before it. Only for disjoint spans.
    pub(crate) fn at_offset(&self, offset: u64) -> Option<(&Span, u64)> {
        let index = self.spans.partition_point(|span| span.last < offset);
        Some((self.spans.get(index)?, *self.before.get(index)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(fragment: u64, first: u64, last: u64) -> Span {
        Span { fragment, first, last, rows: last - first + 1, dense: true }
    }

    #[test]
    fn offsets_resolve_whatever_the_order_of_fragments() {
        let index = OffsetIndex::new(vec![span(7, 20, 29), span(9, 0, 19), span(8, 30, 30)]);
        assert_eq!(index.rows(), 31);
        assert_eq!(index.first(), Some(0));
        let from = |offset| index.spans_from(offset).first().map(|s| s.fragment);
        assert_eq!(
            [from(0), from(19), from(20), from(30), from(31)],
            [Some(9), Some(9), Some(7), Some(8), None]
        );
    }

    #[test]
    fn row_numbers_skip_the_holes_that_deletes_leave() {
        let holes = Span { fragment: 1, first: 10, last: 19, rows: 4, dense: false };
        let index = OffsetIndex::new(vec![span(0, 0, 9), holes, span(2, 40, 49)]);
        let at = |row| index.at_row(row).map(|(span, before)| (span.fragment, before));
        assert_eq!(
            [at(9), at(10), at(13), at(14), at(23), at(24)],
            [Some((0, 0)), Some((1, 10)), Some((1, 10)), Some((2, 14)), Some((2, 14)), None]
        );
        assert_eq!(
            index.at_offset(25).map(|(span, before)| (span.fragment, before)),
            Some((2, 14))
        );
    }

    #[test]
    fn interleaved_fragments_are_noticed_and_none_is_left_out() {
        let index = OffsetIndex::new(vec![span(0, 0, 99), span(5, 3, 3), span(6, 50, 120)]);
        assert!(!index.is_disjoint());
        assert_eq!(index.spans_from(60).len(), 3);
        let fragments: Vec<u64> = index.spans_from(110).iter().map(|s| s.fragment).collect();
        assert!(fragments.contains(&6));
    }

    #[test]
    fn empty_fragments_do_not_count() {
        let empty = Span { fragment: 3, first: 5, last: 5, rows: 0, dense: false };
        assert_eq!(OffsetIndex::new(vec![empty]).rows(), 0);
        assert_eq!(OffsetIndex::default().at_row(0), None);
    }
}
