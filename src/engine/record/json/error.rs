//! Why a text is no record.

use std::io;

use crate::engine::record::field_path::FieldPath;

/// What keeps a text from being one JSON object, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct JsonError {
    /// The line, from 1.
    pub line: u64,
    /// The column, in bytes from 1.
    pub column: u64,
    /// What is wrong there.
    pub reason: JsonReason,
}

/// What is wrong with a text.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonReason {
    /// It is JSON, but not an object.
    #[error("expected an object, found {found}")]
    NotAnObject {
        /// What it is.
        found: String,
    },
    /// An object has a key twice.
    #[error("the key {path} is there twice")]
    DuplicateKey {
        /// The key's path.
        path: FieldPath,
    },
    /// An integer that 64 bits cannot hold.
    #[error("field {path}: the integer {digits} is beyond 64 bits; put it as text")]
    IntegerTooLarge {
        /// The integer's path.
        path: FieldPath,
        /// The integer as it was written.
        digits: String,
    },
    /// Lists and objects inside each other deeper than a reader can follow.
    #[error("nested deeper than 127 levels")]
    TooDeep,
    /// It is not JSON.
    #[error("{message}")]
    Syntax {
        /// What the parser says.
        message: String,
    },
    /// It is not UTF-8.
    #[error("not valid UTF-8")]
    InvalidUtf8,
    /// It is longer than any record may be.
    #[error("a record of more than {limit} bytes")]
    TooLong {
        /// Bytes that a record may have.
        limit: usize,
    },
}

/// What went wrong on the way through a file of records.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A record is none. The one after it can still be read, if there is one.
    #[error("{error}")]
    Record {
        /// What is wrong with it.
        error: JsonError,
        /// The record as it was written; empty if it was too long to be kept.
        text: Vec<u8>,
    },
    /// The array that holds the records is broken; nothing after this can be read.
    #[error("{error}")]
    Array {
        /// What is wrong.
        error: JsonError,
    },
    /// The file could not be read.
    #[error("cannot read: {source}")]
    Io {
        /// What the system said.
        source: io::Error,
    },
}
