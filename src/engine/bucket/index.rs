//! Making and dropping indices of a bucket: the maintenance lock is held for all of it, the flush lock only to commit. Rows
//! that are flushed while an index is made are not covered by it, and found all the same.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::settle::ATTEMPTS;
use super::shared::Bucket;
use crate::engine::error::{Error, Result};
use crate::engine::index::{IndexKind, IndexSpec};
use crate::engine::index_facts::{Dropped, Indexed};
use crate::engine::job::Job;
use crate::engine::maintenance::Shape;
use crate::engine::record::dimension;
use crate::engine::search::Metric;
use crate::engine::store::{Blueprint, Committed, Content, KnownIndex, Table};
use crate::engine::words::can_be_indexed;

impl Bucket {
    /// What an index over the rows that are persisted would be of; `None` where there are none with such a column.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] where it cannot be built, and [`Error::Unsupported`] where it could not be used.
    pub(crate) async fn index_content(&self, spec: &IndexSpec) -> Result<Option<Content>> {
        match Table::open(&self.place.dataset, &self.access).await? {
            Some(head) => self.content_in(&head, spec),
            None => Ok(None),
        }
    }

    /// Makes an index over the rows that are persisted, in the place of one over the same column with the same metric, or of
    /// its words; see
    /// [`Engine::create_index`](crate::Engine::create_index). `job` counts rows. `None` where there are none to be indexed.
    ///
    /// Cancel: indices are as they were. Dropped, it ends so, and keeps its locks until then.
    pub(crate) async fn create_index(
        self: &Arc<Self>,
        spec: &IndexSpec,
        job: &Job,
        timeout: Duration,
    ) -> Result<Option<Indexed>> {
        let (own, work, spec) = (self.clone(), job.clone(), spec.clone());
        let alone = async move {
            let _alone = own.lock_maintenance(timeout).await?;
            own.build_and_commit(&spec, &work, timeout).await
        };
        job.in_a_task(alone).await
    }

    async fn build_and_commit(
        self: &Arc<Self>,
        spec: &IndexSpec,
        job: &Job,
        timeout: Duration,
    ) -> Result<Option<Indexed>> {
        let Some(head) = Table::open(&self.place.dataset, &self.access).await? else {
            return Ok(None);
        };
        let Some(content) = self.content_in(&head, spec)? else { return Ok(None) };
        // No index takes more than the rows that it is of.
        self.check_room(head.parts().await?.iter().map(|part| part.bytes).sum())?;
        job.expect(head.index().rows());
        let known = head.known_indices().await?;
        let column = spec.column.as_str();
        let name = name(&known, column, content);
        let replaced = known.iter().filter(|index| is_the_same(index, column, content));
        let replaced = replaced.flat_map(|index| index.segments.iter().copied()).collect();
        let blueprint = Blueprint { name: &name, column, content, replaced };
        let Some(segments) = head.build_index(blueprint, job).await? else {
            return Err(
                self.cannot_index(spec, "too few records have a vector to train it on".into())
            );
        };
        let (replaced, bytes) = (segments.replaces(), segments.bytes());
        let Some(table) = self.commit_segments(segments, job, timeout).await? else {
            return Err(self.overtaken_by_another());
        };
        Ok(Some(Indexed {
            bucket_id: self.place.id,
            name,
            column: spec.column.clone(),
            kind: content.kind(),
            metric: content.metric(),
            partitions: content.partitions(),
            version: table.version(),
            rows: head.index().rows(),
            bytes,
            replaced,
        }))
    }

    /// Drops the indices over a column, or those of vectors with this metric.
    ///
    /// # Errors
    /// As a compaction.
    pub(crate) async fn drop_indices(
        self: &Arc<Self>,
        column: &str,
        metric: Option<Metric>,
        timeout: Duration,
    ) -> Result<Dropped> {
        let (own, column, job) = (self.clone(), column.to_owned(), Job::new());
        let work = job.clone();
        let alone = async move {
            let _alone = own.lock_maintenance(timeout).await?;
            let _flush = own.lock_flush_for(&work, timeout).await?;
            own.drop_from_head(&column, metric).await
        };
        job.in_a_task(alone).await
    }

