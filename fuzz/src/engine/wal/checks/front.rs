//! Frames, headers of segments and the base: what is read reads back, and what is damaged is not read.

use std::fs;

use super::samples::HOME;
use crate::engine::scratch::Scratch;
use crate::engine::wal::LogPlace;
use crate::engine::wal::base::{Base, read_base, write_base};
use crate::engine::wal::frame::{
    ALIGNMENT, HEADER, Home, Step, claimed, claimed_rows, marks, read, size,
};
use crate::engine::wal::header::{Header, HeaderError};

/// Where the checksum of a frame lies, by `docs/format.md`.
const FRAME_CRC: usize = 40;
/// The header of a segment in front of its schema, and where the schema's length lies in it.
const FIXED: usize = 40;
const SCHEMA_LENGTH: usize = 12;

/// Puts a checksum at a place, if there is room.
pub(super) fn put_crc(bytes: &mut [u8], at: usize, crc: u32) {
    if let Some(place) = bytes.get_mut(at..at + 4) {
        place.copy_from_slice(&crc.to_le_bytes());
    }
}

/// Gives the frame at the front of `bytes` the checksum that it should have.
pub(super) fn seal(home: Home, at: u64, bytes: &mut [u8]) {
    let Some(length) = bytes.get(4..8).and_then(|length| length.try_into().ok()) else { return };
    let length = u32::from_le_bytes(length) as usize;
    let (Some(header), Some(payload)) =
        (bytes.get(..FRAME_CRC), bytes.get(HEADER..).and_then(|payload| payload.get(..length)))
    else {
        return;
    };
    let (first, at) = (home.first.to_le_bytes(), at.to_le_bytes());
    let covered = [home.log.as_bytes().as_slice(), &first, &at, header, payload];
    let crc = covered.iter().fold(0, |crc, part| crc32c::crc32c_append(crc, part));
    put_crc(bytes, FRAME_CRC, crc);
}

/// A frame that is read says what its bytes say, is incomplete wherever it is cut, and none with a flipped bit.
pub(crate) fn frame(data: &[u8]) {
    let Some((front, bytes)) = data.split_first_chunk::<3>() else { return };
    let (at, bit) =
        (u64::from(front[0]) * 8, usize::from(u16::from_le_bytes([front[1], front[2]])));
    let mut bytes = bytes.to_vec();
    read_frame(at, &bytes, bit);
    // Hardly any input comes with a sound checksum.
    seal(HOME, at, &mut bytes);
    read_frame(at, &bytes, bit);
}

fn read_frame(at: u64, bytes: &[u8], bit: usize) {
    let Step::Frame(frame, payload, taken) = read(HOME, at, bytes) else { return };
    assert_eq!((taken, claimed(bytes)), (size(payload.len()), taken));
    assert!(taken <= bytes.len() && taken.is_multiple_of(ALIGNMENT));
    assert_eq!(claimed_rows(bytes), Some(frame.rows));
    assert_eq!(marks(bytes).next(), Some(0));
    assert_eq!(frame.end() - frame.first, u64::from(frame.rows));
    let mut again = Vec::new();
    frame.encode(HOME, at, payload, &mut again);
    let said = HEADER + payload.len();
    assert_eq!(again[..FRAME_CRC + 4], bytes[..FRAME_CRC + 4]);
    assert_eq!(again[HEADER..said], bytes[HEADER..said]);
    assert_eq!(read(HOME, at, &again), Step::Frame(frame, payload, taken));
    assert_eq!(read(HOME, at, &bytes[..1 + bit % (taken - 1)]), Step::Incomplete);
    let covered = if bit.is_multiple_of(2) { 0..FRAME_CRC + 4 } else { HEADER..said };
    if let Some(flipped) = flip(bytes, covered, bit / 2) {
        assert!(!matches!(read(HOME, at, &flipped), Step::Frame(..)), "with a flipped bit");
    }
    assert!(!matches!(read(HOME, at + 8, bytes), Step::Frame(..)), "at another place");
    assert!(!matches!(read(Home { first: 99, ..HOME }, at, bytes), Step::Frame(..)));
}

fn flip(bytes: &[u8], within: std::ops::Range<usize>, bit: usize) -> Option<Vec<u8>> {
    let bit = bit.checked_rem(within.len() * 8)?;
    let mut bytes = bytes.to_vec();
    bytes[within.start + bit / 8] ^= 1 << (bit % 8);
    Some(bytes)
}

/// As [`frame`], for the header of a segment.
pub(crate) fn header(data: &[u8]) {
    let Some((bit, bytes)) = data.split_first_chunk() else { return };
    let bit = usize::from(u16::from_le_bytes(*bit));
    let mut bytes = bytes.to_vec();
    read_header(&bytes, bit);
    let length =
        bytes.get(SCHEMA_LENGTH..SCHEMA_LENGTH + 4).and_then(|length| length.try_into().ok());
    let covered = FIXED + length.map_or(0, u32::from_le_bytes) as usize;
    if let Some(crc) = bytes.get(..covered).map(crc32c::crc32c) {
        put_crc(&mut bytes, covered, crc);
        read_header(&bytes, bit);
    }
}

fn read_header(bytes: &[u8], bit: usize) {
    let Ok(header) = Header::decode(bytes) else { return };
    let (taken, said) = (header.size(), FIXED + header.schema.len() + 4);
    assert!(taken <= bytes.len() && taken.is_multiple_of(ALIGNMENT));
    assert_eq!(header.encode()[..said], bytes[..said]);
    assert_eq!(Header::decode(&header.encode()).as_ref(), Ok(&header));
    let cut = bit % taken;
    assert_eq!(Header::decode(&bytes[..cut]), Err(HeaderError::Incomplete), "cut at {cut}");
    let flipped = flip(bytes, 0..said, bit).expect("a header has bytes");
    assert!(Header::decode(&flipped).is_err(), "with a flipped bit");
}

/// As [`frame`], for the base, through the file that it lies in.
pub(crate) fn base(data: &[u8]) {
    let Some((bit, bytes)) = data.split_first_chunk() else { return };
    let bit = usize::from(u16::from_le_bytes(*bit));
    let scratch = Scratch::new();
    let place = scratch.place();
    let read = |bytes: &[u8]| {
        fs::write(place.base(), bytes).expect("written to memory");
        read_base(&place).map(|base| base.expect("the file is there"))
    };
    let mut bytes = bytes.to_vec();
    if let Some(covered) = bytes.len().checked_sub(4).filter(|_| !bit.is_multiple_of(3)) {
        let crc = crc32c::crc32c(&bytes[..covered]);
        put_crc(&mut bytes, covered, crc);
    }
    let Ok(base) = read(&bytes) else { return };
    read_back(&place, &base, &bytes);
    assert!(read(&bytes[..bit % bytes.len()]).is_err(), "cut");
    let flipped = flip(&bytes, 0..bytes.len(), bit).expect("a base has bytes");
    assert!(read(&flipped).is_err(), "with a flipped bit");
}

fn read_back(place: &LogPlace, base: &Base, bytes: &[u8]) {
    write_base(place, base).expect("written to memory");
    assert_eq!(fs::read(place.base()).expect("just written"), bytes);
    assert_eq!(read_base(place).expect("just written").as_ref(), Some(base));
}
