//! Healing a dataset whose newest versions a power cut left unreadable.
//!
//! Other writers sync nothing: after a power cut, their newest manifest may be empty, and Lance then opens nothing
//! at all. Such versions are moved aside, newest first, down to the first that is sound, and never a flush of ours.

use std::collections::HashSet;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use futures::FutureExt;
use lance_table::io::commit::ManifestNamingScheme;
use lance_table::io::deletion::relative_deletion_file_path;

use super::made::Made;
use super::table::Table;
use crate::engine::access::Access;
use crate::engine::durable::{blocking, create_folders, replace_file, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::fault;
use crate::engine::layout::{LOG, QUARANTINE, VERSIONS};

/// The end of every whole manifest.
const MAGIC: &[u8] = b"LANC";
/// Lance's note of the newest version. It is never synced, and misleads a commit where it is older
/// than a gap.
const HINT: &str = "latest_version_hint.json";

/// What was healed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Healed {
    /// What was found and done.
    pub(crate) what: String,
    /// Where the version lies that was moved aside, if one was.
    pub(crate) kept_in: Option<PathBuf>,
    /// Its number, where a newer version stands: so it is not given again, and is no flush, whose manifest is durable
    /// before it has its name.
    pub(crate) gap: Option<u64>,
}

/// Moves unreadable versions above `floor` to the quarantine of the log beside the dataset, and corrects
/// Lance's note of the newest version where it would mislead a commit. Needs the flush lock. Running it
/// again changes nothing.
///
/// Cost: the end of each manifest above `floor`; the sizes of the head's files.
pub(crate) async fn heal(path: &Path, floor: u64, access: &Access) -> Result<Vec<Healed>> {
    let dataset = path.to_path_buf();
    let mut healed = blocking(move || move_torn(&dataset, floor)).await?;
    while let Some((version, reason)) = unsound_head(path, floor, access).await? {
        let dataset = path.to_path_buf();
        healed.push(blocking(move || move_aside(&dataset, version, &reason)).await?);
    }
    keep_gaps(path, &mut healed).await?;
    let (dataset, is_changed) = (path.to_path_buf(), !healed.is_empty());
    let corrected = blocking(move || correct_hint(&dataset, is_changed)).await?;
    // Where a version was moved aside, its note goes along without a word.
    healed.extend(corrected.filter(|_| !is_changed));
    Ok(healed)
}

/// The numbers above the head are given again.
async fn keep_gaps(path: &Path, healed: &mut [Healed]) -> Result<()> {
    let dataset = path.to_path_buf();
    let head = blocking(move || Ok(manifests(&dataset)?.pop())).await?;
    let head = head.map_or(0, |(version, _)| version);
    for healed in healed {
        healed.gap = healed.gap.filter(|version| *version < head);
    }
    Ok(())
}

/// The newest version above `floor` whose manifest is not whole, and no newer one is.
pub(crate) async fn torn_head(path: &Path, floor: u64) -> Result<Option<u64>> {
    let dataset = path.to_path_buf();
    let newest = blocking(move || Ok(manifests(&dataset)?.pop())).await?;
    let Some((version, manifest)) = newest.filter(|(version, _)| *version > floor) else {
        return Ok(None);
    };
    let reason = torn(&manifest).map_err(Error::io("read", &manifest))?;
    Ok(reason.map(|_| version))
}

fn move_torn(dataset: &Path, floor: u64) -> Result<Vec<Healed>> {
    let mut healed = Vec::new();
    for (version, manifest) in manifests(dataset)?.into_iter().filter(|(v, _)| *v > floor).rev() {
        if let Some(reason) = torn(&manifest).map_err(Error::io("read", &manifest))? {
            healed.push(move_aside(dataset, version, &reason)?);
        }
    }
    Ok(healed)
}

/// Why a manifest is not whole.
pub(super) fn torn(manifest: &Path) -> std::io::Result<Option<String>> {
    let file = File::open(manifest)?;
    let length = file.metadata()?.len();
    if length < MAGIC.len() as u64 {
        return Ok(Some("its manifest is empty".into()));
    }
    let mut end = [0; MAGIC.len()];
    file.read_exact_at(&mut end, length - MAGIC.len() as u64)?;
    Ok((end != MAGIC).then(|| "its manifest is cut short".into()))
}

/// The head, where it is above `floor` and its manifest or a file that it refers to is not whole.
async fn unsound_head(path: &Path, floor: u64, access: &Access) -> Result<Option<(u64, String)>> {
    let dataset = path.to_path_buf();
    let newest = blocking(move || Ok(manifests(&dataset)?.pop())).await?;
    let Some((version, _)) = newest.filter(|(version, _)| *version > floor) else {
        return Ok(None);
    };
    match Table::open(path, access).boxed().await {
        Err(Error::Damaged { source, .. }) => Ok(Some((version, source.to_string()))),
        Err(error) => Err(error),
        Ok(None) => Ok(None),
        Ok(Some(head)) => match wrong_file(&head) {
            // A flush was durable, whole: who took its files takes the records as well.
            Some(reason) if matches!(head.made(version).await?, Made::Flush(_)) => {
                Err(Error::Damaged { path: path.into(), source: reason.into() })
            }
            reason => Ok(reason.map(|reason| (version, reason))),
        },
    }
}

