//! Where refused records are kept: a file of JSON Lines, made when the first one comes.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use md5::{Digest as _, Md5};
use serde_json::{Map, Value};

use super::refusal::{Original, Refusal};
use crate::cli::failure::{Failure, Result};
use crate::cli::import::Place;

/// Appends refused records to a file.
#[derive(Debug)]
pub(super) struct DeadLetters {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    /// Digests of the lines that an earlier run of the same import may have written.
    known: HashSet<[u8; 16]>,
}

impl DeadLetters {
    /// The file beside an input file, or named after the topic in the current folder.
    pub(super) fn beside(file: Option<&Path>, topic: &str) -> Self {
        let mut name = file.map_or_else(|| topic.into(), |file| file.as_os_str().to_owned());
        name.push(".rejected.jsonl");
        Self { path: name.into(), file: None, known: HashSet::new() }
    }

    /// The same, for an import that goes on: what is in the file is not added again, and a line that was not finished is
    /// taken away.
    pub(super) fn again(self) -> Result<Self> {
        let failed = |error: io::Error| unwritable(&self.path, &error);
        let mut file = match File::options().read(true).write(true).open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(self),
            file => BufReader::new(file.map_err(failed)?),
        };
        let (mut known, mut whole, mut line) = (HashSet::new(), 0, Vec::new());
        while file.read_until(b'\n', &mut line).map_err(failed)? > 0 {
            if let Some(text) = line.strip_suffix(b"\n") {
                whole += line.len() as u64;
                known.insert(digest(text));
            }
            line.clear();
        }
        file.get_ref().set_len(whole).map_err(failed)?;
        Ok(Self { known, ..self })
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one record, with its place and the reason.
    pub(super) fn add(&mut self, refusal: &Refusal) -> Result {
        let line = letter(refusal).to_string();
        if self.known.contains(&digest(line.as_bytes())) {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(BufWriter::new(opened(&self.path)?)),
        };
        writeln!(file, "{line}").map_err(|error| unwritable(&self.path, &error))
    }

    /// Hands what was added to the system.
    pub(super) fn flush(&mut self) -> Result {
        let flushed = self.file.as_mut().map_or(Ok(()), BufWriter::flush);
        flushed.map_err(|error| unwritable(&self.path, &error))
    }
}

fn digest(line: &[u8]) -> [u8; 16] {
    Md5::digest(line).into()
}

fn letter(refusal: &Refusal) -> Value {
    let mut letter = Map::new();
    let unit = if matches!(refusal.place, Place::Record(_)) { "row" } else { "line" };
    letter.insert(unit.into(), refusal.place.number().into());
    letter.insert("reason".into(), refusal.reason.clone().into());
    let (key, original) = match &refusal.original {
        Original::Record(record) => ("record", record.clone()),
        Original::Text(text) => ("text", text.clone().into()),
    };
    letter.insert(key.into(), original);
    Value::Object(letter)
}

fn opened(path: &Path) -> Result<File> {
    File::options().create(true).append(true).open(path).map_err(|error| unwritable(path, &error))
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::io(format!("could not write {}", path.display()), error)
}
