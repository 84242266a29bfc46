//! L2: records that are put and not yet in a version, and where those went that were flushed.

mod memtable;
mod put_times;
mod ranges;

pub(crate) use memtable::{Memtable, Pending};
pub(crate) use put_times::PutTimes;
pub(crate) use ranges::FlushedRanges;
