//! One frame of the log: a batch or a seal behind a checksummed header.

use uuid::Uuid;

use super::bytes::Bytes;

/// Frames begin at multiples of this.
pub(super) const ALIGNMENT: usize = 8;
/// magic, length, first LSN, rows, kind, flags, durable upto, put at, checksum, reserved.
pub(super) const HEADER: usize = 4 + 4 + 8 + 4 + 2 + 2 + 8 + 8 + 4 + 4;
/// The longest payload; a longer one is no frame, and not tried to be read.
pub(super) const LONGEST: usize = 1 << 30;
const MAGIC: u32 = u32::from_le_bytes(*b"LQf1");
/// Where the checksum lies in the header.
const CRC_AT: usize = HEADER - 8;

/// What a frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A batch of records.
    Data,
    /// The end of the segment: nothing follows, and the next segment begins at this frame's LSN.
    Seal,
}

/// A frame's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    pub(super) first: u64,
    pub(super) rows: u32,
    /// Every record below was known to be on the disk when this was written.
    pub(super) durable_upto: u64,
    /// When it was put, in microseconds since 1970.
    pub(super) put_at: i64,
}

/// Which segment a frame belongs to: bytes of another one never pass for its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Home {
    pub(super) log: Uuid,
    pub(super) first: u64,
}

/// What stands at a place of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<'a> {
    /// A frame, its payload, and the bytes that it takes with its padding.
    Frame(Frame, &'a [u8], usize),
    /// Nothing: the end of the file, or zeros, which are room for frames to come.
    End,
    /// The beginning of a frame, and the end of the bytes.
    Incomplete,
    /// No frame, for this reason.
    Bad(&'static str),
    /// A sound frame of a kind that this version does not know.
    Newer(u16),
}

impl Kind {
    fn code(self) -> u16 {
        match self {
            Self::Data => 1,
            Self::Seal => 2,
        }
    }

    fn of(code: u16) -> Option<Self> {
        [Self::Data, Self::Seal].into_iter().find(|kind| kind.code() == code)
    }
}

impl Frame {
    /// Writes the frame as it stands at byte `at` of its segment, behind what `into` holds.
    pub(super) fn encode(&self, home: Home, at: u64, payload: &[u8], into: &mut Vec<u8>) {
        let start = into.len();
        into.extend(MAGIC.to_le_bytes());
        into.extend(u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes());
        into.extend(self.first.to_le_bytes());
        into.extend(self.rows.to_le_bytes());
        into.extend(self.kind.code().to_le_bytes());
        into.extend(0u16.to_le_bytes());
        into.extend(self.durable_upto.to_le_bytes());
        into.extend(self.put_at.to_le_bytes());
        let header = into.get(start..).unwrap_or_default();
        let crc = checksum(home, at, header, payload);
        into.extend(crc.to_le_bytes());
        into.extend(0u32.to_le_bytes());
        into.extend(payload);
        into.resize(start + size(payload.len()), 0);
    }

    /// The log position behind its records.
    pub(super) fn end(&self) -> u64 {
        self.first + u64::from(self.rows)
    }
}

/// The bytes that a frame with such a payload takes.
pub(super) fn size(payload: usize) -> usize {
    (HEADER + payload).next_multiple_of(ALIGNMENT)
}

/// Whether nothing was written there; as a frame's first bytes are no zeros, few tell.
pub(super) fn is_room(bytes: &[u8]) -> bool {
    bytes.iter().take(size_of_val(&MAGIC)).all(|byte| *byte == 0)
}

/// Where something in a segment looks like the beginning of a frame.
pub(super) fn marks(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let mark = MAGIC.to_le_bytes();
    let words = bytes.chunks(ALIGNMENT).enumerate();
    words.filter(move |(_, word)| word.starts_with(&mark)).map(|(number, _)| number * ALIGNMENT)
}

/// The records that a frame has by its header, sound or not.
pub(super) fn claimed_rows(header: &[u8]) -> Option<u32> {
    let (.., frame) = decode(header)?;
    frame.ok().map(|frame| frame.rows)
}

/// The bytes that the frame at the front of `bytes` takes, as far as its header says so.
pub(super) fn claimed(bytes: &[u8]) -> usize {
    let length = bytes.get(..HEADER).and_then(decode).map(|(length, ..)| length);
    size(length.filter(|length| *length <= LONGEST).unwrap_or_default())
}

/// What stands at the front of `bytes`, which begin at byte `at` of the segment.
pub(super) fn read(home: Home, at: u64, bytes: &[u8]) -> Step<'_> {
    if is_room(bytes) {
        return Step::End;
    }
    let Some((header, rest)) = bytes.split_at_checked(HEADER) else { return Step::Incomplete };
    let Some((length, crc, frame)) = decode(header) else {
        return Step::Bad("no frame begins there");
    };
    if length > LONGEST {
        return Step::Bad("the frame's length is beyond reason");
    }
    let Some(payload) = rest.get(..length) else { return Step::Incomplete };
    if bytes.len() < size(length) {
        return Step::Incomplete;
    }
    let covered = header.get(..CRC_AT).unwrap_or_default();
    if checksum(home, at, covered, payload) != crc {
        return Step::Bad("the checksum does not match");
    }
    match frame {
        Ok(frame) if frame.first.checked_add(frame.rows.into()).is_none() => {
            Step::Bad("its log position is beyond reason")
        }
        Ok(frame) => Step::Frame(frame, payload, size(length)),
        Err(kind) => Step::Newer(kind),
    }
}

