//! A line of the ledger: one file, and a checksum of the line itself.

use super::digest::Digest;

/// The first word of a line; others are of a version that this one does not know.
const FORM: &str = "1";

/// Who vouches for a checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Whoever wrote the file: it is what was put.
    Written,
    /// Another program wrote the file, or none was noted then: it is what it was when it was first seen.
    Seen,
}

/// What the ledger says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Below the dataset, parts divided by `/`.
    pub(crate) path: String,
    pub(crate) digest: Digest,
    pub(crate) origin: Origin,
    /// The version with which it came, or was first seen.
    pub(crate) version: u64,
}

impl Entry {
    /// The line, with its end.
    pub(super) fn line(&self) -> String {
        let origin = match self.origin {
            Origin::Written => "w",
            Origin::Seen => "s",
        };
        let (Digest { length, crc }, path) = (self.digest, escaped(&self.path));
        let said = format!("{origin} {} {length} {crc:08x} {path}", self.version);
        format!("{FORM} {:08x} {said}\n", crc32c::crc32c(said.as_bytes()))
    }

    /// The entry in a line without its end; `None` where it is none, or not the one that was written.
    pub(super) fn parse(line: &[u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?;
        let (crc, said) = line.strip_prefix(FORM)?.strip_prefix(' ')?.split_once(' ')?;
        // Other ways to write the same number would let a flipped bit pass.
        if crc != format!("{:08x}", crc32c::crc32c(said.as_bytes())) {
            return None;
        }
        let mut words = said.splitn(5, ' ');
        let origin = match words.next()? {
            "w" => Origin::Written,
            "s" => Origin::Seen,
            _ => return None,
        };
        let (version, length) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let crc = u32::from_str_radix(words.next()?, 16).ok()?;
        let path = unescaped(words.next()?)?;
        Some(Self { path, digest: Digest { length, crc }, origin, version })
    }
}

/// A path without line ends, nor what is used to write them.
fn escaped(path: &str) -> String {
    path.replace('%', "%25").replace('\n', "%0a").replace('\r', "%0d")
}

fn unescaped(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut path = parts.next()?.to_owned();
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        path.push(match code {
            "25" => '%',
            "0a" => '\n',
            "0d" => '\r',
            _ => return None,
        });
        path.push_str(rest);
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str) -> Entry {
        let digest = Digest { length: 953, crc: 0x00ab_cdef };
        Entry { path: path.into(), digest, origin: Origin::Seen, version: 41 }
    }

    #[test]
    fn an_entry_reads_back_whatever_its_file_is_called() {
        for path in ["data/0101.lance", "data/two words.lance", "a%0a\n%\r", ""] {
            let line = entry(path).line();
            assert_eq!(line.matches('\n').count(), 1, "{path:?}");
            assert_eq!(Entry::parse(line.trim_end_matches('\n').as_bytes()), Some(entry(path)));
        }
    }

    #[test]
    fn no_flipped_bit_and_no_cut_passes_for_an_entry() {
        let line = entry("data/0101.lance").line().into_bytes();
        let line = &line[..line.len() - 1];
        for bit in 0..line.len() * 8 {
            let mut flipped = line.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Entry::parse(&flipped), None, "bit {bit}");
        }
        for length in 0..line.len() {
            assert_eq!(Entry::parse(&line[..length]), None, "{length}");
        }
    }
}
