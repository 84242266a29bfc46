//! What an index is to be, as plain values.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::search::Metric;

/// What an index is of, and how it keeps it. The kinds for vectors divide them into partitions, of which a search looks into a
/// few.
///
/// Whatever a kind keeps is only used to find candidates, and to count words: distances are worked out from the vectors
/// themselves, and scores from the texts.
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
    /// Of texts, or lists of them: which records have a word, and how many words each has. Searches for words find by it what
    /// they find without it, and read the texts only of records that may match.
    Text,
}

impl IndexKind {
    /// The kinds for vectors.
    pub const VECTORS: [Self; 6] =
        [Self::IvfFlat, Self::IvfSq, Self::IvfPq, Self::IvfRq, Self::IvfHnswSq, Self::IvfHnswPq];

    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::IvfFlat,
        Self::IvfSq,
        Self::IvfPq,
        Self::IvfRq,
        Self::IvfHnswSq,
        Self::IvfHnswPq,
        Self::Text,
    ];

    /// Its name, which is Lance's: `IVF_PQ`; `INVERTED` of words.
    pub fn name(self) -> &'static str {
        match self {
            Self::IvfFlat => "IVF_FLAT",
            Self::IvfSq => "IVF_SQ",
            Self::IvfPq => "IVF_PQ",
            Self::IvfRq => "IVF_RQ",
            Self::IvfHnswSq => "IVF_HNSW_SQ",
            Self::IvfHnswPq => "IVF_HNSW_PQ",
            Self::Text => "INVERTED",
        }
    }

    /// What people call it, in capitals.
    fn plain_name(self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            of_vectors => of_vectors.name(),
        }
    }

    /// How many of the nearest it is asked for where `k` are wanted: the less it keeps of a vector, the more of its
    /// candidates turn out to be farther away.
    pub(crate) fn candidates(self, k: usize) -> usize {
        let factor = match self {
            Self::IvfFlat => 2,
            Self::IvfSq | Self::IvfHnswSq | Self::IvfRq => 4,
            Self::IvfPq | Self::IvfHnswPq | Self::Text => 16,
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

    /// Takes a name with `_` or `-`, in letters of any case, with or without `IVF`; `text` is `INVERTED`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.to_ascii_uppercase().replace('-', "_");
        let is_it = |kind: &Self| {
            let names = [kind.name(), kind.plain_name()];
            names.contains(&name.as_str())
                || kind.name().strip_prefix("IVF_") == Some(name.as_str())
        };
        let names = || Self::ALL.map(Self::plain_name).join(", ");
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
    pub(crate) metric: Option<Metric>,
    pub(crate) partitions: Option<usize>,
}

impl IndexSpec {
    /// Over the vectors in `column`; over its texts with [`IndexKind::Text`].
    pub fn on(column: impl Into<String>) -> Self {
        let kind = IndexKind::default();
        Self { column: column.into(), kind, metric: None, partitions: None }
    }

    /// Over the words of the texts in `column`; the same as [`IndexKind::Text`].
    pub fn of_words(column: impl Into<String>) -> Self {
        Self::on(column).kind(IndexKind::Text)
    }

    /// What it is of, and how it keeps it. Default [`IndexKind::IvfSq`].
    #[must_use]
    pub fn kind(mut self, kind: IndexKind) -> Self {
        self.kind = kind;
        self
    }

    /// What "near" means; only searches with the same metric use it. Default [`Metric::L2`]. Words have none.
    #[must_use]
    pub fn metric(mut self, metric: Metric) -> Self {
        self.metric = Some(metric);
        self
    }

    /// Into how many parts the vectors are divided, from 1 on. Default: by their number, some 4,096 to 1,048,576 in each,
    /// by kind. More make a search faster, and let it miss more. Words are not divided.
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
        assert_eq!("Text".parse(), Ok(IndexKind::Text));
        assert_eq!("Inverted".parse(), Ok(IndexKind::Text), "as Lance lists it");
        assert_eq!("pq".parse(), Ok(IndexKind::IvfPq));
        assert_eq!("hnsw-sq".parse(), Ok(IndexKind::IvfHnswSq));
        for wrong in ["", "ivf", "btree", "IVF_", "IVF_IVF_PQ"] {
            let reason = IndexKind::from_str(wrong).unwrap_err();
            assert!(reason.starts_with("the kinds are IVF_FLAT, IVF_SQ"), "{reason}");
            assert!(reason.ends_with(", TEXT"), "{reason}");
        }
    }

    #[test]
    fn the_less_a_kind_keeps_the_more_candidates_it_gives() {
        let asked = [IndexKind::IvfFlat, IndexKind::IvfSq, IndexKind::IvfPq];
        assert_eq!(asked.map(|kind| kind.candidates(10)), [36, 56, 176]);
        assert_eq!(IndexKind::IvfPq.candidates(usize::MAX), usize::MAX);
    }
}
