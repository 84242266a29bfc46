//! What each column of a data file takes, as the end of the file says, without a row being decoded.
//!
//! Nothing is believed: what does not fit together says nothing, and no more is read than the ends of files may be long.

use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::wire::{Fields, Value, varint};

/// What a file ends with: where the columns are described and where that is listed, where what they share is, the numbers of
/// both, the format's version, and these bytes.
const END: usize = 40;
const MAGIC: &[u8] = b"LANC";
/// A column's place in the list: where it is described, and how long that is.
const PLACE: u64 = 16;
/// Bytes of descriptions that are read: of some hundred thousand pages.
const LONGEST: u64 = 8 << 20;

/// The bytes of each column of a data file, in the file's order. None where it does not say: of a format before 2.0, or
/// damaged. Blocks.
pub(super) fn column_bytes(path: &Path) -> Option<Vec<u64>> {
    // A pipe would have to be opened to find out, and keep whoever does waiting.
    fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let end_at = length.checked_sub(END as u64)?;
    let end = End::of(&part(&mut file, end_at, END as u64)?)?;
    let described = end.listed.checked_add(end.columns.checked_mul(PLACE)?)?;
    let long = described.checked_sub(end.described)?;
    if long > LONGEST || described > end_at {
        return None;
    }
    end.bytes(&part(&mut file, end.described, long)?)
}

fn part(file: &mut File, from: u64, long: u64) -> Option<Vec<u8>> {
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut bytes = Vec::with_capacity(usize::try_from(long).ok()?);
    file.take(long).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 == long).then_some(bytes)
}

/// What the last bytes of a file say.
struct End {
    /// Where the first column is described.
    described: u64,
    /// Where the list of these places begins.
    listed: u64,
    columns: u64,
}

impl End {
    fn of(end: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u64::from_le_bytes(end.get(at..at + 8)?.try_into().ok()?));
        let half = |at: usize| Some(u16::from_le_bytes(end.get(at..at + 2)?.try_into().ok()?));
        let columns = u32::from_le_bytes(end.get(28..32)?.try_into().ok()?);
        let is_known = end.ends_with(MAGIC) && (half(32)?, half(34)?) >= (0, 3);
        let (described, listed) = (number(0)?, number(8)?);
        is_known.then_some(Self { described, listed, columns: columns.into() })
    }

    /// What each column takes, of the bytes from the first description to the end of the list.
    fn bytes(&self, all: &[u8]) -> Option<Vec<u64>> {
        let list = all.get(usize::try_from(self.listed.checked_sub(self.described)?).ok()?..)?;
        let places = list.chunks_exact(PLACE.try_into().ok()?);
        places.map(|place| self.column(all, place)).collect()
    }

    fn column(&self, all: &[u8], place: &[u8]) -> Option<u64> {
        let (from, long) = place.split_at_checked(8)?;
        let from = u64::from_le_bytes(from.try_into().ok()?).checked_sub(self.described)?;
        let from = usize::try_from(from).ok()?;
        let long = usize::try_from(u64::from_le_bytes(long.try_into().ok()?)).ok()?;
        column(all.get(from..from.checked_add(long)?)?)
    }
}

/// The bytes of the buffers of a column, and of its pages.
fn column(described: &[u8]) -> Option<u64> {
    let mut bytes = 0_u64;
    for field in Fields::of(described) {
        let more = match field? {
            (2, page) => buffers(page.bytes()?, 2)?,
            (4, sizes) => sum(sizes)?,
            _ => 0,
        };
        bytes = bytes.saturating_add(more);
    }
    Some(bytes)
}

fn buffers(page: &[u8], number: u64) -> Option<u64> {
    let mut bytes = 0_u64;
    for field in Fields::of(page) {
        let (found, sizes) = field?;
        if found == number {
            bytes = bytes.saturating_add(sum(sizes)?);
        }
    }
    Some(bytes)
}

/// The sum of a list of numbers, packed or one by one.
fn sum(list: Value<'_>) -> Option<u64> {
    let mut packed = match list {
        Value::Number(number) => return Some(number),
        Value::Bytes(packed) => packed,
    };
    let mut sum = 0_u64;
    while !packed.is_empty() {
        let (number, rest) = varint(packed)?;
        (sum, packed) = (sum.saturating_add(number), rest);
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of two columns: one of a page of 7 and 300 bytes, one of a page without bytes and a buffer of its own of 5.
    fn file(minor: u16) -> Vec<u8> {
        let first = [0x12, 7, 0x0a, 0, 0x12, 3, 7, 0xac, 0x02];
        let second = [0x12, 0, 0x22, 1, 5];
        let described = 10_u64;
        let listed = described + (first.len() + second.len()) as u64;
        let place =
            |from: u64, long: usize| [from.to_le_bytes(), (long as u64).to_le_bytes()].concat();
        [
            vec![0; 10],
            first.to_vec(),
            second.to_vec(),
            place(described, first.len()),
            place(described + first.len() as u64, second.len()),
            [described.to_le_bytes(), listed.to_le_bytes(), 0_u64.to_le_bytes()].concat(),
            [0_u32.to_le_bytes(), 2_u32.to_le_bytes()].concat(),
            [0_u16.to_le_bytes(), minor.to_le_bytes()].concat(),
            MAGIC.to_vec(),
        ]
        .concat()
    }

    fn read(bytes: &[u8]) -> Option<Vec<u64>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.lance");
        fs::write(&path, bytes).unwrap();
        column_bytes(&path)
    }

    #[test]
    fn each_columns_buffers_are_summed_up() {
        assert_eq!(read(&file(3)), Some(vec![307, 5]));
        assert_eq!(read(&file(2)), None, "the format before 2.0 says it otherwise");
    }

    #[test]
    fn whatever_byte_is_another_nothing_panics_and_no_more_is_read_than_there_is() {
        let whole = file(3);
        for at in 0..whole.len() {
            for byte in [0, 1, 0x7f, 0xff] {
                let mut bytes = whole.clone();
                bytes[at] = byte;
                let taken = allocation_counter::measure(|| drop(read(&bytes)));
                assert!(taken.bytes_max < 64 << 10, "byte {at} is {byte}: {}", taken.bytes_max);
            }
            drop(read(&whole[..at]));
        }
    }
}
