//! One flush: what is buffered becomes one version, exactly once, whatever happens in between.
//!
//! The commit is the point of no return. It is pinned to the version that was examined, and what it took of the log
//! stands in its transaction; so whoever comes next, after whatever end, can tell whether it happened.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::RecordBatch;
use tracing::Instrument as _;
use tracing::field::Empty;

use super::evidence::Evidence;
use super::import::Importing;
use super::lane::{LANES, LOG, MEMORY};
use super::live::Head;
use super::settle::ATTEMPTS;
use super::shared::Bucket;
use crate::engine::buffer::Pending;
use crate::engine::durable::blocking;
use crate::engine::error::{Error, Result};
use crate::engine::facts::Flushed;
use crate::engine::fault;
use crate::engine::job::Job;
use crate::engine::record::conform;
use crate::engine::store::{Committed, FlushMark, Made, Staged, Table};
use crate::engine::wal::{Held, Log};

/// How long work that may be cancelled waits for the lock of flushes before it looks whether it was.
const A_WHILE: Duration = Duration::from_millis(20);

/// What one flush takes, with the version that its files were written for.
struct Load {
    taken: [Pending; LANES],
    /// How far an import has come with it.
    import: Option<Importing>,
    staged: Staged,
    /// The version that it is to be committed behind.
    head: Table,
}

/// What became of a load.
enum Loaded {
    Written(Box<Load>),
    /// Nothing is buffered.
    Nothing,
    /// The head is another one by now.
    Moved,
}

impl Bucket {
    /// The lock of flushes, waited for off the runtime.
    pub(super) async fn lock_flush(self: &Arc<Self>, timeout: Duration) -> Result<Held> {
        self.confined().await?;
        if let Some(held) = self.flush_lock.try_lock()? {
            return Ok(held);
        }
        let own = self.clone();
        blocking(move || own.flush_lock.lock(timeout)).await
    }

    /// The same for work that may be cancelled: no thread waits on for long then.
    pub(super) async fn lock_flush_for(
        self: &Arc<Self>,
        job: &Job,
        timeout: Duration,
    ) -> Result<Held> {
        let started = Instant::now();
        loop {
            job.go_on()?;
            let left = timeout.saturating_sub(started.elapsed());
            match self.lock_flush(left.min(A_WHILE)).await {
                Err(Error::Locked { .. }) if left > A_WHILE => {}
                held => return held,
            }
        }
    }

    /// Persists all that is buffered now. Needs the flush lock.
    ///
    /// After an error what was buffered is buffered still, or, where it is said to be unknown, may
    /// be persisted; the next flush finds out.
    pub(super) async fn flush(self: &Arc<Self>, timeout: Duration) -> Result<Flushed> {
        let flushed = self.flush_again(timeout).await;
        if flushed.is_err() {
            self.live().keep();
        }
        flushed
    }

    /// As [`flush`](Self::flush), told to whoever watches.
    pub(super) async fn flush_counted(self: &Arc<Self>, timeout: Duration) -> Result<Flushed> {
        let (topic, bucket, bytes) = (&self.topic, self.place.id, self.buffered().1);
        let span = tracing::debug_span!("flush", %topic, bucket, records = Empty, bytes);
        let started = Instant::now();
        let result = self.flush(timeout).instrument(span.clone()).await;
        match (&result, self.meters()) {
            (Ok(flushed), meters) if flushed.rows > 0 => {
                span.record("records", flushed.rows);
                meters.inspect(|meters| meters.flushed(flushed.rows, started.elapsed()));
            }
            (Err(_), Some(meters)) => meters.flush_failed(),
            _ => {}
        }
        result
    }

    async fn flush_again(self: &Arc<Self>, timeout: Duration) -> Result<Flushed> {
        let mut last: Option<Load> = None;
        for _ in 0..ATTEMPTS {
            let head = self.settle().await?;
            let load = match last.take() {
                Some(load) if self.is_buffered(&load) && head.fits(&load.staged) => {
                    Load { head, ..load }
                }
                before => {
                    if let Some(load) = before {
                        load.staged.discard().await;
                    }
                    match self.load(&head, timeout).await? {
                        Loaded::Written(load) => *load,
                        Loaded::Nothing => return Ok(self.flushed(&head, 0)),
                        Loaded::Moved => continue,
                    }
                }
            };
            match self.commit(&load).await {
                Ok(Some(table)) => return self.end(table, load).await,
                Ok(None) => last = Some(load),
                Err(error) => {
                    if !matches!(error, Error::Poisoned { .. }) {
                        load.staged.discard().await;
                    }
                    return Err(error);
                }
            }
        }
        Err(self.outpaced())
    }

