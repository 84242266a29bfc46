//! One record of an input, and where it stands there.

use std::fmt;

use crate::JsonObject;
use crate::cli::failure::Result;

/// The records of an input one by one; after an error nothing comes any more.
pub(crate) type Entries = Box<dyn Iterator<Item = Result<Entry>> + Send>;

/// What stands in one place of an input.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Where.
    pub(crate) place: Place,
    /// Bytes that it takes there, roughly.
    pub(crate) bytes: usize,
    /// The record, or why it is none.
    pub(crate) record: Result<JsonObject, Unreadable>,
}

/// A place that holds no record.
#[derive(Debug)]
pub(crate) struct Unreadable {
    /// Why.
    pub(crate) reason: String,
    /// What stands there.
    pub(crate) text: String,
}

/// A place in an input, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A line of text, where a record starts.
    Line(u64),
    /// A line and a column of text, where something is wrong.
    Column(u64, u64),
    /// A record of a format without lines.
    Record(u64),
    /// The whole input, which is one record.
    Whole,
}

impl Place {
    /// The place within a named input: `movies.jsonl, line 12`.
    pub(crate) fn of(self, input: &str) -> String {
        match self {
            Self::Whole => input.to_owned(),
            place => format!("{input}, {place}"),
        }
    }

    /// Its number.
    pub(crate) fn number(self) -> u64 {
        match self {
            Self::Line(number) | Self::Column(number, _) | Self::Record(number) => number,
            Self::Whole => 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Column(line, column) => write!(f, "line {line}, column {column}"),
            Self::Record(record) => write!(f, "record {record}"),
            Self::Whole => f.write_str("the record"),
        }
    }
}

/// Entries from rows that are records already.
pub(super) fn of_rows(
    rows: impl Iterator<Item = JsonObject>,
    first: u64,
    bytes: usize,
) -> Vec<Entry> {
    let places = (first..).map(Place::Record);
    places.zip(rows).map(|(place, record)| Entry { place, bytes, record: Ok(record) }).collect()
}
