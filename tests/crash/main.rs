//! What a kill or a power cut leaves: children put over pipes and are killed at random moments; everything that they
//! acknowledged is there once, at its offset, with its bytes.
//!
//! `LANCEQ_KILLS=10000` and `LANCEQ_CUTS=1000` run longer; a failure prints its seed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
#![expect(clippy::disallowed_methods, reason = "a kill and a cut come at a random moment")]

mod batches;
mod beside;
mod child;
mod groups;
mod kills;
mod model;
mod moves;
mod off;
mod oracle;
mod points;
#[cfg(target_os = "linux")]
mod power;
mod recoveries;
mod retain;
mod scratch;
mod together;
