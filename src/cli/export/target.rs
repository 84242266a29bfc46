//! Where an export goes: a file that gets its name when it is complete, or stdout.

use std::fs::{File, Permissions};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::cli::failure::{Failure, Result};
use crate::cli::output::Data;

/// What a file that is being written begins with; hidden, and beside the target, to be on its file system.
const PREFIX: &str = ".lanceq-export-";

/// A target. Dropped before it is complete, it leaves nothing.
pub(super) enum Target {
    Stdout,
    File { path: PathBuf, force: bool, temporary: NamedTempFile },
}

impl Target {
    /// Makes the temporary file.
    pub(super) fn of(path: &Path, force: bool) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stdout);
        }
        if path.is_dir() {
            return Err(Failure::failed(format!("{} is a folder", path.display())));
        }
        if path.exists() && !force {
            return Err(exists(path));
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut builder = Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        let permissions: Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
        // The process's mask takes away what it takes from every new file.
        #[cfg(unix)]
        builder.permissions(permissions);
        let temporary = builder.tempfile_in(folder.unwrap_or(Path::new(".")));
        let temporary = temporary.map_err(|error| cannot(path, &error))?;
        Ok(Self::File { path: path.into(), force, temporary })
    }

    /// What is written to.
    pub(super) fn open(&self) -> Result<Data> {
        match self {
            Self::Stdout => Ok(Data::stdout()),
            Self::File { path, temporary, .. } => {
                let file = temporary.reopen().map_err(|error| cannot(path, &error))?;
                Ok(Data::file(file, &path.display().to_string()))
            }
        }
    }

    /// Gives the file its name, once its content is on the disk; returns the name.
    pub(super) fn complete(self) -> Result<Option<String>> {
        let Self::File { path, force, temporary } = self else { return Ok(None) };
        temporary.as_file().sync_all().map_err(|error| cannot(&path, &error))?;
        let named =
            if force { temporary.persist(&path) } else { temporary.persist_noclobber(&path) };
        named.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => exists(&path),
            _ => cannot(&path, &error.error),
        })?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))
            .and_then(|folder| folder.sync_all())
            .map_err(|error| cannot(&path, &error))?;
        Ok(Some(path.display().to_string()))
    }
}

fn exists(path: &Path) -> Failure {
    Failure::failed(format!("{} exists", path.display())).hint("`--force` replaces it")
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::io(format!("could not write {}", path.display()), error)
}
