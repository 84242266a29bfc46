//! What stands between a file's bytes and whoever decodes them: they are read through once, and held against the ledger.

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use super::digest::{Digest, Stamp, digest};
use super::entry::{Entry, Origin};
use super::ledger::Ledger;
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::layout::{SUMS, TRANSACTIONS, VERSIONS};

/// Longer files are read through by a verification only: nobody waits for more than some tenth of a second.
const LONGEST: u64 = 256 << 20;
/// Bytes that a flush reads through at most for files that no entry is of.
const TAKEN_IN: u64 = 64 << 20;
/// Files that are remembered as sound: a process that reads more of them reads some through again.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(1 << 14).unwrap();
/// Letters of a transaction's name that tell a manifest from all others.
const TELLING: usize = 9;

/// Whether something vouches for a file's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// They are those that were written, or first seen.
    Vouched,
    /// Nothing does: no checksum was noted, or the file is too long to be read through now.
    Unknown,
}

/// What a file was found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Finding {
    Sound(Entry),
    /// No entry is of it.
    Unknown(Digest),
    Altered {
        entry: Entry,
        found: Digest,
    },
    /// An entry is of another file that had its name: a version's number was given again.
    Replaced(Digest),
    Missing,
}

impl Finding {
    /// What is wrong with the file, without a full stop; `None` where nothing is known to be.
    pub(crate) fn wrong(&self) -> Option<String> {
        match self {
            Self::Altered { entry, found } => {
                Some(format!("its checksum is {found}; it was {}", entry.digest))
            }
            Self::Missing => Some("it is missing".into()),
            Self::Sound(_) | Self::Unknown(_) | Self::Replaced(_) => None,
        }
    }
}

/// The checksums of one dataset's files, and which of these were read through already. Everything here blocks.
#[derive(Debug)]
pub(crate) struct Guard {
    dataset: PathBuf,
    ledger: Ledger,
    /// Files that were found to be sound, as they were then.
    checked: Mutex<LruCache<String, Stamp>>,
}

impl Guard {
    /// Of the dataset of a bucket, whose checksums lie beside it.
    pub(crate) fn of(dataset: &Path) -> Self {
        let folder = dataset.parent().unwrap_or(Path::new("."));
        Self::with(dataset, Ledger::in_folder(&folder.join(SUMS)))
    }

    /// Of a dataset that nobody notes checksums of.
    pub(crate) fn without_notes(dataset: &Path) -> Self {
        Self::with(dataset, Ledger::none())
    }

    fn with(dataset: &Path, ledger: Ledger) -> Self {
        // Of no size at first: a cache that is given one has the room for it from the beginning, and there may be
        // thousands of buckets.
        let mut checked = LruCache::unbounded();
        checked.resize(REMEMBERED);
        Self { dataset: dataset.into(), ledger, checked: Mutex::new(checked) }
    }

    pub(crate) fn dataset(&self) -> &Path {
        &self.dataset
    }

