//! A named group that is open: what it has handed out, and up to where that is committed.

use std::collections::VecDeque;
use std::sync::Arc;

use super::group_options::on_each;
use super::reader::Reader;
use super::seat::Seat;
use super::tail::{Begin, Merge, Step};
use crate::engine::bucket::{BucketEvent, Origin, Stand};
use crate::engine::error::{Error, Result};
use crate::engine::facts::Reset;
use crate::engine::group_fault::GroupFault;
use crate::engine::offset::{Cursor, Position};
use crate::engine::options::{AtEnd, From};
use crate::engine::record::{Chunk, Page};

/// A reader with a committed position a bucket; see [`Reader::group`].
///
/// [`get`](Self::get) and [`next`](Self::next) hand records out and move it in memory; [`commit`](Self::commit) makes that
/// last. Who commits after records were processed gets each of them at least once, whatever crashes when: those since the
/// last commit come again, and none is skipped, through flushes, compactions and rows that other programs append.
/// Records of a writer without a log are in no file before their flush: they are handed out, and count as read once they
/// are flushed and passed.
pub struct Group {
    reader: Reader,
    name: String,
    seats: Vec<Arc<Seat>>,
    merge: Merge,
    /// What was read and not handed out.
    ready: VecDeque<Ready>,
    /// What went wrong behind what is ready.
    failed: Option<Error>,
    /// Everything before it was handed out.
    taken: Cursor,
}

/// Rows that were read, and where the group stands behind them.
struct Ready {
    bucket: u32,
    stand: Stand,
    rows: Option<(Chunk, Origin)>,
}

impl Group {
    pub(super) async fn begin(
        reader: Reader,
        name: &str,
        seats: Vec<Arc<Seat>>,
        begins: Vec<Begin>,
    ) -> Result<Self> {
        let merge = started(&reader, begins).await?;
        let (taken, name) = (places(&merge), name.to_owned());
        Ok(Self { reader, name, seats, merge, ready: VecDeque::new(), failed: None, taken })
    }

    /// The group's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The buckets that this member reads, by number.
    pub fn buckets(&self) -> &[u32] {
        self.reader.buckets()
    }

    /// Up to `limit` records that are there, from where it stands, and goes on behind them; none at the end.
    ///
    /// Order: by offset within a bucket; buckets take turns.
    /// Shape: as [`Reader::get`]. Cost: the records read, and a look at each bucket. Of what is far behind the end, about
    /// 8 MiB are read at a time and kept.
    /// Cancel: safe to drop at any await; nothing is handed out then.
    ///
    /// # Errors
    /// [`GroupFault::Reset`] where another program rewrote a bucket: it is told once, and the next call goes on. As
    /// [`Reader::get`] for the rest; it can be called again.
    pub async fn get(&mut self, limit: usize) -> Result<Page> {
        self.read(limit, AtEnd::Stop).await
    }

    /// As [`get`](Self::get), but waits at the end until a record comes, by whichever process: there is one at least, where
    /// `limit` is not 0.
    ///
    /// Cost, cancel and errors: as of [`get`](Self::get).
    pub async fn next(&mut self, limit: usize) -> Result<Page> {
        self.read(limit, AtEnd::Wait).await
    }

    /// Where it stands: everything before it was handed out, but for what [`commit`](Self::commit) cannot count yet.
    pub fn position(&self) -> Cursor {
        self.taken.clone()
    }

    /// Where it goes on when it is opened anew.
    pub fn committed(&self) -> Cursor {
        let mut committed = Cursor::default();
        for seat in &self.seats {
            if let Some(position) = seat.committed() {
                committed.set(seat.bucket.place.id, position);
            }
        }
        committed
    }

    /// Commits all that was handed out: it does not come again, also after a power cut, once this returns.
    /// Returns [`committed`](Self::committed).
    ///
    /// Cost: for each bucket in which it has moved, two syncs and a lock; nothing where it has not. Commit after some
    /// hundred records, or some hundred milliseconds, rather than after each.
    /// Cancel: the commit goes on. After a crash in its middle each bucket stands before or behind what it committed.
    ///
    /// # Errors
    /// - [`Conflict`](crate::ErrorKind::Conflict), [`GroupFault::Moved`], where the group does not stand where this one left
    ///   it: another process reads with it, or somebody moved or deleted it. Nothing is committed in that bucket, and
    ///   never over what others committed. It can only be opened anew.
    /// - [`Unavailable`](crate::ErrorKind::Unavailable) where a file cannot be written: try again.
    pub async fn commit(&mut self) -> Result<Cursor> {
        let place = |seat: &Arc<Seat>| Some((seat.clone(), self.taken.get(seat.bucket.place.id)?));
        let moved = |(seat, position): &(Arc<Seat>, Position)| seat.committed() != Some(*position);
        let due: Vec<_> = self.seats.iter().filter_map(place).filter(moved).collect();
        if !due.is_empty() {
            on_each(due, |(seat, position)| seat.commit(position)).await?;
        }
        Ok(self.committed())
    }

