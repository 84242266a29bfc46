//! Long work on a topic, or on a bucket of it, as data: what leaves it, and what keeps it in order.

use std::time::Duration;

use super::address::{Past, Place};
use super::data::Filter;
use crate::TopicName;

/// Records that are to be written into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) place: Place,
    /// The version at which they are read; then the place is one bucket.
    pub(crate) version: Option<Past>,
    pub(crate) lot: Lot,
    /// The file, as it was typed.
    pub(crate) file: String,
    /// Whether a file of that name is replaced.
    pub(crate) replace: bool,
}

/// Which records of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lot {
    All,
    Matching(Filter),
    /// These, by bucket and offset, in this order.
    These(Vec<(u32, u64)>),
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exported {
    pub(crate) order: Order,
    /// The whole path of the file.
    pub(crate) path: String,
    pub(crate) records: u64,
    pub(crate) bytes: u64,
    /// Values that JSON and CSV cannot say, and that were written as null.
    pub(crate) non_finite: u64,
    pub(crate) took: Duration,
}

/// What keeps a topic in order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Chore {
    /// Small fragments are rewritten as larger ones.
    Compact,
    /// Versions that need not be kept are removed.
    CleanUp,
    /// All files are read, and held against their checksums.
    Verify,
    /// An index is made over a column: of the words of texts, or of vectors.
    Index { column: String, is_text: bool },
}

impl Chore {
    /// What it does, in a word or two.
    pub(crate) fn verb(&self) -> String {
        match self {
            Self::Compact => "compact".into(),
            Self::CleanUp => "clean up".into(),
            Self::Verify => "verify".into(),
            Self::Index { column, .. } => format!("index `{column}` of"),
        }
    }

    /// What is true when it was stopped half-way.
    pub(crate) fn left(&self) -> &'static str {
        match self {
            Self::Compact => "what was finished stays, the rest is as it was",
            Self::CleanUp => "what is left goes with the next clean-up",
            Self::Verify => "nothing was changed",
            Self::Index { .. } => "buckets that were finished have it, the others are as they were",
        }
    }
}

/// What is done to a topic as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Administration {
    /// It gets another name.
    Rename { topic: TopicName, new: String },
    /// It goes into the trash.
    Delete { topic: TopicName },
}

/// What something is counted in while it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Records,
    Bytes,
    Topics,
}

/// What long work did: what there was before, and what there is now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// What was done, and to what.
    pub(crate) title: String,
    /// The same with what matters most, in one sentence.
    pub(crate) said: String,
    pub(crate) facts: Vec<Fact>,
    pub(crate) took: Duration,
    /// Whether something turned out to be wrong.
    pub(crate) is_bad: bool,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) what: String,
    /// What there was; nothing where only what there is now is to be said.
    pub(crate) before: String,
    pub(crate) after: String,
}

impl Fact {
    /// What became of something.
    pub(crate) fn change(what: &str, before: String, after: String) -> Self {
        Self { what: what.into(), before, after }
    }

    /// What there is.
    pub(crate) fn plain(what: &str, after: String) -> Self {
        Self { what: what.into(), before: String::new(), after }
    }
}

/// A place, as people write it: `traces`, `traces/2`.
pub(crate) fn named(place: &Place) -> String {
    match place.bucket {
        Some(bucket) => format!("{}/{bucket}", place.topic),
        None => place.topic.to_string(),
    }
}