    /// The length of a file in bytes; 0 where it is not there.
    pub(crate) fn length(&self, file: &str) -> u64 {
        fs::metadata(self.dataset.join(file)).map_or(0, |found| found.len())
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Whether the bytes of a file, named below the dataset, are those that the ledger says.
    ///
    /// Cost: the file is read through the first time; a `stat` from then on, as long as it is the same.
    ///
    /// # Errors
    /// [`Error::Altered`] where they are not.
    pub(crate) fn check(&self, file: &str) -> Result<Trust> {
        self.check_up_to(LONGEST, file)
    }

    /// As [`check`](Self::check), however long the file is.
    pub(crate) fn check_whole(&self, file: &str) -> Result<Trust> {
        self.check_up_to(u64::MAX, file)
    }

    fn check_up_to(&self, longest: u64, file: &str) -> Result<Trust> {
        let path = self.dataset.join(file);
        // What is not there is told by whoever reads it.
        let Ok(metadata) = fs::metadata(&path) else { return Ok(Trust::Unknown) };
        if !fault::is_on(&self.dataset, "sums") {
            return Ok(Trust::Unknown);
        }
        let stamp = Stamp::of(&metadata);
        if self.checked().get(file) == Some(&stamp) {
            return Ok(Trust::Vouched);
        }
        if stamp.length() > longest || self.ledger.find(file)?.is_none() {
            return Ok(Trust::Unknown);
        }
        match self.look(file, |_| Ok(()))? {
            Finding::Sound(_) => {
                self.note(file, stamp);
                Ok(Trust::Vouched)
            }
            Finding::Altered { entry, found } => Err(altered(path, &entry, found)),
            Finding::Unknown(_) | Finding::Replaced(_) | Finding::Missing => Ok(Trust::Unknown),
        }
    }

    /// Whether a file was found to be sound before, and is the same still. Cost: a `stat`.
    pub(crate) fn is_checked(&self, file: &str) -> bool {
        let Ok(metadata) = fs::metadata(self.dataset.join(file)) else { return false };
        self.checked().get(file) == Some(&Stamp::of(&metadata))
    }

    /// Takes entries of files that are gone away, where there are many. Needs the flush lock.
    pub(crate) fn tidy(&self) -> Result<()> {
        self.ledger.tidy(|file| self.dataset.join(file).exists())
    }

    /// Reads a file through and says what it is. `read` hears of the bytes as they are read.
    pub(crate) fn look(&self, file: &str, read: impl FnMut(u64) -> Result<()>) -> Result<Finding> {
        let path = self.dataset.join(file);
        let Some(found) = digest(&path, read)? else {
            return Ok(Finding::Missing);
        };
        let Some(entry) = self.ledger.find_anew(file)? else { return Ok(Finding::Unknown(found)) };
        if entry.digest == found {
            return Ok(Finding::Sound(entry));
        }
        if self.is_another_manifest(file, &entry)? {
            return Ok(Finding::Replaced(found));
        }
        Ok(Finding::Altered { entry, found })
    }

    /// Notes files as those who wrote them know them. Needs the flush lock.
    pub(crate) fn add_written(&self, files: &[String], version: u64) -> Result<()> {
        self.add(files.iter(), version, Origin::Written, u64::MAX)
    }

    /// What [`add_written`](Self::add_written) would note. Needs no lock.
    pub(crate) fn read_written(&self, files: &[String], version: u64) -> Result<Vec<Entry>> {
        self.read(files.iter(), version, Origin::Written, u64::MAX)
    }

    /// Notes a manifest, of which name, length and CRC32C are given, and the transaction that it is made by. Needs the flush
    /// lock.
    pub(crate) fn add_commit(
        &self,
        transaction: Option<&String>,
        (path, length, crc): (String, u64, u32),
        version: u64,
    ) -> Result<()> {
        // IMPORTANT: the transaction first. A note of a manifest alone could not be told from that of a commit which a
        // power cut took, and whose number was given again.
        self.add(transaction.into_iter(), version, Origin::Written, u64::MAX)?;
        let digest = Digest { length, crc };
        self.ledger.add(&[Entry { path, digest, origin: Origin::Written, version }])
    }

    /// Whether who wrote a file has noted it.
    pub(crate) fn is_written(&self, file: &str) -> Result<bool> {
        let entry = self.ledger.find(file)?;
        Ok(entry.is_some_and(|entry| entry.origin == Origin::Written))
    }

    /// Notes those of the files that no entry is of, as they are now; up to so many bytes that it does not take long. Needs
    /// the flush lock.
    pub(crate) fn take_in(&self, files: &[String], version: u64) -> Result<()> {
        let mut unknown = Vec::new();
        for file in files {
            if self.ledger.find(file)?.is_none() {
                unknown.push(file);
            }
        }
        self.add(unknown.into_iter(), version, Origin::Seen, TAKEN_IN)
    }

    /// Notes files that were read through, where no entry is of them by now; returns how many. Needs the flush lock.
    pub(crate) fn add_seen(&self, seen: Vec<Entry>) -> Result<u64> {
        let mut new = Vec::new();
        for entry in seen {
            let known = self.ledger.find_anew(&entry.path)?;
            // One that was replaced is what it is now.
            if known.is_none_or(|known| is_manifest(&known.path)) {
                new.push(entry);
            }
        }
        self.ledger.add(&new)?;
        Ok(new.len() as u64)
    }

    fn add<'a>(
        &self,
        files: impl Iterator<Item = &'a String>,
        version: u64,
        origin: Origin,
        most: u64,
    ) -> Result<()> {
        self.ledger.add(&self.read(files, version, origin, most)?)
    }

