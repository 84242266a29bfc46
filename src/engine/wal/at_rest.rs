//! What damage at rest does to a log: it is cut at every byte, every byte is flipped, every sector zeroed; then it is read,
//! and opened for writing.
//!
//! Whatever was done, what is read is a front of what was put, byte by byte; what a sound frame promises is there, or it
//! is said that it is not. `LANCEQ_BITS=8` flips each bit of a byte in turn instead of one of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use tempfile::TempDir;

use super::log::Found;
use super::recovery::repair;
use super::{FileLock, Log, LogPlace, encode, mend_base};
use crate::engine::error::ErrorKind;
use crate::engine::facts::Recovery;

/// Records of a frame.
const ROWS: i64 = 150;

/// A log as it was put, and its files.
#[derive(Clone)]
struct Sample {
    frames: Vec<Put>,
    files: Vec<(&'static str, Vec<u8>)>,
    /// As far as versions are said to hold it.
    persisted: u64,
}

#[derive(Clone)]
struct Put {
    lsn: u64,
    batch: RecordBatch,
    file: &'static str,
    /// The bytes of its frame.
    bytes: (u64, u64),
    promised: u64,
}

#[derive(Debug, Clone, Copy)]
enum Damage {
    Cut(usize),
    Flip(usize, u8),
    Zero(usize),
}

const SECTOR: usize = 512;
const SEGMENTS: [&str; 3] =
    ["00000000000000000000.wal", "00000000000000000600.wal", "00000000000000001200.wal"];

fn batch(first: u64) -> RecordBatch {
    let numbers = first.cast_signed()..first.cast_signed() + ROWS;
    let texts = numbers.clone().map(|n| format!("record number {n}"));
    let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(numbers));
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values(texts));
    RecordBatch::try_from_iter([("n", numbers), ("text", texts)]).unwrap()
}

fn place(folder: &Path) -> LogPlace {
    LogPlace { topic: "t".into(), bucket: 0, folder: folder.into() }
}

/// In memory where the system has a place there: what is asked is what is read, not whether it is on a disk.
fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

impl Sample {
    /// Two sealed segments and an active one with room behind its frames. All but the last frame are promised by it.
    fn new() -> Self {
        let folder = folder();
        let place = place(folder.path());
        let lock = FileLock::append(&place);
        let mut held = lock.lock(Duration::ZERO).unwrap();
        let schema = batch(0).schema();
        let mut log = Log::create(&place, &mut held, 1, 0, &schema).unwrap();
        let mut frames = Vec::new();
        for number in 0..11 {
            let file = SEGMENTS[number / 4];
            log.adopt(&held).unwrap();
            let from = log.segments.last().unwrap().at;
            let put = batch(log.end());
            let promised = log.durable_upto();
            let lsn = log.append(&held, &encode(&put).unwrap(), 0, promised).unwrap().unwrap();
            let bytes = (from, log.segments.last().unwrap().at);
            frames.push(Put { lsn, batch: put, file, bytes, promised });
            // The second frame is put beside the first, without a sync in between.
            if number != 0 {
                let synced = log.sync_plan().unwrap().run().unwrap();
                log.synced(&synced);
            }
            if number % 4 == 3 {
                log.seal(&held, &schema).unwrap();
            }
        }
        let read = |name: &&'static str| (*name, fs::read(place.log().join(name)).unwrap());
        let files: Vec<_> = SEGMENTS.iter().chain(&["base"]).map(read).collect();
        assert_eq!(frames.last().unwrap().promised, 10 * ROWS.unsigned_abs());
        Self { frames, files, persisted: 0 }
    }

    fn bytes(&self, name: &str) -> &[u8] {
        &self.files.iter().find(|(found, _)| *found == name).unwrap().1
    }

    fn end(&self) -> u64 {
        self.frames.last().map(|put| put.lsn + ROWS.unsigned_abs()).unwrap()
    }

    /// Up to where some frame that the damage left says that everything is on the disk.
    fn promised(&self, name: &str, damage: Damage) -> u64 {
        let left = self.frames.iter().filter(|put| put.file != name || !damage.hits(put.bytes));
        left.map(|put| put.promised).max().unwrap_or_default()
    }

