//! Completion of what is typed into a shell: `lanceq completions SHELL` prints a script that asks the program itself, which
//! looks into the root for the names of topics, columns, tags, versions, branches, groups and buckets.
//!
//! **Invariant:** nobody waits for it, and nothing that it meets is told: what cannot be found in time is not offered.

mod answer;
mod catalog;
mod kind;
mod line;

pub(crate) use answer::{VARIABLE, answer};