    /// Reads those of the files that are there through, up to so many bytes.
    fn read<'a>(
        &self,
        files: impl Iterator<Item = &'a String>,
        version: u64,
        origin: Origin,
        most: u64,
    ) -> Result<Vec<Entry>> {
        let mut entries = Vec::new();
        let mut left = most;
        for path in files {
            let stamp = fs::metadata(self.dataset.join(path)).map(|found| Stamp::of(&found));
            let Ok(stamp) = stamp else { continue };
            // A smaller one behind it may have room.
            if stamp.length() > left {
                continue;
            }
            left -= stamp.length();
            if let Some(digest) = digest(&self.dataset.join(path), |_| Ok(()))? {
                entries.push(Entry { path: path.clone(), digest, origin, version });
                self.note(path, stamp);
            }
        }
        Ok(entries)
    }

    fn note(&self, file: &str, stamp: Stamp) {
        self.checked().put(file.into(), stamp);
    }

    fn checked(&self) -> MutexGuard<'_, LruCache<String, Stamp>> {
        self.checked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a manifest that is not the noted one may have been made by another commit: nothing in it reminds of a
    /// transaction that was noted for its version. A dataset that was removed and made anew gives the numbers of its versions
    /// again, and so does a commit that did not come to its end; a power cut may then leave either note.
    fn is_another_manifest(&self, file: &str, entry: &Entry) -> Result<bool> {
        if !is_manifest(file) {
            return Ok(false);
        }
        let names = self.ledger.transactions_of(entry.version)?;
        let path = self.dataset.join(file);
        let bytes = fs::read(&path).map_err(Error::io("read", &path))?;
        let is_in = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        let reminds = |name: &String| uuid(name).as_bytes().chunks_exact(TELLING).any(is_in);
        Ok(!names.iter().all(reminds))
    }
}

/// What tells a transaction from all others.
fn uuid(transaction: &str) -> &str {
    let stem = transaction.trim_start_matches(TRANSACTIONS).trim_start_matches('/');
    stem.split_once('-').map_or(stem, |(_, rest)| rest).trim_end_matches(".txn")
}

/// Whether a name below a dataset is that of a manifest.
pub(crate) fn is_manifest(file: &str) -> bool {
    file.starts_with(VERSIONS)
}

