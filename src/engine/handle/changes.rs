//! Hints on a whole root: which topics are worth another look.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::engine::durable::blocking;
use crate::engine::error::Result;
use crate::engine::layout::{self, Origin, Place, VERSIONS};
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
    /// A topic may have new versions.
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
    async fn arm(&mut self) {
        let root = self.catalog.root.clone();
        let listed = root.clone();
        let folders = blocking(move || folders(&listed)).await.unwrap_or_default();
        self.list_due = false;
        let awaited = std::mem::take(&mut self.awaited);
        if self.watch(&root, ROOT) {
            self.ready.push_back(Change::Topics);
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
            self.seen.insert(folder.to_path_buf(), (token, modified(folder)));
        } else {
            self.awaited.insert(token);
        }
        there
    }

    async fn poll(&mut self) {
        let seen = self.seen.clone();
        let Ok((seen, tokens)) = blocking(move || Ok(look(seen))).await else { return };
        self.seen = seen;
        self.pace.nothing();
        if tokens.is_empty() {
            self.list_due = !self.awaited.is_empty();
        } else {
            self.note(tokens);
        }
    }
}

type Seen = HashMap<PathBuf, (u64, Option<SystemTime>)>;

fn look(mut seen: Seen) -> (Seen, Vec<u64>) {
    let mut tokens = Vec::new();
    for (folder, (token, before)) in &mut seen {
        let now = modified(folder);
        if now != *before {
            *before = now;
            tokens.push(*token);
        }
    }
    tokens.sort_unstable();
    tokens.dedup();
    (seen, tokens)
}

fn modified(folder: &Path) -> Option<SystemTime> {
    std::fs::metadata(folder).and_then(|metadata| metadata.modified()).ok()
}

/// Each topic, and the folders in which its versions appear.
fn folders(root: &Path) -> Result<Vec<(TopicName, Vec<PathBuf>)>> {
    let of = |place: Place| {
        let datasets: Vec<PathBuf> = match &place.origin {
            Origin::Foreign(buckets) => buckets.iter().map(|b| b.dataset.clone()).collect(),
            Origin::Native => {
                let buckets =
                    TopicMeta::read(&place.folder).map_or(1, |meta| meta.num_buckets.get());
                (0..buckets).map(|id| layout::dataset(&place.folder, id).dataset).collect()
            }
        };
        let folders = datasets.iter().map(|dataset| dataset.join(VERSIONS)).collect();
        (place.name, folders)
    };
    Ok(layout::scan(root)?.into_iter().map(of).collect())
}
