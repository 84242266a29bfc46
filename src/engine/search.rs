//! What a search by similarity asks for, as plain values.

use serde::Serialize;

/// Records like what? See [`Search::like`].
#[derive(Debug, Clone, PartialEq)]
pub enum Likeness {
    /// Like this record: its own vector is searched for. It is found itself, first, as nothing is nearer to it.
    Record {
        /// The record's bucket.
        bucket: u32,
        /// Its offset there.
        offset: u64,
    },
    /// Like all of these records, by bucket and offset: the mean of their vectors is searched for, number by number.
    Records(Vec<(u32, u64)>),
    /// Like this vector, as long as those of the column.
    Vector(Vec<f32>),
}

/// What "near" means. The numbers are those that Lance and its Python library call `_distance`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Metric {
    /// The square of the Euclidean distance. The default.
    #[default]
    L2,
    /// 1 minus the cosine of the angle, from 0 to 2. A vector of zeros has no angle and is no hit.
    Cosine,
    /// 1 minus the scalar product: longer vectors are nearer, so that a record need not be the one nearest to
    /// itself.
    Dot,
}

/// A search for the records nearest to something; [`Reader::search`](crate::Reader::search) answers it.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    pub(crate) column: String,
    pub(crate) likeness: Likeness,
    pub(crate) k: usize,
    pub(crate) metric: Metric,
    pub(crate) filter: Option<String>,
    pub(crate) is_exact: bool,
    pub(crate) effort: f64,
}

/// The effort of a search where none is said: Lance chooses how many partitions are worth it.
pub(crate) const EFFORT: f64 = 0.5;

impl Metric {
    /// All metrics.
    pub const ALL: [Self; 3] = [Self::L2, Self::Cosine, Self::Dot];

    /// Its name, which is Lance's: `l2`.
    pub fn name(self) -> &'static str {
        match self {
            Self::L2 => "l2",
            Self::Cosine => "cosine",
            Self::Dot => "dot",
        }
    }
}

impl Search {
    /// The ten records whose vector in `column` is nearest to what `likeness` says.
    pub fn like(column: impl Into<String>, likeness: Likeness) -> Self {
        let (metric, effort) = (Metric::default(), EFFORT);
        let (filter, is_exact) = (None, false);
        Self { column: column.into(), likeness, k: 10, metric, filter, is_exact, effort }
    }

    /// How many records to find, from 1 on. Default 10. So many are kept in memory.
    #[must_use]
    pub fn k(mut self, k: usize) -> Self {
        self.k = k;
        self
    }

    /// What "near" means. Default [`Metric::L2`].
    #[must_use]
    pub fn metric(mut self, metric: Metric) -> Self {
        self.metric = metric;
        self
    }

    /// Searches only among the records that match a condition in SQL, as [`Reader::filter`](crate::Reader::filter)
    /// takes it. The record that others are to be like need not match it.
    #[must_use]
    pub fn filter(mut self, sql: impl Into<String>) -> Self {
        self.filter = Some(sql.into());
        self
    }

    /// Compares every vector, also where an index could be asked. Default: an index is asked where there is one.
    #[must_use]
    pub fn exact(mut self, exact: bool) -> Self {
        self.is_exact = exact;
        self
    }

    /// How much of an index is looked into: from 0, the nearest partition, over 0.5, where Lance chooses how many are
    /// worth it, to 1, all of them. Default 0.5.
    #[must_use]
    pub fn effort(mut self, effort: f64) -> Self {
        self.effort = effort;
        self
    }
}
