//! L3: one bucket: its head and its log as one snapshot, its writer, its flush and its recovery, its tail.

mod append;
mod census;
mod cleanup;
mod columns;
mod doubt;
mod evidence;
mod flush;
mod forsake;
mod lane;
mod live;
mod lost_flush;
mod pins;
mod recovery;
mod restore;
mod scan;
mod search;
mod secure;
mod selection;
mod settle;
mod shared;
mod snapshot;
mod space;
mod stride;
mod sync;
mod tag;
mod tail;
mod verify;
mod writer;

pub(crate) use scan::BucketScan;
pub(crate) use search::Hunt;
pub(crate) use selection::Selection;
pub(crate) use shared::Bucket;
pub(crate) use snapshot::Snapshot;
pub(crate) use tail::{BucketEvent, BucketTail};
pub(crate) use writer::{BucketOptions, BucketWriter, FlushDue, WhenFull};
