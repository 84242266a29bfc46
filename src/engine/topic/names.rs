//! What of a topic can be called by name: for those who complete what somebody types.

use std::sync::Arc;

use super::reader::Reader;
use crate::engine::access::Access;
use crate::engine::bucket::Bucket;
use crate::engine::durable::blocking;
use crate::engine::error::Result;
use crate::engine::record::TopicSchema;
use crate::engine::store::{Labels, columns, labels};

/// The names in a topic, as its folders have them: what [`Reader::names`] finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopicNames {
    /// The buckets, by number.
    pub buckets: Vec<u32>,
    /// The columns, in their order; those inside others are not among them.
    pub columns: Vec<String>,
    /// The versions that any of the buckets keeps, newest first.
    pub versions: Vec<u64>,
    /// The tags that any of the buckets has, sorted.
    pub tags: Vec<String>,
    /// The branches that any of the buckets has, sorted.
    pub branches: Vec<String>,
    /// The groups that stand in any of the buckets, sorted.
    pub groups: Vec<String>,
}

impl Reader {
    /// What can be called by name in the topic, or in the reader's buckets: to complete what somebody types, or to
    /// suggest. Nothing is checked: what has a name here may be damaged all the same, and reading it says so.
    ///
    /// Cost: a listing of four folders a bucket; of a topic that another program made also a manifest, for the columns. Opens no
    /// dataset, and takes a few milliseconds. Cancel: safe to drop at any await.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where a part of the topic is a link out of the root;
    /// [`Unavailable`](crate::ErrorKind::Unavailable) where a folder cannot be listed.
    ///
    /// # Examples
    /// ```
    /// use lanceq::Engine;
    /// use serde_json::json;
    ///
    /// # #[tokio::main]
    /// # async fn main() -> lanceq::Result<()> {
    /// # let folder = tempfile::tempdir().unwrap();
    /// let engine = Engine::open(folder.path()).await?;
    /// let writer = engine.writer("films").open().await?;
    /// writer.put(json!({"title": "Up", "year": 2009})).await?;
    /// writer.flush().await?;
    /// engine.tag("films", "seen", None, None).await?;
    ///
    /// let names = engine.reader("films").await?.names().await?;
    /// assert_eq!(names.columns, ["title", "year"]);
    /// assert_eq!(names.tags, ["seen"]);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn names(&self) -> Result<TopicNames> {
        let (buckets, access) = (self.buckets.clone(), self.catalog.access.clone());
        let mut names = TopicNames { buckets: self.buckets().to_vec(), ..TopicNames::default() };
        let schema = self.schema.clone();
        blocking(move || {
            for bucket in &buckets {
                names.add(labels(&bucket.place.dataset, &access)?);
            }
            match schema {
                Some(schema) => names.add_own(&schema, &buckets)?,
                None => names.columns = first_columns(&buckets, &access)?,
            }
            Ok(names)
        })
        .await
    }
}

impl TopicNames {
    fn add(&mut self, found: Labels) {
        merge(&mut self.versions, found.versions);
        self.versions.reverse();
        merge(&mut self.tags, found.tags);
        merge(&mut self.branches, found.branches);
    }

    /// What only a topic of the engine's own has.
    fn add_own(&mut self, schema: &TopicSchema, buckets: &[Arc<Bucket>]) -> Result<()> {
        let fields = schema.as_arrow().fields();
        self.columns = fields.iter().map(|field| field.name().clone()).collect();
        for bucket in buckets {
            merge(&mut self.groups, bucket.group_names()?);
        }
        Ok(())
    }
}

/// Adds to a list what it does not have yet, and sorts it.
fn merge<T: Ord>(all: &mut Vec<T>, more: Vec<T>) {
    all.extend(more);
    all.sort();
    all.dedup();
}

/// The columns of the first bucket that has any.
fn first_columns(buckets: &[Arc<Bucket>], access: &Access) -> Result<Vec<String>> {
    for bucket in buckets {
        let found = columns(&bucket.place.dataset, access)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}
