//! One fragment's file: ranges of its rows, rows at places, and which of them live, with readers kept open.
//!
//! Everything that decodes data goes through here; what nothing vouches for is tried by the screen first.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use futures::FutureExt;
use lance::dataset::fragment::{FileFragment, FragReadConfig, FragmentReader};
use lance::datatypes::{Field, Schema};
use lance_table::format::Fragment;
use lance_table::io::deletion::relative_deletion_file_path;

use super::enter::guarded;
use super::failure::storage;
use super::index::Span;
use super::kept::{self, Live, LiveKey, ReaderKey};
use super::read::index;
use super::sound;
use super::table::Table;
use crate::engine::error::{Error, Result};
use crate::engine::screen::Piece;

pub(super) const READ_ACTION: &str = "read records of";

impl Table {
    /// Rows that follow each other in a fragment's file.
    pub(super) async fn range(
        &self,
        fragment: u64,
        projection: &Schema,
        rows: Range<usize>,
    ) -> Result<RecordBatch> {
        self.ask(fragment, || Piece::Range {
            fragment,
            columns: names(projection),
            start: rows.start,
            end: rows.end,
        })
        .await?;
        let read = async {
            let reader = self.reader(fragment, projection).await?;
            let read = reader.read_range_as_batch(rows).boxed().await;
            self.sound(read.map_err(read_error(self))?)
        };
        guarded(&self.path, read).await
    }

    /// Rows at places of a fragment's file, which ascend.
    pub(super) async fn rows_at(
        &self,
        fragment: u64,
        projection: &Schema,
        places: &[u32],
    ) -> Result<RecordBatch> {
        self.ask(fragment, || Piece::Places {
            fragment,
            columns: names(projection),
            places: places.to_vec(),
        })
        .await?;
        let read = async {
            let reader = self.reader(fragment, projection).await?;
            let read = reader.take_as_batch(places, None).boxed().await;
            self.sound(read.map_err(read_error(self))?)
        };
        guarded(&self.path, read).await
    }

    /// The live rows of a fragment that has holes.
    pub(super) async fn live(&self, span: &Span) -> Result<Arc<Live>> {
        let nothing = self.dataset.schema().project::<&str>(&[]).map_err(read_error(self))?;
        let position = (!self.is_stable()).then_some(span.first);
        let key = LiveKey { file: key(self, span.fragment, &nothing)?, position };
        if let Some(live) = kept::live(&key) {
            return Ok(live);
        }
        self.ask(span.fragment, || Piece::Live { fragment: span.fragment }).await?;
        let live = Arc::new(guarded(&self.path, load_live(self, span, &nothing)).await?);
        kept::keep_live(key, live.clone());
        Ok(live)
    }

    async fn reader(&self, fragment: u64, projection: &Schema) -> Result<Arc<FragmentReader>> {
        let key = key(self, fragment, projection)?;
        if let Some(reader) = kept::reader(&key) {
            return Ok(reader);
        }
        let file = self.opened(fragment)?;
        let opened = file.open(projection, FragReadConfig::default()).boxed().await;
        let reader = Arc::new(opened.map_err(read_error(self))?);
        kept::keep_reader(key, reader.clone(), self.dataset.fragments().len());
        Ok(reader)
    }

    /// A fragment whose files lie where they may.
    fn opened(&self, fragment: u64) -> Result<FileFragment> {
        let about = metadata(self, fragment)?;
        for file in about.files.iter().filter(|file| file.base_id.is_none()) {
            self.access.check(&self.path.join("data").join(&file.path))?;
        }
        if let Some(deletions) = &about.deletion_file {
            let name = relative_deletion_file_path(fragment, deletions);
            self.access.check(&self.path.join(name))?;
        }
        let found = self.dataset.get_fragment(index(fragment));
        found.ok_or_else(|| no_fragment(self, fragment))
    }

    fn sound(&self, batch: RecordBatch) -> Result<RecordBatch> {
        if self.access.must_validate() {
            sound::validate(&self.path, &batch)?;
        }
        sound::check_size(&self.path, &batch)?;
        Ok(batch)
    }
}

async fn load_live(table: &Table, span: &Span, nothing: &Schema) -> Result<Live> {
    let config = FragReadConfig::default().with_row_id(true).with_row_address(true);
    let fragment = table.opened(span.fragment)?;
    let physical = fragment.physical_rows().boxed().await.map_err(read_error(table))?;
    let reader = fragment.open(nothing, config).boxed().await.map_err(read_error(table))?;
    let batch = reader.read_range_as_batch(0..physical).boxed().await.map_err(read_error(table))?;
    let (Some(ids), Some(addresses)) =
        (batch.column_by_name("_rowid"), batch.column_by_name("_rowaddr"))
    else {
        return Ok(Vec::new());
    };
    let ids = ids.as_primitive::<UInt64Type>().values();
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is the row in the file")]
    let places = addresses.as_primitive::<UInt64Type>().values().iter().map(|a| *a as u32);
    let mut live: Live = if table.is_stable() {
        ids.iter().copied().zip(places).collect()
    } else {
        (span.first..).zip(places).collect()
    };
    live.sort_unstable();
    Ok(live)
}

fn key(table: &Table, fragment: u64, projection: &Schema) -> Result<ReaderKey> {
    let metadata = metadata(table, fragment)?;
    let field = |field: &Field| (field.id, field.name.clone());
    Ok(ReaderKey {
        dataset: table.path.clone(),
        files: metadata.referenced_lance_files().map(|file| file.path.clone()).collect(),
        deletions: metadata.deletion_file.as_ref().map(|file| (file.id, file.read_version)),
        fields: projection.fields_pre_order().map(field).collect(),
    })
}

/// A fragment's description; a manifest lists them by id.
fn metadata(table: &Table, fragment: u64) -> Result<&Fragment> {
    let all = table.dataset.fragments();
    let found = all.binary_search_by_key(&fragment, |found| found.id).ok();
    found.and_then(|index| all.get(index)).ok_or_else(|| no_fragment(table, fragment))
}

fn no_fragment(table: &Table, fragment: u64) -> Error {
    Error::Damaged {
        path: table.path.to_path_buf(),
        source: format!("version {} has no fragment {fragment}", table.version()).into(),
    }
}

/// The columns of a projection: those of a table are projected whole.
fn names(projection: &Schema) -> Vec<String> {
    projection.fields.iter().map(|field| field.name.clone()).collect()
}

pub(super) fn read_error(table: &Table) -> impl FnOnce(lance::Error) -> Error {
    storage(READ_ACTION, &table.path)
}
