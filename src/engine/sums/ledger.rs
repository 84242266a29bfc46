//! The ledger as a file: lines are added at its end by whoever holds the flush lock, and read by anybody.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::digest::Stamp;
use super::entry::Entry;
use crate::engine::durable::replace_file;
use crate::engine::error::{Error, Result};
use crate::engine::layout::TRANSACTIONS;

const FILE: &str = "ledger";
/// Entries of files that are gone, before the ledger is written anew without them.
const MOST_DEAD: usize = 256;

/// The checksums of one dataset's files. A line that is damaged, or was not written to its end, vouches for nothing.
///
/// It is not synced: what a power cut takes of it is noted anew, as it is found then.
#[derive(Debug)]
pub(crate) struct Ledger {
    path: PathBuf,
    read: Mutex<Lines>,
}

/// What was read of the file.
#[derive(Debug, Default)]
struct Lines {
    entries: HashMap<String, Entry>,
    /// Lines that are none.
    damaged: usize,
    /// Bytes that were read, up to the end of a line.
    at: u64,
    file: Option<u64>,
}

impl Ledger {
    /// The ledger in this folder, whether there is one yet or not.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join(FILE), read: Mutex::default() }
    }

    /// One that has no entries, and can have none.
    pub(crate) fn none() -> Self {
        Self { path: PathBuf::new(), read: Mutex::default() }
    }

    /// What is known of a file; looks at the disk where nothing is known yet.
    pub(crate) fn find(&self, path: &str) -> Result<Option<Entry>> {
        let mut lines = self.lines();
        if let Some(entry) = lines.entries.get(path) {
            return Ok(Some(entry.clone()));
        }
        lines.read_on(&self.path)?;
        Ok(lines.entries.get(path).cloned())
    }

    /// As [`find`](Self::find), as the disk has it now: an entry may have been replaced.
    pub(crate) fn find_anew(&self, path: &str) -> Result<Option<Entry>> {
        let mut lines = self.lines();
        lines.read_on(&self.path)?;
        Ok(lines.entries.get(path).cloned())
    }

    /// The transaction files that were noted for a version: several where a process died in its commit.
    pub(super) fn transactions_of(&self, version: u64) -> Result<Vec<String>> {
        let mut lines = self.lines();
        lines.read_on(&self.path)?;
        let found = lines
            .entries
            .values()
            .filter(|entry| entry.version == version && entry.path.starts_with(TRANSACTIONS));
        Ok(found.map(|entry| entry.path.clone()).collect())
    }

    /// How many lines cannot be read, as of the last look.
    pub(crate) fn damaged_lines(&self) -> usize {
        self.lines().damaged
    }

    /// Adds entries; a newer one of a file takes the place of the older. Needs the flush lock.
    pub(crate) fn add(&self, entries: &[Entry]) -> Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let failed = || Error::io("add checksums to", &self.path);
        if let Some(folder) = self.path.parent() {
            // The bucket's folder is there, or its topic is not any more.
            match fs::create_dir(folder) {
                Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(failed()(e)),
                _ => {}
            }
        }
        let mut lines: String = entries.iter().map(Entry::line).collect();
        let mut options = OpenOptions::new();
        let mut file =
            options.read(true).append(true).create(true).open(&self.path).map_err(failed())?;
        if ends_within_a_line(&mut file).map_err(failed())? {
            lines.insert(0, '\n');
        }
        file.write_all(lines.as_bytes()).map_err(failed())
    }

    /// Writes the ledger anew without entries of files that are gone, and without damaged lines, where there are many of
    /// them. Needs the flush lock.
    pub(crate) fn tidy(&self, is_there: impl Fn(&str) -> bool) -> Result<()> {
        let mut lines = self.lines();
        lines.read_on(&self.path)?;
        let (live, dead): (Vec<&Entry>, Vec<&Entry>) =
            lines.entries.values().partition(|entry| is_there(&entry.path));
        if dead.len() + lines.damaged <= live.len().max(MOST_DEAD) {
            return Ok(());
        }
        let text: String = live.into_iter().map(Entry::line).collect();
        replace_file(&self.path, text.as_bytes())?;
        *lines = Lines::default();
        lines.read_on(&self.path)
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    /// Reads what was added; all of it where another file has taken the place.
    fn read_on(&mut self, path: &Path) -> Result<()> {
        let failed = || Error::io("read the checksums in", path);
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                *self = Self::default();
                return Ok(());
            }
            Err(e) => return Err(failed()(e)),
        };
        let metadata = file.metadata().map_err(failed())?;
        let inode = Stamp::of(&metadata).inode();
        if self.file != Some(inode) || metadata.len() < self.at {
            *self = Self { file: Some(inode), ..Self::default() };
        }
        let mut added = Vec::new();
        file.seek(SeekFrom::Start(self.at)).map_err(failed())?;
        file.read_to_end(&mut added).map_err(failed())?;
        self.take(&added);
        Ok(())
    }

    fn take(&mut self, added: &[u8]) {
        // A line without an end may be in the making.
        let Some(end) = added.iter().rposition(|byte| *byte == b'\n') else { return };
        let lines = added.get(..end).unwrap_or_default();
        for line in lines.split(|byte| *byte == b'\n') {
            match Entry::parse(line) {
                Some(entry) => drop(self.entries.insert(entry.path.clone(), entry)),
                None if line.is_empty() => {}
                None => self.damaged += 1,
            }
        }
        self.at += end as u64 + 1;
    }
}

