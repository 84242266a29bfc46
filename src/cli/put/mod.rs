//! `lanceq put`: records from a file, a pipe or the command line into a topic.
//!
//! What can be read again is: first for its schema, then to check that every record fits, then to
//! put. So nothing of a file is put that would break off in its middle. A pipe comes once.

mod acks;
mod columns;
mod command;
mod dead_letters;
mod file;
mod fit;
mod job;
mod judge;
mod keeping;
mod listing;
mod load;
mod outcome;
mod refusal;
mod resumable;
mod survey;

pub(crate) use command::run;
pub(crate) use keeping::{Keeping, KeepingVersions};
