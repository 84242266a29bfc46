//! Files of records: what the command line and the explorer write alike, in one of a few formats, complete or not at all.
//!
//! This stands between the engine and the two that people use: it knows the engine's public names, and neither of them.

mod csv;
mod fault;
mod format;
mod out;
mod sink;
mod target;
mod told;

#[cfg(feature = "cli")]
pub(crate) use csv::csv;
pub(crate) use fault::Fault;
pub(crate) use format::FileFormat;
#[cfg(feature = "cli")]
pub(crate) use out::Out;
pub(crate) use sink::Sink;
pub(crate) use target::Target;
