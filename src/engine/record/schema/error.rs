//! Why a schema is refused.

use crate::engine::record::field_path::FieldPath;

/// What is wrong with a schema.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// A name that a field cannot have.
    #[error("field {path}: {rule}")]
    Name {
        /// The field.
        path: FieldPath,
        /// The rule that its name breaks.
        rule: &'static str,
    },
    /// Two fields of one name; upper and lower case do not tell names apart.
    #[error(
        "field {path} is there twice: as {first} and as {second}; SQL does not tell upper from lower case"
    )]
    Duplicate {
        /// The second field.
        path: FieldPath,
        /// The first field's name.
        first: String,
        /// The second field's name.
        second: String,
    },
    /// A type that a Lance dataset cannot hold.
    #[error("field {path}: a topic cannot hold {data_type}: {rule}")]
    UnsupportedType {
        /// The field.
        path: FieldPath,
        /// Its type.
        data_type: String,
        /// The rule that the type breaks.
        rule: &'static str,
    },
    /// A type's text that cannot be read.
    #[error("field {path}: {source}")]
    Type {
        /// The field.
        path: FieldPath,
        /// What is wrong with the text.
        source: TypeError,
    },
    /// A schema's JSON form that is not of its shape.
    #[error("{place}: expected {expected}, found {found}")]
    Form {
        /// The part of the form, such as `fields[2].type`.
        place: FieldPath,
        /// What stands there in a schema.
        expected: &'static str,
        /// What stands there here.
        found: String,
    },
    /// More fields than a topic can have; usually an object whose keys are data.
    #[error(
        "more than {limit} fields, the last in {path}; keep objects whose keys are data as a list of pairs, or give the schema a map"
    )]
    TooManyFields {
        /// Fields that a schema can have, at all depths.
        limit: usize,
        /// Where the first field too many is.
        path: FieldPath,
    },
}

impl SchemaError {
    /// The same error, seen from the field `name` around it.
    pub(super) fn in_field(mut self, name: &str) -> Self {
        let (Self::Name { path, .. }
        | Self::Duplicate { path, .. }
        | Self::UnsupportedType { path, .. }
        | Self::Type { path, .. }
        | Self::Form { place: path, .. }
        | Self::TooManyFields { path, .. }) = &mut self;
        *path = std::mem::take(path).in_field(name);
        self
    }
}

/// What is wrong with a type's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the type {text:?}: expected {expected} at character {position}")]
pub struct TypeError {
    /// The whole text.
    pub text: String,
    /// What would have been right.
    pub expected: &'static str,
    /// Where, counted in characters from 1.
    pub position: usize,
}
