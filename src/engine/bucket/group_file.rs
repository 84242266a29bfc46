//! The file that keeps where a group stands in a bucket: read, replaced as a whole, removed. Everything here blocks.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::group_form::{Kept, LONGEST, Unreadable};
use super::shared::Bucket;
use crate::engine::durable::{sync_folder, take_its_place, write_beside};
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::group_fault::GroupFault;
use crate::engine::layout;
use crate::engine::name::check_group;

/// What a file held when it was last looked at; none where there was no file.
pub(crate) type Seen = Option<Vec<u8>>;

impl Bucket {
    /// Where a group stands, and the bytes that say so; `None` where it has no file in this bucket.
    ///
    /// # Errors
    /// [`GroupFault::Damaged`], and [`Error::Unsupported`] where a newer version wrote it.
    pub(crate) fn read_group(&self, group: &str) -> Result<Option<(Kept, Vec<u8>)>> {
        let path = self.group_path(group);
        self.access.check(&path)?;
        let Some(bytes) = read(&path)? else { return Ok(None) };
        match Kept::decode(&bytes) {
            Ok(kept) => Ok(Some((kept, bytes))),
            Err(Unreadable::Newer(form)) => Err(Error::Unsupported {
                what: format!("format {form} of {}", path.display()),
                reason: "a newer lanceq wrote it".into(),
            }),
            Err(Unreadable::Damaged(reason)) => {
                let fault = GroupFault::Damaged { path, reason: reason.into() };
                Err(self.group_error(group, fault))
            }
        }
    }

    /// Replaces what a group's file says, durably, where the file still holds what was `seen`; returns the bytes that it
    /// holds now. After a crash the old or the new is there, never anything else.
    ///
    /// Cost: a lock, a sync of the file and one of its folder.
    ///
    /// # Errors
    /// [`GroupFault::Moved`] where it holds something else; nothing is changed then.
    pub(crate) fn replace_group(
        &self,
        group: &str,
        kept: &Kept,
        seen: Option<&Seen>,
        timeout: Duration,
    ) -> Result<Vec<u8>> {
        self.create_groups_folder()?;
        let path = self.group_path(group);
        self.access.check(&path)?;
        let _held = self.groups_lock.lock(timeout)?;
        if let Some(seen) = seen {
            let found = read(&path)?;
            if found != *seen && fault::is_on(&path, "group-seen") {
                return Err(self.group_error(group, self.moved(found)));
            }
        }
        let bytes = kept.encode().into_bytes();
        let temporary = path.with_file_name(format!(".{group}.tmp{}", std::process::id()));
        fault::at(&path, "group.commit")?;
        write_beside(&path, &temporary, &bytes)?;
        fault::at(&path, "group.written")?;
        take_its_place(&temporary, &path)?;
        fault::at(&path, "group.committed")?;
        Ok(bytes)
    }

    /// Removes a group's file, durably; `false` where it has none in this bucket.
    pub(crate) fn remove_group(&self, group: &str, timeout: Duration) -> Result<bool> {
        let path = self.group_path(group);
        self.access.check(&path)?;
        if !path.try_exists().map_err(Error::io("look for", &path))? {
            return Ok(false);
        }
        let _held = self.groups_lock.lock(timeout)?;
        fault::at(&path, "group.remove")?;
        match fs::remove_file(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
            removed => removed.map_err(Error::io("remove", &path))?,
        }
        fault::at(&path, "group.removed")?;
        sync_folder(&self.groups_folder())?;
        Ok(true)
    }

    /// The groups of this bucket that can be read.
    pub(super) fn readable_groups(&self) -> Result<Vec<(String, Kept, Seen)>> {
        let mut found = Vec::new();
        for group in self.group_names()? {
            // One that cannot be read is told of to who reads with it.
            if let Ok(Some((kept, seen))) = self.read_group(&group) {
                found.push((group, kept, Some(seen)));
            }
        }
        Ok(found)
    }

    /// The names of the groups that stand in this bucket, sorted.
    pub(crate) fn group_names(&self) -> Result<Vec<String>> {
        let folder = self.groups_folder();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(Error::io("list the groups in", &folder)(e)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry.map_err(Error::io("list the groups in", &folder))?.file_name();
            names.extend(name.into_string().ok().filter(|name| check_group(name).is_ok()));
        }
        names.sort();
        Ok(names)
    }

    pub(crate) fn group_error(&self, group: &str, fault: GroupFault) -> Error {
        Error::Group { topic: self.topic.to_string(), group: group.into(), fault }
    }

    /// What was found where something else was expected.
    fn moved(&self, found: Seen) -> GroupFault {
        let what = match found.map(|bytes| Kept::decode(&bytes)) {
            None => "it was deleted, or the topic was made anew".to_owned(),
            Some(Ok(kept)) => {
                format!("somebody else committed, or moved it: it stands at {}", kept.position)
            }
            Some(Err(_)) => "somebody else changed its file, which cannot be read".to_owned(),
        };
        GroupFault::Moved { bucket: self.place.id, what }
    }

    /// Makes the folder of groups, and that of a bucket that nobody has put into; never the topic's, which was removed then.
    fn create_groups_folder(&self) -> Result<()> {
        let folder = self.groups_folder();
        if folder.is_dir() {
            return Ok(());
        }
        if layout::is_bucket_gone(&self.place) {
            return Err(self.damaged("the bucket's folder is gone"));
        }
        for folder in [&self.log_place.folder, &folder] {
            match fs::create_dir(folder) {
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                created => created
                    .map_err(|error| self.or_gone(Error::io("create the folder", folder)(error)))?,
            }
            folder.parent().map_or(Ok(()), sync_folder)?;
        }
        Ok(())
    }

    fn groups_folder(&self) -> PathBuf {
        layout::groups(&self.log_place.folder)
    }

    /// IMPORTANT: the name was checked, so it is one file's.
    fn group_path(&self, group: &str) -> PathBuf {
        self.groups_folder().join(group)
    }
}

/// The bytes of a group's file; no more than one can have.
fn read(path: &Path) -> Result<Seen> {
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(Error::io("read", path)(e)),
    };
    if !about.is_file() || about.len() > LONGEST {
        // Whatever it is, it is not what was written.
        return Ok(Some(Vec::new()));
    }
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::io("read", path)(e)),
    }
}