type Decoded = (usize, u32, Result<Frame, u16>);

fn decode(header: &[u8]) -> Option<Decoded> {
    let mut bytes = Bytes(header);
    if bytes.u32()? != MAGIC {
        return None;
    }
    let length = usize::try_from(bytes.u32()?).ok()?;
    let (first, rows, code, flags) = (bytes.u64()?, bytes.u32()?, bytes.u16()?, bytes.u16()?);
    let (durable_upto, put_at, crc) = (bytes.u64()?, bytes.i64()?, bytes.u32()?);
    let frame = match Kind::of(code) {
        Some(kind) if flags == 0 => Ok(Frame { kind, first, rows, durable_upto, put_at }),
        _ => Err(code),
    };
    Some((length, crc, frame))
}

fn checksum(home: Home, at: u64, header: &[u8], payload: &[u8]) -> u32 {
    let crc = crc32c::crc32c(home.log.as_bytes());
    let crc = crc32c::crc32c_append(crc, &home.first.to_le_bytes());
    let crc = crc32c::crc32c_append(crc, &at.to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c_append(crc, header), payload)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn home() -> Home {
        Home { log: Uuid::from_u128(7), first: 100 }
    }

    fn frame() -> Frame {
        Frame { kind: Kind::Data, first: 105, rows: 3, durable_upto: 101, put_at: -5 }
    }

    fn encoded(payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        frame().encode(home(), 64, payload, &mut bytes);
        bytes
    }

    #[test]
    fn the_header_has_the_length_that_its_fields_add_up_to() {
        assert_eq!(HEADER % ALIGNMENT, 0);
        assert_eq!(encoded(b"").len(), HEADER);
    }

    #[test]
    fn a_flipped_bit_is_found_wherever_it_is() {
        let sound = encoded(b"payload of some length");
        // The last bytes are reserved or padding, and say nothing.
        let said = HEADER + b"payload of some length".len();
        for bit in 0..sound.len() * 8 {
            let mut bytes = sound.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let found = read(home(), 64, &bytes);
            let is_silent = bit / 8 >= said || (HEADER - 4..HEADER).contains(&(bit / 8));
            assert_eq!(matches!(found, Step::Frame(..)), is_silent, "bit {bit}: {found:?}");
        }
    }

    #[test]
    fn a_frame_that_is_cut_short_is_incomplete_wherever_it_is_cut() {
        let sound = encoded(b"payload");
        for length in 1..sound.len() {
            assert_eq!(read(home(), 64, &sound[..length]), Step::Incomplete, "{length}");
        }
        assert_eq!(read(home(), 64, &[]), Step::End);
    }

    #[test]
    fn a_frame_of_another_place_or_segment_is_none() {
        let bytes = encoded(b"payload");
        assert!(matches!(read(home(), 72, &bytes), Step::Bad(_)));
        assert!(matches!(read(Home { first: 99, ..home() }, 64, &bytes), Step::Bad(_)));
        assert!(matches!(read(Home { log: Uuid::nil(), ..home() }, 64, &bytes), Step::Bad(_)));
    }

    proptest! {
        #[test]
        fn a_frame_reads_back(payload: Vec<u8>, first in 0..u64::MAX - u64::from(u32::MAX), rows: u32, durable_upto: u64, put_at: i64, at: u64) {
            let frame = Frame { kind: Kind::Data, first, rows, durable_upto, put_at };
            let mut bytes = vec![1, 2, 3];
            frame.encode(home(), at, &payload, &mut bytes);
            let found = read(home(), at, &bytes[3..]);
            prop_assert_eq!(found, Step::Frame(frame, &payload, bytes.len() - 3));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            read(home(), 0, &bytes);
        }
    }
}
