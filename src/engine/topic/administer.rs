//! What is done to topics as wholes: made, renamed, deleted, brought back.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::catalog::Catalog;
use super::meta::TopicMeta;
use super::reader::Reader;
use super::relocate::{Goal, check_free};
use super::spec::TopicSpec;
use super::stats::bytes_below;
use super::trash;
use super::writer_options::LOCK_TIMEOUT;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::job::Job;
use crate::engine::layout::{Place, bucket_ids};
use crate::engine::name::TopicName;
use crate::engine::retention::Retention;
use crate::engine::topic_facts::{Holdings, TopicOptions, Trashed};

impl Catalog {
    /// See [`Engine::create_topic`](crate::Engine::create_topic).
    pub(crate) async fn create(&self, name: TopicName, spec: &TopicSpec) -> Result<()> {
        let meta = spec.meta(&name)?;
        let root = self.root.clone();
        blocking(move || {
            check_free(&root, &name)?;
            let made = meta.create_new(&root, &root.join(name.as_str()));
            // Another process may have been faster.
            made.map_err(|error| check_free(&root, &name).err().unwrap_or(error))
        })
        .await
    }

    /// See [`Engine::topic_options`](crate::Engine::topic_options).
    pub(crate) async fn options(&self, place: Place) -> Result<TopicOptions> {
        let access = self.access.clone();
        blocking(move || Ok(TopicMeta::read(&place.folder, &access)?.options(place.name))).await
    }

    /// See [`Engine::set_retention`](crate::Engine::set_retention).
    pub(crate) async fn set_retention(
        &self,
        place: Place,
        retention: Retention,
    ) -> Result<TopicOptions> {
        retention.check()?;
        let access = self.access.clone();
        blocking(move || {
            let meta = TopicMeta::update_kept(&place.folder, &access, Some(retention), None)?;
            Ok(meta.options(place.name))
        })
        .await
    }

    /// See [`Engine::rename_topic`](crate::Engine::rename_topic).
    pub(crate) async fn rename(self: &Arc<Self>, place: Place, to: TopicName) -> Result<()> {
        let (root, wanted) = (self.root.clone(), to.clone());
        blocking(move || check_free(&root, &wanted)).await?;
        self.relocate(place.name.clone(), Goal::Name(to), LOCK_TIMEOUT).await?;
        self.forget_writer(&place.name).await;
        Ok(())
    }

    /// See [`Engine::delete_topic`](crate::Engine::delete_topic).
    pub(crate) async fn delete(self: &Arc<Self>, place: Place) -> Result<Trashed> {
        let (root, topic) = (self.root.clone(), place.name.clone());
        let folder = blocking(move || trash::place_for(&root, topic.as_str())).await?;
        self.relocate(place.name.clone(), Goal::Trash(folder.clone()), LOCK_TIMEOUT).await?;
        self.forget_writer(&place.name).await;
        let (root, topic) = (self.root.clone(), place.name);
        blocking(move || trash::told(&root, &folder, topic.as_str())).await
    }

    /// See [`Engine::holdings`](crate::Engine::holdings).
    pub(crate) async fn holdings(self: &Arc<Self>, place: Place) -> Result<Holdings> {
        let (topic, folder) = (place.name.clone(), place.folder.clone());
        let measured = blocking(move || measure(&folder));
        let (buckets, bytes) = measured.await?;
        let mut found = Holdings {
            topic,
            buckets,
            total_count: None,
            buffer_count: None,
            bytes,
            tags: Vec::new(),
            groups: Vec::new(),
            error: None,
        };
        if let Err(error) = self.count(place, &mut found).await {
            found.error = Some(error.to_string());
        }
        Ok(found)
    }

    async fn count(self: &Arc<Self>, place: Place, found: &mut Holdings) -> Result<()> {
        let reader = Reader::open(self.clone(), place).await?;
        found.buckets = u32::try_from(reader.buckets().len()).unwrap_or(u32::MAX);
        found.groups = reader.groups().await?.into_iter().map(|group| group.group).collect();
        let counts = reader.counts().await?;
        found.total_count = Some(counts.total_count);
        found.buffer_count = Some(counts.buffer_count);
        found.tags = reader.tags().await?;
        Ok(())
    }

    /// See [`Engine::trash`](crate::Engine::trash).
    pub(crate) async fn trashed(&self) -> Result<Vec<Trashed>> {
        let root = self.root.clone();
        blocking(move || trash::list(&root)).await
    }

    /// See [`Engine::restore_trashed`](crate::Engine::restore_trashed).
    pub(crate) async fn restore_trashed(
        &self,
        name: &str,
        to: Option<TopicName>,
    ) -> Result<String> {
        let (root, name) = (self.root.clone(), name.to_owned());
        blocking(move || trash::restore(&root, &name, to.as_ref())).await
    }

    /// See [`Engine::empty_trash`](crate::Engine::empty_trash).
    pub(crate) async fn empty_trash(
        &self,
        rule: (Option<Duration>, bool),
        job: &Job,
    ) -> Result<Vec<Trashed>> {
        let (root, job) = (self.root.clone(), job.clone());
        blocking(move || trash::empty(&root, rule, &job)).await
    }
}

/// Buckets, and bytes of all files. Blocks.
fn measure(folder: &Path) -> Result<(u32, u64)> {
    let bytes = bytes_below(folder).map_err(Error::io("measure", folder))?;
    Ok((u32::try_from(bucket_ids(folder)?.len()).unwrap_or(u32::MAX), bytes))
}
