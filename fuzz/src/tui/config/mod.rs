//! What a person set up.

#[path = "../../../../src/tui/config/parse.rs"]
pub(crate) mod parse;