    /// Writes what is to be flushed as files.
    async fn load(self: &Arc<Self>, head: &Table, timeout: Duration) -> Result<Loaded> {
        // IMPORTANT: before the log holds records of its columns. A power cut must not take a type that another program
        // made wider, and leave values that only the wider one holds.
        let is_on = fault::is_on(&self.log_place.folder, "schema-sync");
        if is_on && self.is_other_schema(head) && !self.secured(head).await? {
            return Ok(Loaded::Moved);
        }
        let (taken, import) = self.take(head, timeout).await?;
        if rows(&taken) == 0 {
            return Ok(Loaded::Nothing);
        }
        let Some(head) = self.with_columns_of(head.clone(), &taken).await? else {
            self.live().keep();
            return Ok(Loaded::Moved);
        };
        let staged = self.stage(&head, &taken).await?;
        Ok(Loaded::Written(Box::new(Load { taken, import, staged, head })))
    }

    /// Whether nobody else persisted some of it meanwhile.
    fn is_buffered(&self, load: &Load) -> bool {
        self.live().lanes[LOG].records.first() == load.taken[LOG].first
    }

    /// Seals the log and takes what is buffered, and how far an import has come with that.
    async fn take(
        self: &Arc<Self>,
        head: &Table,
        timeout: Duration,
    ) -> Result<([Pending; LANES], Option<Importing>)> {
        let (own, schema) = (self.clone(), head.schema());
        blocking(move || {
            // IMPORTANT: what is buffered and how far it has come are taken under one hold.
            if own.live().log.is_none() {
                let mut live = own.live();
                return Ok((live.pending(), live.import.clone()));
            }
            let lock = own.append_lock.lock(timeout)?;
            let mut live = own.live();
            live.adopt(&lock)?;
            if let Some(log) = &mut live.log {
                log.seal(&lock, &schema)?;
            }
            Ok((live.pending(), live.import.clone()))
        })
        .await
    }

    async fn stage(&self, head: &Table, taken: &[Pending; LANES]) -> Result<Staged> {
        let schema = head.schema();
        let batches: Result<Vec<RecordBatch>> = taken
            .iter()
            .flat_map(|pending| &pending.batches)
            .map(|batch| {
                conform(batch, &schema).map_err(|e| {
                    self.diverged(head.version(), &e.in_topic(self.topic.as_str()).to_string())
                })
            })
            .collect();
        let staged = head.stage(batches?).await?;
        head.sync_staged(&staged).await?;
        Ok(staged)
    }

    /// Commits; `None` where another program was faster, and everything is to be looked at again.
    ///
    /// IMPORTANT: the head is the one that was settled and written for, not the newest that somebody in this process has
    /// seen: behind that, the columns may be others than the files have.
    async fn commit(self: &Arc<Self>, load: &Load) -> Result<Option<Table>> {
        let head = &load.head;
        self.sync_log().await?;
        if !self.secured(head).await? {
            return Ok(None);
        }
        if !fault::is_on(&self.log_place.folder, "commit-first") {
            self.let_go(load.taken[LOG].end()).await?;
        }
        fault::at(&self.log_place.folder, "flush.commit")?;
        let mark = self.mark(head, &load.taken);
        let import = load.import.as_ref().map(Importing::mark);
        match head.commit_staged(&load.staged, mark, import).await {
            Ok(Committed::Done(table)) => Ok(Some(table)),
            Ok(Committed::Moved) => Ok(None),
            Ok(Committed::Unknown(cause)) => self.find(head, mark, cause).await,
            Err(error) => Err(error),
        }
    }

    /// Finds out what became of a commit without an answer: its version says so by its mark.
    async fn find(&self, before: &Table, mark: FlushMark, cause: Error) -> Result<Option<Table>> {
        let in_doubt = |cause: Error| Error::Poisoned {
            path: self.place.dataset.clone(),
            source: Box::new(cause),
        };
        let Ok(Some(head)) = Table::open(&self.place.dataset, &self.access).await else {
            return Err(in_doubt(cause));
        };
        for version in before.version() + 1..=head.version() {
            match head.made(version).await {
                // It is there, and it could not be made durable.
                Ok(Made::Flush(found)) if found == mark => {
                    return Err(in_doubt(cause));
                }
                Ok(Made::Unreadable | Made::Missing) | Err(_) => return Err(in_doubt(cause)),
                _ => {}
            }
        }
        Err(cause)
    }

