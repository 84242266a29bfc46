//! Hints on a whole root: which topics are worth another look.

use std::collections::{HashMap, VecDeque};
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

/// The token of the root; topics have their number in the list, from 1 on.
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
    topics: Vec<TopicName>,
    /// When each watched folder changed last, as the poll saw it.
    seen: HashMap<PathBuf, (u64, Option<SystemTime>)>,
    ready: VecDeque<Change>,
    pace: Pace,
    started: bool,
}

impl Changes {
    pub(super) fn new(catalog: Arc<Catalog>) -> Self {
        let (subscription, pace) = (catalog.hub.subscribe(), catalog.pace());
        Self {
            catalog,
            subscription,
            topics: Vec::new(),
            seen: HashMap::new(),
            ready: VecDeque::new(),
            pace,
            started: false,
        }
    }

    /// Waits for the next hint. The first call arms the watch. Safe to drop at any await.
    pub async fn next(&mut self) -> Change {
        loop {
            if let Some(change) = self.ready.pop_front() {
                return change;
            }
            if !self.started {
                self.arm().await;
                self.started = true;
            }
            let tokens = tokio::select! {
                tokens = self.subscription.next() => tokens.into_iter().collect(),
                () = tokio::time::sleep(self.pace.pause()) => self.poll().await,
            };
            self.note(tokens).await;
        }
    }

    async fn note(&mut self, tokens: Vec<u64>) {
        if tokens.is_empty() {
            return self.pace.nothing();
        }
        self.pace.found();
        for token in &tokens {
            let change = match usize::try_from(*token).unwrap_or(usize::MAX).checked_sub(1) {
                None => Some(Change::Topics),
                Some(index) => self.topics.get(index).cloned().map(Change::Topic),
            };
            self.ready.extend(change);
        }
        if tokens.contains(&ROOT) {
            self.arm().await;
        }
    }

    /// Watches the root and all datasets in it. What cannot be listed now is covered by the poll.
    async fn arm(&mut self) {
        let root = self.catalog.root.clone();
        let folders = blocking(move || folders(&root)).await.unwrap_or_default();
        self.topics = folders.iter().map(|(name, _)| name.clone()).collect();
        self.watch(&self.catalog.root.clone(), ROOT);
        for (index, (_, folders)) in folders.iter().enumerate() {
            for folder in folders {
                self.watch(folder, index as u64 + 1);
            }
        }
    }

    fn watch(&mut self, folder: &Path, token: u64) {
        self.subscription.add(folder, token);
        let state = (token, modified(folder));
        self.seen.entry(folder.to_path_buf()).or_insert(state).0 = token;
    }

    async fn poll(&mut self) -> Vec<u64> {
        let seen = std::mem::take(&mut self.seen);
        let looked = blocking(move || Ok(look(seen))).await;
        let Ok((seen, tokens)) = looked else { return vec![ROOT] };
        self.seen = seen;
        tokens
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
