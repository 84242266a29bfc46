//! What this process knows of a bucket at the moment: its head, its log, and the records behind the head.

use std::sync::Arc;

use arrow_schema::{Schema, SchemaRef};

use super::evidence::{Evidence, Known, ranges_of};
use super::import::Importing;
use super::lane::{LANES, LOG, Lane, MEMORY};
use super::snapshot::Snapshot;
use crate::engine::buffer::{Memtable, Pending};
use crate::engine::error::Result;
use crate::engine::layout::Identity;
use crate::engine::store::Table;
use crate::engine::wal::{Floor, Held, Log, Read};

/// Versions to ask about the log before the base is read again, which may know better.
const LONG_WALK: u64 = 64;

/// The state behind the bucket's lock, which is held for memory operations and single reads and
/// writes of the log, never over an await.
///
/// Invariant: `lanes[LOG]` holds every record that was read from the log and is not in the table,
/// once `seen` says what the table holds.
#[derive(Default)]
pub(super) struct Live {
    pub(super) table: Option<Table>,
    pub(super) log: Option<Log>,
    pub(super) lanes: [Lane; LANES],
    /// The newest version that this process made durable.
    pub(super) durable: Option<Table>,
    /// How far the table holds the log; `None` until the versions were asked.
    seen: Option<Known>,
    /// Versions below the head that were moved aside because they could not be read: they were no flushes.
    pub(super) gaps: Vec<u64>,
    /// The import whose records lie in the lane without a log, and how far it has come with them.
    pub(super) import: Option<Importing>,
    /// Counts changes of the table, so that a look at the disk that began before one is not taken
    /// for newer.
    pub(super) generation: u64,
    /// The folder that all of this was read in.
    pub(super) home: Option<Identity>,
    /// The topic is being moved, or was: nothing is put that only this process would have.
    pub(super) is_leaving: bool,
}

/// A new head, and what the versions up to it say about the log.
pub(super) struct Head {
    pub(super) table: Table,
    pub(super) evidence: Option<Evidence>,
}

impl Live {
    /// What a read sees; `None` where the head is to be looked at first.
    pub(super) fn snapshot(&self) -> Option<Snapshot> {
        self.is_known().then(|| self.view())
    }

    /// The head and the records behind it, whether they adjoin or not.
    pub(super) fn view(&self) -> Snapshot {
        Snapshot::new(self.table.clone(), self.lanes.each_ref().map(Lane::view))
    }

    /// Whether the table and the buffered records adjoin.
    pub(super) fn is_known(&self) -> bool {
        match (&self.table, &self.log) {
            (Some(_), Some(_)) => self.seen.is_some() && !self.has_gap() && !self.is_stuck(),
            (None, Some(log)) => log.end() == log.first() && log.damage().is_none(),
            _ => true,
        }
    }

    /// Whether records between the table's and the buffered ones have not been read: the log was
    /// listed before a flush, and the head behind it is an older one.
    pub(super) fn has_gap(&self) -> bool {
        let first = self.lanes[LOG].records.first();
        self.seen.is_some_and(|seen| seen.persisted < first)
    }

    /// Whether the log was listed up to damage in segments that are persisted, as turned out since.
    fn is_stuck(&self) -> bool {
        let listed = self.log.as_ref().filter(|log| log.damage().is_some()).map(Log::end);
        self.seen.zip(listed).is_some_and(|(seen, listed)| listed < seen.persisted)
    }

    /// Up to where which log need not be listed.
    pub(super) fn floor(&self) -> Option<Floor> {
        self.log.as_ref().map(|log| (log.id(), self.persisted()))
    }

    /// Makes a log the one that is read and written.
    pub(super) fn set_log(&mut self, log: Log, read: Read) {
        self.log = Some(log);
        self.take(Read { restarted: true, ..read });
    }

    /// Reads what other processes added.
    pub(super) fn read_on(&mut self) -> Result<()> {
        let Some(log) = &mut self.log else { return Ok(()) };
        let read = log.read_on()?;
        self.take(read);
        Ok(())
    }

    /// Brings the log to the end of what is on disk, to be appended to.
    pub(super) fn adopt(&mut self, held: &Held) -> Result<()> {
        let Some(log) = &mut self.log else { return Ok(()) };
        let read = log.adopt(held)?;
        self.take(read);
        Ok(())
    }

    /// Takes records that were read from the log.
    pub(super) fn take(&mut self, read: Read) {
        let Some(log) = &self.log else { return };
        if read.restarted {
            let records = Memtable::starting_at(log.first());
            self.lanes[LOG] = Lane { records, flushed: ranges_of(log.base()), ..Lane::default() };
            self.seen = None;
            self.generation += 1;
        }
        for found in read.found {
            self.lanes[LOG].times.note(found.lsn, found.put_at);
            self.lanes[LOG].records.append_at(found.lsn, found.batch);
        }
    }

