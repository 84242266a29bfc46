//! The file in which the explorer remembers a root: read at the start, replaced as a whole at each change.

use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};
use tokio::sync::{mpsc, watch};

use super::event::Event;
use super::state::Memory;

/// The folder of what programs remember: `$XDG_STATE_HOME`, else `~/.local/state`; none where neither is known.
pub fn state_folder() -> Option<PathBuf> {
    let absolute =
        |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local").join("state")))
}

/// The file of one root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File(PathBuf);

impl File {
    /// The one of a root in a folder of states.
    pub(crate) fn of(folder: &Path, root: &Path) -> Self {
        let real = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
        let digest: [u8; 16] = Md5::digest(real.as_os_str().as_encoded_bytes()).into();
        let name = format!("{:032x}.json", u128::from_be_bytes(digest));
        Self(folder.join("lanceq").join(name))
    }

    /// What is in it, and what is to be said: a file that is damaged is set aside.
    pub(crate) fn read(&self) -> (Memory, Option<String>) {
        let path = self.0.display();
        let text = match fs::read(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return (Memory::default(), None),
            Err(error) => {
                return (Memory::default(), Some(format!("{path} cannot be read: {error}")));
            }
        };
        match serde_json::from_slice(&text) {
            Ok(memory) => (memory, None),
            Err(error) => {
                let aside = self.with("damaged");
                let kept = match fs::rename(&self.0, &aside) {
                    Ok(()) => format!("it is kept as {}", aside.display()),
                    Err(error) => format!("it could not be set aside: {error}"),
                };
                let text = format!("{path} is damaged ({error}): columns begin anew, {kept}");
                (Memory::default(), Some(text))
            }
        }
    }

    /// Replaces what is in it: somebody who reads meanwhile finds the one or the other.
    fn write(&self, memory: &Memory) -> io::Result<()> {
        if let Some(folder) = self.0.parent() {
            fs::create_dir_all(folder)?;
        }
        let new = self.with(&format!("{}.tmp", std::process::id()));
        let mut file = fs::File::create(&new)?;
        file.write_all(&serde_json::to_vec_pretty(memory)?)?;
        file.sync_all()?;
        fs::rename(&new, &self.0)
    }

    fn with(&self, extension: &str) -> PathBuf {
        let mut name = OsString::from(&self.0);
        name.push(".");
        name.push(extension);
        name.into()
    }
}

/// Writes what is to be remembered until nobody sends anything more; of several that come at once, the last. That it
/// cannot be written is said once.
pub(crate) async fn keep(
    file: File,
    mut memories: watch::Receiver<Memory>,
    events: mpsc::Sender<Event>,
) {
    let mut failed = false;
    while memories.changed().await.is_ok() {
        let memory = memories.borrow_and_update().clone();
        let to = file.clone();
        let written = tokio::task::spawn_blocking(move || to.write(&memory)).await;
        if let Ok(Err(error)) = written
            && !std::mem::replace(&mut failed, true)
        {
            let text =
                format!("{} cannot be written, nothing is remembered: {error}", file.0.display());
            // Nobody listens once the explorer ends.
            events.send(Event::Told(text)).await.ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_each_root_has_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) =
            ["a", "b"].map(|root| File::of(folder.path(), &folder.path().join(root))).into();
        assert_eq!(one.read(), (Memory::default(), None));
        let mut memory = Memory::default();
        memory.root = "a".into();
        one.write(&memory).unwrap();
        assert_eq!(one.read(), (memory, None));
        assert_eq!(other.read(), (Memory::default(), None));
        let files = fs::read_dir(folder.path().join("lanceq")).unwrap().count();
        assert_eq!(files, 1, "nothing else is left");
    }

    #[test]
    fn a_damaged_file_is_told_and_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::of(folder.path(), Path::new("/root"));
        file.write(&Memory::default()).unwrap();
        let whole = fs::read(&file.0).unwrap();
        for length in 0..whole.len() - 1 {
            fs::write(&file.0, &whole[..length]).unwrap();
            let (memory, told) = file.read();
            assert_eq!(memory, Memory::default());
            let told = told.expect("it is told");
            assert!(told.contains("is damaged") && told.contains(".json.damaged"), "{told}");
            assert_eq!(fs::read(file.with("damaged")).unwrap(), &whole[..length]);
            assert_eq!(file.read(), (Memory::default(), None), "it is told once");
        }
    }
}
