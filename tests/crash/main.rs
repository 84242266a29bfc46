//! What a kill leaves: children put over pipes and are killed at random moments; everything that they acknowledged is
//! there once, at its offset, with its bytes.
//!
//! `LANCEQ_KILLS=10000` runs longer; a failure prints its seed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
#![expect(clippy::disallowed_methods, reason = "a kill comes at a random moment")]

mod batches;
mod child;
mod kills;
mod model;
mod off;
mod oracle;
mod points;
mod recoveries;
mod together;
