//! `lanceq bench`: what this disk gives, beside what plain files give on it.
//!
//! Both sides of a measurement take turns in one run, in a temporary folder that goes away; what counts is their ratio. The
//! raw sides are plain files and pipes: they promise less, and are the most that could be had.

mod command;
mod folder;
mod machine;
mod ours;
mod plan;
mod raw;
mod record;
mod report;
mod side;
mod tail;
mod turns;
mod watch;

pub(super) use command::{BenchArgs, run};