/// A file of the table that is missing or has another size than its manifest says.
fn wrong_file(table: &Table) -> Option<String> {
    let fragments = table.dataset.fragments();
    // A file in another place than the dataset is not ours to look for.
    let own = fragments.iter().flat_map(|fragment| &fragment.files).filter(|f| f.base_id.is_none());
    let mut data = own.filter_map(|file| {
        let path = table.path.join("data").join(&file.path);
        wrong_size(&path, &file.path, file.file_size_bytes.get().map(std::num::NonZero::get))
    });
    data.next().or_else(|| {
        let deletions = fragments.iter().filter_map(|fragment| {
            let file = fragment.deletion_file.as_ref().filter(|file| file.base_id.is_none())?;
            let name = relative_deletion_file_path(fragment.id, file);
            wrong_size(&table.path.join(&name), &name, None)
        });
        { deletions }.next()
    })
}

fn wrong_size(path: &Path, name: &str, expected: Option<u64>) -> Option<String> {
    match (fs::metadata(path).map(|found| found.len()), expected) {
        (Err(error), _) if error.kind() == std::io::ErrorKind::NotFound => {
            Some(format!("its file {name} is missing"))
        }
        (Ok(found), Some(size)) if found != size => {
            Some(format!("its file {name} has {found} bytes instead of {size}"))
        }
        (Ok(0), None) => Some(format!("its file {name} is empty")),
        // What cannot be looked at now is no reason to move a version aside, either.
        _ => None,
    }
}

fn move_aside(dataset: &Path, version: u64, reason: &str) -> Result<Healed> {
    let bucket = dataset.parent().unwrap_or(dataset);
    let kept_in = bucket.join(LOG).join(QUARANTINE);
    create_folders(&kept_in, Path::new(""))?;
    let listed = manifests(dataset)?;
    if let Some((_, manifest)) = listed.iter().find(|(found, _)| *found == version) {
        fs::rename(manifest, free_name(&kept_in, manifest))
            .map_err(Error::io("move aside", manifest))?;
    }
    fault::at(dataset, "heal.moved")?;
    sync_folder(&kept_in)?;
    sync_folder(&dataset.join(VERSIONS))?;
    let what = format!("version {version} could not be read: {reason}");
    Ok(Healed { what, kept_in: Some(kept_in), gap: Some(version) })
}

/// A version's number can be given again, and break again.
fn free_name(folder: &Path, manifest: &Path) -> PathBuf {
    let name = manifest.file_name().unwrap_or_default().to_string_lossy();
    let again = (2..=u32::MAX).map(|n| folder.join(format!("{name}.{n}")));
    let mut names = [folder.join(&*name)].into_iter().chain(again);
    names.find(|path| !path.exists()).unwrap_or_else(|| folder.join(&*name))
}

/// Lets Lance's note name the newest version, where it names one that is not there, or where who goes
/// on from it would take a gap for the end and commit into it, in no head. One that is only old misleads
/// nobody.
fn correct_hint(dataset: &Path, is_changed: bool) -> Result<Option<Healed>> {
    let hint = dataset.join(VERSIONS).join(HINT);
    let versions: HashSet<u64> =
        manifests(dataset)?.into_iter().map(|(version, _)| version).collect();
    let (Some(newest), Some(said)) = (versions.iter().max().copied(), hinted(&hint)) else {
        return Ok(None);
    };
    let leads_there = said <= newest && (said..=newest).all(|version| versions.contains(&version));
    if leads_there && !(is_changed && said != newest) {
        return Ok(None);
    }
    fault::at(dataset, "heal.hint")?;
    note_newest(dataset, newest)?;
    let what = format!("Lance's note of the newest version named {said}; it names {newest} now");
    Ok(Some(Healed { what, kept_in: None, gap: None }))
}

/// Lets Lance's note name the newest version, durably.
pub(super) fn note_newest(dataset: &Path, newest: u64) -> Result<()> {
    replace_file(&dataset.join(VERSIONS).join(HINT), format!("{{\"version\":{newest}}}").as_bytes())
}

/// The version that Lance's note names; 0, which is none, where it cannot be read.
fn hinted(hint: &Path) -> Option<u64> {
    let text = fs::read(hint).ok()?;
    let note: Option<serde_json::Value> = serde_json::from_slice(&text).ok();
    Some(note.and_then(|note| note.get("version")?.as_u64()).unwrap_or_default())
}

/// Each version's manifest, oldest first.
pub(super) fn manifests(dataset: &Path) -> Result<Vec<(u64, PathBuf)>> {
    let folder = dataset.join(VERSIONS);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::io("list the versions in", &folder)(e)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(Error::io("list the versions in", &folder))?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| name.ends_with(".manifest")) else { continue };
        let scheme = ManifestNamingScheme::detect_scheme(name);
        if let Some(version) = scheme.and_then(|scheme| scheme.parse_version(name)) {
            found.push((version, entry.path()));
        }
    }
    found.sort_unstable();
    Ok(found)
}