    /// From where on the versions up to `head` are to be asked about the log; `None` without a log.
    pub(super) fn known(&mut self, head: u64) -> Result<Option<Known>> {
        let Some(log) = &mut self.log else { return Ok(None) };
        let known = self.seen.unwrap_or_else(|| Known::of_base(log.base()));
        if head.saturating_sub(known.version) <= LONG_WALK {
            return Ok(Some(known));
        }
        let (base, _) = self.base_between(known.version, head)?;
        Ok(Some(base.unwrap_or(known)))
    }

    /// The base on disk, where its version is newer than `known` and not than `head`; what is known of flushes is what it says
    /// then. Also returns its version.
    pub(super) fn base_between(&mut self, known: u64, head: u64) -> Result<(Option<Known>, u64)> {
        let Some(log) = &mut self.log else { return Ok((None, 0)) };
        log.reread_base()?;
        let base = Known::of_base(log.base());
        if base.version <= known || base.version > head {
            return Ok((None, base.version));
        }
        // Whoever asks may have begun before others of this process saw more.
        if self.seen.is_some_and(|seen| seen.version < base.version) {
            self.lanes[LOG].flushed = ranges_of(log.base());
            self.seen = None;
            self.generation += 1;
        }
        Ok((Some(base), base.version))
    }

    /// Makes a table the head, and drops the records that it holds.
    pub(super) fn install(&mut self, head: Head) {
        match head.evidence {
            Some(evidence) => self.note(&head.table, evidence),
            None => self.start_memory(&head.table),
        }
        self.table = Some(head.table);
        self.generation += 1;
    }

    /// As [`install`](Self::install), where no other change came in between: what was asked of the versions then would
    /// be noted twice, or a head be replaced by an older one. Returns whether it did.
    pub(super) fn install_at(&mut self, generation: u64, head: Head) -> bool {
        let is_current = self.generation == generation;
        if is_current {
            self.install(head);
        }
        is_current
    }

    fn note(&mut self, table: &Table, evidence: Evidence) {
        let lane = &mut self.lanes[LOG];
        for (lsn, offset, rows) in evidence.runs.into_iter().filter(|(.., rows)| *rows > 0) {
            lane.flushed.push(lsn, offset, rows);
        }
        lane.records.trim(evidence.persisted);
        lane.times.trim(evidence.persisted);
        self.seen = Some(Known {
            version: table.version(),
            persisted: evidence.persisted,
            next_offset: table.next_offset(),
            hole: evidence.hole,
            overwritten: evidence.overwritten,
        });
    }

    /// Versions that are gone were found to hide nothing, and the base lies behind them.
    pub(super) fn forget_holes(&mut self) {
        self.gaps.clear();
        if let Some(seen) = &mut self.seen {
            seen.hole = None;
        }
    }

    /// Without a log, positions are counted from the next offset on, so that they are offsets.
    fn start_memory(&mut self, table: &Table) {
        let memory = &mut self.lanes[MEMORY].records;
        if memory.rows() == 0 {
            *memory = Memtable::starting_at(table.next_offset().max(memory.next()));
        }
    }

    /// Forgets the table and the log: another topic has taken the place of theirs. What only this process has stays.
    pub(super) fn forget(&mut self) {
        let memory = std::mem::take(&mut self.lanes[MEMORY]);
        let (generation, is_leaving) = (self.generation + 1, self.is_leaving);
        *self = Self { generation, is_leaving, ..Self::default() };
        self.lanes[MEMORY] = memory;
    }

    /// All log positions below are persisted, as far as is known.
    pub(super) fn persisted(&self) -> u64 {
        let base = self.log.as_ref().map_or(0, |log| log.base().persisted);
        self.seen.map_or(base, |seen| seen.persisted)
    }

    /// The columns of the table; none where there is none.
    pub(super) fn table_schema(&self) -> SchemaRef {
        self.table.as_ref().map_or_else(|| Arc::new(Schema::empty()), Table::schema)
    }

    /// Buffered records of all lanes, and the bytes they take.
    pub(super) fn buffered(&self) -> (u64, u64) {
        let rows = self.lanes.iter().map(|lane| lane.records.rows()).sum();
        (rows, self.lanes.iter().map(|lane| lane.records.bytes()).sum())
    }

    /// Those that no running flush has taken.
    pub(super) fn untaken(&self) -> (u64, u64) {
        let all = self.lanes.iter().map(|lane| lane.records.untaken());
        all.fold((0, 0), |(rows, bytes), (r, b)| (rows + r, bytes + b))
    }

    /// Whether a record at or below this log position is buffered.
    pub(super) fn has_older_than(&self, lsn: u64) -> bool {
        self.lanes.iter().any(|lane| lane.records.rows() > 0 && lane.records.first() <= lsn)
    }

    /// What a flush takes, lane by lane.
    pub(super) fn pending(&mut self) -> [Pending; LANES] {
        self.lanes.each_mut().map(|lane| lane.records.pending())
    }

    /// A flush ended without effect.
    pub(super) fn keep(&mut self) {
        for lane in &mut self.lanes {
            lane.records.keep();
        }
    }
}
