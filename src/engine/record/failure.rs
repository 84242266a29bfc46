//! The layer's errors in the engine's words: which topic, which record, which field.

use super::encode_error::EncodeError;
use super::route::RouteError;
use super::schema::SchemaError;
use crate::engine::error::Error;

impl EncodeError {
    /// The error of a call that put into `topic`.
    pub(crate) fn in_topic(self, topic: &str) -> Error {
        let topic = topic.to_owned();
        let mismatch = |record, field: String, expected, found| Error::Mismatch {
            topic: topic.clone(),
            record,
            field,
            expected,
            found,
        };
        match self {
            Self::WrongType { record, path, expected, found } => {
                mismatch(record, path.to_string(), expected, found)
            }
            Self::OutOfRange { record, path, expected, found } => mismatch(
                record,
                path.to_string(),
                expected,
                format!("{found}, which it cannot hold exactly"),
            ),
            Self::WrongLength { record, path, expected, found } => mismatch(
                record,
                path.to_string(),
                format!("{expected} items"),
                format!("{found} items"),
            ),
            Self::Missing { record, path, expected } => {
                mismatch(record, path.to_string(), expected, "no value".into())
            }
            Self::ColumnType { path, expected, found } => {
                mismatch(0, path.to_string(), expected, format!("a column of {found}"))
            }
            other => {
                Error::InvalidRecord { topic: topic.clone(), record: 0, reason: other.to_string() }
            }
        }
    }
}

impl SchemaError {
    /// The error of a call that would have given `topic` this schema.
    pub(crate) fn in_topic(self, topic: &str) -> Error {
        match self {
            Self::Name { path, rule } => {
                Error::InvalidName { what: "field", name: path.to_string(), reason: rule.into() }
            }
            other => Error::InvalidSchema { topic: topic.into(), reason: other.to_string() },
        }
    }
}

impl RouteError {
    /// The error of a record that cannot be routed by `column`.
    pub(crate) fn in_topic(self, topic: &str, record: usize, column: &str) -> Error {
        let reason = format!("bucket column `{column}`: {self}");
        Error::InvalidRecord { topic: topic.into(), record, reason }
    }
}
