//! The layout on disk: which folder is which topic, and where each file of it lies.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::{Error, Result};
use super::name::TopicName;

/// Metadata of a topic: bucket count, bucket column, schema.
pub(crate) const TOPIC_FILE: &str = "topic.json";
/// Guards changes of the metadata.
pub(crate) const TOPIC_LOCK: &str = ".lock";
/// A bucket's dataset.
pub(crate) const DATASET: &str = "data.lance";
/// Held while a frame is appended to the log, and never longer.
pub(crate) const APPEND_LOCK: &str = ".append.lock";
/// Held while the bucket is flushed, settled or repaired.
pub(crate) const FLUSH_LOCK: &str = ".flush.lock";
/// Held while a bucket is compacted, cleaned up or verified.
pub(crate) const MAINTENANCE_LOCK: &str = ".maint.lock";
/// Held while a group's position in a bucket is replaced.
pub(crate) const GROUPS_LOCK: &str = ".groups.lock";
/// A bucket's log.
pub(crate) const LOG: &str = "wal";
/// What the names of the log's segments end in.
pub(crate) const SEGMENT: &str = "wal";
/// Where recovery and repair put what they take away: in the log's folder.
pub(crate) const QUARANTINE: &str = "quarantine";
/// A dataset's manifests.
pub(crate) const VERSIONS: &str = "_versions";
/// What a dataset's versions were made by.
pub(crate) const TRANSACTIONS: &str = "_transactions";
/// A bucket's checksums of its dataset's files.
pub(crate) const SUMS: &str = "sums";
/// Which versions of a bucket are being read.
const PINS: &str = "pins";
/// Since when a bucket's records are persisted, where the topic keeps them for a time.
const TIMES: &str = "times";
/// How far imports have come in a bucket.
pub(crate) const IMPORTS: &str = "imports";
/// Where the groups of readers stand in a bucket.
const GROUPS: &str = "groups";

/// How long the folders of a new topic may take to come.
const NEW_TOPIC: Duration = Duration::from_secs(10);

const FOREIGN_SUFFIX: &str = ".lance";
const BUCKET_PREFIX: &str = "bucket_";

/// Topics that were deleted.
pub(crate) const TRASH: &str = ".trash";

/// Which file or folder it is, whatever its name: device and number on it.
pub(crate) type Identity = (u64, u64);

/// Where a bucket's dataset lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BucketPlace {
    pub(crate) id: u32,
    pub(crate) dataset: PathBuf,
}

/// Who made a topic's folder, and so what may be done with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It has a `topic.json`: the engine made it.
    Native,
    /// Another program made it; these are the datasets found.
    Foreign(Vec<BucketPlace>),
}

/// A topic found on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) name: TopicName,
    pub(crate) folder: PathBuf,
    pub(crate) origin: Origin,
}

impl Place {
    /// Whether another program made it.
    pub(crate) fn is_foreign(&self) -> bool {
        self.origin != Origin::Native
    }
}

/// A bucket's folder in a native topic.
pub(crate) fn bucket_folder(topic: &Path, bucket: u32) -> PathBuf {
    topic.join(format!("{BUCKET_PREFIX}{bucket}"))
}

/// A bucket's dataset in a native topic.
pub(crate) fn dataset(topic: &Path, bucket: u32) -> BucketPlace {
    BucketPlace { id: bucket, dataset: bucket_folder(topic, bucket).join(DATASET) }
}

