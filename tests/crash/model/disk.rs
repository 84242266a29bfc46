//! What is on the disk, as far as it was synced, and what a power cut leaves of the rest.
//!
//! A file keeps the bytes of its last sync, a folder the names of its last sync. Of what came later, a power cut leaves
//! some: of a file its old bytes, its new ones, or a front of what was added; of a log any of the sectors that changed; of
//! a folder the names as they were at some moment since. Each folder is on its own: no order between folders is
//! promised by anybody.

use std::collections::{BTreeMap, HashMap};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::files::{Base, Mark, segment_of, version_of};
use crate::kills::Dice;

/// What a disk writes at once.
const SECTOR: usize = 512;

/// A file, whatever its name; the time tells it from a later one that got its number.
type Inode = (u64, Option<SystemTime>);
type Listing = BTreeMap<OsString, Node>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Folder,
    File(Inode),
}

/// A root, and what of it is durable.
pub(crate) struct Disk {
    pub(crate) root: PathBuf,
    /// The names of each folder since its last sync, that of the sync first.
    folders: BTreeMap<PathBuf, Vec<Listing>>,
    /// The bytes of each file at its last sync.
    contents: HashMap<Inode, Vec<u8>>,
}

impl Disk {
    /// A disk that holds what is there, all of it durable.
    pub(crate) fn after_a_sync(root: &Path) -> Self {
        let mut disk =
            Self { root: root.into(), folders: BTreeMap::new(), contents: HashMap::new() };
        for (folder, listing) in walk(root) {
            for (name, node) in &listing {
                if let Node::File(inode) = node {
                    disk.contents.insert(*inode, fs::read(folder.join(name)).unwrap());
                }
            }
            disk.folders.insert(folder, vec![listing]);
        }
        disk
    }

    /// Somebody synced a file or a folder.
    pub(crate) fn synced(&mut self, path: &Path) {
        if !path.starts_with(&self.root) {
            return;
        }
        // What is wrong with it is found when the process stands next.
        drop(self.observe(true));
        if let Some(states) = self.folders.get_mut(path) {
            states.drain(..states.len() - 1);
        } else if let (Some(inode), Ok(bytes)) = (inode(path), fs::read(path)) {
            self.contents.insert(inode, bytes);
        }
    }

    /// Takes note of what changed since it last looked; says what nobody may do to a disk.
    pub(crate) fn observe(&mut self, by_lanceq: bool) -> Result<(), String> {
        let now = walk(&self.root);
        let mut wrong = Ok(());
        for (folder, listing) in &now {
            let states = self.folders.entry(folder.clone()).or_insert_with(|| vec![Listing::new()]);
            let before = states.last().cloned().unwrap_or_default();
            if before == *listing {
                continue;
            }
            states.push(listing.clone());
            if !by_lanceq {
                continue;
            }
            self.note_manifests(folder, &before, listing);
            for name in before.keys().filter(|name| !listing.contains_key(*name)) {
                wrong = wrong.and(self.may_go(folder, name, &before, &now));
            }
        }
        wrong
    }

    /// The bytes of our manifests are on the disk before these have their names.
    fn note_manifests(&mut self, folder: &Path, before: &Listing, now: &Listing) {
        for (name, node) in now.iter().filter(|(name, _)| !before.contains_key(*name)) {
            let path = folder.join(name);
            if let Node::File(inode) = node
                && path.extension().is_some_and(|kind| kind == "manifest")
            {
                self.contents.insert(*inode, fs::read(path).unwrap_or_default());
            }
        }
    }

    /// Whether lanceq may have taken a name away: a segment only once a durable version holds its records (I4), a
    /// version only below the one that the durable base names (I10), or into the quarantine.
    fn may_go(
        &self,
        folder: &Path,
        name: &OsStr,
        before: &Listing,
        now: &BTreeMap<PathBuf, Listing>,
    ) -> Result<(), String> {
        let is_kept = |(folder, listing): (&PathBuf, &Listing)| {
            folder.components().any(|part| part.as_os_str() == "quarantine")
                && listing.contains_key(name)
        };
        if now.iter().any(is_kept) {
            return Ok(());
        }
        if let Some(version) = version_of(name) {
            let base = self.durable_base(folder);
            if base.is_some_and(|base| version < base) {
                return Ok(());
            }
            return Err(format!("version {version} was removed, and the base names {base:?}"));
        }
        let Some(first) = segment_of(name) else { return Ok(()) };
        let end = before.keys().filter_map(|name| segment_of(name)).find(|next| *next > first);
        let Some(end) = end else {
            return Err(format!("segment {first} was removed and has no successor"));
        };
        let persisted = self.durable_marks(folder).into_iter().map(|mark| mark.end).max();
        if persisted.is_some_and(|persisted| persisted >= end) {
            return Ok(());
        }
        Err(format!("segment {first} was removed, and durable versions end at {persisted:?}"))
    }

