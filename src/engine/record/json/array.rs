//! The elements of one JSON array, one by one.

use std::io::{self, BufRead};

use super::error::{JsonError, JsonReason, ReadError};
use super::lines::{BYTE_ORDER_MARK, MAX_RECORD_BYTES, parse_bytes};
use super::parse::Located;

/// Reads the records of a JSON array one by one.
///
/// An element that is no record is an error with its place and its text; the next call goes on
/// after it. After the array itself turns out broken, nothing comes any more.
/// Cost: one element of memory, at most 64 MiB; a longer one is skipped and refused.
#[derive(Debug)]
pub struct JsonArray<R> {
    reader: R,
    position: Position,
    bytes: Vec<u8>,
    limit: usize,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the bracket that opens the array.
    Start,
    /// After that bracket.
    First,
    /// After a comma.
    Next,
    /// After the bracket that closes the array.
    End,
    /// Nothing comes any more.
    Done,
}

impl<R: BufRead> JsonArray<R> {
    /// Starts before the array.
    pub fn new(reader: R) -> Self {
        Self {
            reader,
            position: Position { line: 1, column: 1 },
            bytes: Vec::new(),
            limit: MAX_RECORD_BYTES,
            state: State::Start,
        }
    }

    fn next_record(&mut self) -> Result<Option<Located>, ReadError> {
        if self.state == State::Start {
            self.open()?;
        }
        if self.state == State::End {
            return self.end();
        }
        let first = self.significant()?.ok_or_else(|| self.broken("the array is cut short"))?;
        if first == b']' && self.state == State::First {
            self.state = State::End;
            return self.end();
        }
        let start = self.position.back();
        self.read_element(first)?;
        self.parse(start).map(Some)
    }

    fn open(&mut self) -> Result<(), ReadError> {
        let mut first = self.significant()?;
        for byte in BYTE_ORDER_MARK {
            if first == Some(*byte) {
                first = self.significant()?;
            }
        }
        match first {
            Some(b'[') => {
                self.state = State::First;
                Ok(())
            }
            _ => Err(self.broken("expected an array")),
        }
    }

    fn end(&mut self) -> Result<Option<Located>, ReadError> {
        match self.significant()? {
            None => Ok(None),
            Some(_) => Err(self.broken("expected nothing after the array")),
        }
    }

    /// Reads on to the comma or bracket that ends the element.
    fn read_element(&mut self, first: u8) -> Result<(), ReadError> {
        self.bytes.clear();
        let mut scan = Scan::default();
        if scan.is_end(first) {
            return Err(self.broken("expected an element"));
        }
        self.bytes.push(first);
        loop {
            let buffer = fill(&mut self.reader)?;
            if buffer.is_empty() {
                return Err(self.broken("the array is cut short"));
            }
            let end = buffer.iter().position(|byte| scan.is_end(*byte));
            let (element, rest) = buffer.split_at(end.unwrap_or(buffer.len()));
            let end = rest.first().copied();
            // One byte more than allowed shows that it is too long.
            let room = (self.limit + 1).saturating_sub(self.bytes.len());
            self.bytes.extend(element.iter().take(room));
            element.iter().chain(&end).for_each(|byte| self.position.pass(*byte));
            let read = element.len() + usize::from(end.is_some());
            self.reader.consume(read);
            if let Some(end) = end {
                self.state = if end == b',' { State::Next } else { State::End };
                return Ok(());
            }
        }
    }

    fn parse(&mut self, start: Position) -> Result<Located, ReadError> {
        if self.bytes.len() > self.limit {
            self.bytes.clear();
            let reason = JsonReason::TooLong { limit: self.limit };
            return Err(ReadError::Record { error: start.error(reason), text: Vec::new() });
        }
        match parse_bytes(&self.bytes) {
            Ok(record) => Ok(Located { line: start.line, record }),
            Err(error) => {
                Err(ReadError::Record { error: start.offset(error), text: self.bytes.clone() })
            }
        }
    }

    /// Reads the next byte that is no space.
    fn significant(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            let buffer = fill(&mut self.reader)?;
            let Some(byte) = buffer.first().copied() else {
                return Ok(None);
            };
            self.reader.consume(1);
            self.position.pass(byte);
            if !byte.is_ascii_whitespace() {
                return Ok(Some(byte));
            }
        }
    }

    fn broken(&self, message: &str) -> ReadError {
        let reason = JsonReason::Syntax { message: message.to_owned() };
        ReadError::Array { error: self.position.error(reason) }
    }
}

impl<R: BufRead> Iterator for JsonArray<R> {
    type Item = Result<Located, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Done {
            return None;
        }
        let next = self.next_record().transpose();
        if matches!(next, None | Some(Err(ReadError::Array { .. } | ReadError::Io { .. }))) {
            self.state = State::Done;
        }
        next
    }
}

fn fill(reader: &mut impl BufRead) -> Result<&[u8], ReadError> {
    reader.fill_buf().map_err(|source: io::Error| ReadError::Io { source })
}

/// A place in a text, from 1; columns are bytes.
#[derive(Debug, Clone, Copy)]
struct Position {
    line: u64,
    column: u64,
}

impl Position {
    fn pass(&mut self, byte: u8) {
        if byte == b'\n' {
            *self = Self { line: self.line + 1, column: 1 };
        } else {
            self.column += 1;
        }
    }

    /// Returns the place of the byte that was just passed, which did not end a line.
    fn back(self) -> Self {
        Self { column: self.column - 1, ..self }
    }

    fn error(self, reason: JsonReason) -> JsonError {
        JsonError { line: self.line, column: self.column, reason }
    }

    /// Moves an error that was found in a text which starts here.
    fn offset(self, error: JsonError) -> JsonError {
        let column = if error.line > 1 { error.column } else { self.column + error.column - 1 };
        JsonError { line: self.line + error.line.saturating_sub(1), column, reason: error.reason }
    }
}

/// Finds the end of an element without parsing it.
#[derive(Debug, Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    is_escaped: bool,
}

impl Scan {
    /// Takes the next byte, and tells whether it is the comma or bracket after the element.
    fn is_end(&mut self, byte: u8) -> bool {
        if self.in_string {
            self.in_string = self.is_escaped || byte != b'"';
            self.is_escaped = byte == b'\\' && !self.is_escaped;
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth > 0 => self.depth -= 1,
            b',' | b']' => return self.depth == 0,
            _ => {}
        }
        false
    }
}
