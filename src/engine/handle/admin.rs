//! What is done to topics as wholes: making, renaming, deleting and adopting them, and the trash.

use std::time::Duration;

use super::engine::Engine;
use crate::engine::error::Result;
use crate::engine::job::Job;
use crate::engine::retention::Retention;
use crate::engine::topic::TopicSpec;
use crate::engine::topic_facts::{AdoptOptions, Adoption, Holdings, TopicOptions, Trashed};

impl Engine {
    /// Makes a topic without a record. Durable when it returns; whatever ends the process, the topic is there whole or not at all.
    ///
    /// A writer makes its topic by itself, with its first record; this is for who wants it to be there before.
    ///
    /// ```
    /// # use lanceq::{Engine, TopicSchema, TopicSpec};
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let engine = Engine::open(folder.path()).await?;
    /// let schema: TopicSchema = r#"{"id": "int64", "text": "utf8"}"#.parse().unwrap();
    /// engine.create_topic("notes", &TopicSpec::of(schema).num_buckets(4)).await?;
    /// assert_eq!(engine.topic("notes").await?.buckets, 4);
    /// assert_eq!(engine.reader("notes").await?.counts().await?.total_count, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - [`AlreadyExists`](crate::ErrorKind::AlreadyExists) where something has the name; the error says what.
    /// - [`Invalid`](crate::ErrorKind::Invalid) for a name or a spec that cannot be.
    pub async fn create_topic(&self, topic: &str, spec: &TopicSpec) -> Result<()> {
        self.0.create(topic.parse()?, spec).await
    }

    /// What a topic's metadata keeps beside its schema. Cost: one small file.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such topic; [`Unsupported`](crate::ErrorKind::Unsupported) for one
    /// that another program made, which has none.
    pub async fn topic_options(&self, topic: &str) -> Result<TopicOptions> {
        self.0.options(self.own_place(topic).await?).await
    }

    /// Lets a topic keep other versions of its buckets from now on, whoever writes it. Writers that are open take note of it when
    /// they are opened again. Durable when it returns.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) where no version is to be kept; for the rest as
    /// [`topic_options`](Self::topic_options).
    pub async fn set_retention(&self, topic: &str, retention: Retention) -> Result<TopicOptions> {
        self.0.set_retention(self.own_place(topic).await?, retention).await
    }

    /// Gives a topic another name: all of it, with what is buffered, its versions, tags and groups. Durable when it returns; it is
    /// one rename of the topic's folder, so whatever ends the process, the topic has the one name or the other.
    ///
    /// Nobody writes the topic meanwhile: every lock of it is held. Handles on the old name, in this process and in others, end:
    /// writers fail at their next put or flush, readers and streams at their next look, with [`TopicFault`](crate::TopicFault).
    /// Nothing that was acknowledged is lost: it is in the topic of the new name. Where a topic of the old name is made anew,
    /// writers of the former one still fail, and streams go on in the new one behind a [`Reset`](crate::Reset).
    /// Cost: a sync of each log. Cancel: it goes on without its caller.
    ///
    /// ```
    /// # use lanceq::Engine;
    /// # use serde_json::json;
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let engine = Engine::open(folder.path()).await?;
    /// let writer = engine.writer("draft").open().await?;
    /// writer.put(json!({"id": 1})).await?;
    /// engine.rename_topic("draft", "final").await?;
    /// assert!(writer.put(json!({"id": 2})).await.is_err());
    /// assert_eq!(engine.reader("final").await?.counts().await?.total_count, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - [`NotFound`](crate::ErrorKind::NotFound) where there is no such topic; [`Invalid`](crate::ErrorKind::Invalid) for a name
    ///   that cannot be a topic's.
    /// - [`AlreadyExists`](crate::ErrorKind::AlreadyExists) where something has the new name; the error says what.
    /// - [`Conflict`](crate::ErrorKind::Conflict) where another process holds a lock of it for longer than 10 s, and where a writer
    ///   of this process without a log holds records that only it has.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) for a topic that another program made.
    pub async fn rename_topic(&self, from: &str, to: &str) -> Result<()> {
        let to = to.parse()?;
        self.0.rename(self.own_place(from).await?, to).await
    }

    /// Deletes a topic: moves all of it, with what is buffered, into the trash of the root (`.trash`), from which
    /// [`restore_trashed`](Self::restore_trashed) brings it back until [`empty_trash`](Self::empty_trash). It frees no room.
    /// A topic that cannot be read can be deleted all the same.
    ///
    /// Durable when it returns; whatever ends the process, the topic is there or in the trash. What happens to handles on it, what it
    /// costs, and a cancel: as with [`rename_topic`](Self::rename_topic).
    ///
    /// ```
    /// # use lanceq::Engine;
    /// # use serde_json::json;
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let engine = Engine::open(folder.path()).await?;
    /// # let writer = engine.writer("events").open().await?;
    /// # writer.put(json!({"id": 1})).await?;
    /// let goes = engine.holdings("events").await?;
    /// assert_eq!(goes.total_count, Some(1));
    /// let trashed = engine.delete_topic("events").await?;
    /// assert!(engine.topics().await?.is_empty());
    /// engine.restore_trashed(&trashed.name, None).await?;
    /// assert_eq!(engine.reader("events").await?.counts().await?.total_count, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`rename_topic`](Self::rename_topic), without the new name.
    pub async fn delete_topic(&self, topic: &str) -> Result<Trashed> {
        self.0.delete(self.own_place(topic).await?).await
    }

