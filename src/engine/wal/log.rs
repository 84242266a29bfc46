//! The log of a bucket as one process knows it: its live segments, read up to their known ends.

use std::fs;
use std::io;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use uuid::Uuid;

use super::base::{Base, read_base};
use super::frame::{Frame, Home, Kind};
use super::holder::Stamp;
use super::listing::nothing_in;
use super::lock::Held;
use super::payload::{Payload, encode_schema};
use super::place::LogPlace;
use super::segment::{Owned, Rest, Segment};
use super::sync::{SyncPlan, Synced};
use crate::engine::error::{Error, Result};
use crate::engine::fault;

/// A longer segment is ended before the next append, so that writing one anew stays cheap.
const SEGMENT_LIMIT: u64 = 8 << 20;

/// Records that reading on found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) lsn: u64,
    /// When they were put, in microseconds since 1970.
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

/// The live segments of a log, oldest first; there is always one, but where it cannot be read.
///
/// Invariant: every segment but the last is sealed, and ends where the next one begins. Frames are
/// only added by who holds the append lock, and a sound one is never taken away but by repair.
pub(crate) struct Log {
    pub(super) place: LogPlace,
    pub(super) base: Base,
    pub(super) segments: Vec<Segment>,
    /// Where it begins if no segment can be read.
    pub(super) start: u64,
    pub(super) damage: Option<Error>,
    /// As the lock file had it when the segments were listed; `None` before the lock was taken.
    pub(super) stamp: Option<Stamp>,
    /// The last look found nothing behind the last sound frame, not even a torn one.
    pub(super) is_clean: bool,
}

impl Log {
    /// What is known of a log whose segments were read.
    pub(super) fn new(place: &LogPlace, base: Base, segments: Vec<Segment>) -> Self {
        let start = base.persisted;
        let place = place.clone();
        Self { place, base, segments, start, damage: None, stamp: None, is_clean: false }
    }

    /// What cannot be read of it; what lies behind is not shown, and nobody writes until it is repaired.
    pub(crate) fn damage(&self) -> Option<&Error> {
        self.damage.as_ref()
    }

    /// Which log it is.
    pub(crate) fn id(&self) -> Uuid {
        self.base.log
    }

    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    pub(crate) fn reread_base(&mut self) -> Result<()> {
        match read_base(&self.place) {
            Ok(Some(base)) if base.log == self.base.log => self.base = base,
            // The one that is known is as true as it was.
            Ok(_) | Err(Error::LogDamaged { .. }) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Takes a base that was written to the disk for the one that is known.
    pub(crate) fn set_base(&mut self, base: Base) {
        if base.log == self.base.log {
            self.base = base;
        }
    }

    /// The log position of the first record that is still there.
    pub(crate) fn first(&self) -> u64 {
        self.segments.first().map_or(self.start, |segment| segment.home.first)
    }

    /// The log position behind the last record read.
    pub(crate) fn end(&self) -> u64 {
        self.segments.last().map_or(self.start, |segment| segment.end)
    }

    /// The log position behind the last segment that has a successor.
    pub(crate) fn sealed_end(&self) -> u64 {
        self.segments.last().map_or(self.start, |segment| segment.home.first)
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
        let is_there = |last: &Segment| last.look().is_some();
        match Segment::open(&self.place, Home { log: self.id(), first: self.end() }) {
            Ok(Some(segment)) => {
                self.segments.push(segment);
                Ok(Followed::Yes)
            }
            // The sealed one is still there: its successor is not made yet, or cannot be read; what lies behind is not
            // shown then, and `adopt` refuses to write there.
            Ok(None) | Err(Error::LogDamaged { .. })
                if self.segments.last().is_some_and(is_there) =>
            {
                Ok(Followed::NotYet)
            }
            // Both were flushed.
            Ok(None) | Err(Error::LogDamaged { .. }) => Ok(Followed::Gone),
            Err(error) => Err(error),
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
        match Self::open(&self.place, Some((self.id(), self.start)))? {
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
        let Some(active) = self.segments.last_mut() else {
            return Err(nothing_in(&self.place, self.start));
        };
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
            Segment::open(&self.place, Home { first: active.end, ..active.home })?;
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

    /// Takes note that whoever moved the topic made all of it durable before.
    pub(crate) fn was_moved(&mut self) {
        self.segments.iter_mut().for_each(Segment::was_flushed);
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
