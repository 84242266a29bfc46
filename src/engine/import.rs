//! An import: an input whose records are numbered, so that each is put once, however often putting them is interrupted.

use md5::{Digest as _, Md5};
use uuid::Uuid;

use super::wording::shown;

/// An input that can be read again, record by record in the same order: a file, as a rule. See
/// [`WriterBuilder::import`](crate::WriterBuilder::import).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    name: String,
    stamp: String,
}

/// How far the import of an input has come in a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportProgress {
    /// All records with smaller numbers are persisted, or were left out.
    pub next: u64,
    /// Whether an earlier writer began it.
    pub is_begun: bool,
    /// Whether an earlier writer came to the end of the input.
    pub is_done: bool,
}

/// Why an import cannot go on; nothing was put.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportFault {
    /// The input is another one than it was when some of it was put.
    #[error(
        "topic `{topic}`: {} has changed since records of it were put: it was {was}, and is {now}",
        shown(name)
    )]
    Changed {
        /// The topic's name.
        topic: String,
        /// The input's name.
        name: String,
        /// Its stamp then.
        was: String,
        /// Its stamp now.
        now: String,
    },
    /// It cannot be known which records were put: a version that may say so is gone or cannot be read.
    #[error(
        "topic `{topic}`, bucket {bucket}: it cannot be known how much of {} was put: version {version} cannot be read",
        shown(name)
    )]
    Unknown {
        /// The topic's name.
        topic: String,
        /// The bucket.
        bucket: u32,
        /// The input's name.
        name: String,
        /// The version that would say so.
        version: u64,
    },
}

impl Import {
    /// An input of this name, by which it is known in the topic, with a stamp that is another one when its content is:
    /// of a file its length, when it was changed, and a digest. Both are shown in errors.
    pub fn new(name: impl Into<String>, stamp: impl Into<String>) -> Self {
        Self { name: name.into(), stamp: stamp.into() }
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is the same whenever the content is.
    pub fn stamp(&self) -> &str {
        &self.stamp
    }

    /// What stands for the name in file names and versions.
    pub(crate) fn id(&self) -> Uuid {
        Uuid::from_bytes(Md5::digest(self.name.as_bytes()).into())
    }
}
