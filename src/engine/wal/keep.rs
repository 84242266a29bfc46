//! What repair asks of a log that can be read and does to it: a copy aside, and word to the other processes.

use std::fs;
use std::path::PathBuf;

use super::holder::Stamp;
use super::lock::Held;
use super::log::Log;
use super::recovery::free_folder;
use crate::engine::durable::{sync_file, sync_folder};
use crate::engine::error::{Error, Result};

impl Log {
    /// The log position behind each segment that has a successor, oldest first.
    pub(crate) fn sealed_ends(&self) -> impl Iterator<Item = u64> {
        self.segments.iter().skip(1).map(|next| next.home.first)
    }

    /// Copies the segments that begin below `upto` to the quarantine, durably; returns the folder.
    pub(crate) fn copy_aside(&self, upto: u64) -> Result<PathBuf> {
        let folder = free_folder(&self.place)?;
        for segment in self.segments.iter().filter(|segment| segment.home.first < upto) {
            let to = folder.join(segment.path.file_name().unwrap_or_default());
            fs::copy(&segment.path, &to).map_err(Error::io("copy aside", &segment.path))?;
            sync_file(&to)?;
        }
        sync_folder(&folder)?;
        Ok(folder)
    }

    /// Makes what other processes know of the log void: they list it anew. Needs the append lock.
    pub(crate) fn announce(&mut self, append: &mut Held) -> Result<()> {
        let before = append.stamp();
        append.set_stamp(Stamp { generation: before.generation + 1, ..before })?;
        self.stamp = Some(append.stamp());
        Ok(())
    }
}
