//! Where records come from: a text, a file that can be read again and again, or a pipe.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, IsTerminal as _};
use std::path::{Path, PathBuf};

use arrow_array::Array as _;
use arrow_schema::Schema;
use tempfile::TempPath;

use super::columns::Columns;
use super::csv::Csv;
use super::entry::Entries;
use super::meter::Meter;
use super::{arrow, json, parquet, sniff};
use crate::Verdict;
use crate::cli::args::{InputFormat, PutArgs};
use crate::cli::failure::{Failure, Result};
use crate::cli::output::narrate;
use crate::cli::screen::{Pool, Request};

/// Bytes that are read from a file at a time.
const READ_BYTES: usize = 256 << 10;

/// What is to be put.
pub(crate) enum Origin {
    /// It can be read as often as it takes.
    Again(Source),
    /// It comes once.
    Once(Pipe),
}

/// An input that can be read again.
pub(crate) struct Source {
    /// How messages name it.
    pub(crate) name: String,
    /// Its size, where it has one.
    pub(crate) bytes: u64,
    content: Content,
    /// A pipe's content, which goes with this.
    _spool: Option<TempPath>,
}

enum Content {
    Text(String),
    Lines(PathBuf),
    Array(PathBuf),
    Csv(PathBuf),
    Learned(Csv),
    Parquet(PathBuf),
    Arrow(PathBuf),
}

/// An input that comes once: JSON, as a stream.
pub(crate) struct Pipe {
    /// How messages name it.
    pub(crate) name: String,
    reader: Box<dyn BufRead + Send>,
    format: InputFormat,
}

impl Origin {
    /// Finds what the command line names, and what form it has. Waits for a pipe's first bytes.
    pub(crate) fn find(args: &PutArgs) -> Result<Self> {
        if let Some(record) = &args.record {
            return Ok(Self::Again(Source::new("--record", 0, Content::Text(record.clone()))));
        }
        let file = args.file.as_deref().filter(|path| *path != Path::new("-"));
        match file {
            Some(path) => Self::of_path(path, args.input_format),
            None if args.file.is_none() && io::stdin().is_terminal() => {
                Err(Failure::wrong_use("there is nothing to put")
                    .hint("name a file, pipe records in, or give one with `--record '{…}'`; `-` reads what you type"))
            }
            None => Self::of_pipe("stdin", Box::new(BufReader::new(io::stdin())), args.input_format),
        }
    }

    /// What a path names.
    pub(crate) fn of_path(path: &Path, format: Option<InputFormat>) -> Result<Self> {
        let name = path.display().to_string();
        let unreadable = |error: io::Error| Failure::io(format!("could not read {name}"), &error);
        let about = fs::metadata(path).map_err(unreadable)?;
        if about.is_dir() {
            return Err(Failure::failed(format!("{name} is a folder, not a file of records"))
                .hint("name a file in it"));
        }
        let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
        if !about.is_file() {
            return Self::of_pipe(&name, Box::new(file), format);
        }
        let start = file.fill_buf().map_err(unreadable)?;
        if start.is_empty() {
            return Err(empty(&name));
        }
        let format =
            format.or_else(|| sniff::by_name(path)).unwrap_or_else(|| sniff::by_content(start));
        Ok(Self::Again(Source::new(&name, about.len(), Content::of(format, path.into()))))
    }

    fn of_pipe(
        name: &str,
        mut reader: Box<dyn BufRead + Send>,
        format: Option<InputFormat>,
    ) -> Result<Self> {
        let start = reader
            .fill_buf()
            .map_err(|error| Failure::io(format!("could not read {name}"), &error))?;
        if start.is_empty() {
            return Err(empty(name));
        }
        let format = format.unwrap_or_else(|| sniff::by_content(start));
        let pipe = Pipe { name: name.into(), reader, format };
        match format {
            InputFormat::Jsonl | InputFormat::Json => Ok(Self::Once(pipe)),
            InputFormat::Csv | InputFormat::Parquet | InputFormat::Arrow => {
                pipe.spool().map(Self::Again)
            }
        }
    }
}

impl Pipe {
    /// Its records as they come.
    pub(crate) fn entries(self) -> Entries {
        match self.format {
            InputFormat::Json => json::array(&self.name, self.reader, Meter::default()),
            _ => json::lines(&self.name, self.reader, Meter::default()),
        }
    }

    /// Reads all of it into a temporary file, which can be read again.
    pub(crate) fn spool(mut self) -> Result<Source> {
        narrate(format!(
            "note: reading {} into a temporary file first, to read it more than once",
            self.name
        ));
        let failed = |error| Failure::io("could not write a temporary file", &error);
        let mut file = tempfile::NamedTempFile::new().map_err(failed)?;
        let bytes = io::copy(&mut self.reader, &mut file).map_err(failed)?;
        let path = file.into_temp_path();
        let content = Content::of(self.format, path.to_path_buf());
        Ok(Source { _spool: Some(path), ..Source::new(&self.name, bytes, content) })
    }
}

