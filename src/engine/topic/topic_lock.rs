//! The lock of a topic's metadata and of its name.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::engine::access::Access;
use crate::engine::error::{Error, Result};
use crate::engine::layout::{TOPIC_LOCK, identity};
use crate::engine::topic_fault::TopicFault;

/// Topics of one name that come and go while their lock is waited for, before that is given up.
const REPLACED: usize = 8;

/// Holds the lock of the topic in `folder`: as long as the file is open, nobody else changes its metadata, or moves it.
/// Blocks while another process does. The folder is the same one until then.
///
/// # Errors
/// [`TopicFault::Gone`] where there is no such folder, or it was moved while the lock was waited for.
pub(super) fn lock_topic(folder: &Path, access: &Access) -> Result<File> {
    let path = folder.join(TOPIC_LOCK);
    access.check(&path)?;
    for _ in 0..REPLACED {
        let lock = open(&path).map_err(|error| cannot_open(folder, error))?;
        lock.lock().map_err(Error::io("lock", &path))?;
        let locked = lock.metadata().map_err(Error::io("look at", &path))?;
        // The file moves along with its folder.
        if identity(&path) == Some((locked.dev(), locked.ino())) {
            return Ok(lock);
        }
    }
    Err(gone(folder))
}

/// That there is no topic in a folder any more.
pub(super) fn gone(folder: &Path) -> Error {
    let topic = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Error::Topic { topic, fault: TopicFault::Gone }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}

fn cannot_open(folder: &Path, error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => gone(folder),
        _ => Error::io("open the lock file", folder.join(TOPIC_LOCK))(error),
    }
}
