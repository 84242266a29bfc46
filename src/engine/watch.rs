//! Hints that files changed: file-system events where there are any, always beside a poll.
//!
//! Invariant: a hint is never the truth. Whoever gets one looks at the disk, and whoever gets none
//! looks at the disk when its poll is due. So a lost event costs time, never a record.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use notify::event::{EventKind, Flag, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

use super::layout::SEGMENT;
use super::options::Events;

/// One watcher for all subscriptions of an engine.
#[derive(Clone)]
pub(crate) struct Hub(Arc<Inner>);

struct Inner {
    folders: Mutex<Folders>,
    watcher: Mutex<Option<RecommendedWatcher>>,
}

#[derive(Default)]
struct Folders {
    interest: HashMap<PathBuf, Vec<(Weak<Mailbox>, u64)>>,
}

/// What a subscriber has not yet looked at.
#[derive(Default)]
struct Mailbox {
    tokens: Mutex<BTreeSet<u64>>,
    arrived: Notify,
}

/// A subscriber's end: folders it asked about, and hints on them.
pub(crate) struct Subscription {
    hub: Hub,
    mailbox: Arc<Mailbox>,
    folders: HashSet<(PathBuf, u64)>,
}

impl Hub {
    /// Starts a watcher, where events are wanted and the system has them.
    pub(crate) fn new(events: Events) -> Self {
        let inner = Arc::new(Inner { folders: Mutex::default(), watcher: Mutex::new(None) });
        if events == Events::Watch {
            let weak = Arc::downgrade(&inner);
            let watcher = notify::recommended_watcher(move |event| {
                if let Some(inner) = weak.upgrade() {
                    inner.dispatch(event);
                }
            });
            match watcher {
                Ok(watcher) => *lock(&inner.watcher) = Some(watcher),
                Err(error) => tracing::warn!(%error, "no file-system events; polling instead"),
            }
        }
        Self(inner)
    }

    /// Whether events can arrive.
    pub(crate) fn has_events(&self) -> bool {
        lock(&self.0.watcher).is_some()
    }

    pub(crate) fn subscribe(&self) -> Subscription {
        Subscription { hub: self.clone(), mailbox: Arc::default(), folders: HashSet::new() }
    }
}

impl Inner {
    fn dispatch(&self, event: notify::Result<notify::Event>) {
        let Ok(event) = event else { return self.wake_all() };
        if event.flag() == Some(Flag::Rescan) {
            return self.wake_all();
        }
        if !names_changed(event.kind) && !log_grew(&event) {
            return;
        }
        let mailboxes = {
            let folders = lock(&self.folders);
            event.paths.iter().flat_map(|path| folders.interested(path)).collect::<Vec<_>>()
        };
        for (mailbox, token) in mailboxes {
            mailbox.put(token);
        }
    }

    /// Events were lost: everybody looks at everything.
    fn wake_all(&self) {
        let all: Vec<_> = lock(&self.folders).interest.values().flatten().cloned().collect();
        for (mailbox, token) in all {
            if let Some(mailbox) = mailbox.upgrade() {
                mailbox.put(token);
            }
        }
    }
}

impl Folders {
    fn interested(&self, path: &Path) -> Vec<(Arc<Mailbox>, u64)> {
        let parent = path.parent().unwrap_or(path);
        [path, parent]
            .into_iter()
            .filter_map(|folder| self.interest.get(folder))
            .flatten()
            .filter_map(|(mailbox, token)| Some((mailbox.upgrade()?, *token)))
            .collect()
    }
}

impl Mailbox {
    fn put(&self, token: u64) {
        lock(&self.tokens).insert(token);
        self.arrived.notify_one();
    }
}