    /// The version that the log's base names, whatever a power cut leaves.
    fn durable_base(&self, versions: &Path) -> Option<u64> {
        let log = versions.parent()?.with_file_name("wal");
        let states = self.folders.get(&log)?.iter();
        let named = states.map(|state| {
            let Node::File(inode) = state.get(OsStr::new("base"))? else { return None };
            Base::of(self.contents.get(inode)?).map(|base| base.version)
        });
        named.min()?
    }

    /// What the versions say that a power cut cannot take.
    fn durable_marks(&self, log: &Path) -> Vec<Mark> {
        let versions = log.with_file_name("data.lance").join("_versions");
        let states = self.folders.get(&versions).map_or(&[][..], Vec::as_slice);
        let Some((synced, since)) = states.split_first() else { return Vec::new() };
        let kept = synced
            .iter()
            .filter(|(name, node)| since.iter().all(|state| state.get(*name) == Some(*node)));
        let marks = kept.filter_map(|(name, node)| {
            let Node::File(inode) = node else { return None };
            Mark::read(name, self.contents.get(inode)?)
        });
        marks.collect()
    }

    /// Cuts the power: builds at `to` what the disk may hold then, which is all durable.
    pub(crate) fn cut(&self, dice: &mut Dice, to: &Path) -> Self {
        let mut live = HashMap::new();
        for (folder, listing) in walk(&self.root) {
            for (name, node) in listing {
                if let Node::File(inode) = node {
                    live.insert(inode, folder.join(name));
                }
            }
        }
        self.leave(dice, &live, &self.root, to);
        Self::after_a_sync(to)
    }

    fn leave(&self, dice: &mut Dice, live: &HashMap<Inode, PathBuf>, folder: &Path, to: &Path) {
        fs::create_dir_all(to).unwrap();
        let Some(states) = self.folders.get(folder) else { return };
        let chosen = match dice.roll(3) {
            0 => 0,
            1 => states.len() - 1,
            _ => usize::try_from(dice.roll(states.len() as u64)).unwrap(),
        };
        for (name, node) in &states[chosen] {
            match node {
                Node::Folder => self.leave(dice, live, &folder.join(name), &to.join(name)),
                Node::File(inode) => {
                    let current = live.get(inode).map(|path| fs::read(path).unwrap());
                    let synced = self.contents.get(inode).cloned().unwrap_or_default();
                    let is_log = segment_of(name).is_some();
                    let left = survivor(dice, synced, current, is_log);
                    fs::write(to.join(name), left).unwrap();
                }
            }
        }
    }
}

/// What of a file a power cut leaves.
fn survivor(dice: &mut Dice, synced: Vec<u8>, current: Option<Vec<u8>>, is_log: bool) -> Vec<u8> {
    let Some(mut current) = current.filter(|current| *current != synced) else { return synced };
    match dice.roll(4) {
        0 => synced,
        1 => current,
        _ if is_log => mixed(dice, &synced, current),
        _ if current.starts_with(&synced) => {
            let added = (current.len() - synced.len()) as u64;
            current.truncate(synced.len() + usize::try_from(dice.roll(added + 1)).unwrap());
            current
        }
        _ => current,
    }
}

/// Some of the sectors that changed, more of those in front.
fn mixed(dice: &mut Dice, synced: &[u8], mut bytes: Vec<u8>) -> Vec<u8> {
    let sectors = bytes.len().div_ceil(SECTOR) as u64;
    let front = usize::try_from(dice.roll(sectors + 1)).unwrap();
    let mut end = synced.len();
    for (number, new) in bytes.chunks_mut(SECTOR).enumerate() {
        let old = synced.chunks(SECTOR).nth(number).unwrap_or_default();
        if old == new {
            continue;
        }
        if number < front && dice.roll(4) > 0 {
            end = end.max(number * SECTOR + new.len());
            continue;
        }
        new.fill(0);
        let kept = old.len().min(new.len());
        new[..kept].copy_from_slice(&old[..kept]);
    }
    if dice.roll(2) == 0 {
        bytes.truncate(end);
    }
    bytes
}

/// The names of a folder and of all below.
fn walk(root: &Path) -> BTreeMap<PathBuf, Listing> {
    let mut found = BTreeMap::new();
    let mut left = vec![root.to_path_buf()];
    while let Some(folder) = left.pop() {
        let mut listing = Listing::new();
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder {
                left.push(path);
                listing.insert(entry.file_name(), Node::Folder);
            } else if let Some(inode) = inode(&path) {
                listing.insert(entry.file_name(), Node::File(inode));
            }
        }
        found.insert(folder, listing);
    }
    found
}

fn inode(path: &Path) -> Option<Inode> {
    let found = fs::metadata(path).ok()?;
    Some((found.ino(), found.created().ok()))
}
