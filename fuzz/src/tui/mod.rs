//! What the explorer shows, and how it is set up.

pub(crate) mod config;
pub(crate) mod input;
pub(crate) mod text;
#[path = "../../../src/tui/theme.rs"]
pub(crate) mod theme;

pub(crate) use text::span::span;
