//! How many fields an inference may follow.

use crate::engine::record::field_path::FieldPath;
use crate::engine::record::schema::{MAX_FIELDS, SchemaError};

/// Counts all fields, so that objects whose keys are data cannot fill the memory.
#[derive(Debug, Default)]
pub(super) struct Budget {
    fields: usize,
    /// The first field that was too many.
    exceeded: Option<FieldPath>,
}

impl Budget {
    /// Takes one field out of the budget, if one is left.
    pub(super) fn take(&mut self, name: &str) -> bool {
        let is_left = self.fields < MAX_FIELDS;
        if is_left {
            self.fields += 1;
        } else {
            self.exceeded.get_or_insert_with(|| name.into());
        }
        is_left
    }

    /// Passes if the budget was enough.
    pub(super) fn check(&self) -> Result<(), SchemaError> {
        match self.exceeded.clone() {
            Some(path) => Err(SchemaError::TooManyFields { limit: MAX_FIELDS, path }),
            None => Ok(()),
        }
    }
}
