//! JSON text to objects: one record, JSON Lines, or the elements of one array.
//!
//! Stricter than JSON: a key that is there twice and an integer that 64 bits cannot hold are
//! refused, for what one of them meant would be lost.

mod array;
mod error;
mod integer;
mod lines;
mod parse;

pub use array::JsonArray;
pub use error::{JsonError, JsonReason, ReadError};
pub use lines::JsonLines;
pub use parse::{JsonObject, Located, parse_record, parse_value};

#[cfg(test)]
mod tests;
