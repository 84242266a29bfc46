//! Why a query in SQL has no answer.

use super::kind::ErrorKind;

/// A place in a text, both numbers from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextPlace {
    /// The line.
    pub line: u64,
    /// The character in the line.
    pub column: u64,
}

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryFault {
    /// It cannot be understood, names what is not there, would change something, or cannot be computed for a record.
    #[error("cannot be answered: {}{reason}", at(*place))]
    Invalid {
        /// What is wrong.
        reason: String,
        /// Where in its text.
        place: Option<TextPlace>,
    },
    /// It needs more memory than it may have, and what it needs it for cannot be put into a file.
    #[error("needs more than {memory} bytes of memory: {reason}")]
    TooLarge {
        /// How much it may have, in bytes.
        memory: u64,
        /// What asked for more.
        reason: String,
    },
}

impl QueryFault {
    /// What the caller should do.
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid { .. } => ErrorKind::Invalid,
            Self::TooLarge { .. } => ErrorKind::OutOfRange,
        }
    }

    /// The next step.
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::Invalid { .. } => None,
            Self::TooLarge { .. } => Some(
                "give it more with --memory, or have it sort, group and join fewer records or columns".into(),
            ),
        }
    }
}

fn at(place: Option<TextPlace>) -> String {
    place.map_or_else(String::new, |TextPlace { line, column }| {
        format!("line {line}, column {column}: ")
    })
}
