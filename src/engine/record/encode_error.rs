//! Why records or a batch cannot become a batch of a schema.

use super::field_path::FieldPath;

/// The first thing that keeps records from fitting a schema.
///
/// `record` counts from 0 in the records or rows of the call; types are written as
/// [`type_text`](super::type_text()) writes them.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// Fields that the schema does not have; `record` is the first that has one of them.
    ///
    /// Found before anything else, so that the caller can extend the schema and try again.
    #[error("record {record} has fields that the schema does not have: {}", listed(paths))]
    NewFields {
        /// The first record with a new field.
        record: usize,
        /// The new fields of all records, each once, in the order they turned up.
        paths: Vec<FieldPath>,
    },
    /// A value of another kind than the column's type.
    #[error("record {record}, field {path}: expected {expected}, found {found}")]
    WrongType {
        /// The record's index in the call.
        record: usize,
        /// The value's path in the record.
        path: FieldPath,
        /// The column's type.
        expected: String,
        /// The value's kind, and the value where it is short.
        found: String,
    },
    /// A value of the right kind that the column's type cannot hold exactly.
    #[error("record {record}, field {path}: {found} does not fit {expected}")]
    OutOfRange {
        /// The record's index in the call.
        record: usize,
        /// The value's path in the record.
        path: FieldPath,
        /// The column's type.
        expected: String,
        /// The value.
        found: String,
    },
    /// A vector or a run of bytes of another length than the column's.
    #[error("record {record}, field {path}: expected length {expected}, found length {found}")]
    WrongLength {
        /// The record's index in the call.
        record: usize,
        /// The value's path in the record.
        path: FieldPath,
        /// The column's length, in items or bytes.
        expected: usize,
        /// The value's length, in items or bytes.
        found: usize,
    },
    /// Null or nothing where the schema requires a value.
    #[error("record {record}, field {path}: expected {expected}, found no value")]
    Missing {
        /// The record's index in the call.
        record: usize,
        /// The field's path in the record.
        path: FieldPath,
        /// The column's type.
        expected: String,
    },
    /// A column of a batch whose type cannot be turned into the schema's without loss.
    #[error(
        "column {path}: expected {expected}, found {found}, which does not turn into it without loss"
    )]
    ColumnType {
        /// The column's path.
        path: FieldPath,
        /// The schema's type.
        expected: String,
        /// The batch's type.
        found: String,
    },
    /// A column type that JSON values cannot be written to.
    #[error("field {path}: values of type {data_type} cannot be written from JSON")]
    Unsupported {
        /// The column's path.
        path: FieldPath,
        /// The column's type.
        data_type: String,
    },
    /// More data in one column than one batch can hold.
    #[error("field {path}: more than 2 GiB in one batch; put fewer records at a time")]
    TooLarge {
        /// The column's path.
        path: FieldPath,
    },
    /// Arrow refused the column that was built.
    #[error("field {path}: {message}")]
    Arrow {
        /// The column's path.
        path: FieldPath,
        /// What Arrow said.
        message: String,
    },
}

impl EncodeError {
    /// Returns the record at fault, counted from 0 in the call; nothing if the column is.
    pub fn record(&self) -> Option<usize> {
        match self {
            Self::NewFields { record, .. }
            | Self::WrongType { record, .. }
            | Self::OutOfRange { record, .. }
            | Self::WrongLength { record, .. }
            | Self::Missing { record, .. } => Some(*record),
            _ => None,
        }
    }
}

impl EncodeError {
    /// Returns where the value or the column at fault stands; nothing for new fields, of which there may be several.
    pub fn path(&self) -> Option<&FieldPath> {
        match self {
            Self::NewFields { .. } => None,
            Self::WrongType { path, .. }
            | Self::OutOfRange { path, .. }
            | Self::WrongLength { path, .. }
            | Self::Missing { path, .. }
            | Self::ColumnType { path, .. }
            | Self::Unsupported { path, .. }
            | Self::TooLarge { path }
            | Self::Arrow { path, .. } => Some(path),
        }
    }
}

fn listed(paths: &[FieldPath]) -> String {
    paths.iter().map(FieldPath::as_str).collect::<Vec<_>>().join(", ")
}
