//! `topic.json`: what every process must agree on about a topic.

use std::fs::{self, File};
use std::io;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::topic_lock::{gone, lock_topic};
use crate::engine::access::Access;
use crate::engine::durable::{create_folders, rename_new, replace_file, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::layout::{Identity, TOPIC_FILE, TOPIC_LOCK, bucket_folder, identity};
use crate::engine::name::TopicName;
use crate::engine::record::TopicSchema;
use crate::engine::record_retention::RecordRetention;
use crate::engine::retention::Retention;
use crate::engine::topic_facts::TopicOptions;

/// The version of the file's form; a file with a higher one is refused.
const FORMAT: u32 = 1;
/// Buckets a topic may have: each is a dataset with open files of its own.
pub(crate) const MAX_BUCKETS: u32 = 4096;
/// Bytes that the file may have: names and types of many thousands of fields.
const MAX_BYTES: u64 = 16 << 20;
const DEFAULT_BUCKET_COLUMN: &str = "id";

/// A topic's metadata. Bucket count and column never change: routing depends on them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TopicMeta {
    format: u32,
    pub(crate) num_buckets: NonZeroU32,
    pub(crate) bucket_column: String,
    /// Counts the changes of the schema.
    schema_version: u32,
    pub(crate) schema: TopicSchema,
    /// Left out where it is the default of whoever reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retention: Option<Retention>,
    /// Left out where all records are kept.
    #[serde(default, skip_serializing_if = "RecordRetention::is_off")]
    records: RecordRetention,
}

impl TopicMeta {
    pub(crate) fn new(
        num_buckets: Option<NonZeroU32>,
        bucket_column: Option<&str>,
        schema: TopicSchema,
    ) -> Self {
        Self {
            format: FORMAT,
            num_buckets: num_buckets.unwrap_or(NonZeroU32::MIN),
            bucket_column: bucket_column.unwrap_or(DEFAULT_BUCKET_COLUMN).into(),
            schema_version: 1,
            schema,
            retention: None,
            records: RecordRetention::default(),
        }
    }

    /// The same with other versions and records kept, where they are said.
    pub(crate) fn keeping(
        self,
        retention: Option<Retention>,
        records: Option<RecordRetention>,
    ) -> Self {
        let records = records.unwrap_or(self.records);
        Self { retention: retention.or(self.retention), records, ..self }
    }

    /// What is kept of the records of its buckets.
    pub(crate) fn records(&self) -> RecordRetention {
        self.records
    }

    /// Which versions of its buckets are kept.
    pub(crate) fn retention(&self) -> Retention {
        self.retention.unwrap_or_default()
    }

    /// What it keeps, as facts about a topic of this name.
    pub(crate) fn options(&self, topic: TopicName) -> TopicOptions {
        TopicOptions {
            topic,
            num_buckets: self.num_buckets.get(),
            bucket_column: self.bucket_column.clone(),
            schema_version: self.schema_version,
            retention: self.retention(),
            retention_is_default: self.retention.is_none(),
            record_retention: self.records,
        }
    }

    /// Reads the metadata of the topic in `folder`.
    ///
    /// # Errors
    /// [`Error::Damaged`] where the file is no metadata, [`Error::Unsupported`] where a newer
    /// version wrote it, [`Error::LeadsOut`] where it lies elsewhere.
    pub(crate) fn read(folder: &Path, access: &Access) -> Result<Self> {
        #[derive(Deserialize)]
        struct Form {
            format: u32,
        }
        let path = folder.join(TOPIC_FILE);
        access.check(&path)?;
        let bytes = read_bounded(&path)?;
        let damaged = |source: serde_json::Error| Error::Damaged {
            path: path.clone(),
            source: source.into(),
        };
        let form: Form = serde_json::from_slice(&bytes).map_err(damaged)?;
        if form.format > FORMAT {
            return Err(Error::Unsupported {
                what: format!("format {} of {}", form.format, path.display()),
                reason: format!("this lanceq knows formats up to {FORMAT}; a newer one wrote it"),
            });
        }
        let meta: Self = serde_json::from_slice(&bytes).map_err(damaged)?;
        if meta.num_buckets.get() > MAX_BUCKETS {
            let source = format!("num_buckets is {}", meta.num_buckets).into();
            return Err(Error::Damaged { path, source });
        }
        Ok(meta)
    }

