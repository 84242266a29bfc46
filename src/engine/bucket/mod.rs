//! L3: one bucket: its head and its buffer as one snapshot, its single writing process, its tail.

mod lock;
mod shared;
mod snapshot;
mod tail;
mod writer;

pub(crate) use shared::Bucket;
pub(crate) use snapshot::Snapshot;
pub(crate) use tail::{BucketEvent, BucketTail};
pub(crate) use writer::{BucketWriter, FlushDue, WhenFull};
