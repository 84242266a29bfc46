//! A topic's schema: its rules, its JSON form, and how it grows.

mod error;
mod json_form;
mod merge;
mod rules;
mod topic_schema;
mod type_parse;
mod type_text;

pub use error::{SchemaError, TypeError};
pub use json_form::schema_json;
pub use merge::Extended;
pub(super) use rules::MAX_FIELDS;
pub use topic_schema::TopicSchema;
pub use type_parse::parse_type;
pub use type_text::type_text;

#[cfg(test)]
mod tests;