/// Which file or folder a path names; none where there is none.
pub(crate) fn identity(path: &Path) -> Option<Identity> {
    fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

/// Which buckets have a folder in a topic, sorted, whether there is a dataset in it or not.
pub(crate) fn bucket_ids(topic: &Path) -> Result<Vec<u32>> {
    let named = folders(topic)?.into_iter();
    let mut ids: Vec<u32> = named.filter_map(|(name, _)| bucket_number(&name)).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// The folders of a bucket that hold files of the engine's own.
pub(crate) fn folders_beside(bucket: &Path) -> [PathBuf; 5] {
    [bucket.to_path_buf(), bucket.join(LOG), pins(bucket), groups(bucket), imports(bucket)]
}

/// Where the processes that read a bucket say which versions.
pub(crate) fn pins(bucket: &Path) -> PathBuf {
    bucket.join(PINS)
}

/// Where the groups of readers stand in a bucket, a file each.
pub(crate) fn groups(bucket: &Path) -> PathBuf {
    bucket.join(GROUPS)
}

/// Since when a bucket's records are persisted.
pub(crate) fn times(bucket: &Path) -> PathBuf {
    bucket.join(TIMES)
}

/// How far imports have come in a bucket, a file each.
pub(crate) fn imports(bucket: &Path) -> PathBuf {
    bucket.join(IMPORTS)
}

/// All topics below `root`, sorted by name. Reads folders only.
pub(crate) fn scan(root: &Path) -> Result<Vec<Place>> {
    let mut places: Vec<Place> =
        folders(root)?.into_iter().filter_map(|(name, path)| classify(&name, path)).collect();
    places.extend(root_as_topic(root)?);
    // Where a folder of ours and another program's dataset have one name, ours comes first, as `find` has it.
    places.sort_by(|a, b| a.name.cmp(&b.name).then(a.is_foreign().cmp(&b.is_foreign())));
    places.dedup_by(|a, b| a.name == b.name);
    Ok(places)
}

/// One topic by name, where it exists.
pub(crate) fn find(root: &Path, name: &str) -> Result<Option<Place>> {
    if !root.is_dir() {
        return if root.exists() { Err(not_a_folder(root)) } else { Ok(None) };
    }
    if TopicName::of_folder(name).is_some() {
        let native = root.join(name);
        if let Some(place) = native.is_dir().then(|| classify(name, native)).flatten() {
            return Ok(Some(place));
        }
        let bare = format!("{name}{FOREIGN_SUFFIX}");
        let path = root.join(&bare);
        if let Some(place) = path.is_dir().then(|| classify(&bare, path)).flatten() {
            return Ok(Some(place));
        }
    }
    Ok(root_as_topic(root)?.filter(|place| place.name.as_str() == name))
}

/// Whether a native topic lost the folder of a bucket. The buckets of a new topic come right behind
/// its metadata, so one whose metadata is young is not complained of.
pub(crate) fn is_bucket_gone(place: &BucketPlace) -> bool {
    let Some(folder) = place.dataset.parent() else { return false };
    let meta = folder.parent().map(|topic| topic.join(TOPIC_FILE));
    let written = meta.and_then(|meta| fs::metadata(meta).ok()?.modified().ok());
    let is_old = written.and_then(|time| time.elapsed().ok()).is_some_and(|age| age > NEW_TOPIC);
    is_old && !folder.exists()
}

fn not_a_folder(path: &Path) -> Error {
    Error::NotAFolder { path: path.into() }
}

/// The sub-folders of a folder by name; names that are no text are left out, as no one could type them.
fn folders(root: &Path) -> Result<Vec<(String, PathBuf)>> {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            return Err(Error::RootNotFound { path: root.into() });
        }
        Err(e) if e.kind() == io::ErrorKind::NotADirectory => return Err(not_a_folder(root)),
        Err(e) => return Err(Error::io("read the folder", root)(e)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(Error::io("read the folder", root))?;
        if let Ok(name) = entry.file_name().into_string()
            && !name.starts_with('.')
            && entry.path().is_dir()
        {
            found.push((name, entry.path()));
        }
    }
    Ok(found)
}

fn classify(folder_name: &str, folder: PathBuf) -> Option<Place> {
    if bucket_number(folder_name).is_some() {
        return None;
    }
    if let Some(stem) = folder_name.strip_suffix(FOREIGN_SUFFIX) {
        let name = TopicName::of_folder(stem)?;
        let only = BucketPlace { id: 0, dataset: folder.clone() };
        return Some(Place { name, folder, origin: Origin::Foreign(vec![only]) });
    }
    let name = TopicName::of_folder(folder_name)?;
    // Where it cannot be told, it is a topic whose reading says why.
    if !matches!(folder.join(TOPIC_FILE).try_exists(), Ok(false)) {
        return Some(Place { name, folder, origin: Origin::Native });
    }
    let found = foreign_buckets(&folder);
    (!found.is_empty()).then_some(Place { name, folder, origin: Origin::Foreign(found) })
}

/// `<root>/bucket_N/data.lance`: the root itself is a topic, named after its folder.
fn root_as_topic(root: &Path) -> Result<Option<Place>> {
    let found = numbered_buckets(root);
    if found.is_empty() {
        return Ok(None);
    }
    let root = fs::canonicalize(root).map_err(Error::io("resolve", root))?;
    let name = root.file_name().and_then(|name| name.to_str()).and_then(TopicName::of_folder);
    Ok(name.map(|name| Place { name, folder: root, origin: Origin::Foreign(found) }))
}

fn foreign_buckets(folder: &Path) -> Vec<BucketPlace> {
    let numbered = numbered_buckets(folder);
    let single = folder.join(DATASET);
    if numbered.is_empty() && single.is_dir() {
        return vec![BucketPlace { id: 0, dataset: single }];
    }
    numbered
}

fn numbered_buckets(folder: &Path) -> Vec<BucketPlace> {
    let mut found: Vec<BucketPlace> = folders(folder)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(name, path)| {
            let id = bucket_number(&name)?;
            let dataset = path.join(DATASET);
            dataset.is_dir().then_some(BucketPlace { id, dataset })
        })
        .collect();
    found.sort_by_key(|bucket| bucket.id);
    found
}

