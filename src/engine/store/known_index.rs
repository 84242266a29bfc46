//! The indices of a version, as they are listed and asked: what Lance says of each, and what of the rows it covers.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::FutureExt;
use lance::index::{DatasetIndexExt, IndexDescription};
use serde_json::Value;
use uuid::Uuid;

use super::extend::OF_LANCE;
use super::failure::storage;
use super::files::{index_folder, within};
use super::index::Span;
use super::table::Table;
use crate::engine::durable::blocking;
use crate::engine::error::Result;
use crate::engine::index::IndexKind;
use crate::engine::search::Metric;
use crate::engine::sums::{Guard, Trust};

/// An index of one version.
#[derive(Debug, Clone)]
pub(crate) struct KnownIndex {
    pub(crate) name: String,
    /// The column that it is over; a field of an object with its path.
    pub(crate) column: String,
    /// In Lance's words: `IVF_PQ`.
    pub(crate) kind: String,
    /// What it calls near, where it is one of vectors.
    pub(crate) metric: Option<Metric>,
    pub(crate) segments: BTreeSet<Uuid>,
    /// Rows that it covers.
    pub(crate) covered: u64,
    /// Rows that it does not.
    pub(crate) open: u64,
    pub(crate) bytes: u64,
    /// The fragments that it covers.
    pub(crate) fragments: BTreeSet<u64>,
}

impl KnownIndex {
    /// Whether it is one of the words of a column.
    pub(crate) fn is_of_words(&self) -> bool {
        self.kind.parse() == Ok(IndexKind::Text)
    }
}

impl Table {
    /// The indices of this version, by name, but for those that Lance keeps for itself. Reads no file where they were asked
    /// for before.
    pub(crate) async fn known_indices(&self) -> Result<Vec<KnownIndex>> {
        let described = self.dataset.describe_indices(None).boxed().await;
        let described = described.map_err(storage("read the indices of", &self.path))?;
        let own = described.iter().filter(|index| !index.name().starts_with(OF_LANCE));
        Ok(own.map(|index| self.known(index.as_ref())).collect())
    }

    fn known(&self, index: &dyn IndexDescription) -> KnownIndex {
        let segments = index.segments();
        let maps = segments.iter().filter_map(|segment| segment.fragment_bitmap.as_ref());
        let fragments = maps.flat_map(|map| map.iter().map(u64::from)).collect();
        let (covered, open) = self.rows_covered(&fragments);
        let field = index.field_ids().first().and_then(|id| i32::try_from(*id).ok());
        let column = field.and_then(|id| self.column_of(id));
        KnownIndex {
            name: index.name().to_owned(),
            column: column.unwrap_or_default(),
            kind: index.index_type().to_owned(),
            metric: index.details().ok().as_deref().and_then(metric),
            segments: segments.iter().map(|segment| segment.uuid).collect(),
            covered,
            open,
            bytes: index.total_size_bytes().unwrap_or_default(),
            fragments,
        }
    }

    /// Whether something vouches for what a search by an index reads before it reads rows: the index's files, and which
    /// rows of its fragments are deleted. Reads them through the first time, however long they are.
    ///
    /// # Errors
    /// [`Error::Altered`](crate::Error::Altered) where a file is not what was written.
    pub(crate) async fn is_vouched(&self, index: &KnownIndex) -> Result<bool> {
        if self.access.is_unknown() {
            return Ok(false);
        }
        let Some(guard) = self.access.guard().cloned() else { return Ok(true) };
        let all = self.indices().await?;
        let own = all.iter().filter(|segment| index.segments.contains(&segment.uuid));
        let is_elsewhere = own.clone().any(|segment| segment.base_id.is_some());
        let folders: Vec<String> = own.map(index_folder).collect();
        let is_deletion = |file: &String| file.starts_with(DELETIONS);
        let fragments = index.fragments.iter().flat_map(|id| self.fragment_files(*id));
        let deletions: Vec<String> = fragments.filter(is_deletion).collect();
        let path = self.path.clone();
        let vouched = blocking(move || {
            let files = folders.iter().flat_map(|folder| within(&path, folder)).chain(deletions);
            all_vouched(&guard, files)
        });
        Ok(!is_elsewhere && vouched.await?)
    }

    /// The spans of offsets that an index covers, or else those that it does not; `None` where the offsets of fragments
    /// interleave.
    pub(crate) fn spans_of(&self, index: &KnownIndex, is_covered: bool) -> Option<Vec<Span>> {
        self.spans_in(&index.fragments, is_covered)
    }

    /// The spans of offsets of these fragments, or else those of all others; `None` where the offsets of fragments
    /// interleave.
    pub(crate) fn spans_in(
        &self,
        fragments: &BTreeSet<u64>,
        is_covered: bool,
    ) -> Option<Vec<Span>> {
        let own = |span: &&Span| fragments.contains(&span.fragment) == is_covered;
        let spans = || self.index().spans_from(0).iter().filter(own).cloned().collect();
        self.index().is_disjoint().then(spans)
    }

    /// The name of a column, or the path of a field in one.
    fn column_of(&self, field: i32) -> Option<String> {
        let schema = self.dataset.schema();
        let column = schema.fields.iter().find(|column| column.id == field);
        column.map(|column| column.name.clone()).or_else(|| schema.field_path(field).ok())
    }

    /// A column's name as Lance takes it: one that is no plain word is quoted.
    pub(super) fn quoted(&self, column: &str) -> String {
        let schema = self.dataset.schema();
        let field = schema.fields.iter().find(|field| field.name == column);
        let path = field.and_then(|field| schema.field_path(field.id).ok());
        path.unwrap_or_else(|| column.to_owned())
    }
}

/// Where Lance notes which rows are deleted.
const DELETIONS: &str = "_deletions";

fn all_vouched(guard: &Arc<Guard>, files: impl Iterator<Item = String>) -> Result<bool> {
    for file in files {
        if guard.check_whole(&file)? == Trust::Unknown {
            return Ok(false);
        }
    }
    Ok(true)
}

fn metric(details: &str) -> Option<Metric> {
    let details: Value = serde_json::from_str(details).ok()?;
    let name = details.get("metric_type")?.as_str()?.to_lowercase();
    Metric::ALL.into_iter().find(|metric| metric.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_read_of_what_lance_says_of_an_index() {
        for (details, found) in [
            (r#"{"metric_type":"L2","compression":{"type":"sq"}}"#, Some(Metric::L2)),
            (r#"{"metric_type":"COSINE"}"#, Some(Metric::Cosine)),
            (r#"{"metric_type":"HAMMING"}"#, None),
            ("{}", None),
            ("", None),
        ] {
            assert_eq!(metric(details), found, "{details}");
        }
    }
}