    /// Creates the topic's folder with this metadata in it, durably. Where another process created
    /// it first, its metadata is returned instead.
    pub(crate) fn create(&self, root: &Path, folder: &Path, access: &Access) -> Result<Self> {
        match self.create_new(root, folder) {
            Ok(()) => Ok(self.clone()),
            Err(_) if folder.join(TOPIC_FILE).exists() => Self::read(folder, access),
            Err(error) => Err(error),
        }
    }

    /// Creates the topic's folder with this metadata and the folders of all buckets in it, durably.
    ///
    /// The folder is made under another name and renamed, so nobody sees it without its metadata.
    ///
    /// # Errors
    /// Where something has the name; nothing is left behind then.
    pub(crate) fn create_new(&self, root: &Path, folder: &Path) -> Result<()> {
        create_folders(root, root)?;
        let hidden = hidden_sibling(folder);
        let made = self.create_hidden(&hidden).and_then(|()| {
            fault::at(root, "create.hidden")?;
            rename_new(&hidden, folder)
        });
        if let Err(error) = made {
            // What stays behind is hidden; the error that counts is the one above.
            drop(fs::remove_dir_all(&hidden));
            return Err(error);
        }
        fault::at(root, "create.named")?;
        sync_folder(root)
    }

    fn create_hidden(&self, hidden: &Path) -> Result<()> {
        create_folders(hidden, Path::new(""))?;
        let create = |path: PathBuf| File::create(&path).map_err(Error::io("create", &path));
        create(hidden.join(TOPIC_LOCK))?;
        for id in 0..self.num_buckets.get() {
            let bucket = bucket_folder(hidden, id);
            fs::create_dir(&bucket).map_err(Error::io("create the folder", &bucket))?;
        }
        self.write(hidden)
    }

    /// Replaces the schema by what `change` makes of the one on disk, under the topic's lock.
    ///
    /// Blocks while another process changes it.
    ///
    /// # Errors
    /// [`TopicFault::Gone`](crate::engine::topic_fault::TopicFault::Gone) where the folder is not the one that was `home`.
    pub(crate) fn update_schema(
        folder: &Path,
        (home, access): (Option<Identity>, &Access),
        change: impl FnOnce(&TopicSchema) -> Result<TopicSchema>,
    ) -> Result<Self> {
        Self::update(folder, (home, access), |meta| {
            let schema = change(&meta.schema)?;
            let schema_version = meta.schema_version + u32::from(schema != meta.schema);
            Ok(Self { schema_version, schema, ..meta })
        })
    }

    /// Lets other versions or records be kept, where they are said, from now on and by whichever process, under the topic's
    /// lock.
    ///
    /// Blocks while another process changes the metadata.
    pub(crate) fn update_kept(
        folder: &Path,
        access: &Access,
        retention: Option<Retention>,
        records: Option<RecordRetention>,
    ) -> Result<Self> {
        Self::update(folder, (None, access), |meta| Ok(meta.keeping(retention, records)))
    }

    fn update(
        folder: &Path,
        (home, access): (Option<Identity>, &Access),
        change: impl FnOnce(Self) -> Result<Self>,
    ) -> Result<Self> {
        let _lock = lock_topic(folder, access)?;
        if home.is_some() && home != identity(folder) {
            return Err(gone(folder));
        }
        let before = Self::read(folder, access)?;
        let meta = change(before.clone())?;
        if meta != before {
            meta.write(folder)?;
        }
        Ok(meta)
    }

    /// Replaces the metadata in a folder, durably: with it, the folder is a topic of the engine's.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(TOPIC_FILE);
        let mut text = serde_json::to_vec_pretty(self)
            .map_err(|e| Error::io("write", &path)(io::Error::other(e)))?;
        text.push(b'\n');
        replace_file(&path, &text)
    }
}

