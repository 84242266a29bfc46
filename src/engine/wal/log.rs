//! The log of a bucket as one process knows it: its live segments, read up to their known ends.

use std::fs;
use std::io;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use uuid::Uuid;

use super::base::{Base, read_base, write_base};
use super::frame::{Frame, Home, Kind};
use super::listing::list;
use super::lock::{Held, Stamp};
use super::payload::{Payload, encode_schema};
use super::place::LogPlace;
use super::segment::{Owned, Rest, Segment};
use super::sync::{SyncPlan, Synced};
use crate::engine::durable::{create_folders, sync_folder};
use crate::engine::error::{Error, Result};
use crate::engine::fault;

/// A longer segment is ended before the next append, so that writing one anew stays cheap.
const SEGMENT_LIMIT: u64 = 8 << 20;
/// How often a listing starts again where flushes overtake it.
const LISTINGS: usize = 8;

/// Records that reading on found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) lsn: u64,
    /// When they were put, in microseconds since 1970.
    #[expect(dead_code, reason = "kept in the log for those who will show it")]
    pub(crate) put_at: i64,
    pub(crate) batch: RecordBatch,
}

/// What reading on brought.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) found: Vec<Found>,
    /// The log was listed anew: `found` begins at [`Log::first`], and what was read before is void.
    pub(crate) restarted: bool,
}

/// The live segments of a log, oldest first; there is always one.
///
/// Invariant: every segment but the last is sealed, and ends where the next one begins. Frames are
/// only added by who holds the append lock, and a sound one is never taken away but by repair.
pub(crate) struct Log {
    pub(super) place: LogPlace,
    pub(super) base: Base,
    pub(super) segments: Vec<Segment>,
    /// As the lock file had it when the segments were listed; `None` before the lock was taken.
    pub(super) stamp: Option<Stamp>,
    /// The last look found nothing behind the last sound frame, not even a torn one.
    pub(super) is_clean: bool,
}

impl Log {
    /// Lists the log, and reads all of it; `None` where there is none. Takes no lock and writes nothing.
    pub(crate) fn open(place: &LogPlace) -> Result<Option<(Self, Read)>> {
        for _ in 0..LISTINGS {
            let Some(base) = read_base(place)? else { return Ok(None) };
            let mut found = Vec::new();
            if let Some(segments) = list(place, &mut found)? {
                let log =
                    Self { place: place.clone(), base, segments, stamp: None, is_clean: false };
                return Ok(Some((log, Read { found, restarted: true })));
            }
        }
        Err(place.io("list the segments of")(io::Error::other(
            "they change faster than they can be read",
        )))
    }

    /// Creates a log behind a durable version. Needs both locks.
    pub(crate) fn create(
        place: &LogPlace,
        append: &mut Held,
        version: u64,
        next_row_id: u64,
        schema: &SchemaRef,
    ) -> Result<Self> {
        let id = Uuid::new_v4();
        create_folders(&place.log(), &place.folder)?;
        let home = Home { log: id, first: next_row_id };
        let path = place.segment(next_row_id);
        let first = Segment::create(&path, home, encode_schema(schema)?)?;
        let shifts = Vec::new();
        let base = Base { log: id, version, persisted: next_row_id, next_row_id, shifts };
        let mut log = Self {
            place: place.clone(),
            base,
            segments: vec![first],
            stamp: None,
            is_clean: false,
        };
        let synced = log.sync_plan()?.run()?;
        log.synced(&synced);
        // IMPORTANT: last. Where there is a base, there is a log.
        write_base(place, &log.base)?;
        sync_folder(&place.folder)?;
        let stamp =
            Stamp { log: id, generation: append.stamp().generation + 1, is_poisoned: false };
        append.set_stamp(stamp)?;
        Ok(Self { stamp: Some(stamp), ..log })
    }

    /// Which log it is.
    pub(crate) fn id(&self) -> Uuid {
        self.base.log
    }

    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    pub(crate) fn reread_base(&mut self) -> Result<()> {
        if let Some(base) = read_base(&self.place)?.filter(|base| base.log == self.base.log) {
            self.base = base;
        }
        Ok(())
    }

    /// Replaces the base, durably. Needs the flush lock.
    pub(crate) fn write_base(&mut self, base: Base) -> Result<()> {
        write_base(&self.place, &base)?;
        self.base = base;
        Ok(())
    }

    /// The log position of the first record that is still there.
    pub(crate) fn first(&self) -> u64 {
        self.segments.first().map_or(0, |segment| segment.home.first)
    }

    /// The log position behind the last record read.
    pub(crate) fn end(&self) -> u64 {
        self.segments.last().map_or(0, |segment| segment.end)
    }

