//! One segment file: read up to a known end, and appended to behind it.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::SchemaRef;

use super::frame::{Frame, Home, Kind, Step, is_room, read};
use super::header::Header;
use super::log::Found;
use super::opening::unreadable;
use super::payload::PayloadReader;
use super::room::{Torn, end_of_written, make_room};
use crate::engine::durable::sync_folder;
use crate::engine::error::{Error, Result};
use crate::engine::fault;

/// The first and the largest piece that is read of what was added.
const PIECES: (usize, usize) = (16 << 10, 1 << 20);

/// A segment as this process knows it.
pub(super) struct Segment {
    pub(super) path: PathBuf,
    pub(super) home: Home,
    reader: Arc<PayloadReader>,
    pub(super) file: Arc<File>,
    /// Device, inode.
    identity: (u64, u64),
    /// The byte behind the last frame read.
    pub(super) at: u64,
    /// The file is this long at least.
    room: u64,
    /// The log position behind the last record read.
    pub(super) end: u64,
    pub(super) is_sealed: bool,
    /// What the frames read say of what is on the disk.
    pub(super) promised: u64,
    own: Own,
    pub(super) disk: OnDisk,
}

/// What of a segment is on the disk, by syncs of this process.
#[derive(Clone, Copy)]
pub(super) struct OnDisk {
    /// Records below.
    pub(super) upto: u64,
    pub(super) has_seal: bool,
    /// The header and the name.
    pub(super) has_name: bool,
}

/// For which bytes a sync of the open file vouches: those written through it, and those that anybody wrote since it was
/// opened. What was there before may be forgotten after a sync that failed elsewhere, and is written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Own {
    Nothing,
    /// Those below: others may have put more when it was opened.
    Below(u64),
    /// All: it was at its end under the append lock.
    All,
}

/// Whether a segment could be opened for writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owned {
    Yes,
    /// Its path names it no more.
    Gone,
}

/// What stands behind the last sound frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    Nothing,
    Incomplete,
    Bad(&'static str),
}

