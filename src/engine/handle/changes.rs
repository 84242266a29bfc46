//! Hints on a whole root: which topics are worth another look.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use crate::engine::access::Access;
use crate::engine::durable::blocking;
use crate::engine::error::Result;
use crate::engine::layout::{self, LOG, Origin, Place, SEGMENT, VERSIONS};
use crate::engine::name::TopicName;
use crate::engine::poll::Pace;
use crate::engine::topic::{Catalog, TopicMeta};
use crate::engine::watch::Subscription;

/// The token of the root; topics have theirs from 1 on.
const ROOT: u64 = 0;

/// A hint, never the truth: look at what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Topics may have come or gone.
    Topics,
    /// A topic may have new versions or new buffered records.
    Topic(TopicName),
}

/// Hints that something changed on disk, by whichever process.
pub struct Changes {
    catalog: Arc<Catalog>,
    subscription: Subscription,
    /// Each topic's token is its place here plus one; a place is never given to another topic.
    topics: Vec<TopicName>,
    /// When each watched folder changed last, as the poll saw it.
    seen: Seen,
    /// Tokens of folders that are not there yet to be watched.
    awaited: BTreeSet<u64>,
    ready: VecDeque<Change>,
    pace: Pace,
    /// The root is to be listed, and what is new in it to be watched.
    list_due: bool,
}

impl Changes {
    pub(super) fn new(catalog: Arc<Catalog>) -> Self {
        let (subscription, pace) = (catalog.hub.subscribe(), catalog.pace());
        Self {
            catalog,
            subscription,
            topics: Vec::new(),
            seen: HashMap::new(),
            awaited: BTreeSet::new(),
            ready: VecDeque::new(),
            pace,
            list_due: true,
        }
    }

    /// Waits for the next hint. The first call arms the watch and returns [`Change::Topics`], so that
    /// who looks then misses nothing. Safe to drop at any await: a hint
    /// that was not returned comes with the next call.
    pub async fn next(&mut self) -> Change {
        loop {
            if self.list_due {
                self.arm().await;
            }
            if let Some(change) = self.ready.pop_front() {
                return change;
            }
            tokio::select! {
                tokens = self.subscription.next() => self.note(tokens),
                () = tokio::time::sleep(self.pace.pause()) => self.poll().await,
            }
        }
    }

    fn note(&mut self, tokens: impl IntoIterator<Item = u64>) {
        self.pace.found();
        for token in tokens {
            let change = match usize::try_from(token).unwrap_or(usize::MAX).checked_sub(1) {
                None => Some(Change::Topics),
                Some(index) => self.topics.get(index).cloned().map(Change::Topic),
            };
            self.ready.extend(change);
            // A new topic's folders appear one after the other: watch those that are there now.
            self.list_due |= token == ROOT || self.awaited.contains(&token);
        }
    }

    /// Watches the root and all datasets in it. What cannot be listed now is covered by the poll.
    ///
    /// IMPORTANT: the root is watched before it is listed: of a topic that comes in between, neither the listing nor an event
    /// would tell, nor the poll, and its folders would never be watched.
    async fn arm(&mut self) {
        let root = self.catalog.root.clone();
        if self.watch(&root, ROOT) {
            self.ready.push_back(Change::Topics);
        }
        let (listed, access) = (root.clone(), self.catalog.access.clone());
        let folders = blocking(move || folders(&listed, &access)).await.unwrap_or_default();
        self.list_due = false;
        let awaited = std::mem::take(&mut self.awaited);
        if !self.seen.contains_key(&root) {
            self.awaited.insert(ROOT);
        }
        for (name, folders) in folders {
            let token = self.token(&name);
            let came = folders.iter().filter(|folder| self.watch(folder, token)).count();
            // What came before its folder was watched is seen by looking, not by an event.
            if came > 0 && awaited.contains(&token) {
                self.ready.push_back(Change::Topic(name));
            }
        }
    }

    fn token(&mut self, name: &TopicName) -> u64 {
        let known = self.topics.iter().position(|topic| topic == name);
        let index = known.unwrap_or_else(|| {
            self.topics.push(name.clone());
            self.topics.len() - 1
        });
        index as u64 + 1
    }

    /// Watches a folder; until it is there, it is tried again with each listing. Returns whether it
    /// has come under watch now.
    fn watch(&mut self, folder: &Path, token: u64) -> bool {
        if self.seen.contains_key(folder) {
            return false;
        }
        let there = self.subscription.add(folder, token);
        if there {
            self.seen.insert(folder.to_path_buf(), Look::at(folder, token));
        } else {
            self.awaited.insert(token);
        }
        there
    }

    async fn poll(&mut self) {
        let begun = Instant::now();
        let seen = self.seen.clone();
        let Ok((seen, tokens)) = blocking(move || Ok(look(seen))).await else { return };
        self.seen = seen;
        self.pace.nothing_in(begun.elapsed());
        if tokens.is_empty() {
            self.list_due = !self.awaited.is_empty();
        } else {
            self.note(tokens);
        }
    }
}

type Seen = HashMap<PathBuf, Look>;

/// When a folder changed last, and, in a log, the segment that is appended to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    token: u64,
    names: Option<SystemTime>,
    /// Appending changes the file, not its folder. Listing a thousand folders at each poll would
    /// keep a core busy; this is one more `stat`.
    segment: Option<(PathBuf, Option<SystemTime>)>,
}

impl Look {
    fn at(folder: &Path, token: u64) -> Self {
        let newest = folder.ends_with(LOG).then(|| newest_segment(folder)).flatten();
        let segment = newest.map(|path| (path.clone(), modified(&path)));
        Self { token, names: modified(folder), segment }
    }

    fn has_changed(&self, folder: &Path) -> bool {
        let appended = |(path, before): &(PathBuf, _)| modified(path) != *before;
        modified(folder) != self.names || self.segment.as_ref().is_some_and(appended)
    }
}

fn look(mut seen: Seen) -> (Seen, Vec<u64>) {
    let mut tokens = Vec::new();
    for (folder, before) in &mut seen {
        if before.has_changed(folder) {
            *before = Look::at(folder, before.token);
            tokens.push(before.token);
        }
    }
    tokens.sort_unstable();
    tokens.dedup();
    (seen, tokens)
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok()
}

fn newest_segment(folder: &Path) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    entries.filter(|path| path.extension().is_some_and(|found| found == SEGMENT)).max()
}

/// Each topic, and the folders in which its versions and its buffered records appear.
fn folders(root: &Path, access: &Access) -> Result<Vec<(TopicName, Vec<PathBuf>)>> {
    let of = |place: Place| {
        let folders = match &place.origin {
            Origin::Foreign(buckets) => buckets.iter().map(|b| b.dataset.join(VERSIONS)).collect(),
            Origin::Native => {
                let buckets =
                    TopicMeta::read(&place.folder, access).map_or(1, |meta| meta.num_buckets.get());
                (0..buckets).flat_map(|id| native_folders(&place.folder, id)).collect()
            }
        };
        (place.name, folders)
    };
    Ok(layout::scan(root)?.into_iter().map(of).collect())
}

fn native_folders(topic: &Path, bucket: u32) -> [PathBuf; 2] {
    let versions = layout::dataset(topic, bucket).dataset.join(VERSIONS);
    [versions, layout::bucket_folder(topic, bucket).join(LOG)]
}
