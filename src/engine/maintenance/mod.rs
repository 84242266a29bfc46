//! L1: what keeps a bucket's cost flat, as values: what is due, which fragments are rewritten as one, and how an index is
//! built.

mod advice;
mod backoff;
mod coverage;
mod cut;
mod policy;
mod shape;
mod tiers;

pub(crate) use advice::advise;
pub(crate) use backoff::Backoff;
pub(crate) use coverage::Coverage;
pub(crate) use cut::{Layer, Moment, by_age, by_bytes, noted};
pub(crate) use policy::{Facts, Policy, Rests, Task};
pub(crate) use shape::Shape;
pub(crate) use tiers::{Part, Tiers};
