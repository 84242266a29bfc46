//! What each version holds on disk: what came with it, and what only it still needs.

use std::collections::{HashMap, HashSet};
use std::fs;

use super::heal::manifests;
use super::leavings::{INDICES, Leaving, Referred};
use super::table::Table;
use crate::engine::durable::blocking;
use crate::engine::error::Result;
use crate::engine::layout::TRANSACTIONS;

/// Names of files in versions that are looked at, all in all: a hundred versions of ten thousand fragments.
const MOST_NAMES: usize = 1 << 20;

/// What a version holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) version: u64,
    pub(crate) manifest: u64,
    pub(crate) added: Option<u64>,
    pub(crate) only_here: Option<u64>,
}

/// What the versions of a dataset hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Holdings {
    /// The newest first.
    pub(crate) versions: Vec<Holding>,
    pub(crate) left_out: u64,
    /// Bytes of the files that the head needs: of data, of deletions, of indices.
    pub(crate) head: [u64; 3],
    /// Bytes of such files that it does not need.
    pub(crate) older: u64,
    /// Bytes of manifests, and of what made the versions.
    pub(crate) manifests: u64,
}

/// The files of a version, by the names that versions know them by.
struct Listed {
    version: u64,
    names: HashSet<String>,
}

impl Table {
    /// What the versions hold, the newest first, as far as they have a million files in all.
    ///
    /// Cost: a listing of the dataset's folders with a `stat` each, and the manifest of each version that is looked at.
    pub(crate) async fn holdings(&self) -> Result<Holdings> {
        let sizes = self.sizes().await?;
        let (_, files) = self.leavings(Referred::default()).await?;
        let (listed, left_out) = self.listed_versions(&sizes).await?;
        let mut branched = Referred::default();
        // What of a branch cannot be read counts as needing nothing: this only tells.
        drop(self.refer_branches(&mut branched).await);
        Ok(held(&listed, left_out, (&sizes, &files), &branched))
    }

    /// Each version, ascending, and the bytes of its manifest.
    async fn sizes(&self) -> Result<Vec<(u64, u64)>> {
        let path = self.path.to_path_buf();
        blocking(move || {
            let size = |(version, path): (u64, std::path::PathBuf)| {
                Some((version, fs::metadata(path).ok()?.len()))
            };
            Ok(manifests(&path)?.into_iter().filter_map(size).collect())
        })
        .await
    }

    /// The files of the newest versions, the newest first, and how many older ones are left out.
    async fn listed_versions(&self, sizes: &[(u64, u64)]) -> Result<(Vec<Listed>, u64)> {
        let (mut listed, mut names) = (Vec::new(), 0);
        for (version, _) in sizes.iter().rev() {
            if names > MOST_NAMES {
                break;
            }
            let mut own = Referred::default();
            match self.refer(*version, &mut own).await {
                // It may have been cleaned up since it was listed.
                Err(_) if !self.has(*version) => continue,
                referred => referred?,
            }
            let own = own.into_names();
            names += own.len();
            listed.push(Listed { version: *version, names: own });
        }
        let left_out = (sizes.len() - listed.len()) as u64;
        Ok((listed, left_out))
    }
}

fn held(
    listed: &[Listed],
    left_out: u64,
    (sizes, files): (&[(u64, u64)], &[Leaving]),
    branched: &Referred,
) -> Holdings {
    let bytes: HashMap<&str, u64> = files.iter().map(|file| (file.name(), file.bytes)).collect();
    let size = |name: &String| bytes.get(name.as_str()).copied().unwrap_or(0);
    let mut needed: HashMap<&str, u32> = HashMap::new();
    for name in listed.iter().flat_map(|version| &version.names) {
        *needed.entry(name).or_default() += 1;
    }
    let is_own =
        |name: &&String| needed.get(name.as_str()) == Some(&1) && !branched.has_name(name.as_str());
    let manifests: HashMap<u64, u64> = sizes.iter().copied().collect();
    let holding = |(at, version): (usize, &Listed)| {
        let before = listed.get(at + 1);
        let is_known = before.is_some() || left_out == 0;
        let came = |name: &&String| before.is_none_or(|before| !before.names.contains(*name));
        Holding {
            version: version.version,
            manifest: manifests.get(&version.version).copied().unwrap_or(0),
            added: is_known.then(|| version.names.iter().filter(came).map(size).sum()),
            only_here: is_known.then(|| version.names.iter().filter(is_own).map(size).sum()),
        }
    };
    let is_in_head =
        |file: &&Leaving| listed.first().is_some_and(|head| head.names.contains(file.name()));
    let (mut head, mut older) = ([0; 3], 0);
    for file in files.iter().filter(|file| !file.is_of(TRANSACTIONS)) {
        let kind = if file.is_of("data") {
            0
        } else if file.is_of(INDICES) {
            2
        } else {
            1
        };
        match head.get_mut(kind).filter(|_| is_in_head(&file)) {
            Some(sum) => *sum += file.bytes,
            None => older += file.bytes,
        }
    }
    let made = files.iter().filter(|file| file.is_of(TRANSACTIONS)).map(|file| file.bytes);
    Holdings {
        versions: listed.iter().enumerate().map(holding).collect(),
        left_out,
        head,
        older,
        manifests: sizes.iter().map(|(_, bytes)| bytes).sum::<u64>() + made.sum::<u64>(),
    }
}
