//! Healing a dataset whose newest versions a power cut left unreadable.
//!
//! Other writers sync nothing: after a power cut, their newest manifest may be empty, and Lance then opens nothing
//! at all. Such versions are moved aside, newest first, down to the first that is sound, and never a flush of ours.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use futures::FutureExt;
use lance_table::io::commit::ManifestNamingScheme;

use super::made::Made;
use super::table::Table;
use crate::engine::durable::{blocking, create_folders, replace_file, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::layout::{LOG, QUARANTINE, VERSIONS};

/// The end of every whole manifest.
const MAGIC: &[u8] = b"LANC";
/// Lance's note of the newest version. It is never synced, and misleads a commit where it is older
/// than a gap.
const HINT: &str = "latest_version_hint.json";

/// A version that was moved aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Healed {
    pub(crate) version: u64,
    pub(crate) reason: String,
    pub(crate) kept_in: PathBuf,
}

/// Moves unreadable versions above `floor` to the quarantine of the log beside the dataset. Needs the
/// flush lock. Running it again changes nothing.
///
/// Cost: the end of each manifest above `floor`; the sizes of the head's files.
pub(crate) async fn heal(path: &Path, floor: u64) -> Result<Vec<Healed>> {
    let dataset = path.to_path_buf();
    let mut healed = blocking(move || move_torn(&dataset, floor)).await?;
    while let Some((version, reason)) = unsound_head(path, floor).await? {
        let dataset = path.to_path_buf();
        healed.push(blocking(move || move_aside(&dataset, version, reason)).await?);
    }
    if !healed.is_empty() {
        let dataset = path.to_path_buf();
        blocking(move || rewrite_hint(&dataset)).await?;
    }
    Ok(healed)
}

fn move_torn(dataset: &Path, floor: u64) -> Result<Vec<Healed>> {
    let mut healed = Vec::new();
    for (version, manifest) in manifests(dataset)?.into_iter().filter(|(v, _)| *v > floor).rev() {
        if let Some(reason) = torn(&manifest).map_err(Error::io("read", &manifest))? {
            healed.push(move_aside(dataset, version, reason)?);
        }
    }
    Ok(healed)
}

/// Why a manifest is not whole.
fn torn(manifest: &Path) -> std::io::Result<Option<String>> {
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
async fn unsound_head(path: &Path, floor: u64) -> Result<Option<(u64, String)>> {
    let dataset = path.to_path_buf();
    let newest = blocking(move || Ok(manifests(&dataset)?.pop())).await?;
    let Some((version, _)) = newest.filter(|(version, _)| *version > floor) else {
        return Ok(None);
    };
    match Table::open(path).boxed().await {
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

/// A data file of the table that is missing or has another size than its manifest says.
fn wrong_file(table: &Table) -> Option<String> {
    let files = table.dataset.fragments().iter().flat_map(|fragment| &fragment.files);
    files.into_iter().find_map(|file| {
        let found = fs::metadata(table.path.join("data").join(&file.path)).map(|found| found.len());
        match (found, file.file_size_bytes.get()) {
            (Err(_), _) => Some(format!("its file {} is missing", file.path)),
            (Ok(found), Some(size)) if found != size.get() => {
                Some(format!("its file {} has {found} bytes instead of {size}", file.path))
            }
            _ => None,
        }
    })
}

fn move_aside(dataset: &Path, version: u64, reason: String) -> Result<Healed> {
    let bucket = dataset.parent().unwrap_or(dataset);
    let kept_in = bucket.join(LOG).join(QUARANTINE);
    create_folders(&kept_in, Path::new(""))?;
    let listed = manifests(dataset)?;
    if let Some((_, manifest)) = listed.iter().find(|(found, _)| *found == version) {
        let name = manifest.file_name().unwrap_or_default();
        fs::rename(manifest, kept_in.join(name)).map_err(Error::io("move aside", manifest))?;
    }
    sync_folder(&kept_in)?;
    sync_folder(&dataset.join(VERSIONS))?;
    Ok(Healed { version, reason, kept_in })
}

fn rewrite_hint(dataset: &Path) -> Result<()> {
    let hint = dataset.join(VERSIONS).join(HINT);
    match manifests(dataset)?.last() {
        Some((version, _)) => replace_file(&hint, format!("{{\"version\":{version}}}").as_bytes()),
        None => Ok(()),
    }
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
