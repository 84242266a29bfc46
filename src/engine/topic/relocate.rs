//! Moving a topic's folder to another name, or into the trash: one rename, under every lock of the topic.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::catalog::Catalog;
use super::topic_lock::{gone, lock_topic};
use crate::engine::bucket::Standstill;
use crate::engine::durable::{blocking, rename_new, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::layout::{self, Identity, bucket_ids, dataset, identity};
use crate::engine::name::TopicName;
use crate::engine::topic_fault::TopicFault;

/// Where a topic goes.
#[derive(Debug, Clone)]
pub(super) enum Goal {
    /// To this name in its root.
    Name(TopicName),
    /// To this folder in the trash.
    Trash(PathBuf),
}

/// Buckets that come into being while the locks are taken, before that is given up.
const ATTEMPTS: usize = 8;

/// A topic that nobody puts into, flushes, maintains, grows or moves until this is dropped.
struct Held {
    still: Standstill,
    _topic: File,
}

impl Goal {
    fn folder(&self, root: &Path) -> PathBuf {
        match self {
            Self::Name(name) => root.join(name.as_str()),
            Self::Trash(folder) => folder.clone(),
        }
    }

    fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name.as_str()),
            Self::Trash(_) => None,
        }
    }
}

impl Catalog {
    /// Moves a topic of our own. Durable when it returns; whenever it ends, the topic has the one name or the other.
    ///
    /// Other processes that have it open are told by its lock files, which move along: see `wal/moved`. Cancel: it goes on.
    pub(super) async fn relocate(
        self: &Arc<Self>,
        name: TopicName,
        goal: Goal,
        timeout: Duration,
    ) -> Result<()> {
        let own = self.clone();
        blocking(move || own.relocate_now(&name, &goal, timeout)).await
    }

    fn relocate_now(&self, name: &TopicName, goal: &Goal, timeout: Duration) -> Result<()> {
        let (from, to) = (self.root.join(name.as_str()), goal.folder(&self.root));
        self.access.check(&from)?;
        let held = self.hold(name, &from, timeout)?;
        // IMPORTANT: in this order. Who waits for a sync finds the path gone as soon as it has the new name, and whoever gets
        // a lock then must find it marked.
        held.still.sync()?;
        held.still.note_move(goal.name())?;
        fault::at(&self.root, "move.noted")?;
        rename_new(&from, &to).map_err(|error| taken(error, goal))?;
        held.still.moved();
        fault::at(&self.root, "move.named")?;
        for folder in [to.parent(), from.parent()].into_iter().flatten() {
            sync_folder(folder)?;
        }
        fault::at(&self.root, "move.durable")
    }

    /// Takes every lock of a topic.
    fn hold(&self, name: &TopicName, folder: &Path, timeout: Duration) -> Result<Held> {
        for _ in 0..ATTEMPTS {
            let Some(home) = identity(folder) else { return Err(gone(folder)) };
            let ids = bucket_ids(folder)?;
            let bucket = |id: &u32| self.bucket(name, dataset(folder, *id), false);
            let still = Standstill::of(ids.iter().map(bucket).collect(), timeout)?;
            let topic = lock_topic(folder, &self.access)?;
            if is_same(folder, home, &ids)? {
                return Ok(Held { still, _topic: topic });
            }
        }
        Err(gone(folder))
    }
}

/// Whether a folder is the one that it was, with the same buckets.
fn is_same(folder: &Path, home: Identity, ids: &[u32]) -> Result<bool> {
    Ok(identity(folder) == Some(home) && bucket_ids(folder)? == ids)
}

/// What a rename that was refused means.
fn taken(error: Error, goal: &Goal) -> Error {
    match (error, goal) {
        (Error::Io { source, .. }, Goal::Name(name))
            if source.kind() == io::ErrorKind::AlreadyExists =>
        {
            let fault = TopicFault::Exists("something came into being there meanwhile".into());
            Error::Topic { topic: name.to_string(), fault }
        }
        (error, _) => error,
    }
}

/// Refuses a name that something in the root has.
///
/// # Errors
/// [`TopicFault::Exists`], which says what that is.
pub(super) fn check_free(root: &Path, name: &TopicName) -> Result<()> {
    let place = match layout::find(root, name.as_str()) {
        // There is nothing at all yet.
        Err(Error::RootNotFound { .. }) => return Ok(()),
        found => found?,
    };
    let what = match place {
        Some(place) if place.is_foreign() => {
            format!("{} is a dataset that another program made", place.folder.display())
        }
        Some(place) => format!("{} is a topic", place.folder.display()),
        None if root.join(name.as_str()).symlink_metadata().is_ok() => {
            format!("{} is there, and no topic", root.join(name.as_str()).display())
        }
        None => return Ok(()),
    };
    Err(Error::Topic { topic: name.to_string(), fault: TopicFault::Exists(what) })
}
