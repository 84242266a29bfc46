//! What must hold for whatever bytes a log consists of.

mod front;
mod payloads;
mod samples;
mod scan;

pub(crate) use front::{base, frame, header};
pub(crate) use payloads::{payload, schema_message};
pub(crate) use scan::segment;
