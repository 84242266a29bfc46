//! What the explorer shows.

pub(crate) mod text;
