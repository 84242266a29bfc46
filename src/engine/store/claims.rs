//! What a version says of itself, held against what can be: files that lie elsewhere, counts beyond all number.

use std::path::Path;
use std::sync::Arc;

use arrow_schema::Schema;
use lance::Dataset;
use lance_table::format::Fragment;

use super::index::OffsetIndex;
use super::sound::{check_schema, harmful};
use crate::engine::access::Access;
use crate::engine::error::Result;
use crate::engine::layout::VERSIONS;

/// Offsets and rows that there can be: far more than a disk holds, and sums of them are numbers still.
const MOST: u64 = 1 << 56;

/// Refuses a version that names files outside of the root, or whose fields are nested too deep.
pub(super) fn check(path: &Path, dataset: &Arc<Dataset>, access: &Access) -> Result<()> {
    let manifest = dataset.manifest();
    let versions = path.join(VERSIONS);
    for base in manifest.base_paths.values() {
        access.check_base(&versions, &base.path)?;
    }
    for file in manifest.fragments.iter().flat_map(Fragment::referenced_lance_files) {
        access.check_name(&versions, &file.path)?;
    }
    if let Some(name) = &manifest.transaction_file {
        access.check_name(&versions, name)?;
    }
    if manifest.uses_stable_row_ids() && manifest.next_row_id > MOST {
        return Err(harmful(path, format!("its next offset is {}", manifest.next_row_id)));
    }
    check_schema(path, &Schema::from(dataset.schema()))
}

/// Refuses offsets and counts of rows that cannot be.
pub(super) fn check_index(path: &Path, index: OffsetIndex) -> Result<OffsetIndex> {
    let last = index.spans_from(0).iter().map(|span| span.last).max().unwrap_or_default();
    let largest = last.max(index.rows());
    if largest > MOST {
        return Err(harmful(path, format!("it says that it has {largest} rows")));
    }
    Ok(index)
}
