//! Does the reads of a screen, in the process that may be taken down by them.

use std::fmt;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use lru::LruCache;

use super::projection::Projection;
use super::table::Table;
use crate::engine::access::Access;
use crate::engine::error::{Error, Result};
use crate::engine::screen::{Look, Piece, Verdict};

/// Versions that stay opened.
const KEPT: NonZeroUsize = NonZeroUsize::new(16).unwrap();

/// Does what a [`Look`] says and throws the result away. For the process behind a [`Screen`](crate::Screen): it may be
/// ended by the system, or never answer.
///
/// It keeps the versions opened that it read last, so that a read costs little more here than where it is done again.
pub struct Inspector(Mutex<LruCache<(PathBuf, u64), Table>>);

impl Inspector {
    /// Knows no dataset yet.
    pub fn new() -> Self {
        Self(Mutex::new(LruCache::new(KEPT)))
    }

    /// Does a read; needs a tokio runtime with time enabled. Panics of the library are told as a verdict.
    ///
    /// An error is none that this process has to tell: whoever asked comes upon it as well.
    /// Cost: that of the read. Cancel: safe to drop at any await.
    pub async fn inspect(&self, look: &Look) -> Verdict {
        match self.read(look).await {
            Err(Error::Harmful { reason, .. }) => Verdict::Harmful(reason),
            _ => Verdict::Harmless,
        }
    }

    async fn read(&self, look: &Look) -> Result<()> {
        let path = url::Url::parse(&look.dataset).ok().and_then(|url| url.to_file_path().ok());
        let Some(path) = path else { return Ok(()) };
        let key = (path, look.version);
        if matches!(look.at, Piece::Version) {
            let table =
                Table::load(&key.0, Some(key.1), None, &Access::default().to_unknown()).await?;
            self.known().put(key, table);
            return Ok(());
        }
        // What made a version is asked of whichever is open, as it is there.
        let table = self.opened(&key.0, look.version).await?;
        table.look(look.version, &look.at).await
    }

    async fn opened(&self, path: &Path, version: u64) -> Result<Table> {
        let key = (path.to_path_buf(), version);
        if let Some(table) = self.known().get(&key).cloned() {
            return Ok(table);
        }
        let table = Table::load(path, Some(version), None, &Access::default().to_unknown()).await?;
        self.known().put(key, table.clone());
        Ok(table)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, LruCache<(PathBuf, u64), Table>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Inspector {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Inspector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inspector").finish_non_exhaustive()
    }
}

impl Table {
    /// Decodes a piece of this version.
    async fn look(&self, version: u64, piece: &Piece) -> Result<()> {
        let projection = |columns: &[String]| {
            let names: Vec<&str> = columns.iter().map(String::as_str).collect();
            Projection::named(self, &names)
        };
        match piece {
            Piece::Version => Ok(()),
            Piece::History => self.transaction(version).await.map(drop),
            Piece::Tags => self.all_tags().await.map(drop),
            Piece::Branches => self.branches().await.map(drop),
            Piece::Live { fragment } => {
                let span =
                    self.index().spans_from(0).iter().find(|span| span.fragment == *fragment);
                match span {
                    Some(span) => self.live(span).await.map(drop),
                    None => Ok(()),
                }
            }
            Piece::Range { fragment, columns, start, end } => {
                self.range(*fragment, &projection(columns)?, *start..*end).await.map(drop)
            }
            Piece::Places { fragment, columns, places } => {
                self.rows_at(*fragment, &projection(columns)?, places).await.map(drop)
            }
        }
    }
}
