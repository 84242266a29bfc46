//! What a file's bytes come to. Everything here blocks.

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::SystemTime;

use crate::engine::error::{Error, Result};

/// Bytes that are read at once.
const PORTION: usize = 256 << 10;

/// A file's length in bytes and its CRC32C.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Digest {
    pub(crate) length: u64,
    pub(crate) crc: u32,
}

/// Tells a file from the one that it was when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    inode: u64,
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x} over {} bytes", self.crc, self.length)
    }
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let inode = 0;
        Self { length: metadata.len(), modified: metadata.modified().ok(), inode }
    }

    /// The file's length in bytes.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Which file it is.
    pub(super) fn inode(&self) -> u64 {
        self.inode
    }
}

/// Reads a file through; `None` where it is not there. `read` hears of each portion's bytes, and ends it with an error.
pub(crate) fn digest(
    path: &Path,
    mut read: impl FnMut(u64) -> Result<()>,
) -> Result<Option<Digest>> {
    let failed = || Error::io("read", path);
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed()(e)),
    };
    // Most files are small, and there are many: room for a large one costs more than reading them.
    let length = file.metadata().map_err(failed())?.len();
    let mut portion = vec![0; usize::try_from(length).unwrap_or(PORTION).clamp(1, PORTION)];
    let mut digest = Digest { length: 0, crc: 0 };
    loop {
        let length = match file.read(&mut portion) {
            Ok(0) => return Ok(Some(digest)),
            Ok(length) => length,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(failed()(e)),
        };
        digest.crc = crc32c::crc32c_append(digest.crc, portion.get(..length).unwrap_or_default());
        digest.length += length as u64;
        read(length as u64)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_several_portions_comes_to_the_checksum_of_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let bytes: Vec<u8> = (0..=250).cycle().take(PORTION * 2 + 17).collect();
        std::fs::write(&path, &bytes).unwrap();
        let mut heard = 0;
        let found = digest(&path, |bytes| {
            heard += bytes;
            Ok(())
        });
        let length = bytes.len() as u64;
        assert_eq!(found.unwrap(), Some(Digest { length, crc: crc32c::crc32c(&bytes) }));
        assert_eq!(heard, length);
        assert_eq!(digest(&folder.path().join("none"), |_| Ok(())).unwrap(), None);
    }
}
