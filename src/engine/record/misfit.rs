//! A value that does not fit its column, while the column is being built.

use arrow_schema::{ArrowError, DataType};
use serde_json::Value;

use super::encode_error::EncodeError;
use super::field_path::FieldPath;
use super::found::found;
use super::schema::type_text;

/// What is wrong with one value, before anyone knows where it stands.
#[derive(Debug)]
pub(super) enum Reason {
    /// A value of another kind.
    WrongType { expected: String, found: String },
    /// A value of the right kind that the type cannot hold as it is.
    OutOfRange { expected: String, found: String },
    /// A list or a run of bytes of another length.
    WrongLength { expected: usize, found: usize },
    /// No value where the schema requires one.
    Missing { expected: String },
    /// A field inside an object that its struct column does not have.
    Unknown,
    /// A column whose type does not turn into the expected one.
    ColumnType { expected: String, found: String },
    /// A type that no JSON value can be written to.
    Unsupported { data_type: String },
    /// More data than one column of one batch can hold.
    TooLarge,
    /// Arrow refused what was built.
    Arrow(ArrowError),
}

impl Reason {
    /// A value of another kind than `expected`.
    pub(super) fn wrong_type(expected: &DataType, value: &Value) -> Self {
        Self::WrongType { expected: type_text(expected), found: found(value) }
    }

    /// A value of the right kind that `expected` cannot hold as it is.
    pub(super) fn out_of_range(expected: &DataType, value: &Value) -> Self {
        Self::OutOfRange { expected: type_text(expected), found: found(value) }
    }
}

impl From<ArrowError> for Reason {
    fn from(error: ArrowError) -> Self {
        Self::Arrow(error)
    }
}

/// What is wrong, and where: the row of the column at hand and the path below it.
#[derive(Debug)]
pub(super) struct Misfit {
    pub(super) row: usize,
    pub(super) path: FieldPath,
    pub(super) reason: Reason,
}

impl Misfit {
    /// A misfit of the value in `row` itself.
    pub(super) fn at(row: usize, reason: impl Into<Reason>) -> Self {
        Self { row, path: FieldPath::default(), reason: reason.into() }
    }

    /// The same misfit, seen from the object whose field `name` it is in.
    pub(super) fn in_field(self, name: &str) -> Self {
        Self { path: self.path.in_field(name), ..self }
    }

    /// The same misfit, seen from row `row` of a list column, in its item number `index`.
    pub(super) fn in_item(self, row: usize, index: usize) -> Self {
        Self { row, path: self.path.in_item(index), ..self }
    }

    /// The same misfit, for the caller: the row is the record.
    pub(super) fn into_error(self) -> EncodeError {
        let Self { row: record, path, reason } = self;
        match reason {
            Reason::WrongType { expected, found } => {
                EncodeError::WrongType { record, path, expected, found }
            }
            Reason::OutOfRange { expected, found } => {
                EncodeError::OutOfRange { record, path, expected, found }
            }
            Reason::WrongLength { expected, found } => {
                EncodeError::WrongLength { record, path, expected, found }
            }
            Reason::Missing { expected } => EncodeError::Missing { record, path, expected },
            Reason::Unknown => EncodeError::NewFields { record, paths: vec![path] },
            Reason::ColumnType { expected, found } => {
                EncodeError::ColumnType { path, expected, found }
            }
            Reason::Unsupported { data_type } => EncodeError::Unsupported { path, data_type },
            Reason::TooLarge => EncodeError::TooLarge { path },
            Reason::Arrow(source) => EncodeError::Arrow { path, message: source.to_string() },
        }
    }
}
