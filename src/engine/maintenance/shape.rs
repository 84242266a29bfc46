//! How large the parts of an index of vectors are, by how many vectors there are and how long.

use crate::engine::index::IndexKind;

/// Records of a partition, about: so few that it is looked through at once, so many that the partitions are.
const IN_A_PARTITION: u64 = 4096;
/// With a graph to walk along, a partition may have more.
const AROUND_A_GRAPH: u64 = 1 << 20;
/// Dividing vectors into more takes too long.
const MOST_PARTITIONS: u64 = 4096;
/// Vectors that a codebook is trained on at least: one for each of its entries.
const CODEBOOK: u64 = 256;
/// Numbers that one byte stands for, at most.
const BEHIND_A_BYTE: usize = 8;
/// What vectors are rotated in.
const ROTATED: usize = 8;

/// What an index is built with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) kind: IndexKind,
    pub(crate) partitions: usize,
    /// Into how many pieces a codebook cuts a vector; 1 without one.
    pub(crate) pieces: usize,
}

impl Shape {
    /// For so many records whose vectors have so many numbers, in as many partitions as are wanted, or as suit.
    ///
    /// # Errors
    /// Why such an index cannot be, without a full stop.
    pub(crate) fn of(
        kind: IndexKind,
        rows: u64,
        length: usize,
        partitions: Option<usize>,
    ) -> Result<Self, String> {
        if needs_a_codebook(kind) && rows < CODEBOOK {
            return Err(format!(
                "its codebook is trained on {CODEBOOK} vectors at least, and there are {rows} persisted records"
            ));
        }
        if kind == IndexKind::IvfRq && !length.is_multiple_of(ROTATED) {
            return Err(format!(
                "it takes vectors whose length is a multiple of {ROTATED}, and these have {length} numbers"
            ));
        }
        match partitions {
            Some(0) => return Err("it needs a partition at least".into()),
            Some(wanted) if wanted as u64 > rows.min(MOST_PARTITIONS) => {
                return Err(format!(
                    "{rows} records are divided into {} partitions at most, not {wanted}",
                    rows.min(MOST_PARTITIONS)
                ));
            }
            _ => {}
        }
        let partitions = partitions.unwrap_or_else(|| suiting(kind, rows));
        Ok(Self { kind, partitions, pieces: pieces(kind, length) })
    }
}

pub(crate) fn needs_a_codebook(kind: IndexKind) -> bool {
    matches!(kind, IndexKind::IvfPq | IndexKind::IvfHnswPq)
}

fn suiting(kind: IndexKind, rows: u64) -> usize {
    let size = match kind {
        IndexKind::IvfHnswSq | IndexKind::IvfHnswPq => AROUND_A_GRAPH,
        _ => IN_A_PARTITION,
    };
    usize::try_from((rows / size).clamp(1, MOST_PARTITIONS)).unwrap_or(1)
}

/// The pieces are of equal length, so their number divides the vector's; of a prime length each number is one.
fn pieces(kind: IndexKind, length: usize) -> usize {
    if !needs_a_codebook(kind) {
        return 1;
    }
    let longest = (1..=BEHIND_A_BYTE).rev().find(|piece| length.is_multiple_of(*piece));
    length / longest.unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partitions(kind: IndexKind, rows: u64) -> usize {
        Shape::of(kind, rows, 384, None).unwrap().partitions
    }

    #[test]
    fn partitions_follow_the_number_of_records() {
        for (rows, found) in
            [(1, 1), (8191, 1), (8192, 2), (1 << 20, 256), (1 << 24, 4096), (u64::MAX, 4096)]
        {
            assert_eq!(partitions(IndexKind::IvfFlat, rows), found, "{rows}");
        }
        assert_eq!(partitions(IndexKind::IvfHnswSq, 1 << 20), 1);
        assert_eq!(partitions(IndexKind::IvfHnswPq, 10 << 20), 10);
    }

    #[test]
    fn pieces_divide_the_length() {
        for (length, found) in [(384, 48), (8, 1), (12, 2), (20, 4), (7, 1), (19, 19), (1, 1)] {
            let shape = Shape::of(IndexKind::IvfPq, 1000, length, None).unwrap();
            assert_eq!(shape.pieces, found, "{length}");
        }
        assert_eq!(Shape::of(IndexKind::IvfSq, 1000, 384, None).unwrap().pieces, 1);
    }

    #[test]
    fn an_index_that_cannot_be_says_why() {
        for (kind, rows, length, partitions, reason) in [
            (IndexKind::IvfPq, 255, 8, None, "on 256 vectors at least, and there are 255"),
            (IndexKind::IvfHnswPq, 0, 8, None, "on 256 vectors at least"),
            (IndexKind::IvfRq, 1000, 19, None, "a multiple of 8, and these have 19"),
            (IndexKind::IvfFlat, 1000, 8, Some(0), "a partition at least"),
            (IndexKind::IvfFlat, 10, 8, Some(11), "into 10 partitions at most, not 11"),
            (IndexKind::IvfFlat, 1 << 20, 8, Some(5000), "into 4096 partitions at most, not 5000"),
        ] {
            let refused = Shape::of(kind, rows, length, partitions).unwrap_err();
            assert!(refused.contains(reason), "{refused}");
        }
        let shape = Shape::of(IndexKind::IvfFlat, 10, 19, Some(10)).unwrap();
        assert_eq!((shape.partitions, shape.pieces), (10, 1));
        assert!(Shape::of(IndexKind::IvfPq, 256, 8, None).is_ok());
    }
}
