//! The raw sides: the same records as lines of JSON in plain files.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::plan::{FLUSH, Plan, What};
use super::record::{line, mixed};
use super::side::Turn;
use super::watch::Watch;
use crate::cli::failure::{Failure, Result};

/// Bytes that are read at a time where all are read.
const PORTION: usize = 64 << 10;

/// Whether an append waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sync {
    Never,
    Each,
}

/// A file of all records, and where each line begins.
pub(super) struct Lines {
    file: File,
    path: PathBuf,
    /// One more than there are lines.
    starts: Vec<u64>,
}

/// Appends one line after the other.
pub(super) fn append(folder: &Path, lines: u64, sync: Sync, watch: &mut Watch) -> Result<Turn> {
    let path = folder.join("raw");
    let failed = |error| Failure::io(format!("could not append to {}", path.display()), &error);
    let mut file = File::create(&path).map_err(failed)?;
    let mut turn = Turn::default();
    for n in 1..=lines {
        let line = line(n);
        let begun = Instant::now();
        file.write_all(line.as_bytes()).map_err(failed)?;
        if sync == Sync::Each {
            file.sync_data().map_err(failed)?;
        }
        turn.add(begun.elapsed(), 1);
        watch.step()?;
    }
    Ok(turn)
}

/// Writes portions of lines, each into a file of its own that is on the disk, under its name, when it is done.
pub(super) fn files(folder: &Path, plan: Plan, watch: &mut Watch) -> Result<Turn> {
    let mut turn = Turn::default();
    for n in 0..plan.times(What::Flush) {
        let numbers = n * FLUSH..plan.records.min((n + 1) * FLUSH);
        let records = numbers.end - numbers.start;
        let text: String = numbers.map(line).collect();
        let begun = Instant::now();
        let path = folder.join(format!("{n}"));
        whole_file(folder, &path, text.as_bytes())
            .map_err(|error| Failure::io(format!("could not write {}", path.display()), &error))?;
        turn.add(begun.elapsed(), records);
        watch.step()?;
    }
    Ok(turn)
}

fn whole_file(folder: &Path, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let unnamed = folder.join("unnamed");
    let mut file = File::create(&unnamed)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&unnamed, path)?;
    File::open(folder)?.sync_all()
}

impl Lines {
    /// Writes all records into a file.
    pub(super) fn write(folder: &Path, plan: Plan) -> Result<Self> {
        let path = folder.join("lines");
        let failed = |error| Failure::io(format!("could not write {}", path.display()), &error);
        let mut starts = vec![0];
        let mut text = Vec::new();
        for n in 0..plan.records {
            text.extend(line(n).into_bytes());
            starts.push(text.len() as u64);
        }
        std::fs::write(&path, text).map_err(failed)?;
        let file = File::open(&path).map_err(failed)?;
        Ok(Self { file, path, starts })
    }

    /// Reads the lines of pages at random places.
    pub(super) fn pages(&self, plan: Plan, watch: &mut Watch) -> Result<Turn> {
        let page = plan.page();
        let mut turn = Turn::default();
        for n in 0..plan.times(What::Get) {
            let first = mixed(n, plan.records - page + 1);
            let (from, to) = (self.start(first), self.start(first + page));
            let begun = Instant::now();
            let mut bytes = vec![0; usize::try_from(to - from).unwrap_or_default()];
            self.file.read_exact_at(&mut bytes, from).map_err(|error| self.unread(&error))?;
            turn.add(begun.elapsed(), page);
            watch.step()?;
        }
        Ok(turn)
    }

    /// Reads the whole file; a time for each portion.
    pub(super) fn all(&self, plan: Plan, watch: &mut Watch) -> Result<Turn> {
        let mut file = File::open(&self.path).map_err(|error| self.unread(&error))?;
        let mut bytes = vec![0; PORTION];
        let mut turn = Turn::default();
        // The records of all portions, with the last of them.
        let mut records = plan.records;
        loop {
            let begun = Instant::now();
            let read = file.read(&mut bytes).map_err(|error| self.unread(&error))?;
            if read == 0 {
                return Ok(turn);
            }
            turn.add(begun.elapsed(), std::mem::take(&mut records));
            watch.step()?;
        }
    }

    fn start(&self, line: u64) -> u64 {
        let index = usize::try_from(line).unwrap_or(usize::MAX);
        self.starts.get(index).copied().unwrap_or_default()
    }

    fn unread(&self, error: &std::io::Error) -> Failure {
        Failure::io(format!("could not read {}", self.path.display()), error)
    }
}
