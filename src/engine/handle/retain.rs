//! What a topic keeps of its records: asked, said, and applied by hand.

use super::engine::Engine;
use crate::engine::error::Result;
use crate::engine::job::Job;
use crate::engine::record_retention::{RecordRetention, RetainOptions, Retained};

impl Engine {
    /// What a topic keeps of its records; everything where nobody said otherwise.
    ///
    /// # Errors
    /// As [`retention`](Self::retention).
    pub async fn record_retention(&self, topic: &str) -> Result<RecordRetention> {
        self.own(topic, None).await?.record_retention().await
    }

    /// Says what a topic keeps of its records, from now on and whoever writes it: it stands in the topic's metadata, durably.
    /// Nothing goes now: writers apply it in the background, those that are open too, and [`retain`](Self::retain) does at once.
    /// The default rule keeps everything.
    ///
    /// Cost: one small file, under the topic's lock.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for a bound that would keep nothing, and as [`retention`](Self::retention).
    pub async fn set_record_retention(&self, topic: &str, rule: RecordRetention) -> Result<()> {
        rule.check()?;
        self.own(topic, None).await?.set_record_retention(rule).await
    }

    /// Lets the oldest records of a topic, or of one bucket, go that its rule does not keep, or that of `options`: in each bucket
    /// that has some, as one new version. Exact, where writers in the background leave up to an eighth more.
    ///
    /// The offsets of what goes are not given again; reads below the first one that is left begin there, and streams and groups
    /// go on there. Groups are not asked: what one has not read by then, it has missed
    /// ([`GroupPlace::missed`](crate::GroupPlace::missed)). What is buffered stays. Older versions keep the records, and
    /// their files, until they are cleaned up; going back to one brings them back, until the rule is applied again. Tags keep
    /// what they mark.
    /// Cost: a lock that keeps other maintenance out, and the flush lock for one commit; no record is read or written. With
    /// `dry_run` no lock, and nothing changes. Cancel: [`Error::Cancelled`](crate::Error::Cancelled); buckets that were
    /// finished stay so, each has let all go or nothing.
    ///
    /// # Errors
    /// - [`NotFound`](crate::ErrorKind::NotFound) and [`OutOfRange`](crate::ErrorKind::OutOfRange) for what does not exist;
    ///   [`Invalid`](crate::ErrorKind::Invalid) for a bound that would keep nothing.
    /// - [`Conflict`](crate::ErrorKind::Conflict) where another process holds a lock.
    /// - [`Unsupported`](crate::ErrorKind::Unsupported) for a topic that another program made, and for a dataset without
    ///   stable row ids, whose offsets would be given again.
    ///
    /// ```
    /// use lanceq::{Engine, Job, RecordRetention, RetainOptions};
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// let engine = Engine::open(folder.path()).await?;
    /// let newest = RecordRetention { keep_records: Some(3), ..RecordRetention::default() };
    /// let writer = engine.writer("events").record_retention(newest).open().await?;
    /// for id in 0..10 {
    ///     writer.put(serde_json::json!({ "id": id })).await?;
    /// }
    /// writer.flush().await?;
    /// let done = engine.retain("events", None, &RetainOptions::default(), &Job::new()).await?;
    /// assert_eq!((done[0].first_offset, done[0].records_left), (7, 3));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn retain(
        &self,
        topic: &str,
        bucket: Option<u32>,
        options: &RetainOptions,
        job: &Job,
    ) -> Result<Vec<Retained>> {
        if let Some(rule) = &options.rule {
            rule.check()?;
        }
        self.own(topic, bucket).await?.retain(options, job).await
    }
}
