//! Where refused records are kept: a file of JSON Lines, made when the first one comes.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::refusal::{Original, Refusal};
use crate::cli::failure::{Failure, Result};
use crate::cli::import::Place;

/// Appends refused records to a file.
#[derive(Debug)]
pub(super) struct DeadLetters {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl DeadLetters {
    /// The file beside an input file, or named after the topic in the current folder.
    pub(super) fn beside(file: Option<&Path>, topic: &str) -> Self {
        let mut name = file.map_or_else(|| topic.into(), |file| file.as_os_str().to_owned());
        name.push(".rejected.jsonl");
        Self { path: name.into(), file: None }
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends one record, with its place and the reason.
    pub(super) fn add(&mut self, refusal: &Refusal) -> Result {
        let line = letter(refusal).to_string();
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

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::io(format!("could not write {}", path.display()), error)
}
