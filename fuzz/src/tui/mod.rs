//! What the explorer shows.

pub(crate) mod text;

pub(crate) use text::span::span;
