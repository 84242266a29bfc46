//! A schema in a file, as the command line takes it.

use std::path::Path;

use super::failure::{Failure, Result};
use crate::TopicSchema;

/// Reads a schema in the form that `lanceq schema TOPIC --json` prints.
pub(crate) fn given_schema(path: &Path) -> Result<TopicSchema> {
    let unreadable = |cause: String| {
        Failure::failed(format!("{} is no schema that can be read", path.display()))
            .because(cause)
            .hint("`lanceq schema TOPIC --json` and `lanceq put … --dry-run` print schemas to start from")
    };
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    text.parse::<TopicSchema>().map_err(|error| unreadable(error.to_string()))
}
