//! The lock of a bucket's writing process: taken at once or refused with the holder's name.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::engine::clock;
use crate::engine::error::{Error, Result};

/// Held until dropped, or until the process ends, however it ends.
#[derive(Debug)]
pub(super) struct HeldLock(File);

/// What the holder leaves in the file for those it keeps out.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    since: String,
}

impl HeldLock {
    /// Takes the lock without waiting.
    ///
    /// # Errors
    /// [`Error::Locked`] where another process has it, with its id and since when.
    pub(super) fn take(path: &Path, topic: &str, bucket: u32) -> Result<Self> {
        let io = |e| Error::io("open the lock file", path)(e);
        // The file is never replaced nor deleted: a second file of the name would be a second lock.
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => {
                write_holder(&mut file).map_err(Error::io("write", path))?;
                Ok(Self(file))
            }
            Err(TryLockError::WouldBlock) => {
                let holder = read_holder(&mut file);
                Err(Error::Locked {
                    topic: topic.into(),
                    bucket,
                    pid: holder.as_ref().map(|holder| holder.pid),
                    since: holder.map(|holder| holder.since),
                    lock: "append",
                    waited: std::time::Duration::ZERO,
                })
            }
            Err(TryLockError::Error(error)) => Err(Error::io("lock", path)(error)),
        }
    }
}

impl Drop for HeldLock {
    fn drop(&mut self) {
        // A child that was forked meanwhile would keep the lock; unlocking ends it for both. Where
        // it fails, closing the file does the same.
        drop(self.0.unlock());
    }
}

fn write_holder(file: &mut File) -> std::io::Result<()> {
    let holder = Holder { pid: std::process::id(), since: clock::text(clock::now()) };
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(serde_json::to_string(&holder)?.as_bytes())
}

fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_refused_by_name_until_the_first_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".append.lock");
        let held = HeldLock::take(&path, "t", 3).unwrap();
        match HeldLock::take(&path, "t", 3).unwrap_err() {
            Error::Locked { topic, bucket, pid, since, .. } => {
                assert_eq!((topic.as_str(), bucket, pid), ("t", 3, Some(std::process::id())));
                assert!(since.is_some());
            }
            other => panic!("{other}"),
        }
        drop(held);
        HeldLock::take(&path, "t", 3).unwrap();
    }
}
