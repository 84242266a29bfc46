//! What is kept beside a bucket of an import: how far it had come in which version. Described in `docs/format.md`.
//!
//! The truth stands in the versions, each of which was committed with its records; a note bounds the look back at them, as
//! the log's base does. Everything here blocks.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::engine::durable::replace_file;
use crate::engine::error::{Error, Result};
use crate::engine::import::Import;
use crate::engine::layout;

/// The form of a note; one with a higher number is refused.
const FORM: u32 = 1;
/// No note of any form is longer.
const LONGEST: u64 = 64 << 10;

/// How far an import had come in a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Note {
    pub(super) format: u32,
    /// The input's name.
    pub(super) name: String,
    /// What is the same whenever its content is.
    pub(super) stamp: String,
    /// A durable version; 0 before the first one.
    pub(super) version: u64,
    /// All of its records with smaller numbers are in that version, or were left out.
    pub(super) next: u64,
    /// Whether there are no more.
    pub(super) is_done: bool,
}

impl Note {
    pub(super) fn new(import: &Import, version: u64) -> Self {
        let (name, stamp) = (import.name().to_owned(), import.stamp().to_owned());
        Self { format: FORM, name, stamp, version, next: 0, is_done: false }
    }

    pub(super) fn id(&self) -> Uuid {
        Import::new(&self.name, "").id()
    }

    fn encode(&self) -> Result<String> {
        let text = serde_json::to_string(self).map_err(|e| Error::Unsupported {
            what: "a note of this import".into(),
            reason: e.to_string(),
        })?;
        Ok(format!("{:08x} {text}\n", crc32c::crc32c(text.as_bytes())))
    }

    fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        let line = std::str::from_utf8(bytes).ok().and_then(|text| text.strip_suffix('\n'));
        let line = line.ok_or("it does not end where a line ends")?;
        let (checksum, text) = line.split_at_checked(8).unwrap_or_default();
        let text = text.strip_prefix(' ').unwrap_or_default();
        if checksum != format!("{:08x}", crc32c::crc32c(text.as_bytes())) {
            return Err("its checksum does not match");
        }
        let note: Self = serde_json::from_str(text).map_err(|_| "a newer lanceq wrote it")?;
        if note.format == FORM { Ok(note) } else { Err("a newer lanceq wrote it") }
    }
}

/// Where a note lies.
pub(super) fn path(bucket: &Path, import: Uuid) -> PathBuf {
    layout::imports(bucket).join(import.to_string())
}

/// The note of an import, where there is one.
pub(super) fn read(path: &Path) -> Result<Option<Note>> {
    let damaged =
        |reason: &'static str| Error::Damaged { path: path.into(), source: reason.into() };
    match fs::symlink_metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::io("read", path)(e)),
        Ok(about) if !about.is_file() || about.len() > LONGEST => {
            return Err(damaged("it is no note of an import"));
        }
        Ok(_) => {}
    }
    let bytes = fs::read(path).map_err(Error::io("read", path))?;
    Note::decode(&bytes).map(Some).map_err(damaged)
}

/// Replaces a note, durably: after a crash the old or the new one is there.
pub(super) fn write(bucket: &Path, note: &Note) -> Result<()> {
    replace_file(&path(bucket, note.id()), note.encode()?.as_bytes())
}

/// All notes of a bucket that can be read; the others are told of to who goes on with their imports.
pub(super) fn all(bucket: &Path) -> Result<Vec<Note>> {
    let folder = layout::imports(bucket);
    let entries = match fs::read_dir(&folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(Error::io("list the imports in", &folder))?,
    };
    let mut notes = Vec::new();
    for entry in entries {
        let entry = entry.map_err(Error::io("list the imports in", &folder))?;
        let is_note = entry.file_name().to_str().is_some_and(|name| name.parse::<Uuid>().is_ok());
        if is_note && let Ok(Some(note)) = read(&entry.path()) {
            notes.push(note);
        }
    }
    Ok(notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note() -> Note {
        let import = Import::new("/data/a b\n.jsonl", "17 bytes, \"quoted\"");
        Note { next: 1024, ..Note::new(&import, 7) }
    }

    #[test]
    fn a_note_reads_back_whatever_its_input_is_called() {
        assert_eq!(Note::decode(note().encode().unwrap().as_bytes()), Ok(note()));
    }

    #[test]
    fn no_flipped_bit_and_no_cut_passes_for_a_note() {
        let sound = note().encode().unwrap().into_bytes();
        for bit in 0..sound.len() * 8 {
            let mut bytes = sound.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Note::decode(&bytes).is_err(), "bit {bit}");
        }
        for length in 0..sound.len() {
            assert!(Note::decode(&sound[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn notes_are_found_by_their_imports_and_nothing_else_is_taken_for_one() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(all(folder.path()).unwrap(), []);
        fs::create_dir(layout::imports(folder.path())).unwrap();
        write(folder.path(), &note()).unwrap();
        fs::write(layout::imports(folder.path()).join("x.lock"), "").unwrap();
        assert_eq!(all(folder.path()).unwrap(), [note()]);
        assert_eq!(read(&path(folder.path(), note().id())).unwrap(), Some(note()));
    }
}
