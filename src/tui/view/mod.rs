//! The views: pure functions of the state, one pane a file.

mod canvas;
mod detail;
mod empty;
mod footer;
mod help;
mod prompt;
mod put;
mod records;
mod screen;
mod status;
mod table;
mod tail;
mod top;
mod topics;

#[cfg(test)]
mod tests;

pub(crate) use screen::{cursor, draw};