fn ends_within_a_line(file: &mut File) -> io::Result<bool> {
    let length = file.seek(SeekFrom::End(0))?;
    let Some(last) = length.checked_sub(1) else { return Ok(false) };
    file.seek(SeekFrom::Start(last))?;
    let mut byte = [0];
    file.read_exact(&mut byte)?;
    Ok(byte != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::super::digest::Digest;
    use super::super::entry::Origin;
    use super::*;

    fn entry(name: &str, crc: u32) -> Entry {
        let digest = Digest { length: 7, crc };
        Entry { path: name.into(), digest, origin: Origin::Written, version: 1 }
    }

    fn ledger() -> (tempfile::TempDir, Ledger) {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::in_folder(&folder.path().join("sums"));
        (folder, ledger)
    }

    #[test]
    fn what_one_process_adds_another_finds_and_the_newest_counts() {
        let (folder, ledger) = ledger();
        let other = Ledger::in_folder(&folder.path().join("sums"));
        assert_eq!(other.find("a").unwrap(), None);
        ledger.add(&[entry("a", 1), entry("b", 2)]).unwrap();
        assert_eq!(other.find("a").unwrap(), Some(entry("a", 1)));
        ledger.add(&[entry("a", 3)]).unwrap();
        assert_eq!(other.find_anew("a").unwrap(), Some(entry("a", 3)));
        assert_eq!(other.find("b").unwrap(), Some(entry("b", 2)));
    }

    #[test]
    fn a_line_that_was_not_written_to_its_end_spoils_no_other() {
        let (_folder, ledger) = ledger();
        ledger.add(&[entry("a", 1)]).unwrap();
        let mut bytes = fs::read(&ledger.path).unwrap();
        bytes.extend(b"1 0000");
        fs::write(&ledger.path, bytes).unwrap();
        ledger.add(&[entry("b", 2)]).unwrap();
        let read = Ledger::in_folder(ledger.path.parent().unwrap());
        assert_eq!(read.find("a").unwrap(), Some(entry("a", 1)));
        assert_eq!(read.find("b").unwrap(), Some(entry("b", 2)));
        assert_eq!(read.damaged_lines(), 1);
    }

    #[test]
    fn a_damaged_byte_never_changes_what_is_said_of_a_file() {
        let (_folder, ledger) = ledger();
        let all = [entry("a", 1), entry("b", 2), entry("c", 3)];
        ledger.add(&all).unwrap();
        let sound = fs::read(&ledger.path).unwrap();
        for place in 0..sound.len() {
            let mut bytes = sound.clone();
            bytes[place] ^= 1 << (place % 8);
            fs::write(&ledger.path, bytes).unwrap();
            let read = Ledger::in_folder(ledger.path.parent().unwrap());
            let found: Vec<_> =
                all.iter().filter_map(|e| read.find(&e.path).unwrap().map(|f| f == *e)).collect();
            assert!(found.iter().all(|same| *same), "byte {place}");
            assert!(found.len() < 3, "byte {place}: nothing was noticed");
        }
    }

    #[test]
    fn entries_of_files_that_are_gone_do_not_pile_up() {
        let (_folder, ledger) = ledger();
        for number in 0..2000 {
            ledger.add(&[entry(&format!("{number}"), number)]).unwrap();
            ledger.tidy(|path| path == number.to_string()).unwrap();
        }
        let lines = fs::read_to_string(&ledger.path).unwrap().lines().count();
        assert!(lines <= MOST_DEAD + 1, "{lines}");
        assert_eq!(ledger.find("1999").unwrap(), Some(entry("1999", 1999)));
    }
}