    /// The log position behind the last segment that has a successor.
    pub(crate) fn sealed_end(&self) -> u64 {
        self.segments.last().map_or(0, |segment| segment.home.first)
    }

    /// The schema of the segment that is appended to.
    pub(crate) fn schema(&self) -> SchemaRef {
        self.segments
            .last()
            .map_or_else(|| Arc::new(arrow_schema::Schema::empty()), Segment::schema)
    }

    /// Bytes of the live segments.
    pub(crate) fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.at).sum()
    }

    /// Whether the active segment is to be ended before the next append.
    pub(crate) fn is_full(&self) -> bool {
        self.segments.last().is_some_and(|segment| segment.at >= SEGMENT_LIMIT)
    }

    /// Reads what was added. Takes no lock and writes nothing.
    ///
    /// Cost: a `stat` and a read of four bytes where nothing was.
    pub(crate) fn read_on(&mut self) -> Result<Read> {
        let mut found = Vec::new();
        self.is_clean = false;
        loop {
            let Some(active) = self.segments.last_mut() else { return self.relist() };
            if !active.is_sealed {
                match active.look() {
                    Some(length) if length < active.at => return self.relist(),
                    Some(_) if active.is_at_end() => {
                        self.is_clean = true;
                        return Ok(Read { found, restarted: false });
                    }
                    // It is gone or replaced; through the open file its end is read all the same.
                    _ => {}
                }
                active.read_on(&mut found)?;
            }
            if !active.is_sealed {
                return match active.look() {
                    Some(_) => Ok(Read { found, restarted: false }),
                    None => self.relist(),
                };
            }
            match self.follow()? {
                Followed::Yes => self.forget_flushed(),
                Followed::NotYet => return Ok(Read { found, restarted: false }),
                Followed::Gone => return self.relist(),
            }
        }
    }

    /// Goes to the successor of a sealed segment.
    fn follow(&mut self) -> Result<Followed> {
        let next = self.place.segment(self.end());
        match Segment::open(&next) {
            Ok(Some(segment)) => {
                self.segments.push(segment);
                Ok(Followed::Yes)
            }
            // What lies behind is not shown, and `adopt` refuses to write there.
            Err(Error::LogDamaged { .. }) => Ok(Followed::NotYet),
            Err(error) => Err(error),
            // The sealed one is still there: its successor is not made yet. Else both were flushed.
            Ok(None) if self.segments.last().and_then(Segment::look).is_some() => {
                Ok(Followed::NotYet)
            }
            Ok(None) => Ok(Followed::Gone),
        }
    }

    /// Lets go of segments in front that another process flushed and removed: a durable version holds their records.
    fn forget_flushed(&mut self) {
        let is_gone = |oldest: &Segment| oldest.look().is_none();
        while self.segments.len() > 1 && self.segments.first().is_some_and(is_gone) {
            self.segments.remove(0);
        }
    }

    /// Forgets all that was read, and reads what is there.
    fn relist(&mut self) -> Result<Read> {
        let stamp = self.stamp;
        match Self::open(&self.place)? {
            Some((log, read)) => {
                *self = Self { stamp: stamp.filter(|stamp| stamp.log == log.id()), ..log };
                Ok(read)
            }
            None => Err(self.place.io("read")(io::ErrorKind::NotFound.into())),
        }
    }

    /// Reads on, and makes the log ready to be appended to. Needs the append lock.
    ///
    /// # Errors
    /// - [`Error::NotDurable`] where a sync failed in some process, until the log is recovered.
    /// - [`Error::LogDamaged`] where what stands behind the last record is no torn end.
    pub(crate) fn adopt(&mut self, append: &Held) -> Result<Read> {
        let stamp = append.stamp();
        if stamp.is_poisoned && fault::is_on(&self.place.folder, "poison") {
            let source = "a sync failed in another process".into();
            return Err(Error::NotDurable { path: self.place.log(), source });
        }
        let of = |stamp: Stamp| (stamp.log, stamp.generation);
        let is_void = self.stamp.is_some_and(|known| of(known) != of(stamp));
        if !is_void && self.segments.last().is_some_and(Segment::is_unchanged) {
            self.stamp = Some(stamp);
            return Ok(Read::default());
        }
        let mut read = if is_void { self.relist()? } else { self.read_on()? };
        self.stamp = Some(stamp);
        if self.is_clean {
            return Ok(read);
        }
        let Some(active) = self.segments.last_mut() else { return Ok(read) };
        match active.read_on(&mut read.found)? {
            Rest::Nothing => {}
            // Only the dead leave a frame half written: whoever writes holds the lock.
            Rest::Incomplete => {
                active.own(fault::is_on(&self.place.folder, "rewrite"))?;
                active.cut()?;
            }
            Rest::Bad(reason) => return Err(active.damaged(reason)),
        }
        if active.is_sealed {
            let schema = active.schema();
            // IMPORTANT: a successor that is there and cannot be read is not to be replaced.
            Segment::open(&self.place.segment(active.end))?;
            self.start_segment(&schema)?;
        }
        Ok(read)
    }

    /// Appends a batch as one frame. Needs the append lock, and `adopt` under the same hold.
    ///
    /// `None` where the active segment has another schema: nothing was written.
    pub(crate) fn append(
        &mut self,
        _append: &Held,
        payload: &Payload,
        put_at: i64,
        durable_upto: u64,
    ) -> Result<Option<u64>> {
        let Some(active) = self.segments.last_mut() else { return Ok(None) };
        if active.schema() != payload.schema {
            return Ok(None);
        }
        active.own(fault::is_on(&self.place.folder, "rewrite"))?;
        let first = active.end;
        let frame = Frame { kind: Kind::Data, first, rows: payload.rows, durable_upto, put_at };
        fault::at(&self.place.folder, "put.locked")?;
        active.write(&frame, &payload.bytes)?;
        fault::at(&self.place.folder, "put.written")?;
        Ok(Some(first))
    }

    /// Ends the active segment and starts the next, with this schema. Nothing where the active one
    /// has no records and this schema. Needs the append lock, and `adopt` under the same hold.
    pub(crate) fn seal(&mut self, _append: &Held, schema: &SchemaRef) -> Result<()> {
        let durable_upto = self.durable_upto();
        let Some(active) = self.segments.last_mut() else { return Ok(()) };
        let is_empty = active.end == active.home.first;
        if is_empty && active.schema() == *schema {
            return Ok(());
        }
        if is_empty {
            // The next one would have its name: it takes its place.
            let first = active.home.first;
            self.segments.pop();
            return self.start_at(first, schema);
        }
        active.own(fault::is_on(&self.place.folder, "rewrite"))?;
        let frame = Frame { kind: Kind::Seal, first: active.end, rows: 0, durable_upto, put_at: 0 };
        active.write(&frame, &[])?;
        fault::at(&self.place.folder, "seal.sealed")?;
        self.start_segment(schema)?;
        fault::at(&self.place.folder, "seal.done")
    }

    fn start_segment(&mut self, schema: &SchemaRef) -> Result<()> {
        self.start_at(self.end(), schema)
    }

    /// Starts a segment at a log position; where another process did, goes on with that one.
    pub(super) fn start_at(&mut self, first: u64, schema: &SchemaRef) -> Result<()> {
        let home = Home { log: self.id(), first };
        let path = self.place.segment(first);
        let segment = Segment::create(&path, home, encode_schema(schema)?)?;
        self.segments.push(segment);
        Ok(())
    }

    /// Unlinks segments that have a successor and are persisted up to `upto`, oldest first. Needs the
    /// flush lock. Returns whether there were any.
    pub(crate) fn release(&mut self, upto: u64) -> Result<bool> {
        let mut any = false;
        while self.segments.len() > 1
            && let Some(oldest) = self.segments.first().filter(|oldest| oldest.end <= upto)
        {
            match fs::remove_file(&oldest.path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => {
                    return Err(Error::io("remove the flushed segment", &oldest.path)(e));
                }
                _ => {}
            }
            self.segments.remove(0);
            any = true;
            fault::at(&self.place.folder, "release.one")?;
        }
        Ok(any)
    }

    /// What is to be synced so that every record known is on the disk.
    pub(crate) fn sync_plan(&mut self) -> Result<SyncPlan> {
        let rewrite = fault::is_on(&self.place.folder, "rewrite");
        self.forget_flushed();
        for segment in self.segments.iter_mut().filter(|segment| !segment.is_synced()) {
            // Only what a durable version holds is removed; there is nothing to be synced of it.
            if segment.try_own(rewrite)? == Owned::Gone {
                segment.was_flushed();
            }
        }
        Ok(SyncPlan::of(self.place.log(), &self.segments))
    }

    /// Takes note of what a plan did.
    pub(crate) fn synced(&mut self, done: &Synced) {
        for segment in &mut self.segments {
            done.note(segment);
        }
    }

    /// Every record below is on the disk, by syncs of this process or in a durable version.
    pub(crate) fn durable_upto(&self) -> u64 {
        let mut upto = self.first();
        for segment in &self.segments {
            if segment.home.first > upto || !segment.disk.has_name {
                break;
            }
            upto = segment.disk.upto;
        }
        upto
    }
}

enum Followed {
    Yes,
    NotYet,
    Gone,
}
