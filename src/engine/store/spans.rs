//! Which offsets the fragments of a version have, as its manifest says.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use futures::FutureExt;
use lance::Dataset;
use lance::dataset::rowids::load_row_id_sequence;
use lance_table::format::{Fragment, RowIdMeta};
use lance_table::rowids::segment::U64Segment;
use lance_table::rowids::{RowIdSequence, read_row_ids};

use super::failure::storage;
use super::index::{OffsetIndex, Span};
use super::table::Table;
use crate::engine::error::Result;

/// The index of an opened version; `before` spares decoding what it has in common with it.
pub(super) async fn index_of(
    path: &Path,
    dataset: &Arc<Dataset>,
    before: Option<&Table>,
) -> Result<OffsetIndex> {
    if !dataset.manifest().uses_stable_row_ids() {
        return Ok(positional(dataset.fragments()));
    }
    let mut spans = Vec::with_capacity(dataset.fragments().len());
    let known = before.map(known_spans).unwrap_or_default();
    for fragment in dataset.fragments().iter() {
        match known.get(&fragment.id) {
            Some((old, span)) if same_rows(old, fragment) => spans.push((*span).clone()),
            _ => {
                let sequence = row_ids(dataset, fragment).await;
                let sequence = sequence.map_err(storage("read the row ids of", path))?;
                spans.extend(span_of(fragment, &sequence));
            }
        }
    }
    Ok(OffsetIndex::new(spans))
}

/// The row ids of a fragment. Those that the manifest holds are decoded here: Lance would keep each list of them, and the
/// span is all that is needed of it.
async fn row_ids(dataset: &Arc<Dataset>, fragment: &Fragment) -> lance::Result<Arc<RowIdSequence>> {
    match &fragment.row_id_meta {
        Some(RowIdMeta::Inline(bytes)) => read_row_ids(bytes).map(Arc::new),
        _ => load_row_id_sequence(dataset, fragment).boxed().await,
    }
}

fn known_spans(table: &Table) -> HashMap<u64, (&Fragment, &Span)> {
    let spans: HashMap<u64, &Span> =
        table.index().spans_from(0).iter().map(|span| (span.fragment, span)).collect();
    table
        .dataset
        .fragments()
        .iter()
        .filter_map(|fragment| Some((fragment.id, (fragment, *spans.get(&fragment.id)?))))
        .collect()
}

fn same_rows(a: &Fragment, b: &Fragment) -> bool {
    a.row_id_meta == b.row_id_meta && a.deletion_file == b.deletion_file
}

fn span_of(fragment: &Fragment, ids: &RowIdSequence) -> Option<Span> {
    let range = ids.row_id_range()?;
    let rows = fragment.num_rows().map_or_else(|| ids.len(), |rows| rows as u64);
    let dense = fragment.deletion_file.is_none()
        && matches!(ids.segments(), [U64Segment::Range(_)])
        && rows == ids.len();
    Some(Span { fragment: fragment.id, first: *range.start(), last: *range.end(), rows, dense })
}

/// Without stable row ids, an offset is the position among the rows that are not deleted.
fn positional(fragments: &[Fragment]) -> OffsetIndex {
    let mut next = 0_u64;
    let spans = fragments
        .iter()
        .map(|fragment| {
            let rows = fragment.num_rows().unwrap_or_default() as u64;
            let first = next;
            next = first.saturating_add(rows);
            let dense = fragment.deletion_file.is_none();
            Span { fragment: fragment.id, first, last: next.saturating_sub(1), rows, dense }
        })
        .collect();
    OffsetIndex::new(spans)
}
