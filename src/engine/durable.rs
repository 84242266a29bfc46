//! Making files durable: fsync of files, of folders, and of files that appear under a final name.
//!
//! A name is durable only when the folder that holds it was synced, and its content only when the
//! file was synced before. Everything here blocks; callers on a runtime move it off the workers.

use std::fs::{self, DirBuilder, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::error::{Error, Result};
use super::fault;

/// Syncs a file's content.
pub(crate) fn sync_file(path: &Path) -> Result<()> {
    fault::syncing(path)
        .and_then(|()| File::open(path)?.sync_all())
        .map_err(Error::io("make durable", path))?;
    fault::synced(path);
    Ok(())
}

/// Syncs the names in a folder.
pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    if fault::is_on(path, "folder-sync") { sync_file(path) } else { Ok(()) }
}

/// Creates a folder and what is missing above it, and makes the new names durable.
///
/// The first missing folder gets mode 0700 where `top` is it, as nobody but the owner is meant to
/// read a new root; folders below an existing one inherit what the process's umask says.
pub(crate) fn create_folders(path: &Path, top: &Path) -> Result<()> {
    let missing: Vec<PathBuf> = path
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .map(Path::to_path_buf)
        .collect();
    for folder in missing.iter().rev() {
        create_one(folder, folder == top)?;
        if let Some(parent) = folder.parent() {
            sync_folder(if parent.as_os_str().is_empty() { Path::new(".") } else { parent })?;
        }
    }
    Ok(())
}

/// Creates a folder where it is not there, durably, in one that is.
pub(crate) fn create_in(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    create_one(folder, false)?;
    folder.parent().map_or(Ok(()), sync_folder)
}

fn create_one(folder: &Path, private: bool) -> Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    if private {
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    }
    #[cfg(not(unix))]
    let _unused = private;
    match builder.create(folder) {
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        result => result.map_err(Error::io("create the folder", folder)),
    }
}

/// Gives a folder another name, which nothing has yet: before or after, whatever happens; durable with a sync of both parents.
///
/// # Errors
/// With [`AlreadyExists`](std::io::ErrorKind::AlreadyExists) below where something has the name.
pub(crate) fn rename_new(from: &Path, to: &Path) -> Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    let io = |error: Errno| Error::io("rename", from)(error.into());
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // A file system that cannot refuse by itself: what is looked up may have come into being since.
        Err(Errno::INVAL | Errno::NOSYS) if !to.exists() => {
            fs::rename(from, to).map_err(Error::io("rename", from))
        }
        Err(Errno::INVAL | Errno::NOSYS) => Err(io(Errno::EXIST)),
        renamed => renamed.map_err(io),
    }
}

/// Lets two folders change their names, in one step; durable with a sync of both parents.
///
/// # Errors
/// [`Error::Unsupported`] where the file system cannot.
pub(crate) fn exchange(one: &Path, other: &Path) -> Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use rustix::io::Errno;
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Err(Error::Unsupported {
            what: format!("exchanging the names of {} and {}", one.display(), other.display()),
            reason: "the file system cannot do that in one step".into(),
        }),
        exchanged => exchanged.map_err(|error| {
            Error::io("exchange the names of two folders with", one)(error.into())
        }),
    }
}

/// Puts `content` under `path` so that after a crash either the old or the new content is there.
pub(crate) fn replace_file(path: &Path, content: &[u8]) -> Result<()> {
    let temporary = path.with_extension(format!("tmp{}", std::process::id()));
    write_beside(path, &temporary, content)?;
    take_its_place(&temporary, path)
}

/// Writes what is to replace `path` under another name of its folder, durably but for the name.
pub(crate) fn write_beside(path: &Path, temporary: &Path, content: &[u8]) -> Result<()> {
    // Never through a link that stands there, and over what a process of this number has left.
    drop(fs::remove_file(temporary));
    let written = File::create_new(temporary).and_then(|mut file| {
        file.write_all(content)?;
        fault::syncing(path)?;
        file.sync_all()
    });
    written.map_err(|error| given_up(temporary, path, error))
}

/// Gives what [`write_beside`] wrote its name, durably.
pub(crate) fn take_its_place(temporary: &Path, path: &Path) -> Result<()> {
    fs::rename(temporary, path).map_err(|error| given_up(temporary, path, error))?;
    fault::synced(path);
    path.parent().map_or(Ok(()), sync_folder)
}

fn given_up(temporary: &Path, path: &Path, error: std::io::Error) -> Error {
    // The error that counts is the write's; the leftover is only untidy.
    drop(fs::remove_file(temporary));
    Error::io("write", path)(error)
}

/// Runs blocking work off the runtime's workers.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => Err(Error::Unsupported {
            what: "file work while the runtime stops".into(),
            reason: "its blocking threads are gone".into(),
        }),
    }
}
