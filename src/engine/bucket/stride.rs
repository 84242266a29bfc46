//! How many records to read at a time, where nobody knows how large they are.

/// A number of records that follows their size: so that what is read at a time takes about so much memory.
#[derive(Debug, Clone)]
pub(super) struct Stride {
    rows: usize,
    longest: usize,
    bytes: u64,
}

impl Stride {
    /// Begins with `first` records; goes up to `longest`, or what fits into `bytes`.
    pub(super) fn new(first: usize, longest: usize, bytes: u64) -> Self {
        Self { rows: first, longest, bytes }
    }

    /// For passing over many records, of which few columns are looked at.
    pub(super) fn for_looking() -> Self {
        Self::new(512, 8192, 8 << 20)
    }

    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Takes note of how many bytes so many records took.
    pub(super) fn measure(&mut self, rows: usize, bytes: u64) {
        if rows > 0 {
            let fitting = self.bytes / (bytes / rows as u64).max(1);
            self.rows = usize::try_from(fitting).unwrap_or(self.longest).clamp(1, self.longest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_records_are_read_few_at_a_time() {
        for (bytes, rows) in [(1, 1), (8000, 1000), (u64::MAX, 5000)] {
            let mut stride = Stride::new(64, 5000, bytes);
            stride.measure(100, 800);
            assert_eq!(stride.rows(), rows, "in {bytes} bytes");
        }
        let mut stride = Stride::new(64, 5000, 1);
        stride.measure(0, 0);
        assert_eq!(stride.rows(), 64, "nothing was learnt");
    }
}
