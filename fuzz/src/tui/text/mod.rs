//! Text as a terminal shows it.

#[path = "../../../../src/tui/text/sanitize.rs"]
pub(crate) mod sanitize;
#[path = "../../../../src/tui/text/span.rs"]
pub(crate) mod span;
