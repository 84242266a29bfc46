//! What the command line reads.

#[path = "../../../src/cli/failure.rs"]
pub(crate) mod failure;
#[path = "../../../src/cli/moment.rs"]
pub(crate) mod moment;

pub(crate) mod import;
