//! Opening a segment: its header is read, and held against the log and the name that it is looked for under.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use arrow_schema::ArrowError;

use super::frame::Home;
use super::header::{Header, HeaderError};
use super::payload::PayloadReader;
use super::place::{LogPlace, first_of};
use super::segment::Segment;
use crate::engine::error::{Error, Result};

/// Enough for the header of any usual schema in one read.
const FIRST_READ: usize = 64 << 10;

impl Segment {
    /// Opens the segment of a home for reading; `None` where it is gone.
    ///
    /// # Errors
    /// [`Error::LogDamaged`] where its header cannot be read, or is that of another log or place.
    pub(super) fn open(place: &LogPlace, home: Home) -> Result<Option<Self>> {
        let path = &place.segment(home.first);
        let io = |e| Error::io("read the segment", path)(e);
        let file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(io(e)),
        };
        let header = read_header(&file, path)?;
        check_home(path, &header, home)?;
        let reader = PayloadReader::new(&header.schema).map_err(|e| unreadable(path, &e))?;
        Self::new(path, &header, reader, file, false).map(Some).map_err(io)
    }
}

fn check_home(path: &Path, header: &Header, home: Home) -> Result<()> {
    let Home { log, first } = header.home;
    if log != home.log {
        let reason = format!("it is of another log, {log}; the log is {}", home.log);
        return Err(no_segment(path, &reason));
    }
    if first != home.first {
        let reason = format!("by its header it begins at log position {first}");
        return Err(no_segment(path, &reason));
    }
    Ok(())
}

pub(super) fn read_header(file: &File, path: &Path) -> Result<Header> {
    let io = |e| Error::io("read the segment", path)(e);
    let length = usize::try_from(file.metadata().map_err(io)?.len()).unwrap_or(usize::MAX);
    let mut wanted = FIRST_READ.min(length);
    loop {
        let mut bytes = vec![0; wanted];
        file.read_exact_at(&mut bytes, 0).map_err(io)?;
        match Header::decode(&bytes) {
            Ok(header) => return Ok(header),
            Err(HeaderError::Incomplete) if wanted < length => wanted = (wanted * 4).min(length),
            Err(HeaderError::Incomplete) => return Err(no_segment(path, "it ends in its header")),
            Err(HeaderError::Bad(reason)) => return Err(no_segment(path, reason)),
            Err(HeaderError::Newer(format)) => {
                return Err(Error::Unsupported {
                    what: format!("format {format} of {}", path.display()),
                    reason: "a newer lanceq wrote it".into(),
                });
            }
        }
    }
}

fn no_segment(path: &Path, reason: &str) -> Error {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let lsn = first_of(&name).unwrap_or_default();
    Error::LogDamaged { path: path.into(), at: 0, lsn, reason: reason.into() }
}

pub(super) fn unreadable(path: &Path, error: &ArrowError) -> Error {
    no_segment(path, &error.to_string())
}
