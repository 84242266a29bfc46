//! Ends the reading of CSV at a record that is too long: a quote left open would take in all that follows.

use std::io::{self, Read};

/// Bytes that one record may have; as in JSON Lines.
const MAX_RECORD_BYTES: u64 = 64 << 20;

/// A reader of CSV that fails within a record of more than 64 MiB.
#[derive(Debug)]
pub(super) struct Bounded<R> {
    reader: R,
    place: Place,
    /// The line on which the record began, from 1.
    begun: u64,
    line: u64,
    bytes: u64,
    limit: u64,
}

/// Where in a record a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A quote would open a quoted field.
    FieldStart,
    Field,
    Quoted,
    /// Behind a quote in a quoted field: its end, or the first of two that stand for one.
    AfterQuote,
}

impl<R> Bounded<R> {
    pub(super) fn new(reader: R) -> Self {
        let limit = MAX_RECORD_BYTES;
        Self { reader, place: Place::FieldStart, begun: 1, line: 1, bytes: 0, limit }
    }

    fn pass(&mut self, byte: u8) {
        self.bytes += 1;
        self.line += u64::from(byte == b'\n');
        self.place = match (self.place, byte) {
            (Place::Quoted, b'"') => Place::AfterQuote,
            (Place::Quoted, _) | (Place::FieldStart | Place::AfterQuote, b'"') => Place::Quoted,
            (_, b'\n' | b'\r') => {
                (self.begun, self.bytes) = (self.line, 0);
                Place::FieldStart
            }
            (_, b',') => Place::FieldStart,
            _ => Place::Field,
        };
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        buffer.iter().take(read).for_each(|byte| self.pass(*byte));
        if self.bytes > self.limit {
            let what = format!(
                "line {}: the record has more than {} MiB; is a quote left open?",
                self.begun,
                self.limit >> 20
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<usize, String> {
        let mut reader = Bounded { limit: 16, ..Bounded::new(text.as_bytes()) };
        let mut read = 0;
        // A byte at a time: a file may come in parts of any length.
        while reader.read(&mut [0]).map_err(|error| error.to_string())? > 0 {
            read += 1;
        }
        Ok(read)
    }

    #[test]
    fn a_record_ends_with_its_line_but_not_within_quotes() {
        assert!(read("a,b\n1,\"two\nlines\"\n3,5\" wide\n4,\"a \"\"b\"\"\"\n").is_ok());
        let open = read("a,b\n1,\"a quote left open\n2,x\n3,x\n").unwrap_err();
        assert_eq!(open, "line 2: the record has more than 0 MiB; is a quote left open?");
        assert!(read("a,b\n1,much too long without a quote\n").is_err());
    }
}