    /// Goes on elsewhere, in each bucket that `from` names: in memory, until it is committed. A cursor may name some of the
    /// buckets.
    ///
    /// Cost: a look at each bucket. Cancel: it stays where it was.
    ///
    /// # Errors
    /// [`Invalid`](crate::ErrorKind::Invalid) for a place behind the end of a bucket, and [`OutOfRange`](crate::ErrorKind::OutOfRange)
    /// for a bucket that it does not read; it stays where it was then.
    pub async fn seek(&mut self, from: From) -> Result<()> {
        let mut begins = Vec::new();
        if let From::Cursor(cursor) = &from {
            self.reader.only(&cursor.buckets().collect::<Vec<_>>())?;
        }
        for (bucket, snapshot) in self.reader.buckets.iter().zip(self.reader.snapshots().await?) {
            self.reader.check_place(bucket, &snapshot, &from)?;
            let from = match &from {
                From::Cursor(cursor) if cursor.get(bucket.place.id).is_none() => {
                    From::Cursor(self.taken.clone())
                }
                from => from.clone(),
            };
            begins.push(Begin { bucket: bucket.clone(), then: None, from });
        }
        let merge = started(&self.reader, begins).await?;
        self.taken = places(&merge);
        (self.merge, self.failed) = (merge, None);
        self.ready.clear();
        Ok(())
    }

    /// Goes on at an offset of one bucket, and stays where it is in the others; see [`seek`](Self::seek).
    pub async fn set_offset(&mut self, bucket: u32, offset: u64) -> Result<()> {
        let mut cursor = Cursor::default();
        cursor.set(bucket, offset.into());
        self.seek(From::Cursor(cursor)).await
    }

    /// Goes on at the first record of each bucket; see [`seek`](Self::seek).
    pub async fn reset(&mut self) -> Result<()> {
        self.seek(From::Start).await
    }

    /// How many records lie behind what was handed out, whether they match a filter or not.
    ///
    /// Cost: two `stat` calls a bucket where nothing changed.
    ///
    /// # Errors
    /// As [`Reader::counts`].
    pub async fn lag(&self) -> Result<u64> {
        let mut lag = 0;
        for (bucket, snapshot) in self.reader.buckets.iter().zip(self.reader.snapshots().await?) {
            let position = self.taken.get(bucket.place.id).unwrap_or_default();
            lag += snapshot.rows_behind(position).await?;
        }
        Ok(lag)
    }

    async fn read(&mut self, limit: usize, at_end: AtEnd) -> Result<Page> {
        if limit > 0 {
            self.fill(limit, at_end).await;
        }
        // From here on nobody can be dropped in between: what is handed out and where it stands go together.
        let page = self.take(limit);
        match self.failed.take() {
            Some(error) if page.is_empty() => Err(error),
            failed => {
                self.failed = failed;
                Ok(page)
            }
        }
    }

    /// Reads until as many rows are ready, or there are no more; waits for the first of them where it is to.
    async fn fill(&mut self, limit: usize, at_end: AtEnd) {
        self.merge.look_at_all();
        while self.failed.is_none() {
            let ready: usize = self.ready.iter().map(Ready::len).sum();
            if ready >= limit {
                break;
            }
            self.merge.at_end = if ready == 0 { at_end } else { AtEnd::Stop };
            match self.merge.next().await {
                Ok(Some(step)) => self.note(step),
                Ok(None) => break,
                Err(error) => self.failed = Some(error),
            }
        }
    }

    fn note(&mut self, step: Step) {
        let Step { bucket, stand, event } = step;
        let rows = match event {
            BucketEvent::Rows(chunk, origin) => Some((chunk, origin)),
            BucketEvent::Flushed(_) | BucketEvent::Passed => None,
            BucketEvent::Reset(Reset { next_offset, reason, .. }) => {
                let fault = GroupFault::Reset { bucket, next_offset, reason };
                let (topic, group) = (self.reader.topic().to_string(), self.name.clone());
                self.failed = Some(Error::Group { topic, group, fault });
                None
            }
        };
        self.ready.push_back(Ready { bucket, stand, rows });
    }

    /// Hands out up to `limit` of what is ready.
    fn take(&mut self, limit: usize) -> Page {
        let mut page = Page::default();
        while let Some(Ready { bucket, stand, rows }) = self.ready.pop_front() {
            let left = limit - page.len();
            match rows {
                None => self.taken.set(bucket, stand.filed),
                Some((chunk, _)) if chunk.offsets.len() <= left => {
                    self.taken.set(bucket, stand.filed);
                    page.chunks.push(chunk);
                }
                Some((chunk, origin)) => {
                    let (first, rest) = chunk.split(left);
                    if let Some(last) = first.offsets.last() {
                        let before = self.taken.get(bucket).unwrap_or_default();
                        self.taken.set(bucket, stand.behind(origin, *last, before));
                        page.chunks.push(first);
                    }
                    self.ready.push_front(Ready { bucket, stand, rows: Some((rest, origin)) });
                    break;
                }
            }
        }
        page
    }
}

impl Ready {
    fn len(&self) -> usize {
        self.rows.as_ref().map_or(0, |(chunk, _)| chunk.offsets.len())
    }
}

async fn started(reader: &Reader, begins: Vec<Begin>) -> Result<Merge> {
    let snapshots = reader.snapshots().await?;
    let schema = reader.chosen(&reader.whole_schema(&snapshots))?;
    let selection = reader.selection(&snapshots)?;
    Merge::start(&reader.catalog, begins, AtEnd::Stop, (selection, schema)).await
}

/// Where a merge stands, as far as files say it.
fn places(merge: &Merge) -> Cursor {
    let mut cursor = Cursor::default();
    for (bucket, stand) in merge.stands() {
        cursor.set(bucket, stand.filed);
    }
    cursor
}
