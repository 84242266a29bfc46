//! Where an export goes: a file that gets its name when it is complete, or stdout.

use std::fs::{self, File, Permissions};
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
    File { path: PathBuf, place: Place, force: bool, temporary: NamedTempFile },
}

/// Where a complete file goes.
pub(super) struct Place {
    /// Its path, behind a symbolic link where the given one is that.
    path: PathBuf,
    /// The permissions of the file that is replaced.
    permissions: Option<Permissions>,
}

/// Whether this names stdout.
pub(super) fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

impl Target {
    /// Makes the temporary file.
    pub(super) fn of(path: &Path, force: bool) -> Result<Self> {
        if is_stdout(path) {
            return Ok(Self::Stdout);
        }
        let place = Place::of(path, force)?;
        let mut builder = Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        let permissions: Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
        // The process's mask takes away what it takes from every new file.
        #[cfg(unix)]
        builder.permissions(permissions);
        let temporary = builder.tempfile_in(place.folder());
        let temporary = temporary.map_err(|error| cannot(path, &error))?;
        Ok(Self::File { path: path.into(), place, force, temporary })
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
        let Self::File { path, place, force, temporary } = self else { return Ok(None) };
        place.prepare(temporary.as_file()).map_err(|error| cannot(&path, &error))?;
        let named = if force {
            temporary.persist(&place.path)
        } else {
            temporary.persist_noclobber(&place.path)
        };
        named.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => exists(&path),
            _ => cannot(&path, &error.error),
        })?;
        File::open(place.folder())
            .and_then(|folder| folder.sync_all())
            .map_err(|error| cannot(&path, &error))?;
        Ok(Some(path.display().to_string()))
    }
}

impl Place {
    /// Where there is nothing yet, or with `force` a regular file: what is anything else is never replaced.
    fn of(path: &Path, force: bool) -> Result<Self> {
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::new(path),
            Err(error) => return Err(cannot(path, &error)),
        };
        if about.is_dir() {
            return Err(Failure::failed(format!("{} is a folder", path.display()))
                .hint("name a file in it"));
        }
        if !about.is_file() {
            return Err(Failure::failed(format!("{} is no regular file", path.display()))
                .hint("`-` writes to stdout"));
        }
        if !force {
            return Err(exists(path));
        }
        let real = fs::canonicalize(path).map_err(|error| cannot(path, &error))?;
        Ok(Self { path: real, permissions: Some(about.permissions()) })
    }

    /// A file that is not there yet.
    fn new(path: &Path) -> Result<Self> {
        let Ok(target) = fs::read_link(path) else {
            return Ok(Self { path: path.into(), permissions: None });
        };
        let (link, target) = (path.display(), target.display());
        Err(Failure::failed(format!("{link} is a link to {target}, which does not exist"))
            .hint("name that file, or take the link away"))
    }

    fn folder(&self) -> &Path {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new("."))
    }

    /// Makes a file ready for its name: as accessible as the one that it replaces, and on the disk.
    fn prepare(&self, file: &File) -> io::Result<()> {
        if let Some(permissions) = &self.permissions {
            file.set_permissions(permissions.clone())?;
        }
        file.sync_all()
    }
}

fn exists(path: &Path) -> Failure {
    Failure::failed(format!("{} exists", path.display())).hint("`--force` replaces it")
}

fn cannot(path: &Path, error: &io::Error) -> Failure {
    Failure::io(format!("could not write {}", path.display()), error)
}
