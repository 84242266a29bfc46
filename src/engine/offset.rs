//! Positions: what a reader has seen of a bucket, and of a topic.

use std::fmt;
use std::str::FromStr;

use super::error::{Error, Result};

/// Where a stream stands in a bucket: all rows with a smaller offset are delivered, and all records
/// of the log below the log position.
///
/// One number is not enough while records that are still buffered were delivered: a row that
/// another program appends before their flush takes the offset that they seemed to have.
/// Its text form is the offset, followed by `+` and the log position where there is one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    /// The next row's offset.
    pub offset: u64,
    /// The next buffered record's log position, where records behind the table were delivered.
    pub lsn: Option<u64>,
}

/// Where a stream stands in each bucket.
///
/// Its text form is `bucket:position`, joined by commas: `0:1024,1:998`, `0:1024+1030`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor(Vec<(u32, Position)>);

impl Cursor {
    /// The position in a bucket, where the cursor names one.
    pub fn get(&self, bucket: u32) -> Option<Position> {
        self.0.iter().find(|(b, _)| *b == bucket).map(|(_, position)| *position)
    }

    /// The buckets that the cursor names.
    pub fn buckets(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().map(|(bucket, _)| *bucket)
    }

    /// Sets the position in a bucket.
    pub fn set(&mut self, bucket: u32, position: Position) {
        match self.0.iter_mut().find(|(b, _)| *b == bucket) {
            Some(entry) => entry.1 = position,
            None => self.0.push((bucket, position)),
        }
    }
}

impl From<u64> for Position {
    fn from(offset: u64) -> Self {
        Self { offset, lsn: None }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.lsn {
            Some(lsn) => write!(f, "{}+{lsn}", self.offset),
            None => write!(f, "{}", self.offset),
        }
    }
}

impl FromStr for Position {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (offset, lsn) = match text.split_once('+') {
            Some((offset, lsn)) => (offset, Some(lsn.parse()?)),
            None => (text, None),
        };
        Ok(Self { offset: offset.parse()?, lsn })
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (bucket, position)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{bucket}:{position}")?;
        }
        Ok(())
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || {
            Error::InvalidOption {
            option: "cursor",
            value: format!("{text:?}"),
            reason: "a cursor is `bucket:offset` for each bucket, such as `0:1024,1:998`, with `+` and a log position where buffered records were read".into(),
        }
        };
        let mut cursor = Self::default();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (bucket, position) = part.split_once(':').ok_or_else(wrong)?;
            let bucket = bucket.parse().map_err(|_| wrong())?;
            if cursor.get(bucket).is_some() {
                return Err(wrong());
            }
            cursor.set(bucket, position.parse().map_err(|_| wrong())?);
        }
        Ok(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_from_its_text() {
        for text in ["", "0:0", "0:1024,1:998", "0:1024+1030,2:7", "3:18446744073709551615"] {
            assert_eq!(text.parse::<Cursor>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_malformed_cursor_is_refused() {
        for text in
            ["1024", "0:", ":1", "0:-1", "0:1+", "0:+1", "0:1+2+3", "0:1,0:2", "a:b", "0:1;1:2"]
        {
            assert!(text.parse::<Cursor>().is_err(), "{text:?} was accepted");
        }
    }
}
