//! JSON Lines and JSON arrays.

use std::io::BufRead;

use super::entry::{Entries, Entry, Place, Unreadable};
use super::meter::{Meter, Metered};
use crate::cli::failure::{Failure, Result};
use crate::{JsonArray, JsonLines, Located, ReadError, parse_record};

/// The records of JSON Lines.
pub(super) fn lines(name: &str, reader: impl BufRead + Send + 'static, meter: Meter) -> Entries {
    let records = JsonLines::new(Metered::new(reader, meter.clone()));
    entries(name, records, meter)
}

/// The elements of a JSON array.
pub(super) fn array(name: &str, reader: impl BufRead + Send + 'static, meter: Meter) -> Entries {
    let records = JsonArray::new(Metered::new(reader, meter.clone()));
    entries(name, records, meter)
}

/// One record that was given as text.
pub(super) fn one(text: &str) -> Entries {
    let record = parse_record(text)
        .map_err(|error| Unreadable { reason: error.to_string(), text: text.to_owned() });
    Box::new(std::iter::once(Ok(Entry { place: Place::Whole, bytes: text.len(), record })))
}

fn entries(
    name: &str,
    records: impl Iterator<Item = Result<Located, ReadError>> + Send + 'static,
    meter: Meter,
) -> Entries {
    let name = name.to_owned();
    let mut before = 0;
    Box::new(records.map(move |record| {
        let after = meter.bytes();
        let bytes = usize::try_from(after - before).unwrap_or(usize::MAX);
        before = after;
        entry(&name, record, bytes)
    }))
}

fn entry(name: &str, record: Result<Located, ReadError>, bytes: usize) -> Result<Entry> {
    match record {
        Ok(Located { line, record }) => {
            Ok(Entry { place: Place::Line(line), bytes, record: Ok(record) })
        }
        Err(ReadError::Record { error, text }) => Ok(Entry {
            place: Place::Column(error.line, error.column),
            bytes,
            record: Err(Unreadable {
                reason: error.reason.to_string(),
                text: String::from_utf8_lossy(&text).into_owned(),
            }),
        }),
        Err(ReadError::Array { error }) => Err(Failure::failed(format!("{name}, {error}"))),
        Err(ReadError::Io { source }) => {
            Err(Failure::io(format!("could not read {name}"), &source))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &'static str) -> Vec<Entry> {
        lines("t.jsonl", text.as_bytes(), Meter::default()).map(|entry| entry.unwrap()).collect()
    }

    #[test]
    fn every_line_is_known_by_its_number_and_its_size() {
        let found: Vec<_> =
            read("{\"a\":1}\n\n{\"a\":22}\n").iter().map(|e| (e.place, e.bytes)).collect();
        assert_eq!(found, [(Place::Line(1), 8), (Place::Line(3), 10)]);
    }

    #[test]
    fn a_line_that_is_no_record_keeps_its_text_and_the_next_is_read() {
        let found = read("{\"a\":}\n{\"a\":2}\n");
        assert_eq!(found[0].place, Place::Column(1, 6));
        assert_eq!(found[0].record.as_ref().unwrap_err().text, "{\"a\":}");
        assert!(found[1].record.is_ok());
    }

    #[test]
    fn an_array_that_breaks_off_ends_in_a_failure() {
        let mut found = array("t.json", "[{\"a\":1},".as_bytes(), Meter::default());
        assert!(found.next().unwrap().is_ok());
        assert!(found.next().unwrap().is_err());
        assert!(found.next().is_none());
    }
}
