//! Records from files and pipes: JSON Lines, a JSON array, CSV, Parquet, Arrow IPC.

mod arrow;
mod bounded;
mod columns;
mod csv;
mod entry;
mod feed;
mod json;
mod meter;
mod parquet;
mod sniff;
mod source;
mod utf8;

pub(crate) use columns::Columns;
#[cfg(test)]
pub(crate) use entry::Unreadable;
pub(crate) use entry::{Entry, Place};
pub(crate) use feed::{Batch, Feed, Pace};
pub(crate) use meter::Meter;
pub(crate) use source::{Origin, Pipe, Source, try_all};
