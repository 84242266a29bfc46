//! Passes: batch after batch of many rows, fragment after fragment, decoded ahead of who takes them.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::RecordBatch;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};
use lance::dataset::fragment::FragReadConfig;
use lance_io::scheduler::{ScanScheduler, SchedulerConfig};
use lance_table::format::Fragment;
use lance_table::utils::stream::ReadBatchFut;

use super::enter::guarded;
use super::fragment::read_error;
use super::index::Span;
use super::kept::FileKey;
use super::projection::Projection;
use super::read::Rows;
use super::table::Table;
use crate::engine::error::{Error, Result};
use crate::engine::options::Columns;

/// Fewer rows than that are read at once: to begin a pass costs as much as some reads.
const WORTH_IT: u64 = 2048;
/// Fragments that are opened before the one in front of them has come to its end.
const OPENED_AHEAD: usize = 2;
/// Batches that are decoded before somebody takes them.
const DECODED_AHEAD: usize = 4;
/// Bytes of files that are read before they are decoded.
const BYTES_AHEAD: u64 = 32 << 20;
/// Rows of a batch at most, and the bytes that they should take in the file.
const MOST_ROWS: u64 = 8192;
const BATCH_BYTES: u64 = 2 << 20;

/// Where a pass through a dataset stands.
pub(crate) struct Pass {
    /// The offset of the next row.
    next: u64,
    columns: Columns,
    /// The version that it reads.
    table: Table,
    /// Never locked: whoever has the pass reads on. It lets others look at whoever has it.
    batches: Mutex<BoxStream<'static, Result<Passed>>>,
}

/// Some rows of a fragment.
struct Passed {
    span: Span,
    file: Arc<FileKey>,
    batch: RecordBatch,
}

/// Some rows of a fragment that are still to be decoded.
struct Task {
    span: Span,
    file: Arc<FileKey>,
    batch: ReadBatchFut,
}

/// What the fragments of a pass are read through, and when one's turn comes.
struct Files {
    scheduler: Arc<ScanScheduler>,
    turn: u32,
}

impl Table {
    /// Rows from `offset` on, as many as lie ready; for one who takes all that follow, too, and brings along where the pass
    /// stands. It is begun anew wherever it does not stand at `offset`, also in another version.
    ///
    /// `None` where a pass is not worth it or not possible, as at rows that have holes: see [`read`](Self::read).
    ///
    /// Cost: as Lance's own scan. Memory: some batches of 2 MiB, and 32 MiB of files at most.
    /// Cancel: safe to drop; the same rows come again.
    pub(crate) async fn pass_on(
        &self,
        pass: &mut Option<Pass>,
        offset: u64,
        columns: &Columns,
    ) -> Result<Option<Rows>> {
        let Some(at) = self.passable(offset) else { return Ok(None) };
        let stands_here = |pass: &Pass| pass.next == at && pass.columns == *columns;
        if let Some(rows) = self.next_of(pass, at, stands_here).await? {
            return Ok(Some(rows));
        }
        if !self.is_worth_it(at) {
            return Ok(None);
        }
        *pass = self.begin(at, columns).await?;
        self.next_of(pass, at, |_| true).await
    }

    /// The offset at which a pass from `offset` on begins.
    fn passable(&self, offset: u64) -> Option<u64> {
        let span = self.index().spans_from(offset).first();
        let span = span.filter(|span| span.dense && self.index().is_disjoint())?;
        Some(span.first.max(offset))
    }

    fn is_worth_it(&self, at: u64) -> bool {
        let Some((span, before)) = self.index().at_offset(at) else { return false };
        self.index().rows() - before - (at - span.first) >= WORTH_IT
    }

    /// What comes next in a pass, where it stands at the right place; if not, it is given up.
    async fn next_of(
        &self,
        pass: &mut Option<Pass>,
        at: u64,
        stands_here: impl Fn(&Pass) -> bool,
    ) -> Result<Option<Rows>> {
        // Whoever drops this future before its end begins anew.
        let Some(mut standing) = pass.take().filter(stands_here) else { return Ok(None) };
        let batches = standing.batches.get_mut().unwrap_or_else(PoisonError::into_inner);
        let next = async { batches.next().await.transpose() };
        let next = guarded(&self.path, next).await;
        let is_another = !standing.table.is_same(self);
        let passed = match next {
            // What it would have read next may be removed by now, as no version has it any more.
            Err(_) if is_another => return Ok(None),
            next => next?,
        };
        let Some(passed) = passed.filter(|passed| !is_another || self.holds(passed, at)) else {
            return Ok(None);
        };
        let next = at + passed.batch.num_rows() as u64;
        *pass = Some(Pass { next, ..standing });
        Ok(Some(Rows { offsets: (at..next).collect(), batch: passed.batch }))
    }

