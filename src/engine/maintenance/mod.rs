//! L1: what keeps a bucket's cost flat, as values: what is due, and which fragments are rewritten as one.

mod backoff;
mod coverage;
mod policy;
mod tiers;

pub(crate) use backoff::Backoff;
pub(crate) use coverage::Coverage;
pub(crate) use policy::{Facts, Policy, Rests, Task};
pub(crate) use tiers::{Part, Tiers};
