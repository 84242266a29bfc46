//! `lanceq export`: records into a file.

mod command;
mod sink;
mod target;
mod told;

pub(crate) use command::{ExportArgs, run};
