//! One fragment's file: ranges of its rows, rows at places, and which of them live, with readers kept open.
//!
//! Everything that decodes data goes through here; what nothing vouches for is tried by the screen first.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::UInt64Type;
use futures::FutureExt;
use lance::dataset::fragment::{FileFragment, FragReadConfig, FragmentReader};
use lance_table::format::{DataFile, Fragment};
use lance_table::io::deletion::relative_deletion_file_path;
use tokio::runtime::Handle;

use super::blocks::blocks;
use super::enter::guarded;
use super::failure::storage;
use super::index::Span;
use super::kept::{self, FileKey, Live, LiveKey, OpenedAt};
use super::projection::{Fields, Projection};
use super::read::index;
use super::sound;
use super::table::Table;
use crate::engine::access::local_path;
use crate::engine::error::{Error, Result};
use crate::engine::screen::Piece;
use crate::engine::sums::Stamp;

pub(super) const READ_ACTION: &str = "read records of";

impl Table {
    /// Rows that follow each other in a fragment's file, deleted ones included: as many of them from memory as are there, from
    /// the first on. What is read is kept.
    pub(super) async fn page(
        &self,
        fragment: u64,
        projection: &Projection,
        rows: Range<usize>,
    ) -> Result<Vec<RecordBatch>> {
        let file = self.file(fragment, projection)?;
        let mut at = rows.start;
        let mut found = Vec::new();
        let parts = blocks().front(&file, rows.clone());
        for part in parts {
            // What could not be read ahead is read here, and fails here.
            let Some(batch) = part.rows().await else { break };
            self.access.tally().hit();
            at += batch.num_rows();
            found.push(batch);
        }
        if at < rows.end {
            let batch = self.range(fragment, projection, at..rows.end).await?;
            blocks().put(file, at, batch.clone());
            found.push(batch);
        }
        Ok(found)
    }

    /// Rows that follow each other in a fragment's file, deleted ones included, for somebody who waits for them.
    pub(super) async fn range(
        &self,
        fragment: u64,
        projection: &Projection,
        rows: Range<usize>,
    ) -> Result<RecordBatch> {
        self.access.tally().read();
        self.decode(fragment, projection, rows).await
    }

    /// The same, whoever it is for.
    pub(super) async fn decode(
        &self,
        fragment: u64,
        projection: &Projection,
        rows: Range<usize>,
    ) -> Result<RecordBatch> {
        self.ask(fragment, || Piece::Range {
            fragment,
            columns: projection.names(),
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
        projection: &Projection,
        places: &[u32],
    ) -> Result<RecordBatch> {
        self.access.tally().read();
        self.ask(fragment, || Piece::Places {
            fragment,
            columns: projection.names(),
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
        let key = self.live_key(span)?;
        if let Some(live) = kept::live(&key) {
            return Ok(live);
        }
        self.ask(span.fragment, || Piece::Live { fragment: span.fragment }).await?;
        let live = Arc::new(guarded(&self.path, load_live(self, span)).await?);
        kept::keep_live(key, live.clone());
        Ok(live)
    }

    /// The same where it was asked for lately.
    pub(super) fn known_live(&self, span: &Span) -> Option<Arc<Live>> {
        kept::live(&self.live_key(span).ok()?)
    }

    async fn reader(&self, fragment: u64, projection: &Projection) -> Result<Arc<FragmentReader>> {
        let key = self.file(fragment, projection)?;
        if let Some(reader) = kept::reader(&key) {
            return Ok(reader);
        }
        let file = self.opened(fragment)?;
        // Which rows live is the index's to say: so a reader, and what it read, is right for every version.
        let config = FragReadConfig::default().with_ignore_deletions(true);
        let opened = file.open(&projection.schema, config).boxed().await;
        let reader = Arc::new(opened.map_err(read_error(self))?);
        self.access.tally().opened();
        let (version, fragments) = (self.version(), self.dataset.fragments().len());
        let at = OpenedAt { dataset: self.path.clone(), version, fragments };
        kept::keep_reader(key, reader.clone(), at);
        Ok(reader)
    }

    /// Some columns of a fragment's files, as these are now. Costs a `stat` each.
    pub(super) fn file(&self, fragment: u64, projection: &Projection) -> Result<Arc<FileKey>> {
        self.file_of(fragment, projection.fields.clone())
    }

    pub(super) fn file_of(&self, fragment: u64, fields: Fields) -> Result<Arc<FileKey>> {
        let about = metadata(self, fragment)?;
        let stamp = |name: &str| fs::metadata(self.path.join("data").join(name)).ok();
        let file = |file: &DataFile| (file.path.clone(), stamp(&file.path).map(|f| Stamp::of(&f)));
        let files = about.referenced_lance_files().map(file).collect();
        let runtime = Handle::try_current().ok().map(|handle| handle.id());
        Ok(Arc::new(FileKey { dataset: self.path.clone(), files, fields, runtime }))
    }

    fn live_key(&self, span: &Span) -> Result<LiveKey> {
        let about = metadata(self, span.fragment)?;
        Ok(LiveKey {
            file: Arc::unwrap_or_clone(self.file(span.fragment, &Projection::named(self, &[])?)?),
            deletions: about.deletion_file.as_ref().map(|file| (file.id, file.read_version)),
            position: (!self.is_stable()).then_some(span.first),
        })
    }

    /// A fragment whose files lie where they may.
    pub(super) fn opened(&self, fragment: u64) -> Result<FileFragment> {
        let about = metadata(self, fragment)?;
        for file in &about.files {
            let (base, is_dataset) = self.base(file.base_id);
            let folder = if is_dataset { base.join("data") } else { base };
            self.access.check(&folder.join(&file.path))?;
        }
        if let Some(deletions) = &about.deletion_file {
            let (base, _) = self.base(deletions.base_id);
            self.access.check(&base.join(relative_deletion_file_path(fragment, deletions)))?;
        }
        let found = self.dataset.get_fragment(index(fragment));
        found.ok_or_else(|| no_fragment(self, fragment))
    }

    /// The folder that a file's name is below, which of a branch may be the dataset that it began on; and whether that is a
    /// dataset. Of what lies on no disk of this machine, this dataset's.
    fn base(&self, base: Option<u32>) -> (PathBuf, bool) {
        let found = base.and_then(|id| self.dataset.manifest().base_paths.get(&id));
        let path = found.and_then(|base| Some((local_path(&base.path)?, base.is_dataset_root)));
        path.unwrap_or_else(|| (self.path.to_path_buf(), true))
    }

    pub(super) fn sound(&self, batch: RecordBatch) -> Result<RecordBatch> {
        if self.access.must_validate() {
            sound::validate(&self.path, &batch)?;
        }
        sound::check_size(&self.path, &batch)?;
        self.access.tally().decoded(batch.get_array_memory_size());
        Ok(batch)
    }
}

async fn load_live(table: &Table, span: &Span) -> Result<Live> {
    let config = FragReadConfig::default().with_row_id(true).with_row_address(true);
    let fragment = table.opened(span.fragment)?;
    let physical = fragment.physical_rows().boxed().await.map_err(read_error(table))?;
    let nothing = Projection::named(table, &[])?.schema;
    let reader = fragment.open(&nothing, config).boxed().await.map_err(read_error(table))?;
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

/// A fragment's description; a manifest lists them by id.
pub(super) fn metadata(table: &Table, fragment: u64) -> Result<&Fragment> {
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

pub(super) fn read_error(table: &Table) -> impl FnOnce(lance::Error) -> Error {
    storage(READ_ACTION, &table.path)
}
