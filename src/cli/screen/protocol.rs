//! What parent and child say to each other: a line of JSON each way.

use std::ffi::OsString;

use serde::{Deserialize, Serialize};

use crate::cli::args::InputFormat;
use crate::{Look, Verdict};

/// The hidden word that starts a child.
pub(crate) const WORD: &str = "__screen";

/// What the child is to read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Request {
    /// A piece of a dataset.
    Look(Look),
    /// All of a file that comes in columns.
    Import {
        /// The file.
        path: OsString,
        /// Its form.
        format: InputFormat,
    },
}

/// What the child says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Said {
    /// It has come on: the time that it may take begins anew.
    Going,
    /// It has come to the end.
    Done(Verdict),
}

impl Said {
    /// As a line.
    pub(super) fn line(&self) -> String {
        // It cannot fail: these are words and texts.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }
}
