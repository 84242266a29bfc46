//! Text as a terminal shows it: made safe, measured, cut, and numbers made readable.

pub(crate) mod excerpt;
pub(crate) mod fuzzy;
pub(crate) mod one_line;
pub(crate) mod quantity;
pub(crate) mod sanitize;
pub(crate) mod shell;
pub(crate) mod span;
pub(crate) mod spark;