    /// What a topic holds, as somebody wants to see before it is deleted. Of one that cannot be read it says why, and how many bytes
    /// it has. Cost: a walk over its files, and each bucket's head and tags.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) where there is no such topic.
    pub async fn holdings(&self, topic: &str) -> Result<Holdings> {
        self.0.holdings(self.place(topic).await?).await
    }

    /// What lies in the trash of the root, oldest first. Cost: a walk over its files.
    pub async fn trash(&self) -> Result<Vec<Trashed>> {
        self.0.trashed().await
    }

    /// Brings back what has this name in the trash, or the topic that was deleted under this name, where there was only one; under its
    /// former name, or as `to`. Returns the topic's name. Durable when it returns; it is one rename. Cancel: it goes on.
    ///
    /// # Errors
    /// - [`NotFound`](crate::ErrorKind::NotFound) where the trash has nothing of this name, or several topics; the error names these.
    /// - [`AlreadyExists`](crate::ErrorKind::AlreadyExists) where something has the topic's name by now.
    /// - [`Invalid`](crate::ErrorKind::Invalid) for a name that cannot be a topic's.
    pub async fn restore_trashed(&self, name: &str, to: Option<&str>) -> Result<String> {
        let to = to.map(str::parse).transpose()?;
        self.0.restore_trashed(name, to).await
    }

    /// Removes for good what was put into the trash so long ago, or all of it; with `dry_run`, only says what that is. Returns what
    /// went. What is being removed gets a name first under which it cannot be brought back: nothing comes back in part.
    ///
    /// `job` counts bytes. Cancel: what went is gone, the rest stays; so it is where the process ends, and what is left of the one
    /// that was being removed goes with the next emptying.
    pub async fn empty_trash(
        &self,
        older_than: Option<Duration>,
        dry_run: bool,
        job: &Job,
    ) -> Result<Vec<Trashed>> {
        self.0.empty_trash((older_than, dry_run), job).await
    }

    /// What [`adopt`](Self::adopt) would do. Changes nothing. Cost: each dataset's head, tags, branches and indices.
    ///
    /// # Errors
    /// As [`adopt`](Self::adopt).
    pub async fn adoption(&self, topic: &str, options: &AdoptOptions) -> Result<Adoption> {
        self.0.adoption(self.place(topic).await?, options).await
    }

    /// Makes a dataset of another program a topic of the engine's, so that it can be written: its records get offsets that stay.
    ///
    /// Datasets with stable row ids keep all of their versions and tags: they stay where they are, or their files get second
    /// names in the topic's folder. Others are written anew, in the order of a scan, within 64 MiB of memory or so. What was
    /// there before goes into the trash where anything of it had to change; [`Adoption::lost`] says what the topic has not any more.
    ///
    /// It is built under a hidden name, durably, and gets its name in one step: whatever ends the process, it is the other
    /// program's or the engine's, whole. What one who died has left goes with the next adoption of the same topic. Stop what else writes
    /// the dataset before: a version that is committed while it is built is noticed, and nothing is adopted; what a program
    /// commits later by a path that it has open goes into the trash.
    /// Cost: for each dataset that is written anew, a read and a write of all of it; else a sync of each file. `job` counts records.
    /// Cancel: nothing is adopted, and nothing stays of it.
    ///
    /// ```
    /// # use lanceq::{AdoptOptions, AdoptedBy, Engine, Job};
    /// # use serde_json::json;
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let engine = Engine::open(folder.path()).await?;
    /// # let writer = engine.writer("made").open().await?;
    /// # writer.put(json!({"id": 1})).await?;
    /// # writer.close().await?;
    /// # std::fs::rename(folder.path().join("made/bucket_0/data.lance"), folder.path().join("movies.lance")).unwrap();
    /// // `movies.lance` was written by another program.
    /// let plan = engine.adoption("movies", &AdoptOptions::default()).await?;
    /// assert_eq!(plan.buckets[0].by, AdoptedBy::Moving);
    /// engine.adopt("movies", &AdoptOptions::default(), &Job::new()).await?;
    /// engine.writer("movies").open().await?.put(json!({"id": 2})).await?;
    /// assert_eq!(engine.reader("movies").await?.counts().await?.total_count, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - [`NotFound`](crate::ErrorKind::NotFound) where there is no such topic;
    ///   [`AlreadyExists`](crate::ErrorKind::AlreadyExists) where it is the engine's already, and where something has the folder
    ///   that the topic needs.
    /// - [`Invalid`](crate::ErrorKind::Invalid) for a name, columns or options that a topic cannot have.
    /// - [`Conflict`](crate::ErrorKind::Conflict) where another program changed it meanwhile, or another process adopts in this root.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) for blob columns of a dataset that would have to be written anew, and where the
    ///   file system cannot exchange the names of two folders in one step (Linux's ext4, xfs, btrfs and tmpfs can).
    pub async fn adopt(&self, topic: &str, options: &AdoptOptions, job: &Job) -> Result<Adoption> {
        self.0.adopt(self.place(topic).await?, options, job).await
    }
}
