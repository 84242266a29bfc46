//! Why a file could not be written.

use std::io;
use std::path::PathBuf;

/// Why a file could not be written; nothing is left of it then.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// There is one, and it is not to be replaced.
    #[error("{} exists", .0.display())]
    Exists(PathBuf),
    /// The name is one of a folder.
    #[error("{} is a folder", .0.display())]
    Folder(PathBuf),
    /// The name is one of a device, a pipe or the like, which is never replaced.
    #[error("{} is no regular file", .0.display())]
    Special(PathBuf),
    /// The name is one of a link to nothing.
    #[error("{} is a link to {}, which does not exist", .link.display(), .target.display())]
    Dangling {
        /// The link.
        link: PathBuf,
        /// Where it leads.
        target: PathBuf,
    },
    /// The file could not be made, named or synced.
    #[error("could not write {}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// What it is written to took no more.
    #[error("could not be written to")]
    Output(#[source] io::Error),
    /// The records cannot be said in the format.
    #[error("could not write {format}")]
    Form {
        /// The format, as people call it.
        format: &'static str,
        /// Why not.
        reason: String,
    },
}

impl Fault {
    /// The format's own library says so.
    pub(super) fn form(format: &'static str, error: &impl ToString) -> Self {
        Self::Form { format, reason: error.to_string() }
    }
}
