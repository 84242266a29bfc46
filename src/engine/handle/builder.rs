//! How an engine is opened.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::engine::Engine;
use crate::engine::error::{Error, Result};
use crate::engine::metrics::Metrics;
use crate::engine::options::{EngineOptions, Events};
use crate::engine::screen::Screen;

/// Options of an engine before it is opened.
#[derive(Debug, Clone)]
#[must_use = "an engine is opened by `open`"]
pub struct EngineBuilder {
    root: PathBuf,
    options: EngineOptions,
    metrics: Option<Metrics>,
}

impl EngineBuilder {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf(), options: EngineOptions::default(), metrics: None }
    }

    /// How it learns of what other processes do. Default [`Events::Watch`].
    pub fn events(mut self, events: Events) -> Self {
        self.options.events = events;
        self
    }

    /// How often it looks where no event comes. Default 250 ms; while nothing happens and events
    /// can arrive, it slows down to 2 s, and up to 10 s where a look at all topics takes long (a
    /// thousand topics on a busy machine).
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.options.poll_interval = interval;
        self
    }

    /// Follows links that lead out of the root, and names in datasets that do. Default: they are refused with
    /// [`Error::LeadsOut`], so that a folder of somebody else's reads and writes nothing but itself.
    pub fn follow_links(mut self, follow: bool) -> Self {
        self.options.follow_links = follow;
        self
    }

    /// Whether files are held against their checksums before they are decoded, and checksums of new ones are noted. Default:
    /// they are.
    ///
    /// Cost: a file is read through once before its first use in the process; those above 256 MiB are left to
    /// [`Engine::verify`]. A flush reads what it wrote once more, from memory as a rule.
    pub fn checksums(mut self, on: bool) -> Self {
        self.options.checksums = on;
        self
    }

    /// How many bytes of decoded records the process keeps, for pages that are read again and for those that it reads ahead
    /// of one who reads page after page. Default 16 MiB; 0 keeps none. The cache is the process's: where several engines are
    /// open, the largest number holds.
    ///
    /// Consequence: the next page, either way, costs no read as long as one reads on. A page that takes more than an eighth
    /// is not kept.
    pub fn decoded_bytes(mut self, bytes: usize) -> Self {
        self.options.decoded_bytes = bytes;
        self
    }

    /// Counts what this engine does, for Prometheus; several engines may count into one. Default: nothing is counted.
    ///
    /// Cost: of a put, three atomic additions; without it, a look whether there is any.
    pub fn metrics(mut self, metrics: Metrics) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// Has reads of bytes that nothing vouches for tried by another process first, because decoding them may take down
    /// whoever does it. Default: none, as a library cannot know which program it is in; then a panic of the storage library
    /// is an error, and what makes the system end the process does so.
    ///
    /// Cost: each read of such bytes is done twice. Datasets that this engine writes are not tried.
    pub fn screen(mut self, screen: Arc<dyn Screen>) -> Self {
        self.options.screen = Some(screen);
        self
    }

    /// Opens the root. It need not exist: the first record that is put creates it.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) where the root is no folder, or the interval is zero.
    pub async fn open(self) -> Result<Engine> {
        if self.options.poll_interval.is_zero() {
            let reason = "a poll that never rests would keep a core busy".into();
            return Err(Error::InvalidOption {
                option: "poll_interval",
                value: "0".into(),
                reason,
            });
        }
        let root = std::path::absolute(&self.root).map_err(Error::io("resolve", &self.root))?;
        match tokio::fs::metadata(&root).await {
            Ok(found) if !found.is_dir() => Err(Error::NotAFolder { path: self.root }),
            Err(e) if e.kind() == std::io::ErrorKind::NotADirectory => {
                Err(Error::NotAFolder { path: self.root })
            }
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io("open the folder", &self.root)(e))
            }
            _ => Ok(Engine::new(root, self.options, self.metrics)),
        }
    }
}
