//! Keys by their names.

#[path = "../../../../src/tui/input/key.rs"]
mod key;

pub(crate) use key::Key;
