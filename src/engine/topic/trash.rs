//! The trash of a root: what was deleted, until it is emptied.
//!
//! `<root>/.trash/<name>-<time>/` is a topic's folder as it was. Names that begin with a dot are no topics, and so is what
//! lies below them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::relocate::check_free;
use super::stats::bytes_below;
use crate::engine::clock;
use crate::engine::durable::{create_in, rename_new, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::job::Job;
use crate::engine::layout::TRASH;
use crate::engine::name::TopicName;
use crate::engine::topic_facts::Trashed;
use crate::engine::topic_fault::TopicFault;

/// A time as it stands at the end of a name; it sorts as times do.
const TIME: &str = "%Y%m%dT%H%M%S%3fZ";
/// What is being removed for good: nothing can bring it back any more.
const LEAVING: &str = ".leaving-";
/// Names that are tried for what is deleted in the same millisecond.
const TRIES: i64 = 1000;

/// A folder in the trash.
struct Entry {
    name: String,
    topic: String,
    at: DateTime<Utc>,
}

impl Entry {
    /// `None` for what has no such name: the trash was not what put it there.
    fn parse(name: &str) -> Option<Self> {
        let (topic, time) = name.rsplit_once('-')?;
        let at = NaiveDateTime::parse_from_str(time, TIME).ok()?.and_utc();
        (!topic.is_empty() && !name.starts_with('.')).then(|| Self {
            name: name.into(),
            topic: topic.into(),
            at,
        })
    }

    fn with_bytes(self, trash: &Path) -> Result<Trashed> {
        let folder = trash.join(&self.name);
        let bytes = bytes_below(&folder).map_err(Error::io("measure", &folder))?;
        Ok(Trashed { name: self.name, topic: self.topic, deleted_at: self.at, bytes })
    }
}

/// A folder in the trash that nothing has yet, for a topic or another program's dataset. Makes the trash where there is none.
pub(super) fn place_for(root: &Path, topic: &str) -> Result<PathBuf> {
    let trash = root.join(TRASH);
    create_in(&trash)?;
    let now = clock::now();
    let name = |more| format!("{topic}-{}", (now + TimeDelta::milliseconds(more)).format(TIME));
    let mut places = (0..TRIES).map(|more| trash.join(name(more)));
    places.find(|place| !place.exists()).ok_or_else(|| {
        let full = io::Error::other("too much was deleted within a second");
        Error::io("find a name in", &trash)(full)
    })
}

/// What was just put at a place in the trash.
pub(super) fn told(root: &Path, place: &Path, topic: &str) -> Result<Trashed> {
    let name = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let at = Entry::parse(&name).map_or_else(clock::now, |entry| entry.at);
    Entry { name, topic: topic.into(), at }.with_bytes(&root.join(TRASH))
}

/// All that lies in the trash, oldest first.
pub(super) fn list(root: &Path) -> Result<Vec<Trashed>> {
    let trash = root.join(TRASH);
    entries(&trash)?.into_iter().map(|entry| entry.with_bytes(&trash)).collect()
}

/// Brings back what has this name in the trash, or was the only topic of this name that was deleted; under its former name, or
/// another one. Returns which.
pub(super) fn restore(root: &Path, name: &str, to: Option<&TopicName>) -> Result<String> {
    let trash = root.join(TRASH);
    let entry = find(&trash, name)?;
    let target = to.map_or(entry.topic.as_str(), TopicName::as_str).to_owned();
    let folder_name = match to {
        // A bare dataset has its name from its ending.
        Some(_) if entry.topic.strip_suffix(".lance").is_some() => format!("{target}.lance"),
        _ => target,
    };
    let topic = folder_name.strip_suffix(".lance").unwrap_or(&folder_name).to_owned();
    let Some(wanted) = TopicName::of_folder(&topic) else { return Err(not_trashed(name, &[])) };
    check_free(root, &wanted)?;
    let from = trash.join(&entry.name);
    fault::at(root, "restore.found")?;
    rename_new(&from, &root.join(&folder_name)).map_err(|error| match error {
        Error::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            not_trashed(name, &[])
        }
        error => error,
    })?;
    fault::at(root, "restore.named")?;
    sync_folder(root)?;
    sync_folder(&trash)?;
    Ok(topic)
}