impl Content {
    fn of(format: InputFormat, path: PathBuf) -> Self {
        match format {
            InputFormat::Jsonl => Self::Lines(path),
            InputFormat::Json => Self::Array(path),
            InputFormat::Csv => Self::Csv(path),
            InputFormat::Parquet => Self::Parquet(path),
            InputFormat::Arrow => Self::Arrow(path),
        }
    }
}

impl Source {
    fn new(name: &str, bytes: u64, content: Content) -> Self {
        Self { name: name.into(), bytes, content, _spool: None }
    }

    /// Learns what its columns hold where it does not say so itself; the types of `known` columns
    /// are taken for granted.
    pub(crate) fn learn(&mut self, known: &Schema) -> Result {
        if let Content::Csv(path) = &self.content {
            self.content = Content::Learned(Csv::learn(path, known)?);
        }
        Ok(())
    }

    /// Its records, from the first on; `meter` counts the bytes that were read.
    pub(crate) fn entries(&self, meter: Meter) -> Result<Entries> {
        let name = &self.name;
        match &self.content {
            Content::Text(text) => Ok(json::one(text)),
            Content::Lines(path) => Ok(json::lines(name, self.opened(path)?, meter)),
            Content::Array(path) => Ok(json::array(name, self.opened(path)?, meter)),
            Content::Csv(path) => Csv::learn(path, &Schema::empty())?.entries(meter),
            Content::Learned(csv) => csv.entries(meter),
            Content::Parquet(_) | Content::Arrow(_) => {
                let columns = self.columns()?;
                columns.map(Columns::entries).ok_or_else(|| empty(name))
            }
        }
    }

    /// Its batches, where it comes in columns.
    pub(crate) fn columns(&self) -> Result<Option<Columns>> {
        let file = |path: &Path| self.opened(path).map(BufReader::into_inner);
        match &self.content {
            Content::Parquet(path) => parquet::open(&self.name, file(path)?).map(Some),
            Content::Arrow(path) => arrow::open(&self.name, file(path)?).map(Some),
            _ => Ok(None),
        }
    }

    /// Has all of it decoded by a child first, where it comes in columns: their decoders may panic, never end, or take
    /// all memory, at a file that is made for that.
    ///
    /// All of it, before anything is put: so of a file that is damaged at its end nothing is put, as of one that does not
    /// fit. It costs decoding once more, which is little beside writing.
    pub(crate) async fn screen(&self, screens: &Pool) -> Result {
        let (path, format) = match &self.content {
            Content::Parquet(path) => (path, InputFormat::Parquet),
            Content::Arrow(path) => (path, InputFormat::Arrow),
            _ => return Ok(()),
        };
        let path = path.as_os_str().to_owned();
        match screens.judge(Request::Import { path, format }).await {
            Ok(Verdict::Harmless) => Ok(()),
            Ok(Verdict::Harmful(reason)) => {
                Err(Failure::failed(format!("{} was not read: {reason}", self.name))
                    .hint("nothing was put. Write the file again with the program that made it"))
            }
            Err(error) => Err(Failure::io(
                format!("could not try to read {} in another process", self.name),
                &error,
            )),
        }
    }

    /// An error for an input without a record.
    pub(crate) fn empty(&self) -> Failure {
        empty(&self.name)
    }

    fn opened(&self, path: &Path) -> Result<BufReader<File>> {
        let file = File::open(path)
            .map_err(|error| Failure::io(format!("could not read {}", self.name), &error))?;
        Ok(BufReader::with_capacity(READ_BYTES, file))
    }
}

/// Decodes all of a file that comes in columns and throws it away; calls `going` after each batch, and stops where that
/// says so. An error is none to tell here: whoever reads the file comes upon it as well.
pub(crate) fn try_all(path: &Path, format: InputFormat, going: impl Fn() -> bool) -> Verdict {
    let source = Source::new("the file", 0, Content::of(format, path.into()));
    let Ok(Some(columns)) = source.columns() else { return Verdict::Harmless };
    for batch in columns {
        let Ok(batch) = batch else { return Verdict::Harmless };
        let columns = batch.columns().iter();
        let invalid = columns.filter_map(|column| column.to_data().validate_full().err());
        if let Some(error) = invalid.into_iter().next() {
            return Verdict::Harmful(format!("it holds what is no value: {error}"));
        }
        if !going() {
            break;
        }
    }
    Verdict::Harmless
}

/// The error for an input without a record.
pub(super) fn empty(name: &str) -> Failure {
    Failure::failed(format!("{name} is empty: there is no record in it"))
}
