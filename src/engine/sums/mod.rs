//! Checksums beside a dataset: Lance's files have none, and one flipped bit in two returns other data without a word.
//!
//! A ledger in the bucket's folder says of each file that a version refers to how long it is and what its CRC32C is. The
//! files are written once and never changed, so what differs is damaged. A CRC32C finds every flipped bit and every damaged
//! stretch of up to 32 bits; longer damage passes with a chance of 1 in 2³².

mod digest;
mod entry;
mod guard;
mod ledger;

pub(crate) use digest::Stamp;
pub(crate) use entry::{Entry, Origin};
pub(crate) use guard::{Finding, Guard, Trust, is_manifest};
