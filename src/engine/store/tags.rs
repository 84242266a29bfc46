//! Tags: names for versions, which cleaning up leaves alone.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use lance::dataset::refs::TagContents;

use super::branches;
use super::enter::guarded;
use super::failure::storage;
use super::table::Table;
use crate::engine::durable::{blocking, sync_file, sync_folder};
use crate::engine::error::Result;
use crate::engine::screen::Piece;

/// A tag, and what it marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tagged {
    pub(crate) version: u64,
    /// When it was made, where that is known.
    pub(crate) made: Option<DateTime<Utc>>,
}

impl Table {
    /// What a tag marks, where there is such a tag.
    pub(crate) async fn tagged(&self, tag: &str) -> Result<Option<Tagged>> {
        let found = self.all_tags().await?.remove(tag);
        Ok(found.map(|found| Tagged { version: found.version, made: found.created_at }))
    }

    /// The versions that tags mark.
    pub(crate) async fn tagged_versions(&self) -> Result<BTreeSet<u64>> {
        Ok(self.all_tags().await?.into_values().map(|found| found.version).collect())
    }

    /// All tags, and what each marks; of a branch those of its versions, else those of versions on none.
    pub(super) async fn all_tags(&self) -> Result<HashMap<String, TagContents>> {
        self.access.check_folder(&self.refs("tags"))?;
        self.access.ask(&self.path, self.version(), Piece::Tags).await?;
        let read = async {
            let tags = self.dataset.tags().list().boxed().await;
            tags.map_err(storage("read the tags of", &self.path))
        };
        let mut tags = guarded(&self.path, read).await?;
        // Versions of branches have numbers of their own.
        tags.retain(|_, found| branches::own(found.branch.as_deref()) == self.branch());
        Ok(tags)
    }

    /// Marks a version with a new tag. It is durable when this returns.
    ///
    /// # Errors
    /// Where the tag is there already: it is not moved.
    pub(crate) async fn tag(&self, tag: &str, version: u64) -> Result<()> {
        let made = self.dataset.tags().create(tag, version).boxed().await;
        made.map_err(storage("tag a version of", &self.path))?;
        let folders = self.tag_folders();
        let file = self.refs("tags").join(format!("{tag}.json"));
        blocking(move || {
            sync_file(&file)?;
            folders.iter().try_for_each(|folder| sync_folder(folder))
        })
        .await
    }

    /// Takes a tag away, durably. The version stays.
    pub(crate) async fn untag(&self, tag: &str) -> Result<()> {
        let gone = self.dataset.tags().delete(tag).boxed().await;
        gone.map_err(storage("remove a tag of", &self.path))?;
        let folders = self.tag_folders();
        blocking(move || folders.iter().try_for_each(|folder| sync_folder(folder))).await
    }

    /// The folder of tags and those above it, which the first tag makes.
    fn tag_folders(&self) -> Vec<PathBuf> {
        let tags = self.refs("tags");
        tags.ancestors().take(3).map(PathBuf::from).collect()
    }
}
