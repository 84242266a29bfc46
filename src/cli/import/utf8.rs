//! Ends the reading of CSV at the first byte that is no UTF-8.
//!
//! The CSV reader checks many fields at once, as one text: half a character at the end of a field and the other half at the
//! front of the next one pass, and become texts that are none.

use std::io::{self, Read};

/// A reader of text that fails at what is no UTF-8.
#[derive(Debug)]
pub(super) struct Utf8<R> {
    reader: R,
    /// What was read last, and in front of it the beginning of a character that the read before ended in.
    bytes: Vec<u8>,
    line: usize,
}

impl<R> Utf8<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader, bytes: Vec::new(), line: 1 }
    }

    /// Takes what was read; nothing at the end of the file.
    fn pass(&mut self, read: &[u8]) -> io::Result<()> {
        self.bytes.extend(read);
        let (sound, is_broken) = match std::str::from_utf8(&self.bytes) {
            Ok(text) => (text.len(), false),
            Err(error) => (error.valid_up_to(), error.error_len().is_some() || read.is_empty()),
        };
        self.line += self.bytes.drain(..sound).filter(|byte| *byte == b'\n').count();
        if is_broken {
            let what = format!("line {}: not valid UTF-8", self.line);
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let read = self.reader.read(buffer)?;
        self.pass(buffer.get(..read).unwrap_or_default())?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], at_once: usize) -> Result<usize, String> {
        let mut reader = Utf8::new(bytes);
        let mut buffer = vec![0; at_once];
        let mut all = 0;
        loop {
            match reader.read(&mut buffer).map_err(|error| error.to_string())? {
                0 => return Ok(all),
                read => all += read,
            }
        }
    }

    #[test]
    fn characters_may_be_cut_by_reads_but_not_by_fields() {
        let sound = "a,é\n漢,😀\n";
        for at_once in 1..9 {
            assert_eq!(read(sound.as_bytes(), at_once), Ok(sound.len()));
            let halves = read(b"a,b\n1,\xc3\n\xa9,2\n", at_once);
            assert_eq!(halves, Err("line 2: not valid UTF-8".into()), "{at_once} at once");
            assert!(read(b"a\n\xc3", at_once).is_err(), "{at_once} at once");
        }
    }
}
