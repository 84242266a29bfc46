//! L2: the log of a bucket: frames in segments, the base that bounds every look back, the locks around them.
//!
//! The written format is in `docs/format.md`. Everything here blocks.

#[cfg(test)]
mod at_rest;
mod base;
mod bytes;
mod create;
mod cut;
mod frame;
mod front;
mod header;
mod holder;
#[cfg(test)]
mod hostile;
mod keep;
mod listing;
mod lock;
mod log;
mod message;
mod moved;
mod opening;
mod payload;
mod place;
mod rebuild;
mod recovery;
mod room;
mod segment;
mod shape;
mod sharing;
mod sound;
mod sync;
#[cfg(test)]
mod tests;

pub(crate) use base::{Base, Shift, read_base, write_base};
pub(crate) use listing::Floor;
pub(crate) use lock::{FileLock, Held};
pub(crate) use log::{Log, Read};
pub(crate) use payload::{Payload, encode};
pub(crate) use place::LogPlace;
pub(crate) use rebuild::mend_base;
pub(crate) use recovery::{Recovered, repair};
pub(crate) use sharing::check_sharing;
pub(crate) use sync::{SyncPlan, Synced, sync_all};
