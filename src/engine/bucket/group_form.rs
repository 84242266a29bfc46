//! What a group's file says: where the group stands in a bucket, and in which log.
//!
//! One line of text, described in `docs/format.md`; the checksum covers everything behind it, the format too.

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

use crate::engine::offset::Position;

/// The form of the line; one with a higher number is refused.
pub(super) const FORM: u32 = 1;
/// No line of any form is longer.
pub(super) const LONGEST: u64 = 4096;

/// Where a group stands in a bucket, as it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The log that the position counts in; nil where there was none yet.
    pub(crate) log: Uuid,
    pub(crate) position: Position,
    pub(crate) committed_at: DateTime<Utc>,
}

/// Why bytes are not where a group stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// A newer version wrote them, in this form.
    Newer(u32),
    /// They are not what was written.
    Damaged(&'static str),
}

impl Kept {
    pub(super) fn encode(&self) -> String {
        let Self { log, position, committed_at } = self;
        let when = committed_at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let covered = format!("{FORM} {log} {position} {when}");
        format!("{:08x} {covered}\n", crc32c::crc32c(covered.as_bytes()))
    }

    pub(super) fn decode(bytes: &[u8]) -> Result<Self, Unreadable> {
        let line = std::str::from_utf8(bytes).ok().and_then(|text| text.strip_suffix('\n'));
        let line = line.ok_or(Unreadable::Damaged("it does not end where a line ends"))?;
        let (checksum, covered) = line.split_at_checked(8).unwrap_or_default();
        let covered = covered.strip_prefix(' ').unwrap_or_default();
        if checksum != format!("{:08x}", crc32c::crc32c(covered.as_bytes())) {
            return Err(Unreadable::Damaged("its checksum does not match"));
        }
        let (form, rest) = covered.split_once(' ').unwrap_or_default();
        match form.parse() {
            Ok(FORM) => parse(rest).ok_or(Unreadable::Damaged("it is no position of a group")),
            Ok(newer) if newer > FORM => Err(Unreadable::Newer(newer)),
            _ => Err(Unreadable::Damaged("it has no form")),
        }
    }
}

fn parse(rest: &str) -> Option<Kept> {
    let mut words = rest.split(' ');
    let (log, position) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let committed_at = DateTime::parse_from_rfc3339(words.next()?).ok()?.to_utc();
    words.next().is_none().then_some(Kept { log, position, committed_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(position: &str) -> Kept {
        let committed_at = DateTime::from_timestamp_micros(1_780_000_000_123_456).unwrap();
        Kept { log: Uuid::from_u128(7), position: position.parse().unwrap(), committed_at }
    }

    #[test]
    fn a_position_reads_back_with_its_log_and_its_time() {
        for position in ["0", "1024", "1024+1030", "18446744073709551615+18446744073709551615"] {
            assert_eq!(Kept::decode(kept(position).encode().as_bytes()), Ok(kept(position)));
        }
    }

    #[test]
    fn no_flipped_bit_and_no_cut_passes_for_a_position() {
        let sound = kept("1024+1030").encode().into_bytes();
        for bit in 0..sound.len() * 8 {
            let mut bytes = sound.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(matches!(Kept::decode(&bytes), Err(Unreadable::Damaged(_))), "bit {bit}");
        }
        for length in 0..sound.len() {
            let cut = Kept::decode(&sound[..length]);
            assert!(matches!(cut, Err(Unreadable::Damaged(_))), "{length}");
        }
        assert!(Kept::decode(&[&sound[..], b"x\n"].concat()).is_err());
    }

    #[test]
    fn a_newer_form_is_told_from_damage() {
        let covered = "2 whatever comes";
        let line = format!("{:08x} {covered}\n", crc32c::crc32c(covered.as_bytes()));
        assert_eq!(Kept::decode(line.as_bytes()), Err(Unreadable::Newer(2)));
    }
}