    /// Needs the maintenance lock and the flush lock.
    async fn drop_from_head(
        self: &Arc<Self>,
        column: &str,
        metric: Option<Metric>,
    ) -> Result<Dropped> {
        self.refuse_lost_flush().await?;
        let bucket_id = self.place.id;
        for _ in 0..ATTEMPTS {
            let Some(head) = self.settled_head().await? else {
                return Ok(Dropped { bucket_id, names: Vec::new(), version: 0 });
            };
            let mut found = head.known_indices().await?;
            found.retain(|index| is_over(index, column, metric));
            let names: Vec<String> = found.iter().map(|index| index.name.clone()).collect();
            if names.is_empty() {
                return Ok(Dropped { bucket_id, names, version: head.version() });
            }
            if !self.secured(&head).await? {
                continue;
            }
            let segments: BTreeSet<_> =
                found.into_iter().flat_map(|index| index.segments).collect();
            match head.commit_without_segments(&segments).await? {
                Committed::Done(table) => {
                    self.take_note(&table).await;
                    return Ok(Dropped { bucket_id, names, version: table.version() });
                }
                Committed::Moved => {}
                Committed::Unknown(source) => return Err(self.without_answer(source)),
            }
        }
        Err(self.outpaced())
    }

    fn content_in(&self, head: &Table, spec: &IndexSpec) -> Result<Option<Content>> {
        let rows = head.index().rows();
        let schema = head.schema();
        let Ok(field) = schema.field_with_name(&spec.column) else { return Ok(None) };
        let length = dimension(field.data_type());
        let is_fitting = match spec.kind {
            IndexKind::Text => can_be_indexed(field.data_type()),
            _ => length.is_some(),
        };
        if rows == 0 || !is_fitting {
            return Ok(None);
        }
        if !head.is_stable() {
            return Err(Error::Unsupported {
                what: format!("an index of {}", self.place.dataset.display()),
                reason: "its rows have no stable ids, by which it would name them".into(),
            });
        }
        if spec.kind == IndexKind::Text {
            return Ok(Some(Content::Words));
        }
        let shape = Shape::of(spec.kind, rows, length.unwrap_or_default(), spec.partitions);
        let content = |shape| Some(Content::Vectors(shape, spec.metric.unwrap_or_default()));
        shape.map(content).map_err(|reason| self.cannot_index(spec, reason))
    }

    fn cannot_index(&self, spec: &IndexSpec, reason: String) -> Error {
        let value = format!("{} over `{}` in bucket {}", spec.kind, spec.column, self.place.id);
        Error::InvalidOption { option: "kind", value, reason }
    }

    fn overtaken_by_another(&self) -> Error {
        Error::Storage {
            action: "commit an index of",
            path: self.place.dataset.clone(),
            source: "another program changed the rows that it covers, or an index of the same name, while it was built; nothing is changed".into(),
        }
    }
}

fn is_over(index: &KnownIndex, column: &str, metric: Option<Metric>) -> bool {
    index.column == column && (metric.is_none() || index.metric == metric)
}

/// Whether an index answers the same searches as one that is to be made.
fn is_the_same(index: &KnownIndex, column: &str, content: Content) -> bool {
    match content {
        Content::Vectors(_, metric) => is_over(index, column, Some(metric)),
        Content::Words => is_over(index, column, None) && index.is_of_words(),
    }
}

/// The name of the index that is replaced; else the one that Lance would give, with a number where another has it.
fn name(known: &[KnownIndex], column: &str, content: Content) -> String {
    let same = known.iter().find(|index| is_the_same(index, column, content));
    if let Some(same) = same {
        return same.name.clone();
    }
    let is_free = |name: &String| known.iter().all(|index| index.name != *name);
    let plain = format!("{column}_idx");
    let numbered = (2..).map(|number: u64| format!("{plain}_{number}"));
    std::iter::once(plain.clone()).chain(numbered).find(is_free).unwrap_or(plain)
}