impl Subscription {
    /// Asks for hints on names that come and go in `folder`, marked with `token`. Where the folder
    /// does not exist yet, its nearest existing ancestor is watched instead: ask again on a hint.
    ///
    /// Returns whether the folder itself is watched.
    pub(crate) fn add(&mut self, wanted: &Path, token: u64) -> bool {
        let Some(there) = wanted.ancestors().find(|folder| folder.is_dir()) else { return false };
        let exact = there == wanted;
        let Ok(folder) = there.canonicalize() else { return false };
        if !self.folders.insert((folder.clone(), token)) {
            return exact;
        }
        let entry = (Arc::downgrade(&self.mailbox), token);
        // IMPORTANT: the watcher's lock is held over both steps, here and in `drop`: else one
        // subscriber's last look at a folder could end the watch that another has just begun.
        let mut watcher = lock(&self.hub.0.watcher);
        lock(&self.hub.0.folders).interest.entry(folder.clone()).or_default().push(entry);
        if let Some(watcher) = watcher.as_mut()
            && let Err(error) = watcher.watch(&folder, RecursiveMode::NonRecursive)
        {
            tracing::debug!(folder = %folder.display(), %error, "cannot be watched; the poll covers it");
        }
        exact
    }

    /// Waits for hints and takes all that are there. Safe to drop at any await.
    pub(crate) async fn next(&self) -> BTreeSet<u64> {
        loop {
            let arrived = self.mailbox.arrived.notified();
            let tokens = std::mem::take(&mut *lock(&self.mailbox.tokens));
            if !tokens.is_empty() {
                return tokens;
            }
            arrived.await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mine = Arc::downgrade(&self.mailbox);
        let mut unused = Vec::new();
        let mut watcher = lock(&self.hub.0.watcher);
        {
            let mut folders = lock(&self.hub.0.folders);
            for (folder, _) in &self.folders {
                if let Some(entries) = folders.interest.get_mut(folder) {
                    entries.retain(|(mailbox, _)| !mailbox.ptr_eq(&mine));
                    if entries.is_empty() {
                        folders.interest.remove(folder);
                        unused.push(folder);
                    }
                }
            }
        }
        if let Some(watcher) = watcher.as_mut() {
            for folder in unused {
                // A folder that is gone is not watched any more anyway.
                drop(watcher.unwatch(folder));
            }
        }
    }
}

/// Reading files makes access events; to look because of those would never end.
fn names_changed(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Create(_)
            | EventKind::Remove(_)
            | EventKind::Modify(ModifyKind::Name(_))
            | EventKind::Any
            | EventKind::Other
    )
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Records were appended to a log. What else is written to in place is of no interest.
fn log_grew(event: &notify::Event) -> bool {
    let is_segment = |path: &PathBuf| path.extension().is_some_and(|found| found == SEGMENT);
    matches!(event.kind, EventKind::Modify(ModifyKind::Data(_)))
        && event.paths.iter().any(is_segment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_new_name_in_a_watched_folder_wakes_its_subscriber() {
        let root = tempfile::tempdir().unwrap();
        let hub = Hub::new(Events::Watch);
        if !hub.has_events() {
            return;
        }
        let mut subscription = hub.subscribe();
        subscription.add(root.path(), 7);
        std::fs::write(root.path().join("new"), "").unwrap();
        assert_eq!(subscription.next().await, BTreeSet::from([7]));
    }

    #[tokio::test]
    async fn lost_events_wake_every_subscriber() {
        let root = tempfile::tempdir().unwrap();
        let hub = Hub::new(Events::Off);
        let mut subscription = hub.subscribe();
        subscription.add(root.path(), 1);
        subscription.add(&root.path().join("not/yet/there"), 2);
        hub.0.dispatch(Ok(notify::Event::new(EventKind::Other).set_flag(Flag::Rescan)));
        assert_eq!(subscription.next().await, BTreeSet::from([1, 2]));
        hub.0.dispatch(Err(notify::Error::generic("the queue overflowed")));
        assert_eq!(subscription.next().await, BTreeSet::from([1, 2]));
    }

    #[test]
    fn reading_a_file_is_no_hint() {
        use notify::event::{AccessKind, DataChange};
        assert!(!names_changed(EventKind::Access(AccessKind::Read)));
        assert!(!names_changed(EventKind::Modify(ModifyKind::Data(DataChange::Any))));
    }

    #[test]
    fn a_dropped_subscription_leaves_nothing_behind() {
        let root = tempfile::tempdir().unwrap();
        let hub = Hub::new(Events::Off);
        let mut subscription = hub.subscribe();
        subscription.add(root.path(), 1);
        drop(subscription);
        assert!(lock(&hub.0.folders).interest.is_empty());
    }
}