/// Reads a file that cannot be as large as somebody made it.
fn read_bounded(path: &Path) -> Result<Vec<u8>> {
    let wrong = |reason: String| Error::Damaged { path: path.into(), source: reason.into() };
    let about = fs::metadata(path).map_err(Error::io("read", path))?;
    if !about.is_file() {
        return Err(wrong("it is no regular file".into()));
    }
    if about.len() > MAX_BYTES {
        return Err(wrong(format!("it has {} bytes, and may have {MAX_BYTES}", about.len())));
    }
    fs::read(path).map_err(Error::io("read", path))
}

fn hidden_sibling(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(text: &str) -> TopicSchema {
        text.parse().unwrap()
    }

    fn anywhere() -> Access {
        Access::default()
    }

    fn meta(buckets: u32) -> TopicMeta {
        TopicMeta::new(NonZeroU32::new(buckets), None, schema(r#"{"id": "int64"}"#))
    }

    #[test]
    fn what_was_created_reads_back() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("t");
        meta(3).create(root.path(), &folder, &anywhere()).unwrap();
        assert_eq!(TopicMeta::read(&folder, &anywhere()).unwrap(), meta(3));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn the_loser_of_a_race_to_create_takes_the_winners_buckets() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("t");
        meta(3).create(root.path(), &folder, &anywhere()).unwrap();
        assert_eq!(meta(5).create(root.path(), &folder, &anywhere()).unwrap().num_buckets.get(), 3);
    }

    #[test]
    fn a_schema_change_keeps_what_another_process_added() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("t");
        meta(1).create(root.path(), &folder, &anywhere()).unwrap();
        for column in ["a", "b"] {
            let new = schema(&format!(r#"{{"{column}": "utf8"}}"#));
            TopicMeta::update_schema(&folder, (None, &anywhere()), |old| {
                Ok(old.merge_new_fields(&new).unwrap().schema)
            })
            .unwrap();
        }
        let names: Vec<String> = TopicMeta::read(&folder, &anywhere())
            .unwrap()
            .schema
            .as_arrow()
            .fields()
            .iter()
            .map(|f| f.name().clone())
            .collect();
        assert_eq!(names, ["id", "a", "b"]);
    }

    #[test]
    fn what_is_kept_outlives_other_changes_and_is_the_default_where_nobody_said_it() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("t");
        let made = meta(1).create(root.path(), &folder, &anywhere()).unwrap();
        assert_eq!(made.retention(), Retention::default());
        let text = fs::read_to_string(folder.join(TOPIC_FILE)).unwrap();
        assert!(!text.contains("retention") && !text.contains("records"), "{text}");
        assert!(made.records().is_off());
        let keep_for = std::time::Duration::from_mins(1);
        let retention = Retention { keep_versions: 3, keep_for, at_most: 7 };
        let records = RecordRetention { keep_records: Some(9), ..RecordRetention::default() };
        TopicMeta::update_kept(&folder, &anywhere(), None, Some(records)).unwrap();
        TopicMeta::update_kept(&folder, &anywhere(), Some(retention), None).unwrap();
        TopicMeta::update_schema(&folder, (None, &anywhere()), |_| Ok(schema(r#"{"n": "int64"}"#)))
            .unwrap();
        let read = TopicMeta::read(&folder, &anywhere()).unwrap();
        assert_eq!((read.retention(), read.records()), (retention, records));
        let text = fs::read_to_string(folder.join(TOPIC_FILE)).unwrap();
        let text = text.replace("\"keep_for\": 60,", "");
        fs::write(folder.join(TOPIC_FILE), text).unwrap();
        let keep_for = Retention::default().keep_for;
        let read = TopicMeta::read(&folder, &anywhere()).unwrap().retention();
        assert_eq!(read, Retention { keep_for, ..retention });
    }

    #[test]
    fn damaged_and_newer_metadata_are_told_apart() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join(TOPIC_FILE), "{\"format\": 1").unwrap();
        assert!(matches!(TopicMeta::read(root.path(), &anywhere()), Err(Error::Damaged { .. })));
        fs::write(root.path().join(TOPIC_FILE), "{\"format\": 99}").unwrap();
        assert!(matches!(
            TopicMeta::read(root.path(), &anywhere()),
            Err(Error::Unsupported { .. })
        ));
    }
}
