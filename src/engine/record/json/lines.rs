//! JSON Lines: one record a line.

use std::io::{self, BufRead, Read as _};

use super::error::{JsonError, JsonReason, ReadError};
use super::parse::{Located, parse_record};

/// Bytes that one record may have in a file.
pub(super) const MAX_RECORD_BYTES: usize = 64 << 20;

/// The mark that some programs put at the start of a file to say that it is UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads the records of JSON Lines one by one; empty lines do not count.
///
/// A line that is no record is an error with its line and its text; the next call goes on after
/// it. After the system failed to read, nothing comes any more.
/// Cost: one line of memory, at most 64 MiB; a longer line is skipped and refused.
#[derive(Debug)]
pub struct JsonLines<R> {
    reader: R,
    line: u64,
    bytes: Vec<u8>,
    limit: usize,
    is_done: bool,
}

impl<R: BufRead> JsonLines<R> {
    /// Starts at the first line.
    pub fn new(reader: R) -> Self {
        Self { reader, line: 0, bytes: Vec::new(), limit: MAX_RECORD_BYTES, is_done: false }
    }

    fn next_record(&mut self) -> Result<Option<Located>, ReadError> {
        loop {
            let read = read_line(&mut self.reader, &mut self.bytes, self.limit);
            let read = read.map_err(|source| ReadError::Io { source })?;
            self.line += 1;
            match read {
                Line::End => return Ok(None),
                Line::TooLong => {
                    self.bytes.clear();
                    return Err(self.refuse(1, JsonReason::TooLong { limit: self.limit }));
                }
                Line::Whole => {}
            }
            if self.line == 1 && self.bytes.starts_with(BYTE_ORDER_MARK) {
                self.bytes.drain(..BYTE_ORDER_MARK.len());
            }
            if !self.bytes.trim_ascii().is_empty() {
                return self.parse().map(Some);
            }
        }
    }

    fn parse(&mut self) -> Result<Located, ReadError> {
        match parse_bytes(&self.bytes) {
            Ok(record) => Ok(Located { line: self.line, record }),
            Err(error) => Err(self.refuse(error.column, error.reason)),
        }
    }

    fn refuse(&mut self, column: u64, reason: JsonReason) -> ReadError {
        let error = JsonError { line: self.line, column, reason };
        ReadError::Record { error, text: self.bytes.clone() }
    }
}

impl<R: BufRead> Iterator for JsonLines<R> {
    type Item = Result<Located, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_done {
            return None;
        }
        let next = self.next_record().transpose();
        self.is_done = matches!(next, None | Some(Err(ReadError::Io { .. })));
        next
    }
}

/// Parses the bytes of one record.
pub(super) fn parse_bytes(bytes: &[u8]) -> Result<super::JsonObject, JsonError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse_record(text),
        Err(error) => {
            let column = error.valid_up_to() as u64 + 1;
            Err(JsonError { line: 1, column, reason: JsonReason::InvalidUtf8 })
        }
    }
}

enum Line {
    Whole,
    /// More bytes than allowed; the rest was skipped.
    TooLong,
    End,
}

/// Reads one line without its end, and never more than `limit` bytes of it into memory.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>, limit: usize) -> io::Result<Line> {
    line.clear();
    let with_end = limit as u64 + 1;
    if reader.by_ref().take(with_end).read_until(b'\n', line)? == 0 {
        return Ok(Line::End);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() > limit {
        reader.skip_until(b'\n')?;
        return Ok(Line::TooLong);
    }
    Ok(Line::Whole)
}
