//! Making and dropping indices of a bucket: the maintenance lock is held for all of it, the flush lock only to commit. Rows
//! that are flushed while an index is made are not covered by it, and found all the same.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::settle::ATTEMPTS;
use super::shared::Bucket;
use crate::engine::error::{Error, Result};
use crate::engine::index::IndexSpec;
use crate::engine::index_facts::{Dropped, Indexed};
use crate::engine::job::Job;
use crate::engine::maintenance::Shape;
use crate::engine::record::dimension;
use crate::engine::search::Metric;
use crate::engine::store::{Blueprint, Committed, KnownIndex, Table};

impl Bucket {
    /// What an index would be built with over the rows that are persisted; `None` where there are none with such a column.
    ///
    /// # Errors
    /// [`Error::InvalidOption`] where it cannot be built, and [`Error::Unsupported`] where it could not be used.
    pub(crate) async fn index_shape(&self, spec: &IndexSpec) -> Result<Option<Shape>> {
        match Table::open(&self.place.dataset, &self.access).await? {
            Some(head) => self.shape_in(&head, spec),
            None => Ok(None),
        }
    }

    /// Makes an index over the rows that are persisted, in the place of one over the same column with the same metric; see
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
        let Some(shape) = self.shape_in(&head, spec)? else { return Ok(None) };
        // No index takes more than the rows that it is of.
        self.check_room(head.parts().await?.iter().map(|part| part.bytes).sum())?;
        job.expect(head.index().rows());
        let known = head.known_indices().await?;
        let name = name(&known, spec);
        let (column, metric) = (spec.column.as_str(), spec.metric);
        let replaced = known.iter().filter(|index| is_over(index, column, Some(metric)));
        let replaced = replaced.flat_map(|index| index.segments.iter().copied()).collect();
        let blueprint = Blueprint { name: &name, column, metric, shape, replaced };
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
            kind: shape.kind,
            metric,
            partitions: shape.partitions,
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

    fn shape_in(&self, head: &Table, spec: &IndexSpec) -> Result<Option<Shape>> {
        let rows = head.index().rows();
        let schema = head.schema();
        let field = schema.field_with_name(&spec.column).ok();
        let Some(length) = field.and_then(|field| dimension(field.data_type())) else {
            return Ok(None);
        };
        if rows == 0 {
            return Ok(None);
        }
        if !head.is_stable() {
            return Err(Error::Unsupported {
                what: format!("an index of {}", self.place.dataset.display()),
                reason: "its rows have no stable ids, by which it would name them".into(),
            });
        }
        let shape = Shape::of(spec.kind, rows, length, spec.partitions);
        shape.map(Some).map_err(|reason| self.cannot_index(spec, reason))
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

/// The name of the index that is replaced; else the one that Lance would give, with a number where another has it.
fn name(known: &[KnownIndex], spec: &IndexSpec) -> String {
    let same = known.iter().find(|index| is_over(index, &spec.column, Some(spec.metric)));
    if let Some(same) = same {
        return same.name.clone();
    }
    let is_free = |name: &String| known.iter().all(|index| index.name != *name);
    let plain = format!("{}_idx", spec.column);
    let numbered = (2..).map(|number: u64| format!("{plain}_{number}"));
    std::iter::once(plain.clone()).chain(numbered).find(is_free).unwrap_or(plain)
}