/// Removes for good what was deleted so long ago, or all of it; `dry_run` only says what that is.
///
/// Each entry gets a name first under which it cannot be brought back, so that nothing of which a part is gone ever is.
pub(super) fn empty(
    root: &Path,
    (older_than, dry_run): (Option<Duration>, bool),
    job: &Job,
) -> Result<Vec<Trashed>> {
    let trash = root.join(TRASH);
    let limit = older_than.map(so_long_ago);
    let is_due = |entry: &Entry| limit.is_none_or(|limit| entry.at <= limit);
    let due = entries(&trash)?.into_iter().filter(is_due);
    let due: Vec<Trashed> = due.map(|entry| entry.with_bytes(&trash)).collect::<Result<_>>()?;
    if dry_run {
        return Ok(due);
    }
    job.expect(due.iter().map(|entry| entry.bytes).sum());
    let mut gone = Vec::new();
    remove_leaving(&trash)?;
    for entry in due {
        job.go_on()?;
        if remove(&trash, &entry.name)? {
            job.advance(entry.bytes);
            gone.push(entry);
        }
    }
    Ok(gone)
}

fn so_long_ago(age: Duration) -> DateTime<Utc> {
    let age = TimeDelta::from_std(age).ok();
    age.and_then(|age| clock::now().checked_sub_signed(age)).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// `false` where somebody else brought it back or removed it.
fn remove(trash: &Path, name: &str) -> Result<bool> {
    let leaving = trash.join(format!("{LEAVING}{name}"));
    match fs::rename(trash.join(name), &leaving) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        renamed => renamed.map_err(Error::io("remove", trash.join(name)))?,
    }
    sync_folder(trash)?;
    fault::at(trash, "empty.leaving")?;
    remove_all(&leaving)?;
    fault::at(trash, "empty.gone")?;
    Ok(true)
}

/// What an earlier emptying that died has left.
fn remove_leaving(trash: &Path) -> Result<()> {
    names(trash)?
        .iter()
        .filter(|name| name.starts_with(LEAVING))
        .try_for_each(|name| remove_all(&trash.join(name)))
}

fn remove_all(folder: &Path) -> Result<()> {
    let is_link = folder.is_symlink();
    let removed = if is_link { fs::remove_file(folder) } else { fs::remove_dir_all(folder) };
    match removed {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(Error::io("remove", folder)),
    }
}

/// The entry of this name, or the only one of a topic of this name.
fn find(trash: &Path, name: &str) -> Result<Entry> {
    let (mut exact, others): (Vec<_>, Vec<_>) =
        entries(trash)?.into_iter().partition(|entry| entry.name == name);
    if let Some(entry) = exact.pop() {
        return Ok(entry);
    }
    let mut of_topic: Vec<_> = others.into_iter().filter(|entry| entry.topic == name).collect();
    if of_topic.len() > 1 {
        let names: Vec<_> = of_topic.into_iter().map(|entry| entry.name).collect();
        return Err(not_trashed(name, &names));
    }
    of_topic.pop().ok_or_else(|| not_trashed(name, &[]))
}

fn not_trashed(name: &str, several: &[String]) -> Error {
    Error::Topic { topic: name.into(), fault: TopicFault::NotTrashed(several.to_vec()) }
}

fn entries(trash: &Path) -> Result<Vec<Entry>> {
    let mut found: Vec<_> = names(trash)?.iter().filter_map(|name| Entry::parse(name)).collect();
    found.sort_by(|a, b| (a.at, &a.name).cmp(&(b.at, &b.name)));
    Ok(found)
}

fn names(trash: &Path) -> Result<Vec<String>> {
    let io = |e| Error::io("read the folder", trash)(e);
    let entries = match fs::read_dir(trash) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(io(e)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry.map_err(io)?.file_name().into_string());
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_the_trash_says_what_it_was_and_when_it_went() {
        let root = tempfile::tempdir().unwrap();
        for topic in ["t", "my-topic.v2", "20260101T000000000Z", "table.lance"] {
            let place = place_for(root.path(), topic).unwrap();
            let name = place.file_name().unwrap().to_str().unwrap();
            let entry = Entry::parse(name).unwrap();
            assert_eq!(entry.topic, topic);
            assert!(entry.at <= clock::now() && clock::now() - entry.at < TimeDelta::minutes(1));
        }
        for name in ["t", "t-", "-20260101T000000000Z", "t-2026", ".leaving-t-20260101T000000000Z"]
        {
            assert!(Entry::parse(name).is_none(), "{name}");
        }
    }

    #[test]
    fn what_goes_in_the_same_moment_has_names_of_its_own() {
        let root = tempfile::tempdir().unwrap();
        for _ in 0..10 {
            fs::create_dir(place_for(root.path(), "t").unwrap()).unwrap();
        }
        assert_eq!(entries(&root.path().join(TRASH)).unwrap().len(), 10);
    }
}
