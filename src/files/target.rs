//! A file that gets its name when it is complete.

use std::fs::{self, File, Permissions};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::fault::Fault;

/// What a file that is being written begins with; hidden, and beside the target, to be on its file system.
const PREFIX: &str = ".lanceq-export-";

/// A target. Dropped before it is complete, it leaves nothing.
pub(crate) struct Target {
    path: PathBuf,
    place: Place,
    force: bool,
    temporary: NamedTempFile,
}

/// Where a complete file goes.
struct Place {
    /// Its path, behind a symbolic link where the given one is that.
    path: PathBuf,
    /// The permissions of the file that is replaced.
    permissions: Option<Permissions>,
}

impl Target {
    /// Makes the temporary file; one that has the name already is replaced at the end with `force` only.
    pub(crate) fn of(path: &Path, force: bool) -> Result<Self, Fault> {
        let place = Place::of(path, force)?;
        let mut builder = Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        let permissions: Permissions = std::os::unix::fs::PermissionsExt::from_mode(0o666);
        // The process's mask takes away what it takes from every new file.
        #[cfg(unix)]
        builder.permissions(permissions);
        let temporary = builder.tempfile_in(place.folder());
        let temporary = temporary.map_err(|error| cannot(path, error))?;
        Ok(Self { path: path.into(), place, force, temporary })
    }

    /// What is written to.
    pub(crate) fn open(&self) -> Result<File, Fault> {
        self.temporary.reopen().map_err(|error| cannot(&self.path, error))
    }

    /// Gives the file its name, once its content is on the disk; returns how many bytes it has.
    pub(crate) fn complete(self) -> Result<u64, Fault> {
        let Self { path, place, force, temporary } = self;
        let bytes = place.prepare(temporary.as_file());
        let bytes = bytes.map_err(|error| cannot(&path, error))?;
        let named = if force {
            temporary.persist(&place.path)
        } else {
            temporary.persist_noclobber(&place.path)
        };
        named.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => Fault::Exists(path.clone()),
            _ => cannot(&path, error.error),
        })?;
        File::open(place.folder())
            .and_then(|folder| folder.sync_all())
            .map_err(|error| cannot(&path, error))?;
        Ok(bytes)
    }
}

impl Place {
    /// Where there is nothing yet, or with `force` a regular file: what is anything else is never replaced.
    fn of(path: &Path, force: bool) -> Result<Self, Fault> {
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::new(path),
            Err(error) => return Err(cannot(path, error)),
        };
        if about.is_dir() {
            return Err(Fault::Folder(path.into()));
        }
        if !about.is_file() {
            return Err(Fault::Special(path.into()));
        }
        if !force {
            return Err(Fault::Exists(path.into()));
        }
        let real = fs::canonicalize(path).map_err(|error| cannot(path, error))?;
        Ok(Self { path: real, permissions: Some(about.permissions()) })
    }

    /// A file that is not there yet.
    fn new(path: &Path) -> Result<Self, Fault> {
        match fs::read_link(path) {
            Ok(target) => Err(Fault::Dangling { link: path.into(), target }),
            Err(_) => Ok(Self { path: path.into(), permissions: None }),
        }
    }

    fn folder(&self) -> &Path {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        folder.unwrap_or(Path::new("."))
    }

    /// Makes a file ready for its name: as accessible as the one that it replaces, and on the disk. Says how long it is.
    fn prepare(&self, file: &File) -> io::Result<u64> {
        if let Some(permissions) = &self.permissions {
            file.set_permissions(permissions.clone())?;
        }
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }
}

fn cannot(path: &Path, source: io::Error) -> Fault {
    Fault::File { path: path.into(), source }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let name =
            |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        fs::read_dir(folder).unwrap().map(name).collect()
    }

    #[test]
    fn a_file_is_there_as_a_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let target = Target::of(&path, false).unwrap();
        target.open().unwrap().write_all(b"half").unwrap();
        assert!(!path.exists());
        drop(target);
        assert_eq!(names(folder.path()), Vec::<String>::new());

        let target = Target::of(&path, false).unwrap();
        target.open().unwrap().write_all(b"whole").unwrap();
        assert_eq!(target.complete().unwrap(), 5);
        assert_eq!((fs::read(&path).unwrap(), names(folder.path()).len()), (b"whole".to_vec(), 1));
    }

    #[test]
    fn what_is_there_stays_unless_it_is_to_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let late = Target::of(&path, false).unwrap();
        fs::write(&path, "mine").unwrap();
        assert!(matches!(Target::of(&path, false), Err(Fault::Exists(_))));
        assert!(matches!(late.complete(), Err(Fault::Exists(_))), "it came meanwhile");
        assert!(matches!(Target::of(folder.path(), true), Err(Fault::Folder(_))));
        assert_eq!((fs::read(&path).unwrap(), names(folder.path()).len()), (b"mine".to_vec(), 1));
        Target::of(&path, true).unwrap().complete().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"");
    }
}
