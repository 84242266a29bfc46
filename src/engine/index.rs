//! What an index of vectors is to be, as plain values.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::search::Metric;

/// How an index keeps vectors: all kinds divide them into partitions, of which a search looks into a few.
///
/// Whatever a kind keeps is only used to find candidates: their distances are worked out from the vectors themselves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IndexKind {
    /// The vectors themselves: as large as the column. Within the partitions that are looked into, nothing is missed.
    IvfFlat,
    /// One byte a number: a quarter of 32-bit vectors, and next to nothing is missed. The default.
    #[default]
    IvfSq,
    /// One byte for up to eight numbers together, from a codebook that is trained on 256 vectors at least; training takes
    /// long.
    IvfPq,
    /// Four bits a number, after a rotation; for vectors whose length is a multiple of 8. An eighth of 32-bit vectors,
    /// about.
    IvfRq,
    /// As `IvfSq`, with a graph to walk along: slow to make, and meant for many vectors.
    IvfHnswSq,
    /// As `IvfPq`, with such a graph.
    IvfHnswPq,
}

impl IndexKind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::IvfFlat, Self::IvfSq, Self::IvfPq, Self::IvfRq, Self::IvfHnswSq, Self::IvfHnswPq];

    /// Its name, which is Lance's: `IVF_PQ`.
    pub fn name(self) -> &'static str {
        match self {
            Self::IvfFlat => "IVF_FLAT",
            Self::IvfSq => "IVF_SQ",
            Self::IvfPq => "IVF_PQ",
            Self::IvfRq => "IVF_RQ",
            Self::IvfHnswSq => "IVF_HNSW_SQ",
            Self::IvfHnswPq => "IVF_HNSW_PQ",
        }
    }

    /// How many of the nearest it is asked for where `k` are wanted: the less it keeps of a vector, the more of its
    /// candidates turn out to be farther away.
    pub(crate) fn candidates(self, k: usize) -> usize {
        let factor = match self {
            Self::IvfFlat => 2,
            Self::IvfSq | Self::IvfHnswSq | Self::IvfRq => 4,
            Self::IvfPq | Self::IvfHnswPq => 16,
        };
        k.saturating_mul(factor).saturating_add(SPARE)
    }
}

/// Candidates besides: of vectors that are equally near, the index and the exact search may choose others.
const SPARE: usize = 16;

impl fmt::Display for IndexKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for IndexKind {
    type Err = String;

    /// Takes a name with `_` or `-`, in letters of any case, with or without `IVF`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.to_ascii_uppercase().replace('-', "_");
        let is_it = |kind: &Self| {
            kind.name() == name || kind.name().strip_prefix("IVF_") == Some(name.as_str())
        };
        let names = || Self::ALL.map(Self::name).join(", ");
        Self::ALL.into_iter().find(is_it).ok_or_else(|| format!("the kinds are {}", names()))
    }
}

impl Serialize for IndexKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// An index to be made; [`Engine::create_index`](crate::Engine::create_index) makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSpec {
    pub(crate) column: String,
    pub(crate) kind: IndexKind,
    pub(crate) metric: Metric,
    pub(crate) partitions: Option<usize>,
}

impl IndexSpec {
    /// Over the vectors in `column`.
    pub fn on(column: impl Into<String>) -> Self {
        let (kind, metric) = (IndexKind::default(), Metric::default());
        Self { column: column.into(), kind, metric, partitions: None }
    }

    /// How it keeps the vectors. Default [`IndexKind::IvfSq`].
    #[must_use]
    pub fn kind(mut self, kind: IndexKind) -> Self {
        self.kind = kind;
        self
    }

    /// What "near" means; only searches with the same metric use it. Default [`Metric::L2`].
    #[must_use]
    pub fn metric(mut self, metric: Metric) -> Self {
        self.metric = metric;
        self
    }

    /// Into how many parts the vectors are divided, from 1 on. Default: by their number, some 4,096 to 1,048,576 in each,
    /// by kind. More make a search faster, and let it miss more.
    #[must_use]
    pub fn partitions(mut self, partitions: usize) -> Self {
        self.partitions = Some(partitions);
        self
    }
}

/// Records below which an index is worth little: so few are compared quickly. A rule of thumb.
pub const WORTH_AN_INDEX: u64 = 20_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_named_as_lance_does_or_shorter() {
        for kind in IndexKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(kind.name().to_lowercase().replace('_', "-").parse(), Ok(kind));
        }
        assert_eq!("pq".parse(), Ok(IndexKind::IvfPq));
        assert_eq!("hnsw-sq".parse(), Ok(IndexKind::IvfHnswSq));
        for wrong in ["", "ivf", "btree", "IVF_", "IVF_IVF_PQ"] {
            let reason = IndexKind::from_str(wrong).unwrap_err();
            assert!(reason.starts_with("the kinds are IVF_FLAT, IVF_SQ"), "{reason}");
        }
    }

    #[test]
    fn the_less_a_kind_keeps_the_more_candidates_it_gives() {
        let asked = [IndexKind::IvfFlat, IndexKind::IvfSq, IndexKind::IvfPq];
        assert_eq!(asked.map(|kind| kind.candidates(10)), [36, 56, 176]);
        assert_eq!(IndexKind::IvfPq.candidates(usize::MAX), usize::MAX);
    }
}
