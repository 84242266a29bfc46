//! What figures were measured on: cores, file system, system, build.

use std::path::Path;

use serde::Serialize;

/// The machine, and how this program was built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Machine {
    /// Processors that this process may use; 0 where the system does not say.
    pub(crate) cores: usize,
    /// Such as `ext4`; `unknown` where the system does not say.
    pub(crate) file_system: String,
    /// Such as `linux x86_64`.
    pub(crate) system: String,
    /// `release` or `debug`.
    pub(crate) build: &'static str,
}

impl Machine {
    /// As it is seen from a folder.
    pub(crate) fn at(folder: &Path) -> Self {
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let real = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
        let file_system = mounted(&mounts, &real).unwrap_or("unknown").to_owned();
        let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
        let build = if cfg!(debug_assertions) { "debug" } else { "release" };
        Self { cores, file_system, system, build }
    }

    /// In one line.
    pub(crate) fn told(&self) -> String {
        let Self { cores, file_system, system, build } = self;
        format!("{build} build, {cores} cores, {file_system}, {system}")
    }
}

/// The file system of a path, from Linux's list of mounts: the last mount of the longest path above it.
fn mounted<'a>(mounts: &'a str, path: &Path) -> Option<&'a str> {
    let lines = mounts.lines().filter_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        // A blank in a name is written as its number.
        let place = left.split(' ').nth(4)?.replace("\\040", " ");
        path.starts_with(&place).then(|| (place.len(), right.split(' ').next()))
    });
    lines.max_by_key(|(length, _)| *length)?.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mount_that_is_nearest_counts_and_of_two_on_one_place_the_last() {
        let mounts = "\
            1 0 8:1 / / rw - ext4 /dev/sda rw\n\
            2 1 0:5 / /data rw shared:1 - tmpfs tmpfs rw\n\
            3 1 8:2 / /data rw - xfs /dev/sdb rw\n\
            4 1 0:6 / /data/my\\040deep rw - btrfs /dev/sdc rw\n";
        for (path, found) in [
            ("/home/a", "ext4"),
            ("/data/a", "xfs"),
            ("/data/my deep/a", "btrfs"),
            ("/database", "ext4"),
        ] {
            assert_eq!(mounted(mounts, Path::new(path)), Some(found), "{path}");
        }
        assert_eq!(mounted("", Path::new("/")), None);
    }
}
