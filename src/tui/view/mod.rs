//! The views: pure functions of the state, one pane a file.

mod alter;
mod branches;
mod canvas;
mod card;
mod chips;
mod chooser;
mod columns;
mod deeds;
mod deletion;
mod detail;
mod diff;
mod empty;
mod flush_all;
mod footer;
mod found;
mod help;
mod jobs;
mod log;
mod marks;
mod menu;
mod outcome;
mod palette;
mod pin;
mod prompt;
mod put;
mod put_json;
mod put_lines;
mod records;
mod screen;
mod similar;
mod status;
mod storage;
mod table;
mod tail;
mod tending;
mod top;
mod topics;
mod tour;
mod typed;
mod upkeep;
mod versions;

#[cfg(test)]
mod tests;

pub(crate) use screen::{cursor, draw};
