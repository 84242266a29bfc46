//! The indices of a topic's buckets: listing, making and dropping them, one bucket after the other.

use arrow_schema::SchemaRef;

use super::reader::Reader;
use super::search::{invalid, vector_length};
use super::words::check_indexed;
use super::writer_options::LOCK_TIMEOUT;
use crate::engine::bucket::Snapshot;
use crate::engine::error::{Error, Result};
use crate::engine::index::{IndexKind, IndexSpec};
use crate::engine::index_facts::{Dropped, IndexInfo, Indexed};
use crate::engine::job::Job;
use crate::engine::search::Metric;
use crate::engine::words::has_texts;

impl Reader {
    /// The indices that there are, by whichever program, bucket after bucket, by name. Those of a pinned reader are its
    /// version's. Reads no file where they were asked for before.
    ///
    /// # Errors
    /// [`Corrupt`](crate::ErrorKind::Corrupt) and [`Unavailable`](crate::ErrorKind::Unavailable) where they cannot be read.
    pub async fn indices(&self) -> Result<Vec<IndexInfo>> {
        let mut all = Vec::new();
        for (bucket, snapshot) in self.buckets.iter().zip(&self.snapshots().await?) {
            let Some(table) = snapshot.table() else { continue };
            all.extend(bucket.index_facts(table).await?);
        }
        Ok(all)
    }

    /// See [`Engine::create_index`](crate::Engine::create_index).
    pub(crate) async fn create_index(&self, spec: &IndexSpec, job: &Job) -> Result<Vec<Indexed>> {
        let snapshots = self.snapshots().await?;
        check(spec, &self.whole_schema(&snapshots), &snapshots)?;
        // What one of the buckets cannot have, none gets.
        for bucket in &self.buckets {
            bucket.index_content(spec).await?;
        }
        let mut done = Vec::new();
        for bucket in &self.buckets {
            done.extend(bucket.create_index(spec, job, LOCK_TIMEOUT).await?);
        }
        Ok(done)
    }

    /// See [`Engine::drop_index`](crate::Engine::drop_index).
    pub(crate) async fn drop_index(
        &self,
        column: &str,
        metric: Option<Metric>,
    ) -> Result<Vec<Dropped>> {
        let mut done = Vec::new();
        for bucket in &self.buckets {
            done.push(bucket.drop_indices(column, metric, LOCK_TIMEOUT).await?);
        }
        if done.iter().any(|dropped| !dropped.names.is_empty()) {
            return Ok(done);
        }
        let all = self.indices().await?;
        let told = |column: &str, metric: Option<Metric>| match metric {
            Some(metric) => format!("{column} ({})", metric.name()),
            None => column.to_owned(),
        };
        let mut others: Vec<_> =
            all.iter().map(|index| told(&index.column, index.metric)).collect();
        others.sort();
        others.dedup();
        let column = told(column, metric);
        Err(Error::IndexNotFound { topic: self.name.to_string(), column, others })
    }
}

/// Whether an index can be over its column, in every bucket.
fn check(spec: &IndexSpec, whole: &SchemaRef, snapshots: &[Snapshot]) -> Result<()> {
    let column = &spec.column;
    if spec.kind != IndexKind::Text {
        let field = whole.field_with_name(column).ok();
        if field.is_some_and(|field| has_texts(field.data_type())) {
            let reason =
                format!("`{column}` holds texts, no vectors; `text` is the kind for their words");
            return Err(invalid("kind", spec.kind.to_string(), reason));
        }
        return vector_length(whole, snapshots, column).map(drop);
    }
    let only = |option: &'static str, value: String| {
        Err(invalid(option, value, "words have none; it is for indexes of vectors".into()))
    };
    match (spec.metric, spec.partitions) {
        (Some(metric), _) => only("metric", metric.name().into()),
        (_, Some(partitions)) => only("partitions", partitions.to_string()),
        (None, None) => check_indexed(whole, column),
    }
}