    /// Everything below the taken records' end, the seal and the successor's name reach the disk.
    ///
    /// IMPORTANT: before the commit. Else a power cut could bring back a log that ends below what
    /// the version says is persisted, and new records would get positions that count as persisted.
    async fn sync_log(&self) -> Result<()> {
        if !fault::is_on(&self.log_place.folder, "log-sync") {
            return Ok(());
        }
        let plan = self.live().log.as_mut().map(Log::sync_plan).transpose()?;
        let Some(plan) = plan else { return Ok(()) };
        let synced = blocking(move || plan.run()).await?;
        if let Some(log) = &mut self.live().log {
            log.synced(&synced);
        }
        Ok(())
    }

    /// Whether a segment of this version's columns would be another one than the log has.
    pub(super) fn is_other_schema(&self, head: &Table) -> bool {
        self.live().log.as_ref().is_some_and(|log| log.schema() != head.schema())
    }

    fn mark(&self, head: &Table, taken: &[Pending; LANES]) -> FlushMark {
        let live = self.live();
        let offset = head.next_offset();
        let [log, memory] = taken;
        match &live.log {
            Some(found) if log.rows > 0 => {
                FlushMark { log: found.id(), first: log.first, end: log.end(), offset }
            }
            // Rows without a log have an id of their own, so that a lost answer can be looked for.
            _ => FlushMark { log: self.memory_id, first: memory.first, end: memory.end(), offset },
        }
    }

    /// The commit is durable: publish it, and let go of what it holds.
    async fn end(self: &Arc<Self>, table: Table, load: Load) -> Result<Flushed> {
        let Load { taken, import, staged, head: _ } = load;
        let [log, memory] = &taken;
        {
            let mut live = self.live();
            let first = table.next_offset() - memory.rows - log.rows;
            let evidence = live.log.is_some().then(|| Evidence {
                persisted: log.end().max(live.lanes[LOG].records.first()),
                flush: Some(table.version()),
                runs: vec![(log.first, first, log.rows)],
                hole: None,
                overwritten: None,
            });
            let lane = &mut live.lanes[MEMORY];
            if memory.rows > 0 {
                lane.flushed.push(memory.first, first + log.rows, memory.rows);
                lane.records.trim(memory.end());
            }
            // Who reads may have seen it already, or a newer one.
            if live.table.as_ref().is_none_or(|known| known.version() < table.version()) {
                live.install(Head { table: table.clone(), evidence });
            }
            live.durable = Some(table.clone());
        }
        self.wake();
        if !staged.is_complete().await? {
            return Err(self.damaged("a file of the version that was just committed is gone"));
        }
        self.tidy(&table, log.end(), import).await;
        Ok(self.flushed(&table, rows(&taken)))
    }

    /// Frees the log's room, and writes down how far the log is held, which shortens later looks back.
    ///
    /// The flush is durable, whatever becomes of that; the next one does it.
    async fn tidy(self: &Arc<Self>, table: &Table, upto: u64, import: Option<Importing>) {
        if let Some(import) = import
            && let Err(error) = self.note_import(&import, table).await
        {
            // The version itself says it.
            tracing::warn!(topic = %self.topic, bucket = self.place.id, %error, "how far an import has come is not noted");
        }
        let done = match self.let_go(upto).await {
            Ok(()) => self.rebase(table, upto).await,
            failed => failed,
        };
        if let Err(error) = done {
            tracing::warn!(topic = %self.topic, bucket = self.place.id, %error, "what was flushed is not removed from the log");
        }
    }

    /// Unlinks the segments whose records lie below a log position.
    async fn let_go(self: &Arc<Self>, upto: u64) -> Result<()> {
        let own = self.clone();
        blocking(move || match &mut own.live().log {
            Some(log) => log.release(upto).map(drop),
            None => Ok(()),
        })
        .await
    }

    /// What a flush did that had nothing to do.
    pub(super) fn nothing_flushed(&self) -> Flushed {
        match self.known_table() {
            Some(table) => self.flushed(&table, 0),
            None => Flushed { bucket_id: self.place.id, version: 0, rows: 0, next_offset: 0 },
        }
    }

    pub(super) fn flushed(&self, table: &Table, rows: u64) -> Flushed {
        Flushed {
            bucket_id: self.place.id,
            version: table.version(),
            rows,
            next_offset: table.next_offset(),
        }
    }
}

fn rows(taken: &[Pending; LANES]) -> u64 {
    taken.iter().map(|pending| pending.rows).sum()
}
