//! The log, and what is checked of its parts.

#[path = "../../../../src/engine/wal/base.rs"]
mod base;
#[path = "../../../../src/engine/wal/bytes.rs"]
mod bytes;
mod checks;
#[path = "../../../../src/engine/wal/create.rs"]
mod create;
#[path = "../../../../src/engine/wal/cut.rs"]
mod cut;
#[path = "../../../../src/engine/wal/frame.rs"]
mod frame;
#[path = "../../../../src/engine/wal/front.rs"]
mod front;
#[path = "../../../../src/engine/wal/header.rs"]
mod header;
#[path = "../../../../src/engine/wal/holder.rs"]
mod holder;
#[path = "../../../../src/engine/wal/keep.rs"]
mod keep;
#[path = "../../../../src/engine/wal/listing.rs"]
mod listing;
#[path = "../../../../src/engine/wal/lock.rs"]
mod lock;
#[path = "../../../../src/engine/wal/log.rs"]
mod log;
#[path = "../../../../src/engine/wal/message.rs"]
mod message;
#[path = "../../../../src/engine/wal/moved.rs"]
mod moved;
#[path = "../../../../src/engine/wal/opening.rs"]
mod opening;
#[path = "../../../../src/engine/wal/payload.rs"]
mod payload;
#[path = "../../../../src/engine/wal/place.rs"]
mod place;
#[path = "../../../../src/engine/wal/rebuild.rs"]
mod rebuild;
#[path = "../../../../src/engine/wal/recovery.rs"]
mod recovery;
#[path = "../../../../src/engine/wal/room.rs"]
mod room;
#[path = "../../../../src/engine/wal/segment.rs"]
mod segment;
#[path = "../../../../src/engine/wal/shape.rs"]
mod shape;
#[path = "../../../../src/engine/wal/sharing.rs"]
mod sharing;
#[path = "../../../../src/engine/wal/sound.rs"]
mod sound;
#[path = "../../../../src/engine/wal/sync.rs"]
mod sync;

pub(crate) use checks::{base, frame, header, payload, schema_message, segment};
pub(crate) use place::LogPlace;

/// Where the segments of a log lie.
pub(crate) fn folder(place: &LogPlace) -> std::path::PathBuf {
    place.log()
}