    /// Puts every file back as it was.
    fn lay_out(&self, folder: &Path) {
        let log = place(folder).log();
        fs::create_dir_all(&log).unwrap();
        for entry in fs::read_dir(&log).unwrap().map(Result::unwrap) {
            if entry.file_type().unwrap().is_dir() {
                fs::remove_dir_all(entry.path()).unwrap();
            } else if !self.files.iter().any(|(name, _)| entry.file_name() == *name) {
                fs::remove_file(entry.path()).unwrap();
            }
        }
        for (name, bytes) in &self.files {
            fs::write(log.join(name), bytes).unwrap();
        }
    }

    /// Where what is read ends, which must be a front of what was put.
    fn front(&self, found: &[Found], case: &str) -> u64 {
        let from =
            self.frames.iter().position(|put| found.first().is_some_and(|f| f.lsn == put.lsn));
        let wanted = self.frames.iter().skip(from.unwrap_or_default());
        for (found, put) in found.iter().zip(wanted) {
            assert_eq!((found.lsn, &found.batch), (put.lsn, &put.batch), "{case}: a wrong record");
        }
        assert!(found.len() <= self.frames.len(), "{case}: records twice");
        if let Some(first) = found.first() {
            assert!(first.lsn <= self.persisted, "{case}: nothing is missing in front");
        }
        let end = found.last().map(|f| f.lsn + f.batch.num_rows() as u64);
        end.unwrap_or_default().max(self.persisted)
    }

    /// Reads and opens the log damaged so; what it leaves is put right again.
    fn check(&self, folder: &Path, name: &str, damage: Damage) {
        let case = format!("{name}, {damage:?}, persisted {}", self.persisted);
        let path = place(folder).log().join(name);
        fs::write(&path, damage.of(self.bytes(name))).unwrap();
        let promised = self.promised(name, damage);
        self.check_reading(folder, promised, &case);
        match open(folder, self.persisted) {
            Ok((found, mended)) => {
                let end = self.front(&found, &case);
                assert!(end >= promised, "{case}: promised up to {promised}, opened up to {end}");
                let is_quiet = matches!(damage, Damage::Cut(_) | Damage::Zero(_));
                let is_told = !mended.is_empty() || end == self.end();
                assert!(is_quiet || is_told, "{case}: opened up to {end}, and nothing was said");
                if !mended.is_empty() {
                    if damage.is_chosen() {
                        self.check_mended(folder, end, &case);
                    }
                    self.lay_out(folder);
                }
            }
            Err(kind) => {
                assert!(
                    matches!(kind, ErrorKind::Corrupt | ErrorKind::Unsupported),
                    "{case}: {kind:?}"
                );
                assert_eq!(fs::read(&path).unwrap(), damage.of(self.bytes(name)), "{case}");
                if damage.is_chosen() {
                    self.check_repair(folder, &case);
                    self.lay_out(folder);
                }
            }
        }
        fs::write(&path, self.bytes(name)).unwrap();
    }

    fn check_reading(&self, folder: &Path, promised: u64, case: &str) {
        let (log, read) = Log::open(&place(folder), None).unwrap().unwrap();
        let end = self.front(&read.found, case);
        let is_told = log.damage().is_some() || end >= promised;
        assert!(
            is_told,
            "{case}: promised up to {promised}, read up to {end}, and nothing was said"
        );
    }

    fn check_mended(&self, folder: &Path, end: u64, case: &str) {
        let (found, mended) = open(folder, self.persisted).unwrap();
        assert_eq!((self.front(&found, case), mended), (end, vec![]), "{case}: a second opening");
    }

    fn check_repair(&self, folder: &Path, case: &str) {
        let place = place(folder);
        let lock = FileLock::append(&place);
        let mut held = lock.lock(Duration::ZERO).unwrap();
        let base = mend_base(&place, &mut held).unwrap();
        let schema = batch(0).schema();
        let (log, read, mended) =
            repair(&place, &mut held, self.persisted, &schema).unwrap().unwrap();
        let end = self.front(&read.found, case);
        assert!(base.is_some() || !mended.is_empty(), "{case}: repaired, and nothing was said");
        assert!(log.end() >= self.persisted, "{case}: it goes on below what is persisted");
        drop(held);
        self.check_mended(folder, end, case);
    }
}

