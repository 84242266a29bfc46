//! `wal/base`: a version that is durable, and how far it holds the log. Every look back at versions ends there.

use std::fs;
use std::io;

use uuid::Uuid;

use super::bytes::Bytes;
use super::header::FORMAT;
use super::place::LogPlace;
use crate::engine::durable::replace_file;
use crate::engine::error::{Error, Result};

const MAGIC: [u8; 8] = *b"LANCEQB\0";

/// What is known for good about a log.
///
/// Invariant: the version is durable, and in it every record below `persisted` is a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Base {
    pub(crate) log: Uuid,
    pub(crate) version: u64,
    pub(crate) persisted: u64,
    /// The offset that the next row of the version would have got.
    pub(crate) next_row_id: u64,
    pub(crate) shifts: Vec<Shift>,
}

/// Records from log position `from` on became the offsets `position + shift`; an entry for each change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shift {
    pub(crate) from: u64,
    pub(crate) shift: i64,
}

/// Reads the base of a bucket's log; `None` where it has no log.
///
/// # Errors
/// [`Error::LogDamaged`] where the file is no base, [`Error::Unsupported`] where a newer version wrote it.
pub(crate) fn read_base(place: &LogPlace) -> Result<Option<Base>> {
    let path = place.base();
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::io("read", &path)(e)),
    };
    if let Some(format) = newer(&bytes) {
        return Err(Error::Unsupported {
            what: format!("format {format} of {}", path.display()),
            reason: format!("this lanceq knows formats up to {FORMAT}; a newer one wrote it"),
        });
    }
    let reason = "its checksum does not match".into();
    Base::decode(&bytes).map(Some).ok_or(Error::LogDamaged { path, at: 0, lsn: 0, reason })
}

/// Replaces the base, durably: a file and a folder are synced. Needs the flush lock.
pub(crate) fn write_base(place: &LogPlace, base: &Base) -> Result<()> {
    replace_file(&place.base(), &base.encode())
}

/// The format of a base that a newer version wrote: each ends with the checksum of everything before, so that a flipped
/// bit does not pass for one.
fn newer(all: &[u8]) -> Option<u32> {
    let mut bytes = Bytes(all);
    let magic: [u8; 8] = bytes.array()?;
    let format = bytes.u32().filter(|format| magic == MAGIC && *format > FORMAT)?;
    let (covered, crc) = all.split_last_chunk()?;
    (crc32c::crc32c(covered) == u32::from_le_bytes(*crc)).then_some(format)
}

impl Base {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend(u32::try_from(self.shifts.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(self.log.as_bytes());
        for number in [self.version, self.persisted, self.next_row_id] {
            bytes.extend(number.to_le_bytes());
        }
        for shift in &self.shifts {
            bytes.extend(shift.from.to_le_bytes());
            bytes.extend(shift.shift.to_le_bytes());
        }
        let crc = crc32c::crc32c(&bytes);
        bytes.extend(crc.to_le_bytes());
        bytes
    }

    fn decode(all: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(all);
        let magic: [u8; 8] = bytes.array()?;
        let (format, shifts) = (bytes.u32()?, bytes.u32()?);
        if magic != MAGIC || format != FORMAT {
            return None;
        }
        let log = Uuid::from_bytes(bytes.array()?);
        let (version, persisted, next_row_id) = (bytes.u64()?, bytes.u64()?, bytes.u64()?);
        let shift = |bytes: &mut Bytes<'_>| Some(Shift { from: bytes.u64()?, shift: bytes.i64()? });
        let shifts = (0..shifts).map(|_| shift(&mut bytes)).collect::<Option<Vec<_>>>()?;
        let covered = all.len().checked_sub(bytes.0.len())?;
        let crc = bytes.u32()?;
        let is_whole = bytes.0.is_empty() && crc32c::crc32c(all.get(..covered)?) == crc;
        is_whole.then_some(Self { log, version, persisted, next_row_id, shifts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Base {
        let shifts = vec![Shift { from: 0, shift: 0 }, Shift { from: 40, shift: 3 }];
        Base { log: Uuid::from_u128(5), version: 9, persisted: 70, next_row_id: 73, shifts }
    }

    #[test]
    fn a_base_reads_back() {
        assert_eq!(Base::decode(&base().encode()), Some(base()));
    }

    #[test]
    fn no_flipped_bit_and_no_cut_passes_for_a_base() {
        let sound = base().encode();
        for bit in 0..sound.len() * 8 {
            let mut bytes = sound.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Base::decode(&bytes), None, "bit {bit}");
        }
        for length in 0..sound.len() {
            assert_eq!(Base::decode(&sound[..length]), None, "{length}");
        }
    }
}
