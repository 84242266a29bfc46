//! What a bucket takes on disk, as lines to read.

use crate::tui::data::Fault;
use crate::tui::effect::BucketId;
use crate::tui::input::Motion;
use crate::tui::text::quantity::{bytes, counted, grouped, percent};
use crate::{Advice, AdviceKind, BucketStorage, IndexInfo, VersionBytes};

/// Cells of the bar of a column's share.
const BAR: u64 = 10;

/// The storage of a bucket that is looked at.
#[derive(Debug)]
pub(crate) struct Storage {
    pub(crate) bucket: BucketId,
    /// What was found; none until it is there.
    pub(crate) found: Option<Result<Box<BucketStorage>, Fault>>,
    /// The first line in view.
    pub(crate) top: u64,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StorageLine {
    /// What the next ones are about.
    Heading(&'static str),
    /// Something that is worth doing: the key that does it, where one does, and why.
    Advice { key: Option<&'static str>, text: String },
    /// A name, its size, and what else there is to say.
    Part { name: String, size: String, more: String },
    /// A sentence.
    Note(String),
}

impl Storage {
    /// The look at a bucket, of which nothing is known yet.
    pub(crate) fn of(bucket: BucketId) -> Self {
        Self { bucket, found: None, top: 0 }
    }

    /// Its lines, as far as they are known.
    pub(crate) fn lines(&self) -> Vec<StorageLine> {
        match &self.found {
            None => vec![StorageLine::Note("looking …".into())],
            Some(Err(fault)) => vec![StorageLine::Note(format!("✗ {}", fault.message))],
            Some(Ok(storage)) => lines(storage),
        }
    }

    /// Moves the view.
    pub(crate) fn step(&mut self, motion: Motion, height: u64) {
        let page = height.saturating_sub(1).max(1);
        self.top = match motion {
            Motion::Up => self.top.saturating_sub(1),
            Motion::Down => self.top.saturating_add(1),
            Motion::PageUp => self.top.saturating_sub(page),
            Motion::PageDown => self.top.saturating_add(page),
            Motion::Home => 0,
            Motion::End => u64::MAX,
            Motion::Left | Motion::Right => self.top,
        };
        self.fit(height);
    }

    /// Keeps the view within the lines.
    pub(crate) fn fit(&mut self, height: u64) {
        let last = (self.lines().len() as u64).saturating_sub(height.max(1));
        self.top = self.top.min(last);
    }
}

/// Bytes of all that lies there.
pub(crate) fn in_all(storage: &BucketStorage) -> u64 {
    let BucketStorage { data_bytes, deletion_bytes, index_bytes, .. } = storage;
    let rest = storage.older_bytes + storage.manifest_bytes + storage.wal_bytes;
    data_bytes + deletion_bytes + index_bytes + rest
}

fn lines(storage: &BucketStorage) -> Vec<StorageLine> {
    let mut lines: Vec<StorageLine> = storage.advice.iter().map(advice).collect();
    if storage.advice.is_empty() {
        lines.push(StorageLine::Note("nothing needs doing".into()));
    }
    lines.push(StorageLine::Heading("what lies there"));
    lines.extend(parts(storage));
    if !storage.columns.is_empty() {
        lines.push(StorageLine::Heading("columns"));
        lines.extend(columns(storage));
    }
    if !storage.indices.is_empty() {
        lines.push(StorageLine::Heading("indices"));
        lines.extend(storage.indices.iter().map(index));
    }
    if !storage.versions.is_empty() {
        lines.push(StorageLine::Heading("versions, and what goes with each alone"));
        lines.extend(storage.versions.iter().map(version));
    }
    if storage.versions_left_out > 0 {
        let more = counted(storage.versions_left_out, "older version");
        lines.push(StorageLine::Note(format!("{more} not looked at")));
    }
    lines
}

/// What to do, and the key that does it here, if it does just that; else the command.
fn advice(advice: &Advice) -> StorageLine {
    let Advice { what, why, command } = advice;
    // A command that says more than the topic and the bucket does something else than the key.
    let is_plain = command.matches(" --").count() <= usize::from(command.contains(" --bucket"));
    let key = match what {
        AdviceKind::Flush => Some("F"),
        AdviceKind::Compact => Some("C"),
        AdviceKind::CleanUp => Some("c"),
        _ => None,
    };
    match key.filter(|_| is_plain) {
        Some(key) => StorageLine::Advice { key: Some(key), text: why.clone() },
        None => StorageLine::Advice { key: None, text: format!("{why}: `{command}`") },
    }
}

fn part(name: &str, size: u64, more: String) -> StorageLine {
    StorageLine::Part { name: name.into(), size: bytes(size), more }
}

fn parts(storage: &BucketStorage) -> Vec<StorageLine> {
    let fragments = storage.fragments;
    let small = match fragments.small {
        0 => String::new(),
        small => {
            format!(", {} small ones could be {}", grouped(small), grouped(fragments.would_become))
        }
    };
    let deleted = match fragments.deleted {
        0 => String::new(),
        deleted => format!(", {} in them", counted(deleted, "deleted record")),
    };
    let records = counted(storage.records, "record");
    let data = format!("{records} in {}{small}{deleted}", counted(fragments.count, "fragment"));
    let buffered = counted(storage.buffer_count, "buffered record");
    let mut parts = vec![part("data", storage.data_bytes, data)];
    for (name, size) in [("deletions", storage.deletion_bytes), ("indices", storage.index_bytes)] {
        if size > 0 {
            parts.push(part(name, size, String::new()));
        }
    }
    let older = "files that only older versions, or none, need".into();
    parts.push(part("older", storage.older_bytes, older));
    let manifests = "the lists of files of all versions".into();
    parts.push(part("manifests", storage.manifest_bytes, manifests));
    parts.push(part("log", storage.wal_bytes, buffered));
    parts
}

fn columns(storage: &BucketStorage) -> Vec<StorageLine> {
    let all: u64 = storage.columns.iter().map(|column| column.bytes).sum();
    let line = |column: &crate::ColumnBytes| {
        let full = column.bytes.saturating_mul(BAR).div_ceil(all.max(1)).min(BAR);
        let bar: String = (0..BAR).map(|cell| if cell < full { '█' } else { '░' }).collect();
        let more = format!("{bar} {:>7}  {}", percent(column.bytes, all), column.r#type);
        part(&column.column, column.bytes, more)
    };
    let mut lines: Vec<StorageLine> = storage.columns.iter().map(line).collect();
    if storage.files_read < storage.files {
        let (read, all) = (grouped(storage.files_read), counted(storage.files, "file"));
        lines.push(StorageLine::Note(format!("worked out from {read} of {all}")));
    }
    lines
}

fn index(index: &IndexInfo) -> StorageLine {
    let metric = index.metric.map_or_else(String::new, |metric| format!(", {}", metric.name()));
    let open = match index.open {
        0 => String::new(),
        open => format!(", {} not covered", grouped(open)),
    };
    let covered = counted(index.covered, "record");
    let more = format!("{}{metric} over {}: {covered}{open}", index.kind, index.column);
    part(&index.name, index.bytes, more)
}

fn version(version: &VersionBytes) -> StorageLine {
    let came = version.added_bytes.map_or_else(String::new, |added| format!(" +{}", bytes(added)));
    let tags = match version.tags.join(" ") {
        tags if tags.is_empty() => tags,
        tags => format!("  {tags}"),
    };
    let more = format!("{}{came}{tags}", version.operation);
    let size = version.only_here_bytes.map_or_else(|| "?".to_owned(), bytes);
    StorageLine::Part { name: format!("v {}", grouped(version.version)), size, more }
}
