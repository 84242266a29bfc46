//! What is read of a manifest without decoding it, whatever bytes it is.

use super::brief::{Brief, read};
use super::wire::{Fields, Value};
use crate::engine::scratch::Scratch;

/// A manifest's file ends with the place of its message and eight more bytes.
const END: usize = 16;
/// A field that no manifest has, and a value.
const UNHEARD_OF: [u8; 4] = [0xc8, 0xbb, 0x01, 7];
/// A transaction in a file of its own: an append.
const APPEND: [u8; 3] = [0xa2, 0x06, 0];

/// What is read does not change with a field that nobody has heard of; with all fields twice, there are twice as many
/// fragments, and the rest is as it was. A file that is asked for besides lies in its folder.
pub(crate) fn manifest(data: &[u8]) {
    let Some(brief) = read_bytes(data) else { return };
    let (before, message, end) = parts(data).expect("it was read, so it has a message");
    let transaction = number_of(message, 23).or_else(|| number_of(message, 21));
    if transaction.is_some_and(|at| section(before, at).is_none()) {
        // It stands in what is changed below.
        return;
    }
    let with = |message: &[&[u8]]| read_bytes(&file(before, &message.concat(), end));
    assert_eq!(with(&[message, &UNHEARD_OF]), Some(brief.clone()));
    assert_eq!(with(&[&UNHEARD_OF, message]), Some(brief.clone()));
    let is_stable = number_of(message, 9).is_some_and(|flags| flags & 2 != 0);
    let rows = brief.rows.saturating_mul(2);
    let twice = Brief {
        rows,
        next_offset: if is_stable { brief.next_offset } else { rows },
        fragments: brief.fragments * 2,
        bytes: brief.bytes.map(|bytes| bytes.saturating_mul(2)),
        ..brief
    };
    assert_eq!(with(&[message, message]), Some(twice));
}

/// The fields of a message, written anew, read as they did.
pub(crate) fn message(data: &[u8]) {
    let Some(fields) = Fields::of(data).collect::<Option<Vec<_>>>() else {
        assert!(Fields::of(data).last() == Some(None), "it ends where it is none");
        return;
    };
    let written: Vec<u8> =
        fields.iter().flat_map(|(number, value)| field(*number, value)).collect();
    assert_eq!(Fields::of(&written).collect::<Option<Vec<_>>>(), Some(fields));
}

fn read_bytes(bytes: &[u8]) -> Option<Brief> {
    let path = Scratch::new().file(bytes);
    read(&path, |name| {
        let leads_out = name.contains('/') || matches!(name, "" | "." | "..");
        assert!(!leads_out, "{name:?} is asked for");
        Some(APPEND.to_vec())
    })
}

/// What stands before a manifest's message, the message, and what ends the file.
fn parts(file: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (rest, end) = file.split_at_checked(file.len().checked_sub(END)?)?;
    let at = u64::from_le_bytes(end.get(..8)?.try_into().ok()?);
    let (before, message) = rest.split_at_checked(usize::try_from(at).ok()?)?;
    Some((before, message.get(4..)?, end))
}

/// What stands at a place, behind its length.
fn section(bytes: &[u8], at: u64) -> Option<&[u8]> {
    let (length, rest) = bytes.get(usize::try_from(at).ok()?..)?.split_at_checked(4)?;
    rest.get(..u32::from_le_bytes(length.try_into().ok()?) as usize)
}

fn file(before: &[u8], message: &[u8], end: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("inputs are short").to_le_bytes();
    [before, &length, message, end].concat()
}

/// The last number of a field.
fn number_of(message: &[u8], wanted: u64) -> Option<u64> {
    let fields = Fields::of(message).flatten();
    fields.filter(|(number, _)| *number == wanted).last()?.1.number()
}

fn field(number: u64, value: &Value<'_>) -> Vec<u8> {
    match value {
        Value::Number(value) => [varint(number << 3), varint(*value)].concat(),
        Value::Bytes(bytes) => {
            [varint(number << 3 | 2), varint(bytes.len() as u64), bytes.to_vec()].concat()
        }
    }
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 0x7f {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}
