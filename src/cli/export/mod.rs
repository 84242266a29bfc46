//! `lanceq export`: records into a file.

mod command;
mod sink;
mod target;

pub(crate) use command::{ExportArgs, run};