    /// Whether rows that were read of another version are those of this one.
    fn holds(&self, passed: &Passed, at: u64) -> bool {
        let here = self.index().spans_from(at).first();
        let end = at + passed.batch.num_rows() as u64;
        here.is_some_and(|span| {
            let file = self.file_of(span.fragment, passed.file.fields.clone());
            let is_same = file.is_ok_and(|file| file == passed.file);
            is_same && span.first == passed.span.first && span.dense && end <= span.last + 1
        })
    }

    /// A pass over the fragments without holes from an offset on; `None` where their bytes have to be tried first.
    async fn begin(&self, at: u64, columns: &Columns) -> Result<Option<Pass>> {
        let (projection, only_rows) = Projection::chosen(self, columns)?;
        let spans = self.index().spans_from(at).iter();
        let spans: Vec<Span> = spans.take_while(|span| span.dense).cloned().collect();
        let Some(first) = spans.first() else { return Ok(None) };
        if only_rows || self.vouched(first.fragment).await?.has_to_ask() {
            return Ok(None);
        }
        let store = self.dataset.object_store(None).await.map_err(read_error(self))?;
        let files = ScanScheduler::new(store, SchedulerConfig::new(BYTES_AHEAD));
        let table = self.clone();
        // IMPORTANT: a later fragment comes after an earlier one in what is read ahead. Without that, its bytes, which nobody
        // takes yet, can leave no room for those that the earlier one waits for, and the pass stands still.
        let open = move |(turn, span): (u32, Span)| {
            let (table, projection) = (table.clone(), projection.clone());
            let files = Files { scheduler: files.clone(), turn };
            async move { table.tasks(span, at, &projection, files).await }.boxed()
        };
        let opened = stream::iter((0..).zip(spans)).map(open).buffered(OPENED_AHEAD);
        // Behind the first fragment that has to be tried, the pass ends.
        let possible = opened.try_take_while(|tasks| std::future::ready(Ok(tasks.is_some())));
        let tasks = possible.try_filter_map(|tasks| std::future::ready(Ok(tasks))).try_flatten();
        let table = self.clone();
        let decoded = tasks.map(move |task| decoded(table.clone(), task).boxed());
        let batches = Mutex::new(decoded.buffered(DECODED_AHEAD).boxed());
        let (columns, table) = (columns.clone(), self.clone());
        Ok(Some(Pass { next: at, columns, table, batches }))
    }

    /// The rows of a fragment from an offset on, to be decoded batch by batch.
    async fn tasks(
        &self,
        span: Span,
        at: u64,
        projection: &Projection,
        files: Files,
    ) -> Result<Option<BoxStream<'static, Result<Task>>>> {
        if self.vouched(span.fragment).await?.has_to_ask() {
            return Ok(None);
        }
        let file = self.file(span.fragment, projection)?;
        let fragment = self.opened(span.fragment)?;
        let rows = batch_rows(fragment.metadata());
        // None of a dense span's rows is deleted, and no deletions need be read to know it.
        let config = FragReadConfig::default().with_ignore_deletions(true);
        let config = config.with_scan_scheduler(files.scheduler).with_reader_priority(files.turn);
        let places = places(&span, at);
        let read = async {
            let reader = fragment.open(&projection.schema, config).boxed().await?;
            reader.take_range(places, rows).boxed().await
        };
        let batches = guarded(&self.path, async { read.await.map_err(read_error(self)) }).await?;
        self.access.tally().opened();
        self.access.tally().read();
        let task = move |batch| Ok(Task { span: span.clone(), file: file.clone(), batch });
        Ok(Some(batches.map(task).boxed()))
    }
}

/// Where the rows of a dense span from an offset on lie in its file.
fn places(span: &Span, at: u64) -> Range<u32> {
    let place = |row: u64| u32::try_from(row).unwrap_or(u32::MAX);
    place(at.saturating_sub(span.first))..place(span.rows)
}

/// Decodes in a task of its own, so that it goes on while somebody looks at what came before.
async fn decoded(table: Table, task: Result<Task>) -> Result<Passed> {
    let Task { span, file, batch } = task?;
    let batch = match tokio::spawn(batch).await {
        Ok(batch) => batch.map_err(read_error(&table))?,
        // For whoever guards this read.
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_) => return Err(stopped()),
    };
    Ok(Passed { span, file, batch: table.sound(batch)? })
}

fn stopped() -> Error {
    let reason = "its tasks are gone".into();
    Error::Unsupported { what: "a read while the runtime stops".into(), reason }
}

/// How many rows of a fragment to decode at a time.
fn batch_rows(fragment: &Fragment) -> u32 {
    let sizes = fragment.files.iter().filter_map(|file| file.file_size_bytes.get());
    let bytes: u64 = sizes.map(u64::from).fold(0, u64::saturating_add);
    let rows = fragment.physical_rows.unwrap_or_default() as u64;
    let fitting = BATCH_BYTES / (bytes / rows.max(1)).max(1);
    u32::try_from(fitting.clamp(1, MOST_ROWS)).unwrap_or(1)
}
