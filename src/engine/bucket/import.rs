//! An import in a bucket: how far it has come, by what its versions say, so that no record is put twice and none is left out.
//!
//! Its records lie in no log before they are flushed: the input is there, and is read again. So the commit is what decides,
//! and the commit says, in its transaction, how far the import had come with it: the one cannot be there without the other.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::import_note::{self, Note};
use super::shared::Bucket;
use super::writer::BucketWriter;
use crate::engine::durable::{blocking, create_in};
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::import::{Import, ImportFault, ImportProgress};
use crate::engine::layout;
use crate::engine::store::{ImportMark, Table, Told};
use crate::engine::wal::{FileLock, Held};

/// The place of who goes on with an import in a bucket: one at a time over all processes.
pub(super) struct Seat {
    /// Where an earlier writer had come to.
    pub(super) progress: ImportProgress,
    note: Note,
    held: Mutex<Option<Held>>,
}

/// How far what is buffered has come.
#[derive(Debug, Clone)]
pub(super) struct Importing {
    note: Note,
    pub(super) next: u64,
}

impl Importing {
    /// What a commit of all that is buffered says.
    pub(super) fn mark(&self) -> ImportMark {
        ImportMark { import: self.note.id(), next: self.next }
    }
}

impl Bucket {
    /// Takes the seat of an import, and finds out how far it has come. From now on what is put without a log is of it.
    ///
    /// Cost: a lock file and a small file; the flush lock; the versions since the note was written, until one that was made
    /// by the import.
    ///
    /// # Errors
    /// - [`Error::Locked`] where another process goes on with it.
    /// - [`ImportFault::Changed`] where the input is another one by now.
    /// - [`ImportFault::Unknown`] where it cannot be known what was put of it.
    pub(super) async fn begin_import(
        self: &Arc<Self>,
        import: &Import,
        timeout: Duration,
    ) -> Result<Seat> {
        self.check_sharing()?;
        let (own, id) = (self.clone(), import.id());
        let (held, found) = blocking(move || {
            let (bucket, folder) = (&own.log_place.folder, layout::imports(&own.log_place.folder));
            create_in(&folder)?;
            let lock = FileLock::import(&own.log_place, &format!("{}/{id}.lock", layout::IMPORTS));
            let held = lock.lock(Duration::ZERO)?;
            let path = import_note::path(bucket, id);
            own.access.check(&path)?;
            Ok((held, import_note::read(&path)?))
        })
        .await?;
        let _flush = self.lock_flush(timeout).await?;
        let is_begun = found.is_some();
        let mut note = match found {
            None => Note::new(import, self.durable_version().await?),
            Some(note) => self.gone_on(note, import).await?,
        };
        if !note.is_done {
            note.version = self.durable_version().await?;
            self.write_note(&note).await?;
        }
        fault::at(&self.log_place.folder, "import.begun")?;
        let progress = ImportProgress { next: note.next, is_begun, is_done: note.is_done };
        self.live().import = Some(Importing { note: note.clone(), next: note.next });
        Ok(Seat { progress, note, held: Mutex::new(Some(held)) })
    }

    /// The note of an import as it is now: as the versions behind it say.
    async fn gone_on(&self, note: Note, import: &Import) -> Result<Note> {
        if note.stamp != import.stamp() {
            let (topic, name) = (self.topic.to_string(), note.name);
            let (was, now) = (note.stamp, import.stamp().to_owned());
            return Err(Error::Import(ImportFault::Changed { topic, name, was, now }));
        }
        if note.is_done {
            return Ok(note);
        }
        let head = Table::open(&self.place.dataset, &self.access).await?;
        let gaps = self.live().gaps.clone();
        match position(&note, head.as_ref(), &gaps).await {
            Ok(next) => Ok(Note { next, ..note }),
            Err(version) => {
                let (topic, bucket, name) = (self.topic.to_string(), self.place.id, note.name);
                Err(Error::Import(ImportFault::Unknown { topic, bucket, name, version }))
            }
        }
    }

    /// A version that no power cut takes; 0 where there is none.
    async fn durable_version(&self) -> Result<u64> {
        match Table::open(&self.place.dataset, &self.access).await? {
            None => Ok(0),
            Some(_) => Ok(self.durable_head().await?.version()),
        }
    }

    /// Writes down how far an import has come with a version that is durable. Needs the flush lock.
    pub(super) async fn note_import(&self, importing: &Importing, table: &Table) -> Result<()> {
        let (version, next) = (table.version(), importing.next);
        fault::at(&self.log_place.folder, "import.note")?;
        self.write_note(&Note { version, next, ..importing.note.clone() }).await?;
        fault::at(&self.log_place.folder, "import.noted")
    }

    /// Writes down that an import has come to the end of its input, at this number.
    pub(super) async fn end_import(
        self: &Arc<Self>,
        seat: &Seat,
        next: u64,
        timeout: Duration,
    ) -> Result<()> {
        let _flush = self.lock_flush(timeout).await?;
        fault::at(&self.log_place.folder, "import.end")?;
        self.write_note(&Note { next, is_done: true, ..seat.note.clone() }).await?;
        fault::at(&self.log_place.folder, "import.ended")
    }

    /// Lets the notes of imports know what versions say that are about to be removed. Needs the flush lock, and a head that is
    /// durable.
    pub(super) async fn keep_imports(&self, head: &Table, newest_gone: u64) -> Result<()> {
        let folder = self.log_place.folder.clone();
        let notes = blocking(move || import_note::all(&folder)).await?;
        let gaps = self.live().gaps.clone();
        for note in notes.into_iter().filter(|n| !n.is_done && n.version < newest_gone) {
            // Where it cannot be known any more, it stays so.
            if let Ok(next) = position(&note, Some(head), &gaps).await {
                self.write_note(&Note { version: head.version(), next, ..note }).await?;
            }
        }
        Ok(())
    }

    async fn write_note(&self, note: &Note) -> Result<()> {
        let (folder, note) = (self.log_place.folder.clone(), note.clone());
        blocking(move || import_note::write(&folder, &note)).await
    }
}

impl BucketWriter {
    /// How far the import had come when this writer was opened.
    pub(crate) fn import_progress(&self) -> Option<ImportProgress> {
        self.seat.as_ref().map(|seat| seat.progress)
    }

    /// Takes note that no record of the import below this number is still to be put here.
    pub(crate) fn passed(&self, upto: u64) {
        if let Some(import) = &mut self.bucket.live().import {
            import.next = import.next.max(upto);
        }
    }

    /// Lets others go on with the import.
    pub(crate) fn leave_import(&self) {
        let Some(seat) = &self.seat else { return };
        seat.held.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Writes down that the import is at its end; what was put must be flushed.
    pub(crate) async fn end_import(&self, next: u64) -> Result<()> {
        let Some(seat) = &self.seat else { return Ok(()) };
        self.bucket.end_import(seat, next, self.options.lock_timeout).await
    }
}

/// How far an import has come: as the newest of its versions behind the note says, else as the note does. An error is the
/// version that would have to be asked and cannot be.
async fn position(note: &Note, head: Option<&Table>, gaps: &[u64]) -> Result<u64, u64> {
    let Some(head) = head else { return if note.version == 0 { Ok(note.next) } else { Err(1) } };
    if head.version() < note.version {
        return Err(note.version);
    }
    let id = note.id();
    for version in (note.version + 1..=head.version()).rev() {
        match head.import_mark(version).await {
            Told::Mark(mark) if mark.import == id => return Ok(mark.next),
            Told::Unknown if !gaps.contains(&version) => return Err(version),
            _ => {}
        }
    }
    Ok(note.next)
}
