//! Whether a root that a cut left goes on without help: it opens, mends itself once, and takes puts and flushes.

use std::path::Path;

use lanceq::{Durability, Engine, Recovery, Writer};
use serde_json::json;

use super::ledger::{Id, id};
use crate::oracle::{files, read, text};

/// The series of the record that is put to see whether it can be.
const OWN: u64 = u32::MAX as u64;

/// Opens the root for writing, twice, puts a record and flushes. Returns what was mended.
pub(crate) async fn goes_on(root: &Path, there: &[Id]) -> Result<Vec<Recovery>, String> {
    let mended = open(root).await?.recoveries();
    mended.iter().try_for_each(is_true)?;
    if ids(root).await? != there {
        return Err(format!("opening it for writing changed what is there: {mended:?}"));
    }
    let before = files(root);
    let again = open(root).await?.recoveries();
    if !again.is_empty() || files(root) != before {
        return Err(format!("a second opening mends again: {again:?}, after {mended:?}"));
    }
    let writer = open(root).await?;
    let record = json!({"series": OWN, "n": 0, "text": text(OWN, 0)});
    writer.put(record).await.map_err(|e| format!("a put is refused: {e}"))?;
    writer.close().await.map_err(|e| format!("a flush is refused: {e}"))?;
    let after = ids(root).await?;
    if after.split_last() != Some((&(OWN, 0), there)) {
        return Err(format!("{} records were there, then a put, now {}", there.len(), after.len()));
    }
    Ok(mended)
}

async fn open(root: &Path) -> Result<Writer, String> {
    let open = async {
        let engine = Engine::open(root).await?;
        engine.writer("t").durability(Durability::Os).open().await
    };
    open.await.map_err(|error| format!("it cannot be opened for writing: {error}"))
}

async fn ids(root: &Path) -> Result<Vec<Id>, String> {
    let records = read(root).await.map_err(|error| format!("it cannot be read: {error}"))?;
    Ok(records.iter().map(id).collect())
}

/// Whether what it says was kept is there. Of what it calls lost, nothing could be read before either: what is there
/// stays the same.
fn is_true(recovery: &Recovery) -> Result<(), String> {
    let is_kept = recovery.kept_in.as_ref().is_none_or(|path| path.exists());
    if is_kept { Ok(()) } else { Err(format!("{recovery:?} is not kept there")) }
}