fn altered(path: PathBuf, entry: &Entry, found: Digest) -> Error {
    let (expected, found) = (entry.digest.to_string(), found.to_string());
    Error::Altered { path, expected, found, offsets: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "data/a.lance";

    fn guarded(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Guard) {
        let folder = tempfile::tempdir().unwrap();
        let dataset = folder.path().join("data.lance");
        for (name, bytes) in files {
            let path = dataset.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        (folder, Guard::of(&dataset))
    }

    #[test]
    fn a_note_of_a_commit_that_died_calls_the_one_that_took_its_number_no_damage() {
        const MANIFEST: &str = "_versions/18446744073709551612.manifest";
        let (died, made) =
            ("11111111-aaaa-bbbb-cccc-222222222222", "33333333-dddd-eeee-ffff-444444444444");
        let transaction = |uuid: &str| format!("{TRANSACTIONS}/2-{uuid}.txn");
        let (first, second) = (transaction(died), transaction(made));
        let (_folder, guard) = guarded(&[
            (&first, b"one"),
            (&second, b"another"),
            (MANIFEST, format!("made by {made}").as_bytes()),
        ]);
        guard.add_commit(Some(&first), (MANIFEST.into(), 44, 7), 3).unwrap();
        // A power cut took the note of the manifest behind it.
        guard.add_written(&[second], 3).unwrap();
        assert_eq!(guard.check(MANIFEST).unwrap(), Trust::Unknown);
    }

    #[test]
    fn a_file_is_vouched_for_as_long_as_no_byte_of_it_differs() {
        let (folder, guard) = guarded(&[(FILE, b"some bytes")]);
        assert_eq!(guard.check(FILE).unwrap(), Trust::Unknown);
        guard.add_written(&[FILE.into()], 2).unwrap();
        assert_eq!(guard.check(FILE).unwrap(), Trust::Vouched);
        let dataset = folder.path().join("data.lance");
        fs::write(dataset.join(FILE), b"some bytez").unwrap();
        for guard in [guard, Guard::of(&dataset)] {
            let error = guard.check(FILE).unwrap_err().to_string();
            assert!(error.contains("a.lance") && error.contains("10 bytes"), "{error}");
        }
    }

    #[test]
    fn a_long_file_is_read_through_where_all_of_it_is_asked_for() {
        let (folder, guard) = guarded(&[(FILE, b"long")]);
        let path = folder.path().join("data.lance").join(FILE);
        let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
        file.set_len(LONGEST + 1).unwrap();
        let noted = guard.read_written(&[FILE.into()], 2).unwrap();
        guard.ledger().add(&noted).unwrap();
        let fresh = || Guard::of(&folder.path().join("data.lance"));
        let guard = fresh();
        assert_eq!(guard.check(FILE).unwrap(), Trust::Unknown);
        assert_eq!(guard.check_whole(FILE).unwrap(), Trust::Vouched);
        assert_eq!(guard.check(FILE).unwrap(), Trust::Vouched, "it was read through");
        std::os::unix::fs::FileExt::write_all_at(&file, b"x", LONGEST).unwrap();
        assert_eq!(fresh().check(FILE).unwrap(), Trust::Unknown);
        assert!(fresh().check_whole(FILE).is_err());
    }

    #[test]
    fn what_is_taken_in_keeps_what_its_writer_said() {
        let (_folder, guard) = guarded(&[(FILE, b"ours"), ("data/b.lance", b"theirs")]);
        guard.add_written(&[FILE.into()], 1).unwrap();
        guard.take_in(&[FILE.into(), "data/b.lance".into()], 2).unwrap();
        let origin = |file| guard.ledger().find(file).unwrap().unwrap().origin;
        assert_eq!(origin(FILE), Origin::Written);
        assert_eq!(origin("data/b.lance"), Origin::Seen);
    }

    #[test]
    fn a_file_that_is_too_long_keeps_no_other_from_being_taken_in() {
        let (folder, guard) = guarded(&[(FILE, b"long"), ("data/b.lance", b"short")]);
        let long = folder.path().join("data.lance").join(FILE);
        fs::OpenOptions::new().write(true).open(long).unwrap().set_len(TAKEN_IN + 1).unwrap();
        guard.take_in(&[FILE.into(), "data/b.lance".into()], 2).unwrap();
        assert_eq!(guard.ledger().find(FILE).unwrap(), None);
        assert!(guard.ledger().find("data/b.lance").unwrap().is_some());
    }

    #[test]
    fn a_manifest_of_another_commit_is_not_taken_for_a_damaged_one() {
        let transaction = "_transactions/0-0123456789abcdef0123456789abcdef0123.txn";
        let manifest = "_versions/1.manifest";
        let sound = b"....0-0123456789abcdef0123456789abcdef0123.txn....";
        let (folder, guard) = guarded(&[(manifest, sound), (transaction, b"t")]);
        guard.add_written(&[manifest.into(), transaction.into()], 1).unwrap();
        let path = folder.path().join("data.lance").join(manifest);
        for place in 0..sound.len() {
            let mut flipped = sound.to_vec();
            flipped[place] ^= 4;
            fs::write(&path, flipped).unwrap();
            assert!(guard.check(manifest).is_err(), "byte {place}");
        }
        fs::write(&path, b"....0-fedcba9876543210fedcba9876543210fedc.txn....").unwrap();
        assert_eq!(guard.check(manifest).unwrap(), Trust::Unknown);
    }
}
