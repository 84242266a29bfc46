//! `lanceq demo`: live writers in a temporary root, and the explorer on it.
//!
//! The writers are a process of their own, as they would be in earnest: the explorer sees what
//! another process flushes.

mod command;
mod dice;
mod embed;
mod events;
mod metrics;
mod phrases;
mod traces;
mod writer_process;
mod writers;

pub(crate) use command::{DemoArgs, run};
