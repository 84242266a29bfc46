//! Fragments whose files are not what was written: their records cannot be read, or must not be.

use std::path::PathBuf;

use super::table::Table;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::sums::Guard;

/// A fragment of which a file is damaged or missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) fragment: u64,
    pub(crate) file: PathBuf,
    /// What is wrong with it, without a full stop.
    pub(crate) what: String,
    pub(crate) first: u64,
    pub(crate) last: u64,
    pub(crate) rows: u64,
}

impl Table {
    /// The fragments of this version that have a damaged or missing file. Reads all of them through.
    pub(crate) async fn broken_fragments(&self) -> Result<Vec<Broken>> {
        let Some(guard) = self.access.guard().cloned() else { return Ok(Vec::new()) };
        let spans = self.index().spans_from(0).to_vec();
        let files: Vec<Vec<String>> =
            spans.iter().map(|span| self.fragment_files(span.fragment)).collect();
        blocking(move || {
            let mut broken = Vec::new();
            for (span, files) in spans.iter().zip(files) {
                let Some((file, what)) = first_wrong(&guard, &files)? else { continue };
                broken.push(Broken {
                    fragment: span.fragment,
                    file: guard.dataset().join(file),
                    what,
                    first: span.first,
                    last: span.last,
                    rows: span.rows,
                });
            }
            Ok(broken)
        })
        .await
    }
}

fn first_wrong(guard: &Guard, files: &[String]) -> Result<Option<(String, String)>> {
    for file in files {
        let wrong = match guard.look(file, |_| Ok(())) {
            Ok(finding) => finding.wrong(),
            Err(Error::Io { source, .. }) => Some(format!("it cannot be read: {source}")),
            Err(error) => return Err(error),
        };
        if let Some(what) = wrong {
            return Ok(Some((file.clone(), what)));
        }
    }
    Ok(None)
}
