//! The layer's errors in the engine's words: which topic, which record, which field.

use super::encode_error::EncodeError;
use super::field_path::FieldPath;
use super::route::RouteError;
use super::schema::SchemaError;
use crate::engine::error::Error;

impl EncodeError {
    /// What is wrong, in the words of the error that a put returns, without saying where:
    /// `expected float64, found text "fast"`.
    pub fn reason(&self) -> String {
        match self.clone().mismatch() {
            Ok((_, _, expected, found)) => format!("expected {expected}, found {found}"),
            Err(other) => other.to_string(),
        }
    }

    /// The error of a call that put into `topic`.
    pub(crate) fn in_topic(self, topic: &str) -> Error {
        let topic = topic.to_owned();
        match self.mismatch() {
            Ok((record, path, expected, found)) => {
                Error::Mismatch { topic, record, field: path.to_string(), expected, found }
            }
            Err(other) => Error::InvalidRecord { topic, record: 0, reason: other.to_string() },
        }
    }

    /// Record, path, what was expected and what was found, where a value or a column is another than its column's type
    /// asks for; else the error itself.
    fn mismatch(self) -> Result<(usize, FieldPath, String, String), Self> {
        Ok(match self {
            Self::WrongType { record, path, expected, found } => (record, path, expected, found),
            Self::OutOfRange { record, path, expected, found } => {
                (record, path, expected, format!("{found}, which it cannot hold exactly"))
            }
            Self::WrongLength { record, path, expected, found } => {
                (record, path, format!("{expected} items"), format!("{found} items"))
            }
            Self::Missing { record, path, expected } => (record, path, expected, "no value".into()),
            Self::ColumnType { path, expected, found } => {
                (0, path, expected, format!("a column of {found}"))
            }
            other => return Err(other),
        })
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
