//! The beginning of a log.

use std::fs;

use arrow_schema::SchemaRef;
use uuid::Uuid;

use super::base::{Base, write_base};
use super::frame::Home;
use super::holder::Stamp;
use super::lock::Held;
use super::log::Log;
use super::payload::encode_schema;
use super::place::LogPlace;
use super::rebuild::{has_frames, is_gone};
use super::segment::Segment;
use crate::engine::durable::{create_folders, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::fault;

impl Log {
    /// Creates a log behind a durable version. Needs both locks.
    ///
    /// A segment without records that lies there was left by one who died while he created a log, and goes.
    ///
    /// # Errors
    /// [`Error::LogDamaged`] where segments hold records: a log was there, and its base is gone.
    pub(crate) fn create(
        place: &LogPlace,
        append: &mut Held,
        version: u64,
        next_row_id: u64,
        schema: &SchemaRef,
    ) -> Result<Self> {
        let id = Uuid::new_v4();
        create_folders(&place.log(), &place.folder)?;
        remove_leftovers(place)?;
        let home = Home { log: id, first: next_row_id };
        let path = place.segment(next_row_id);
        let first = Segment::create(&path, home, encode_schema(schema)?)?;
        let shifts = Vec::new();
        let base = Base { log: id, version, persisted: next_row_id, next_row_id, shifts };
        let mut log = Self::new(place, base, vec![first]);
        let synced = log.sync_plan()?.run()?;
        log.synced(&synced);
        fault::at(&place.folder, "create.segment")?;
        // IMPORTANT: last. Where there is a base, there is a log.
        write_base(place, &log.base)?;
        sync_folder(&place.folder)?;
        let stamp =
            Stamp { log: id, generation: append.stamp().generation + 1, is_poisoned: false };
        append.set_stamp(stamp)?;
        log.stamp = Some(stamp);
        append.note_boot()?;
        Ok(log)
    }
}

fn remove_leftovers(place: &LogPlace) -> Result<()> {
    if has_frames(place)? {
        return Err(is_gone(place));
    }
    for first in place.firsts()? {
        let path = place.segment(first);
        fs::remove_file(&path).map_err(Error::io("remove the unused segment", &path))?;
    }
    Ok(())
}
