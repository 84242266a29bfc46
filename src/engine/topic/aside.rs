//! What was there before a topic was adopted goes into the trash: noted in the topic first, so that whoever comes after a crash does it.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::engine::durable::{create_in, rename_new, replace_file, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::layout::TRASH;

/// Lies in a topic that was adopted until what was there before is in the trash.
const FILE: &str = ".adopted";

/// What is to go into the trash, and under which name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Aside {
    /// Its name in the trash.
    pub(super) name: String,
    /// The folders in the root.
    pub(super) folders: Vec<String>,
    /// Whether they become folders of the one in the trash, instead of that itself.
    pub(super) is_within: bool,
}

impl Aside {
    /// Notes it in a topic, durably.
    pub(super) fn note(&self, topic: &Path) -> Result<()> {
        let path = topic.join(FILE);
        let text = serde_json::to_vec(self).map_err(|e| Error::io("write", &path)(e.into()))?;
        replace_file(&path, &text)
    }

    /// What is noted in a topic, where something is.
    pub(super) fn noted(topic: &Path) -> Result<Option<Self>> {
        let path = topic.join(FILE);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(Error::io("read", &path))?,
        };
        let damaged = |error: serde_json::Error| Error::Damaged { path, source: error.into() };
        serde_json::from_slice(&bytes).map(Some).map_err(damaged)
    }

    /// Whether something is noted in a folder: it is one that was being made.
    pub(super) fn is_noted(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    /// Moves it into the trash, durably, and forgets it. What is there already stays there.
    pub(super) fn put(&self, root: &Path, topic: &Path) -> Result<()> {
        let trash = root.join(TRASH);
        create_in(&trash)?;
        let place = trash.join(&self.name);
        if self.is_within {
            create_in(&place)?;
        }
        for folder in &self.folders {
            let to = if self.is_within { place.join(folder) } else { place.clone() };
            match rename_new(&root.join(folder), &to) {
                Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
                moved => moved?,
            }
            fault::at(root, "adopt.aside")?;
        }
        if self.is_within {
            sync_folder(&place)?;
        }
        sync_folder(&trash)?;
        sync_folder(root)?;
        let path = topic.join(FILE);
        fs::remove_file(&path).map_err(Error::io("remove", &path))?;
        sync_folder(topic)
    }
}
