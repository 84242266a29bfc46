//! What a lock file says: which log it guards, what happened to that, and who holds the lock.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::LazyLock;

use chrono::DateTime;
use uuid::Uuid;

use super::bytes::Bytes;
use crate::engine::clock;

/// The head of a lock file: which log it guards, and what happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Stamp {
    pub(super) log: Uuid,
    /// Counts the changes that make what other processes know of the log void.
    pub(super) generation: u64,
    /// A sync of the log failed in some process.
    pub(super) is_poisoned: bool,
}

/// Who holds a lock, as it left it in the file.
pub(super) struct Holder {
    pub(super) pid: u32,
    since: i64,
    host: String,
}

/// Bytes of a stamp, which comes first; the holder follows.
pub(super) const STAMP: usize = 16 + 8 + 4;
/// Where the word of a failed sync lies.
pub(super) const POISON_AT: u64 = 16 + 8;
const HOLDER: usize = 4 + 8 + HOST;
const HOST: usize = 64;
/// Where the boot lies in which the log was last brought to a known end.
pub(super) const BOOT_AT: usize = STAMP + HOLDER;

impl Stamp {
    pub(super) fn encode(self) -> [u8; STAMP] {
        let mut bytes = [0; STAMP];
        let parts = self.log.as_bytes().iter().copied();
        let parts = parts.chain(self.generation.to_le_bytes());
        let parts = parts.chain(u32::from(self.is_poisoned).to_le_bytes());
        bytes.iter_mut().zip(parts).for_each(|(byte, part)| *byte = part);
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Bytes(bytes);
        Some(Self {
            log: Uuid::from_bytes(bytes.array()?),
            generation: bytes.u64()?,
            is_poisoned: bytes.u32()? != 0,
        })
    }
}

impl Holder {
    pub(super) fn own() -> Self {
        static HOST_NAME: LazyLock<String> = LazyLock::new(|| {
            std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().into()
        });
        let since = clock::now().timestamp_millis();
        Self { pid: std::process::id(), since, host: HOST_NAME.clone() }
    }

    pub(super) fn encode(&self) -> [u8; HOLDER] {
        let mut bytes = [0; HOLDER];
        let host = self.host.bytes().chain(std::iter::repeat(0)).take(HOST);
        let parts = self.pid.to_le_bytes().into_iter().chain(self.since.to_le_bytes()).chain(host);
        bytes.iter_mut().zip(parts).for_each(|(byte, part)| *byte = part);
        bytes
    }

    /// Who holds the lock of a file, or held it last.
    pub(super) fn read(file: &File) -> Option<Self> {
        let mut bytes = [0; HOLDER];
        file.read_exact_at(&mut bytes, STAMP as u64).ok()?;
        let mut bytes = Bytes(&bytes);
        let (pid, since) = (bytes.u32()?, bytes.i64()?);
        let host = String::from_utf8_lossy(bytes.0).trim_end_matches('\0').to_owned();
        (pid != 0).then_some(Self { pid, since, host })
    }

    /// Since when.
    pub(super) fn since(&self) -> Option<String> {
        let since = DateTime::from_timestamp_millis(self.since).map(clock::text)?;
        let is_here = self.host == Self::own().host;
        Some(if is_here { since } else { format!("{since} on {}", self.host) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_and_a_holder_read_back_and_an_empty_file_has_neither() {
        let stamp = Stamp { log: Uuid::from_u128(7), generation: 3, is_poisoned: true };
        assert_eq!(Stamp::decode(&stamp.encode()), Some(stamp));
        assert_eq!(Stamp::decode(&stamp.encode()[..STAMP - 1]), None);
        let file = tempfile::tempfile().unwrap();
        assert!(Holder::read(&file).is_none());
        file.write_all_at(&Holder::own().encode(), STAMP as u64).unwrap();
        let found = Holder::read(&file).unwrap();
        assert_eq!(found.pid, std::process::id());
        assert!(found.since().is_some_and(|since| !since.contains(" on ")), "it is of here");
        let far = Holder { host: "elsewhere".into(), ..found };
        assert!(far.since().is_some_and(|since| since.ends_with(" on elsewhere")));
    }
}
