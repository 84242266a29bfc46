//! What a search by similarity asks for, as plain values.

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
    /// Like this vector, as long as those of the column.
    Vector(Vec<f32>),
}

/// What "near" means. The numbers are those that Lance and its Python library call `_distance`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
}

impl Search {
    /// The ten records whose vector in `column` is nearest to what `likeness` says.
    pub fn like(column: impl Into<String>, likeness: Likeness) -> Self {
        let (metric, filter) = (Metric::default(), None);
        Self { column: column.into(), likeness, k: 10, metric, filter }
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
}
