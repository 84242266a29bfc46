//! `lanceq export`: records into a file.

mod command;
mod failed;
mod format;

pub(crate) use command::{ExportArgs, run};
