//! What to do about an error, as a kind.

use super::error::Error;
use super::import::ImportFault;

/// What the caller should do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The thing does not exist: name another, or create it.
    NotFound,
    /// The thing exists already, and differs from what was asked for.
    AlreadyExists,
    /// The input is wrong: change it; trying again does not help.
    Invalid,
    /// A number lies outside what exists.
    OutOfRange,
    /// Somebody else holds or changed the thing: wait for them, or read again.
    Conflict,
    /// Storage could not be reached or written now; nothing was lost, a retry is safe.
    Unavailable,
    /// Bytes on disk are damaged.
    Corrupt,
    /// An earlier failure left durability unknown: open the writer again.
    Poisoned,
    /// The caller cancelled.
    Cancelled,
    /// The handle was closed before.
    Closed,
    /// This version cannot do it here.
    Unsupported,
}

impl Error {
    /// What the caller should do.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::BranchNotFound { .. }
            | Self::IndexNotFound { .. }
            | Self::RootNotFound { .. }
            | Self::TagNotFound { .. }
            | Self::TopicNotFound { .. }
            | Self::VersionNotFound { .. } => ErrorKind::NotFound,
            Self::BucketNotFound { .. } | Self::RecordNotFound { .. } => ErrorKind::OutOfRange,
            Self::TagExists { .. } | Self::TopicDiffers { .. } => ErrorKind::AlreadyExists,
            Self::InvalidName { .. }
            | Self::InvalidOption { .. }
            | Self::InvalidRecord { .. }
            | Self::InvalidSchema { .. }
            | Self::Mismatch { .. }
            | Self::NotAFolder { .. } => ErrorKind::Invalid,
            Self::Group { fault, .. } => fault.kind(),
            Self::Topic { fault, .. } => fault.kind(),
            Self::Query(fault) => fault.kind(),
            Self::Locked { .. }
            | Self::Diverged { .. }
            | Self::Import(ImportFault::Changed { .. }) => ErrorKind::Conflict,
            Self::BufferFull { .. } | Self::Io { .. } | Self::Storage { .. } => {
                ErrorKind::Unavailable
            }
            Self::Altered { .. }
            | Self::Damaged { .. }
            | Self::Harmful { .. }
            | Self::Import(ImportFault::Unknown { .. })
            | Self::InDoubt { .. }
            | Self::LogDamaged { .. } => ErrorKind::Corrupt,
            Self::Poisoned { .. } | Self::NotDurable { .. } => ErrorKind::Poisoned,
            Self::Cancelled => ErrorKind::Cancelled,
            Self::Closed { .. } => ErrorKind::Closed,
            Self::LeadsOut { .. } | Self::ReadOnly { .. } | Self::Unsupported { .. } => {
                ErrorKind::Unsupported
            }
        }
    }
}