fn open(folder: &Path, persisted: u64) -> Result<(Vec<Found>, Vec<Recovery>), ErrorKind> {
    let place = place(folder);
    let lock = FileLock::append(&place);
    let mut held = lock.lock(Duration::ZERO).unwrap();
    let opened = Log::recover(&place, &mut held, persisted, &batch(0).schema());
    let (_, read, mended) = opened.map_err(|error| error.kind())?.unwrap();
    Ok((read.found, mended))
}

impl Damage {
    fn of(self, sound: &[u8]) -> Vec<u8> {
        let mut bytes = sound.to_vec();
        match self {
            Self::Cut(length) => bytes.truncate(length),
            Self::Flip(at, bit) => bytes[at] ^= 1 << bit,
            Self::Zero(at) => {
                let end = (at + SECTOR).min(bytes.len());
                bytes[at..end].fill(0);
            }
        }
        bytes
    }

    /// Whether what comes after is looked at as well, which takes longer.
    fn is_chosen(self) -> bool {
        match self {
            Self::Cut(at) | Self::Flip(at, _) => at % 13 == 0,
            Self::Zero(_) => true,
        }
    }

    /// Whether it hits some of these bytes.
    fn hits(self, (from, to): (u64, u64)) -> bool {
        let (start, end) = match self {
            Self::Cut(length) => (length, usize::MAX),
            Self::Flip(at, _) => (at, at + 1),
            Self::Zero(at) => (at, at + SECTOR),
        };
        (start as u64) < to && end as u64 > from
    }
}

/// One bit of each byte that no rule picks, or all of them.
fn bits(at: usize) -> Vec<u8> {
    let all = std::env::var("LANCEQ_BITS").is_ok_and(|bits| bits == "8");
    if all { (0..8).collect() } else { vec![at.wrapping_mul(0x9e37_79b9).to_le_bytes()[2] % 8] }
}

/// Checks each kind of damage to each file, every `step`-th byte of it.
fn sweep(sample: &Sample, step: usize) {
    let mut cases: Vec<(&str, Damage)> = Vec::new();
    for (name, bytes) in &sample.files {
        let places = (0..bytes.len()).step_by(step);
        cases.extend(places.clone().map(|at| (*name, Damage::Cut(at))));
        cases
            .extend(places.flat_map(|at| {
                bits(at).into_iter().map(move |bit| (*name, Damage::Flip(at, bit)))
            }));
        cases.extend((0..bytes.len()).step_by(SECTOR).map(|at| (*name, Damage::Zero(at))));
    }
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for worker in 0..workers {
            let cases = &cases;
            scope.spawn(move || {
                let folder = folder();
                sample.lay_out(folder.path());
                for (name, damage) in cases.iter().skip(worker).step_by(workers) {
                    sample.check(folder.path(), name, *damage);
                }
            });
        }
    });
}

#[test]
fn no_damage_at_rest_shows_a_wrong_record_or_hides_a_promised_one() {
    sweep(&Sample::new(), 1);
}

/// The first segment is persisted, and was not removed yet.
#[test]
fn damage_of_what_is_persisted_hides_nothing_behind_it() {
    let sample = Sample { persisted: 600, ..Sample::new() };
    sweep(&sample, 23);
    let folder = folder();
    for at in (0..sample.bytes(SEGMENTS[0]).len()).step_by(97) {
        sample.lay_out(folder.path());
        let path: PathBuf = place(folder.path()).log().join(SEGMENTS[0]);
        fs::write(&path, Damage::Cut(at).of(sample.bytes(SEGMENTS[0]))).unwrap();
        let (found, _) = open(folder.path(), 600).unwrap();
        assert_eq!(sample.front(&found, "the persisted segment is damaged"), sample.end());
    }
}
