//! Positions: what a reader has seen of a bucket, and of a topic.

use std::fmt;
use std::str::FromStr;

use super::error::{Error, Result};

/// Where a stream stands in each bucket: all records with a smaller offset are delivered.
///
/// Its text form is `bucket:offset`, joined by commas: `0:1024,1:998`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor(Vec<(u32, u64)>);

impl Cursor {
    /// The next offset of a bucket, where the cursor names one.
    pub fn get(&self, bucket: u32) -> Option<u64> {
        self.0.iter().find(|(b, _)| *b == bucket).map(|(_, offset)| *offset)
    }

    /// Sets the next offset of a bucket.
    pub fn set(&mut self, bucket: u32, offset: u64) {
        match self.0.iter_mut().find(|(b, _)| *b == bucket) {
            Some(entry) => entry.1 = offset,
            None => self.0.push((bucket, offset)),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (bucket, offset)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{bucket}:{offset}")?;
        }
        Ok(())
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::InvalidOption {
            option: "cursor",
            value: format!("{text:?}"),
            reason: "a cursor is `bucket:offset` for each bucket, such as `0:1024,1:998`".into(),
        };
        let mut cursor = Self::default();
        for part in text.split(',').filter(|part| !part.is_empty()) {
            let (bucket, offset) = part.split_once(':').ok_or_else(wrong)?;
            let bucket = bucket.parse().map_err(|_| wrong())?;
            if cursor.get(bucket).is_some() {
                return Err(wrong());
            }
            cursor.set(bucket, offset.parse().map_err(|_| wrong())?);
        }
        Ok(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_from_its_text() {
        for text in ["", "0:0", "0:1024,1:998", "3:18446744073709551615"] {
            assert_eq!(text.parse::<Cursor>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_malformed_cursor_is_refused() {
        for text in ["1024", "0:", ":1", "0:-1", "0:1,0:2", "a:b", "0:1;1:2"] {
            assert!(text.parse::<Cursor>().is_err(), "{text:?} was accepted");
        }
    }
}