impl Segment {
    /// Creates a segment under its final name, complete; a plan of syncs makes it durable.
    ///
    /// Replaces one of the same name, which holds no records then.
    pub(super) fn create(path: &Path, home: Home, schema_message: Vec<u8>) -> Result<Self> {
        let io = |e| Error::io("create the segment", path)(e);
        let reader = PayloadReader::new(&schema_message).map_err(|e| unreadable(path, &e))?;
        let header = Header { home, schema: schema_message };
        let new = path.with_extension("new");
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o666)
            .open(&new)
            .map_err(io)?;
        let is_replaced = path.exists();
        let written = file.write_all_at(&header.encode(), 0).and_then(|()| {
            if is_replaced {
                // IMPORTANT: before the rename. The name is on the disk, and a power cut must not leave it to a
                // file without a header.
                fault::syncing(&new)?;
                file.sync_data()?;
                fault::synced(&new);
            }
            std::fs::rename(&new, path)
        });
        if let Err(error) = written {
            // The error that counts is the write's; the leftover is only untidy.
            drop(std::fs::remove_file(&new));
            return Err(io(error));
        }
        Self::new(path, &header, reader, file, true).map_err(io)
    }

    pub(super) fn new(
        path: &Path,
        header: &Header,
        reader: PayloadReader,
        file: File,
        is_own: bool,
    ) -> io::Result<Self> {
        let identity = identity(&file)?;
        Ok(Self {
            path: path.to_path_buf(),
            home: header.home,
            reader: Arc::new(reader),
            file: Arc::new(file),
            identity,
            at: header.size() as u64,
            room: 0,
            end: header.home.first,
            is_sealed: false,
            promised: 0,
            own: if is_own { Own::All } else { Own::Nothing },
            disk: OnDisk { upto: header.home.first, has_seal: false, has_name: false },
        })
    }

    pub(super) fn schema(&self) -> SchemaRef {
        self.reader.schema()
    }

    /// Whether every record, and the seal where there is one, is on the disk.
    pub(super) fn is_synced(&self) -> bool {
        let OnDisk { upto, has_seal, has_name } = self.disk;
        has_name && upto >= self.end && (has_seal || !self.is_sealed)
    }

    /// Whether its path still names this file, and the file's length; one `stat`.
    pub(super) fn look(&self) -> Option<u64> {
        let found = std::fs::metadata(&self.path).ok()?;
        ((found.dev(), found.ino()) == self.identity).then_some(found.len())
    }

    /// Whether it is still there and nothing was added; two calls. Only under the append lock it says enough: whoever
    /// takes a segment with records away has sealed it before, or says in the lock file that the log is another one.
    /// Without records, another one may have taken its name.
    pub(super) fn is_unchanged(&self) -> bool {
        let is_empty = self.end == self.home.first;
        let has_a_name = || rustix::fs::fstat(&self.file).is_ok_and(|found| found.st_nlink > 0);
        let is_there = if is_empty { self.look().is_some() } else { has_a_name() };
        !self.is_sealed && is_there && self.is_at_end()
    }

    /// Whether nothing stands behind the last frame read; one call.
    pub(super) fn is_at_end(&self) -> bool {
        let mut first = [0; 4];
        let read = self.file.read_at(&mut first, self.at);
        read.is_ok_and(|read| is_room(first.get(..read).unwrap_or_default()))
    }

    /// Reads the sound frames behind the known end.
    ///
    /// # Errors
    /// Where the system refuses, where a newer version wrote a frame, and where frames do not adjoin.
    pub(super) fn read_on(&mut self, found: &mut Vec<Found>) -> Result<Rest> {
        let (mut piece, longest) = PIECES;
        while !self.is_sealed {
            let from = self.at;
            let bytes = self.bytes_at(from, piece)?;
            let has_more = bytes.len() == piece;
            match self.read_frames(&bytes, found)? {
                Rest::Nothing if !has_more || self.at < from + piece as u64 => break,
                Rest::Incomplete if !has_more => return Ok(Rest::Incomplete),
                Rest::Bad(reason) => return self.judge(reason),
                // A frame that is longer than the piece is read again, with all of it.
                Rest::Incomplete if self.at == from => piece *= 4,
                Rest::Nothing | Rest::Incomplete => piece = (piece * 2).min(longest.max(piece)),
            }
        }
        Ok(Rest::Nothing)
    }

    fn read_frames(&mut self, bytes: &[u8], found: &mut Vec<Found>) -> Result<Rest> {
        let mut rest = bytes;
        while !self.is_sealed {
            match read(self.home, self.at, rest) {
                Step::End => break,
                Step::Incomplete => return Ok(Rest::Incomplete),
                Step::Bad(reason) => return Ok(Rest::Bad(reason)),
                Step::Newer(kind) => return Err(self.newer(kind)),
                Step::Frame(frame, payload, size) => {
                    self.take(frame, payload, size, found)?;
                    rest = rest.get(size..).unwrap_or_default();
                }
            }
        }
        Ok(Rest::Nothing)
    }

    /// What a frame that is not sound is: one that somebody is writing or did not come to write, or damage.
    fn judge(&self, reason: &'static str) -> Result<Rest> {
        match Torn::of(self.at, &self.bytes_behind(self.at)?) {
            Torn::Yes => Ok(Rest::Incomplete),
            Torn::No => Ok(Rest::Bad(reason)),
        }
    }

    fn take(
        &mut self,
        frame: Frame,
        payload: &[u8],
        size: usize,
        found: &mut Vec<Found>,
    ) -> Result<()> {
        if frame.first != self.end {
            return Err(self.damaged(&format!("the frame begins at log position {}", frame.first)));
        }
        if frame.kind == Kind::Seal && (frame.rows, payload.len()) != (0, 0) {
            return Err(self.damaged("the seal has records"));
        }
        if frame.kind == Kind::Data {
            let batch = self.reader.decode(payload);
            let batch = batch.map_err(|e| self.damaged(&e.to_string()))?;
            if batch.num_rows() != frame.rows as usize {
                return Err(self.damaged("the batch has another number of records than its frame"));
            }
            found.push(Found { lsn: frame.first, put_at: frame.put_at, batch });
        }
        self.passed(&frame, size);
        Ok(())
    }

    fn passed(&mut self, frame: &Frame, size: usize) {
        self.at += size as u64;
        self.end = frame.end();
        self.is_sealed = frame.kind == Kind::Seal;
        self.promised = self.promised.max(frame.durable_upto);
    }

    /// Writes one frame behind the known end; cuts it off again where it cannot be written whole.
    pub(super) fn write(&mut self, frame: &Frame, payload: &[u8]) -> Result<()> {
        let mut bytes = Vec::with_capacity(super::frame::size(payload.len()));
        frame.encode(self.home, self.at, payload, &mut bytes);
        self.room = make_room(&self.file, self.at + bytes.len() as u64, self.room);
        if let Err(error) = self.file.write_all_at(&bytes, self.at) {
            if fault::is_on(&self.path, "cut-back") {
                self.cut()?;
            }
            return Err(Error::io("append to", &self.path)(error));
        }
        self.passed(frame, bytes.len());
        Ok(())
    }

    /// Cuts off what stands behind the last sound frame.
    pub(super) fn cut(&mut self) -> Result<()> {
        self.room = self.at;
        self.file.set_len(self.at).map_err(Error::io("cut the torn end of", &self.path))
    }

    /// Makes syncs of it vouch for every byte, from now on. Needs the append lock, and that it was read to its end
    /// under it.
    pub(super) fn own(&mut self, rewrite: bool) -> Result<()> {
        match self.try_own(rewrite)? {
            Owned::Yes => {
                self.own = Own::All;
                Ok(())
            }
            Owned::Gone => {
                let gone = io::Error::other("it was removed or replaced");
                Err(Error::io("open the segment for writing", &self.path)(gone))
            }
        }
    }

    /// Makes a sync of it vouch for what was read, unless it was removed or replaced. Needs no lock.
    pub(super) fn try_own(&mut self, rewrite: bool) -> Result<Owned> {
        if self.own == Own::All || self.own == Own::Below(self.at) {
            return Ok(Owned::Yes);
        }
        let io = |e| Error::io("open the segment for writing", &self.path)(e);
        let file = match OpenOptions::new().read(true).write(true).open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Owned::Gone),
            file => file.map_err(io)?,
        };
        if identity(&file).map_err(io)? != self.identity {
            return Ok(Owned::Gone);
        }
        if rewrite {
            let length = usize::try_from(self.at).unwrap_or(usize::MAX);
            let mut bytes = vec![0; length];
            file.read_exact_at(&mut bytes, 0).map_err(io)?;
            file.write_all_at(&bytes, 0).map_err(io)?;
        }
        self.file = Arc::new(file);
        self.own = Own::Below(self.at);
        Ok(Owned::Yes)
    }

    /// Takes note that its records are durable by what another process did: a version holds them, or it was synced.
    pub(super) fn was_flushed(&mut self) {
        self.disk = OnDisk { upto: self.end, has_seal: true, has_name: true };
    }

    /// Whether there is more behind the last frame than the room for others: a power cut can lose the page that a frame
    /// begins in, and keep the next.
    pub(super) fn has_bytes_behind(&self) -> Result<bool> {
        Ok(!self.is_sealed && end_of_written(&self.bytes_behind(self.at)?) > 0)
    }

    /// Everything from byte `at` on, room included.
    pub(super) fn bytes_behind(&self, at: u64) -> Result<Vec<u8>> {
        let io = |e| Error::io("read the segment", &self.path)(e);
        let length = self.file.metadata().map_err(io)?.len();
        self.bytes_at(at, usize::try_from(length.saturating_sub(at)).unwrap_or(0))
    }

    /// Up to `limit` bytes from byte `at` on.
    fn bytes_at(&self, at: u64, limit: usize) -> Result<Vec<u8>> {
        let io = |e| Error::io("read the segment", &self.path)(e);
        let mut bytes = vec![0; limit];
        let mut filled = 0;
        while let Some(into) = bytes.get_mut(filled..).filter(|into| !into.is_empty()) {
            match self.file.read_at(into, at + filled as u64).map_err(io)? {
                // It ends there, or somebody cut it meanwhile.
                0 => break,
                read => filled += read,
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    pub(super) fn damaged(&self, reason: &str) -> Error {
        Error::LogDamaged {
            path: self.path.clone(),
            at: self.at,
            lsn: self.end,
            reason: reason.into(),
        }
    }

    fn newer(&self, kind: u16) -> Error {
        Error::Unsupported {
            what: format!("a frame of kind {kind} in {}", self.path.display()),
            reason: "a newer lanceq wrote it".into(),
        }
    }
}

/// Makes names in the log's folder durable.
pub(super) fn sync_names(folder: &Path) -> Result<()> {
    sync_folder(folder)
}

fn identity(file: &File) -> io::Result<(u64, u64)> {
    file.metadata().map(|found| (found.dev(), found.ino()))
}
