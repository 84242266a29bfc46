//! Vectors of records: how far they are from another one, and which are the nearest.

mod distance;
mod hits;
mod nearest;
mod vectors;

pub(crate) use distance::Target;
pub use hits::{Hit, Matches};
pub(crate) use nearest::{Found, Nearest};
pub(crate) use vectors::{Vectors, dimension};
