//! When an index that another program made is extended to the rows that came since.

/// How far an index covers the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Coverage {
    /// Its name.
    pub(crate) index: String,
    /// Rows that it covers.
    pub(crate) covered: u64,
    /// Rows that it does not: a search scans them.
    pub(crate) open: u64,
}

/// So few rows are scanned as quickly.
const FEW: u64 = 1000;
/// Some kinds are built anew of all rows: an eighth more makes that worth it, so each is read some eight times in all.
const SHARE: u64 = 8;
/// Rows at most: what it takes of time and memory follows from it.
const MOST: u64 = 1 << 22;

impl Coverage {
    /// Whether it is to be extended now. One that covers nothing was never built, and is left to who made it.
    pub(crate) fn is_due(&self) -> bool {
        let worth = FEW.max(self.covered / SHARE);
        self.covered > 0 && self.open >= worth && self.covered.saturating_add(self.open) <= MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_extended_by_an_eighth_at_least_and_within_bounds() {
        for (covered, open, is_due) in [
            (0, 0, false),
            (0, 1 << 20, false),
            (10, 999, false),
            (10, 1000, true),
            (8000, 1000, true),
            (8008, 1000, false),
            (80_000, 10_000, true),
            (MOST - 1_000_000, 1_000_000, true),
            (MOST - 1_000_000, 1_000_001, false),
            (u64::MAX, u64::MAX, false),
        ] {
            let coverage = Coverage { index: "i".into(), covered, open };
            assert_eq!(coverage.is_due(), is_due, "{covered} {open}");
        }
    }
}
