//! Reads that are tried elsewhere first: bytes that nothing vouches for may take down whoever decodes them.
//!
//! The storage library can panic at a damaged file, never come to an end, or ask for so much memory that the system ends
//! the process, which nothing in the process can prevent. Decoding is deterministic, so another process, with stricter
//! limits, does the very same read first and throws the result away: what it survives, this one survives.

use std::fmt;
use std::io;
use std::path::Path;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Tries reads where they can do no harm, in another process.
///
/// Set with [`EngineBuilder::screen`](crate::EngineBuilder::screen). The other process has an
/// [`Inspector`](crate::Inspector), which does what a [`Look`] says.
#[async_trait]
pub trait Screen: fmt::Debug + Send + Sync {
    /// Has a read done, and tells what came of it. Called before each read of bytes that nothing vouches for, so its
    /// cost is added to theirs. Cancel: the answer is lost, nothing else.
    ///
    /// # Errors
    /// Where the read could not be tried; the engine then does not do it either.
    async fn judge(&self, look: &Look) -> io::Result<Verdict>;
}

/// What came of a read that was tried elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// It came to its end, with a result or with an error of its own: it can be done here.
    Harmless,
    /// It did not, and why: "decoding it takes more than 4 GiB of memory".
    Harmful(String),
}

/// One read of a dataset, to be done elsewhere. Its written form is for processes of the same program only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The dataset's folder, as a URL: a path need not be text.
    pub(crate) dataset: String,
    pub(crate) version: u64,
    pub(crate) at: Piece,
}

/// What is decoded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Piece {
    /// The version itself: its manifest, and where its offsets lie.
    Version,
    /// What made it.
    History,
    /// The tags of the dataset.
    Tags,
    /// Its branches.
    Branches,
    /// The offsets of a fragment's live rows.
    Live { fragment: u64 },
    /// Rows that follow each other in a fragment's file.
    Range { fragment: u64, columns: Vec<String>, start: usize, end: usize },
    /// Rows at places of a fragment's file.
    Places { fragment: u64, columns: Vec<String>, places: Vec<u32> },
}

impl Look {
    /// A read of a version of the dataset in a folder.
    ///
    /// # Errors
    /// Where the path cannot be written as a URL.
    pub(crate) fn new(dataset: &Path, version: u64, at: Piece) -> io::Result<Self> {
        let absolute = std::path::absolute(dataset)?;
        let url = url::Url::from_file_path(&absolute);
        let no_url = |()| io::Error::other("its path cannot be written as a URL");
        Ok(Self { dataset: url.map_err(no_url)?.into(), version, at })
    }
}
