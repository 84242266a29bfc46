//! What is done, as lines that are only added: a run that is killed loses its last batch at most.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

const FILE: &str = "progress.tsv";

/// What became of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// The test failed: a promise was broken.
    Violated,
    /// It came to no result: it was skipped, stuck or killed.
    Failed,
}

/// A batch that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) what: String,
    /// The first seed of the whole run.
    pub(crate) seed: u64,
    pub(crate) first: u64,
    pub(crate) count: u64,
    pub(crate) outcome: Outcome,
    pub(crate) seconds: u64,
    pub(crate) commit: String,
    pub(crate) date: String,
}

/// The file and what is in it.
#[derive(Debug)]
pub(crate) struct Progress {
    file: File,
    lines: Vec<Line>,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Violated => "violated",
            Self::Failed => "failed",
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Passed, Self::Violated, Self::Failed].into_iter().find(|one| one.word() == word)
    }
}

impl Line {
    fn text(&self) -> String {
        let Self { what, seed, first, count, outcome, seconds, commit, date } = self;
        let outcome = outcome.word();
        format!("{what}\t{seed}\t{first}\t{count}\t{outcome}\t{seconds}\t{commit}\t{date}\n")
    }

    /// `None` for what was cut short.
    fn of(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split('\t').collect();
        let &[what, seed, first, count, outcome, seconds, commit, date] = words.as_slice() else {
            return None;
        };
        Some(Self {
            what: what.to_owned(),
            seed: seed.parse().ok()?,
            first: first.parse().ok()?,
            count: count.parse().ok()?,
            outcome: Outcome::of(outcome)?,
            seconds: seconds.parse().ok()?,
            commit: commit.to_owned(),
            date: date.to_owned(),
        })
    }
}

impl Progress {
    pub(crate) fn open(folder: &Path) -> Result<Self, String> {
        let path = folder.join(FILE);
        let wrong = |cause: std::io::Error| format!("{}: {cause}", path.display());
        fs::create_dir_all(folder).map_err(wrong)?;
        let mut file = OpenOptions::new().create(true).append(true).open(&path).map_err(wrong)?;
        let text = fs::read_to_string(&path).map_err(wrong)?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n").map_err(wrong)?;
        }
        Ok(Self { file, lines: text.lines().filter_map(Line::of).collect() })
    }

    pub(crate) fn forget(folder: &Path) -> Result<(), String> {
        match fs::remove_file(folder.join(FILE)) {
            Err(cause) if cause.kind() != ErrorKind::NotFound => Err(cause.to_string()),
            _ => Ok(()),
        }
    }

    pub(crate) fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub(crate) fn add(&mut self, line: Line) -> Result<(), String> {
        let written = self.file.write_all(line.text().as_bytes());
        self.lines.push(line);
        written.map_err(|cause| format!("cannot note what is done: {cause}"))
    }

    /// First number and count of what passed.
    pub(crate) fn done(&self, what: &str, seed: u64) -> Vec<(u64, u64)> {
        let passed = |line: &&Line| {
            line.what == what && line.seed == seed && line.outcome == Outcome::Passed
        };
        self.lines.iter().filter(passed).map(|line| (line.first, line.count)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written_and_a_torn_one_is_not() {
        let line = Line {
            what: "power cuts".to_owned(),
            seed: 1,
            first: 50,
            count: 50,
            outcome: Outcome::Violated,
            seconds: 31,
            commit: "0123abc".to_owned(),
            date: "2026-01-02".to_owned(),
        };
        let text = line.text();
        assert_eq!(Line::of(text.trim_end()), Some(line));
        assert_eq!(Line::of("power cuts\t1\t50\t5"), None);
    }
}