fn bucket_number(name: &str) -> Option<u32> {
    let number: u32 = name.strip_prefix(BUCKET_PREFIX)?.parse().ok()?;
    (number < u32::MAX && name == format!("{BUCKET_PREFIX}{number}")).then_some(number)
}

/// The folder of topics in a folder that was taken for one, by the name that roots have by default.
pub(crate) fn inner_root(root: &Path) -> Option<PathBuf> {
    let inner = root.join("queue_storage");
    scan(&inner).is_ok_and(|topics| !topics.is_empty()).then_some(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(folders: &[&str]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for folder in folders {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        root
    }

    fn names(root: &Path) -> Vec<String> {
        scan(root).unwrap().iter().map(|place| place.name.to_string()).collect()
    }

    #[test]
    fn every_layout_that_others_write_is_found() {
        let root = made(&[
            "pulsing/bucket_0/data.lance",
            "pulsing/bucket_2/data.lance",
            "single/data.lance",
            "table.lance/_versions",
            "empty",
            ".hidden/data.lance",
        ]);
        assert_eq!(names(root.path()), ["pulsing", "single", "table"]);
        let place = find(root.path(), "pulsing").unwrap().unwrap();
        let Origin::Foreign(buckets) = place.origin else { panic!("not foreign") };
        assert_eq!(buckets.iter().map(|b| b.id).collect::<Vec<_>>(), [0, 2]);
    }

    #[test]
    fn a_root_of_buckets_is_a_topic_itself() {
        let root = made(&["queue/bucket_0/data.lance"]);
        assert_eq!(names(&root.path().join("queue")), ["queue"]);
        assert!(find(&root.path().join("queue"), "queue").unwrap().is_some());
    }

    #[test]
    fn a_file_as_root_and_a_missing_root_are_told_apart() {
        let root = made(&[]);
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(matches!(scan(&file), Err(Error::NotAFolder { .. })));
        assert!(matches!(scan(&root.path().join("none")), Err(Error::RootNotFound { .. })));
        assert!(matches!(find(&file, "t"), Err(Error::NotAFolder { .. })));
    }

    #[test]
    fn a_name_never_leads_out_of_the_root() {
        let root = made(&["root/inside", "outside/data.lance"]);
        for name in ["../outside", "..", ".", "inside/../../outside"] {
            assert_eq!(find(&root.path().join("root"), name).unwrap(), None, "{name}");
        }
    }
}
