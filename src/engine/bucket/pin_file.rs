//! The file in which a process notes the versions of a bucket that it reads, and what all of them say.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::layout::identity;

/// The form of the line.
const FORM: &str = "1";
/// How often a line is read that may be in the middle of a change.
const LOOKS: usize = 8;
/// Names that are tried for a new file: those before belong to other engines of this process.
const NAMES: u32 = 1 << 16;
/// Of the files that the process may have open, a fourth at most are pins'.
const SHARE: u64 = 4;

/// Pin files of this process, over all buckets.
static FILES: AtomicUsize = AtomicUsize::new(0);

/// The file of one process, locked as long as it is open.
pub(super) struct PinFile {
    file: File,
    pub(super) path: PathBuf,
    /// A child of a fork has the same open file, and would write its own versions over those of its parent.
    pub(super) pid: u32,
    /// The longest line so far: shorter ones are filled up to it, so that one write changes all.
    longest: usize,
}

impl PinFile {
    /// `None` where the process has as many as it may.
    pub(super) fn make(folder: &Path) -> io::Result<Option<Self>> {
        if FILES.fetch_add(1, Ordering::Relaxed) >= *MOST {
            FILES.fetch_sub(1, Ordering::Relaxed);
            return Ok(None);
        }
        let made = Self::create(folder);
        if made.is_err() {
            FILES.fetch_sub(1, Ordering::Relaxed);
        }
        made.map(Some)
    }

    fn create(folder: &Path) -> io::Result<Self> {
        match fs::create_dir(folder) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
            _ => {}
        }
        let process = std::process::id();
        for number in 0..NAMES {
            let path = folder.join(format!("{process}.{number}"));
            let mut options = OpenOptions::new();
            let file = match options.read(true).write(true).create_new(true).open(&path) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
                file => file?,
            };
            file.lock()?;
            // Whoever cleans up may have taken it for a dead process's before it was locked.
            if rustix::fs::fstat(&file)?.st_nlink > 0 {
                return Ok(Self { file, path, pid: process, longest: 0 });
            }
        }
        Err(io::Error::other("its names are all taken"))
    }

    /// Whether this process made it, and not one that it was forked of.
    pub(super) fn is_own(&self) -> bool {
        self.pid == std::process::id()
    }

    /// Whether its path names it, and not that of another topic which has the former one's name.
    fn has_its_name(&self) -> bool {
        let own = self.file.metadata().ok().map(|found| (found.dev(), found.ino()));
        own.is_some() && own == identity(&self.path)
    }

    /// Says that these versions are read, and no others; one write.
    pub(super) fn write<'a>(&mut self, held: impl Iterator<Item = &'a u64>) -> io::Result<()> {
        fault::step(&self.path, "pin.write")?;
        let line = line(held);
        self.longest = self.longest.max(line.len());
        self.file.write_all_at(format!("{line:<width$}\n", width = self.longest).as_bytes(), 0)
    }
}

impl Drop for PinFile {
    fn drop(&mut self) {
        if self.is_own() && self.has_its_name() {
            // What cannot be removed is void without its lock.
            drop(fs::remove_file(&self.path));
        }
        FILES.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The versions that any process reads, as noted in a folder. Removes what dead processes left.
///
/// # Errors
/// [`Error::Damaged`] where a process that lives has noted what cannot be read: then any version may be one.
pub(super) fn noted(folder: &Path) -> Result<BTreeSet<u64>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(e) => return Err(Error::io("read the folder", folder)(e)),
    };
    let mut all = BTreeSet::new();
    for entry in entries {
        let path = entry.map_err(Error::io("read the folder", folder))?.path();
        all.extend(noted_in(&path)?);
    }
    Ok(all)
}

fn noted_in(path: &Path) -> Result<BTreeSet<u64>> {
    let failed = || Error::io("read what is read from", path);
    for _ in 0..LOOKS {
        let file = match open(path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            Err(e) => return Err(failed()(e)),
        };
        match file.try_lock() {
            // Its owner removed it since; the name may be another file's by now, which is read.
            Ok(()) if file.metadata().is_ok_and(|found| found.nlink() == 0) => continue,
            // IMPORTANT: under its lock, so that a process that just made it sees that it is gone.
            Ok(()) => {
                drop(fs::remove_file(path));
                return Ok(BTreeSet::new());
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(e)) => return Err(failed()(e)),
        }
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
            Err(e) => return Err(failed()(e)),
        };
        if let Some(versions) = parse(&text) {
            return Ok(versions);
        }
    }
    let source =
        "it does not say which versions its process reads; nothing is cleaned up while that lives";
    Err(Error::Damaged { path: path.into(), source: source.into() })
}

/// Network file systems lock a file alone for who may write to it.
fn open(path: &Path) -> io::Result<File> {
    match OpenOptions::new().read(true).write(true).open(path) {
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => File::open(path),
        opened => opened,
    }
}

fn line<'a>(versions: impl Iterator<Item = &'a u64>) -> String {
    let text: Vec<String> = versions.map(u64::to_string).collect();
    let text = text.join(" ");
    format!("{FORM} {:08x} {text}", crc32c::crc32c(text.as_bytes()))
}

/// The versions of a line; none where it was not written yet, `None` where it is no line.
fn parse(text: &[u8]) -> Option<BTreeSet<u64>> {
    if text.is_empty() {
        return Some(BTreeSet::new());
    }
    let text = std::str::from_utf8(text).ok()?.strip_suffix('\n')?;
    let (crc, versions) = text.strip_prefix(FORM)?.strip_prefix(' ')?.split_once(' ')?;
    let versions = versions.trim_end_matches(' ');
    let is_whole = u32::from_str_radix(crc, 16).ok()? == crc32c::crc32c(versions.as_bytes());
    let numbers = versions.split(' ').filter(|number| !number.is_empty());
    is_whole.then(|| numbers.map(|number| number.parse().ok()).collect()).flatten()
}

static MOST: LazyLock<usize> = LazyLock::new(|| {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    limit.map_or(usize::MAX, |limit| usize::try_from(limit / SHARE).unwrap_or(usize::MAX))
});

#[cfg(test)]
mod tests {
    use super::*;

    fn set(versions: &[u64]) -> BTreeSet<u64> {
        versions.iter().copied().collect()
    }

    #[test]
    fn what_a_dead_process_left_is_void_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join("1.0");
        fs::write(&left, format!("{}\n", line([3].iter()))).unwrap();
        assert_eq!(noted(folder.path()).unwrap(), set(&[]));
        assert!(!left.exists());
    }

    #[test]
    fn a_note_that_cannot_be_read_is_no_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("1.0");
        let sound = format!("{}   \n", line([3, 40].iter()));
        assert_eq!(parse(sound.as_bytes()), Some(set(&[3, 40])));
        for at in 0..sound.len() {
            let mut text = sound.clone().into_bytes();
            text[at] ^= 1;
            assert_ne!(parse(&text), Some(set(&[])), "byte {at}");
            assert!(parse(&text).is_none_or(|versions| versions == set(&[3, 40])), "byte {at}");
        }
        fs::write(&path, "2 something newer\n").unwrap();
        let file = File::open(&path).unwrap();
        file.lock().unwrap();
        let error = noted(folder.path()).unwrap_err();
        assert!(matches!(error, Error::Damaged { .. }), "{error}");
    }
}
