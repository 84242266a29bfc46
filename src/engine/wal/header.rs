//! The front of a segment: which log, from where on, and the schema of its batches.

use uuid::Uuid;

use super::bytes::Bytes;
use super::frame::{ALIGNMENT, Home};

const MAGIC: [u8; 8] = *b"LANCEQW\0";
/// The version of the log's form.
pub(super) const FORMAT: u32 = 1;
/// magic, format, length of the schema, log, first LSN.
const FIXED: usize = 8 + 4 + 4 + 16 + 8;
const CRC: usize = 4;
/// The longest schema message that is tried to be read.
const LONGEST: usize = 64 << 20;

/// A segment's header, and the bytes that it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) home: Home,
    /// An Arrow IPC message.
    pub(super) schema: Vec<u8>,
}

/// What is wrong with a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HeaderError {
    Incomplete,
    Bad(&'static str),
    /// A newer version wrote it.
    Newer(u32),
}

impl Header {
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.size());
        bytes.extend(MAGIC);
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend(u32::try_from(self.schema.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(self.home.log.as_bytes());
        bytes.extend(self.home.first.to_le_bytes());
        bytes.extend(&self.schema);
        let crc = crc32c::crc32c(&bytes);
        bytes.extend(crc.to_le_bytes());
        bytes.resize(self.size(), 0);
        bytes
    }

    /// The bytes that it takes: frames begin behind.
    pub(super) fn size(&self) -> usize {
        (FIXED + self.schema.len() + CRC).next_multiple_of(ALIGNMENT)
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, HeaderError> {
        let mut rest = Bytes(bytes);
        let magic: [u8; 8] = rest.array().ok_or(HeaderError::Incomplete)?;
        if magic != MAGIC {
            return Err(HeaderError::Bad("it is no segment of a log"));
        }
        let format = rest.u32().ok_or(HeaderError::Incomplete)?;
        let length = rest.u32().ok_or(HeaderError::Incomplete)? as usize;
        if length > LONGEST {
            return Err(HeaderError::Bad("the schema's length is beyond reason"));
        }
        let log = rest.array().map(Uuid::from_bytes).ok_or(HeaderError::Incomplete)?;
        let first = rest.u64().ok_or(HeaderError::Incomplete)?;
        let schema = rest.take(length).ok_or(HeaderError::Incomplete)?.to_vec();
        let crc = rest.u32().ok_or(HeaderError::Incomplete)?;
        let covered = bytes.get(..FIXED + length).unwrap_or_default();
        if crc32c::crc32c(covered) != crc {
            return Err(HeaderError::Bad("the checksum of its header does not match"));
        }
        // Every format begins as this one does, up to the checksum: so a flipped bit does not pass for a newer one.
        match format {
            FORMAT => {}
            0 => return Err(HeaderError::Bad("there is no format 0")),
            newer => return Err(HeaderError::Newer(newer)),
        }
        let header = Self { home: Home { log, first }, schema };
        if bytes.len() < header.size() { Err(HeaderError::Incomplete) } else { Ok(header) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header { home: Home { log: Uuid::from_u128(9), first: 77 }, schema: b"a schema".to_vec() }
    }

    #[test]
    fn a_header_reads_back_and_ends_where_frames_may_begin() {
        let bytes = header().encode();
        assert_eq!(bytes.len() % ALIGNMENT, 0);
        assert_eq!(Header::decode(&bytes), Ok(header()));
    }

    #[test]
    fn no_flipped_bit_and_no_cut_passes_for_a_header() {
        let sound = header().encode();
        for length in 0..sound.len() {
            assert_eq!(Header::decode(&sound[..length]), Err(HeaderError::Incomplete), "{length}");
        }
        for bit in 0..(FIXED + header().schema.len() + CRC) * 8 {
            let mut bytes = sound.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(Header::decode(&bytes).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_newer_form_is_said_to_be_one() {
        let mut bytes = header().encode();
        bytes[8] = 9;
        assert!(
            matches!(Header::decode(&bytes), Err(HeaderError::Bad(_))),
            "a flipped bit is none"
        );
        let covered = FIXED + header().schema.len();
        let crc = crc32c::crc32c(&bytes[..covered]);
        bytes[covered..covered + CRC].copy_from_slice(&crc.to_le_bytes());
        assert_eq!(Header::decode(&bytes), Err(HeaderError::Newer(9)));
    }
}
