//! Syncing segments without the log's lock: what is to be synced as a plan, what was as its result.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use super::place::LogPlace;
use super::segment::{Segment, sync_names};
use crate::engine::durable::{sync_file, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::fault;

/// Files to be synced, in the order of the log, and the folder of their names.
pub(crate) struct SyncPlan {
    folder: PathBuf,
    names: bool,
    files: Vec<Piece>,
}

struct Piece {
    first: u64,
    end: u64,
    is_sealed: bool,
    path: PathBuf,
    file: Arc<File>,
}

/// What a plan synced.
pub(crate) struct Synced {
    /// First and last log position of each file, and whether its seal was in it.
    files: Vec<(u64, u64, bool)>,
    names_upto: Option<u64>,
}

impl SyncPlan {
    pub(super) fn of(folder: PathBuf, segments: &[Segment]) -> Self {
        let piece = |segment: &Segment| Piece {
            first: segment.home.first,
            end: segment.end,
            is_sealed: segment.is_sealed,
            path: segment.path.clone(),
            file: segment.file.clone(),
        };
        let files = segments.iter().filter(|segment| !segment.is_synced()).map(piece).collect();
        let names = segments.iter().any(|segment| !segment.disk.has_name);
        Self { folder, names, files }
    }

    /// Syncs, oldest first, so that no record is on the disk before those in front of it.
    ///
    /// # Errors
    /// [`Error::NotDurable`] at the first that fails. It must not be tried again: the system forgets
    /// what it could not write.
    pub(crate) fn run(self) -> Result<Synced> {
        let mut files = Vec::with_capacity(self.files.len());
        for piece in &self.files {
            let synced = fault::step(&piece.path, "log.sync");
            let synced = synced.and_then(|()| fault::syncing(&piece.path));
            let synced = synced.and_then(|()| piece.sync());
            synced.map_err(|e| self.failed(Box::new(e)))?;
            files.push((piece.first, piece.end, piece.is_sealed));
        }
        if self.names {
            sync_names(&self.folder).map_err(|e| self.failed(Box::new(e)))?;
        }
        let last = self.files.last().map(|piece| piece.first);
        Ok(Synced { files, names_upto: last.filter(|_| self.names) })
    }

    fn failed(&self, source: crate::engine::error::Source) -> Error {
        Error::NotDurable { path: self.folder.clone(), source }
    }
}

/// Makes all that lies in a log durable, for who moves its folder: other processes that wait for a sync of theirs then find
/// its path gone. Needs the append lock.
pub(crate) fn sync_all(place: &LogPlace) -> Result<()> {
    if !place.log().is_dir() {
        return Ok(());
    }
    for first in place.firsts()? {
        sync_file(&place.segment(first))?;
    }
    sync_folder(&place.log())
}

impl Piece {
    fn sync(&self) -> std::io::Result<()> {
        if fault::is_on(&self.path, "segment-sync") {
            self.file.sync_data()?;
            fault::synced(&self.path);
        }
        Ok(())
    }
}

impl Synced {
    pub(super) fn note(&self, segment: &mut Segment) {
        if self.names_upto.is_some_and(|upto| segment.home.first <= upto) {
            segment.disk.has_name = true;
        }
        for (_, end, is_sealed) in
            self.files.iter().filter(|(first, ..)| *first == segment.home.first)
        {
            segment.disk.upto = segment.disk.upto.max(*end);
            segment.disk.has_seal |= is_sealed;
        }
    }
}
