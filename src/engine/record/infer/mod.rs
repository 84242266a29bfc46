//! The schema that records have, where nobody wrote one down.

mod budget;
mod inference;
mod tally;

pub use inference::SchemaInference;
pub(super) use tally::has_type;

#[cfg(test)]
mod tests;
