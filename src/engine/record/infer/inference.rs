//! Reads records and says which schema holds them.

use arrow_schema::Schema;

use super::budget::Budget;
use super::tally::Fields;
use crate::engine::record::json::JsonObject;
use crate::engine::record::schema::{SchemaError, TopicSchema};

/// Infers a topic's schema from its first records.
///
/// All fields are nullable and stand in the order in which they turned up. Integers become int64,
/// reals and integers among reals float64, text utf8, objects structs, lists lists. Lists of
/// numbers that all have one length become vectors of float32 where the field's name ends in
/// `vector`, `embedding`, `emb` or `vec`, or where they have 16 or more numbers that float32 holds
/// without rounding an integer. A field that was only null, or only held empty lists and objects,
/// has no column yet. Where a field held several types, the one seen most often wins (the first
/// seen, if equal), and encoding refuses the others.
///
/// Cost: counts by field and type, never values, so any number of records takes the same memory.
#[derive(Debug, Default)]
pub struct SchemaInference {
    fields: Fields,
    budget: Budget,
}

impl SchemaInference {
    /// Starts with no record seen.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one record into account.
    pub fn observe(&mut self, record: &JsonObject) {
        self.fields.observe(record, &mut self.budget);
    }

    /// Returns the schema of all records seen.
    ///
    /// # Errors
    /// - [`SchemaError::TooManyFields`] if the records have more fields than a schema can.
    /// - The rule that a field's name breaks, as [`TopicSchema::new`] tells it.
    pub fn finish(&self) -> Result<TopicSchema, SchemaError> {
        self.budget.check()?;
        TopicSchema::new(&Schema::new(self.fields.arrow()))
    }
}
