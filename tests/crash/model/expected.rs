//! What must be true of every read: a plain `Vec` of what was put, and what was said about it.

use std::ops::Range;

use lanceq::Receipt;

use super::files::Mark;
use super::process::Row;

/// The author of what another program appends.
pub(crate) const FOREIGN: u64 = 9;

/// A record or a row, from the moment on at which it is put.
#[derive(Debug, Clone)]
struct Entry {
    author: u64,
    /// All that was put by the same call: of a batch, all is there or nothing.
    call: u64,
    column: Option<u64>,
    state: State,
    lsn: Option<u64>,
    /// A power cut does not take it.
    is_durable: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It may be there or not: the process died, or has not heard yet.
    Open,
    /// It is there from now on: it was acknowledged, or somebody saw it.
    There,
    /// A power cut took it; it never comes back.
    Lost,
    /// Somebody let it go; it does not come back either, but where a power cut takes the version without it.
    Gone,
}

/// Everything that was ever put, by number.
pub(crate) struct Model {
    entries: Vec<Entry>,
    calls: u64,
    /// Somebody has begun to let records go.
    is_let_go: bool,
    /// The records below this offset are gone for good.
    first: u64,
}

impl Model {
    /// The template's record is there.
    pub(crate) fn new() -> Self {
        let first = Entry {
            author: 0,
            call: 0,
            column: None,
            state: State::There,
            lsn: Some(0),
            is_durable: true,
        };
        Self { entries: vec![first], calls: 1, is_let_go: false, first: 0 }
    }

    /// Somebody begins to put; returns the records' numbers.
    pub(crate) fn begin(&mut self, author: u64, rows: u64, column: Option<u64>) -> Range<u64> {
        let first = self.entries.len() as u64;
        let (call, state) = (self.calls, State::Open);
        let entry = Entry { author, call, column, state, lsn: None, is_durable: false };
        self.entries.extend((0..rows).map(|_| entry.clone()));
        self.calls += 1;
        first..first + rows
    }

    /// Somebody begins to let records go.
    pub(crate) fn lets_go(&mut self) {
        self.is_let_go = true;
    }

    /// Those below an offset are gone: it was acknowledged.
    pub(crate) fn let_go(&mut self, first: u64) {
        self.first = self.first.max(first);
    }

    /// The offset at which every read may begin at the earliest that begins now.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// What every read must show that begins now.
    pub(crate) fn there(&self) -> Vec<u64> {
        let there = |n: &u64| self.entry(*n).state == State::There;
        (0..self.entries.len() as u64).filter(there).collect()
    }

    /// What even a power cut leaves.
    pub(crate) fn durable(&self) -> Vec<u64> {
        self.there().into_iter().filter(|n| self.entry(*n).is_durable).collect()
    }

    /// A put was acknowledged, where it was said with the promise that it is on the disk.
    pub(crate) fn acknowledged(&mut self, ids: Range<u64>, receipt: &Receipt, is_synced: bool) {
        for (lsn, id) in (receipt.lsn..).zip(ids) {
            let entry = self.entry_mut(id);
            (entry.state, entry.lsn) = (State::There, Some(lsn));
        }
        let end = receipt.lsn + receipt.rows;
        for entry in self.entries.iter_mut().filter(|_| is_synced) {
            entry.is_durable |= entry.state == State::There && entry.lsn.is_some_and(|n| n < end);
        }
    }

    /// Another program's append returned.
    pub(crate) fn appended(&mut self, ids: Range<u64>) {
        ids.for_each(|id| self.entry_mut(id).state = State::There);
    }

    /// A flush returned that began when these were there.
    pub(crate) fn flushed(&mut self, there: &[u64], has_committed: bool) {
        for id in there {
            let entry = self.entry_mut(*id);
            // A commit stands on all that its version refers to.
            entry.is_durable |= entry.author != FOREIGN || has_committed;
        }
    }

    /// What is not durable is open again.
    pub(crate) fn power_cut(&mut self) {
        for entry in self.entries.iter_mut().filter(|entry| !entry.is_durable) {
            if entry.state == State::There {
                entry.state = State::Open;
            }
        }
        for entry in self.entries.iter_mut().filter(|entry| entry.state == State::Gone) {
            entry.state = State::Open;
        }
    }

    /// The first read after a power cut says what it took.
    pub(crate) fn census(&mut self, rows: &[Row]) {
        for entry in self.entries.iter_mut().filter(|entry| entry.state == State::Open) {
            entry.state = State::Lost;
        }
        for row in rows {
            let entry = self.entry_mut(row.id.unwrap());
            (entry.state, entry.is_durable) = (State::There, true);
        }
    }

    /// Checks what a reader saw that must have seen `there`, and nothing below an offset. What it saw is there from now on,
    /// and what it did not see is gone.
    pub(crate) fn check(
        &mut self,
        rows: &[Row],
        (there, first): (&[u64], u64),
    ) -> Result<(), String> {
        self.check_offsets(rows, first)?;
        self.check_rows(rows)?;
        self.check_left(rows, there)?;
        self.check_batches(rows)?;
        for id in there {
            self.entry_mut(*id).state = State::Gone;
        }
        for row in rows {
            self.entry_mut(row.id.unwrap()).state = State::There;
        }
        Ok(())
    }

    /// Checks that no offset is missing behind the first, which is none that was let go.
    pub(crate) fn check_offsets(&self, rows: &[Row], first: u64) -> Result<(), String> {
        let begin = if self.is_let_go { rows.first().map_or(first, |row| row.offset) } else { 0 };
        if begin < first {
            return Err(format!("records below {first} were let go, and {begin} is there"));
        }
        match (begin..).zip(rows).find(|(offset, row)| row.offset != *offset) {
            Some((offset, row)) => Err(format!("row {offset} has offset {}", row.offset)),
            None => Ok(()),
        }
    }

    /// Checks that all of a table is there that must be, but for what was let go: no more than there are offsets in front of
    /// it, and nothing that the log has behind something that is there.
    pub(crate) fn check_left(&self, rows: &[Row], there: &[u64]) -> Result<(), String> {
        let is_seen = |id: u64| rows.iter().any(|row| row.id == Some(id));
        let missing: Vec<u64> = there.iter().copied().filter(|id| !is_seen(*id)).collect();
        let Some(last) = missing.last() else { return Ok(()) };
        let wrong = |id: u64| Err(format!("record {id} is not there: {:?}", self.entry(id)));
        let gone = rows.first().map_or(0, |row| row.offset);
        if !self.is_let_go || missing.len() as u64 > gone {
            return wrong(*last);
        }
        let first = rows.iter().filter_map(|row| self.entry(row.id.unwrap()).lsn).min();
        match missing.iter().find(|id| self.entry(**id).lsn.is_some_and(|lsn| Some(lsn) > first)) {
            Some(id) if first.is_some() => wrong(*id),
            _ => Ok(()),
        }
    }

    /// Checks rows in the order in which they came: each is what was put, once, in the order of the log.
    pub(crate) fn check_rows(&self, rows: &[Row]) -> Result<(), String> {
        let mut seen = vec![false; self.entries.len()];
        let mut last_of = [0; 16];
        let mut lsn = None;
        for row in rows {
            let Some(id) = row.id.filter(|id| *id < seen.len() as u64) else {
                return Err(format!("nobody put {row:?}"));
            };
            let entry = self.entry(id);
            if std::mem::replace(&mut seen[index(id)], true) {
                return Err(format!("record {id} is there twice"));
            }
            if !row.is_record(id, entry.author, entry.column) {
                return Err(format!("record {id} has other values: {row:?}"));
            }
            if entry.state == State::Lost {
                return Err(format!("record {id} was lost and is back"));
            }
            let last = &mut last_of[index(entry.author)];
            if std::mem::replace(last, id) > id {
                return Err(format!("record {id} comes behind a later one of its writer"));
            }
            if entry.lsn.is_some() && entry.lsn < lsn {
                return Err(format!("record {id} comes behind a later one of the log"));
            }
            lsn = entry.lsn.or(lsn);
        }
        Ok(())
    }

    /// Checks that of each batch all is there, but for a front that was let go.
    fn check_batches(&self, rows: &[Row]) -> Result<(), String> {
        let is_seen = |id: u64| rows.iter().any(|row| row.id == Some(id));
        let ids = 0..self.entries.len() as u64;
        let torn = ids.clone().find(|id| {
            let call = self.entry(*id).call;
            let is_other = |other: &u64| {
                let may_go = self.is_let_go && other < id;
                self.entry(*other).call == call && !may_go && !is_seen(*other)
            };
            is_seen(*id) && ids.clone().any(|other| is_other(&other))
        });
        torn.map_or(Ok(()), |id| Err(format!("of the batch of record {id}, some is not there")))
    }

    /// Checks a stream's delivery so far against what it must have delivered.
    pub(crate) fn check_delivered(&self, rows: &[Row], there: &[u64]) -> Result<(), String> {
        self.check_rows(rows)?;
        let missing = there.iter().find(|id| !rows.iter().any(|row| row.id == Some(**id)));
        // What was let go before it was delivered is passed over; at the end all is looked for that is left.
        let missing = missing.filter(|_| !self.is_let_go);
        missing.map_or(Ok(()), |id| Err(format!("record {id} was skipped: {:?}", self.entry(*id))))
    }

    /// Checks that the marks of versions say where the records are (I2).
    pub(crate) fn check_marks(&self, rows: &[Row], marks: &[Mark]) -> Result<(), String> {
        for row in rows {
            let id = row.id.unwrap();
            let mark = marks.iter().find(|mark| {
                (mark.offset..mark.offset + (mark.end - mark.first)).contains(&row.offset)
            });
            let lsn = mark.map(|mark| mark.first + (row.offset - mark.offset));
            let entry = self.entry(id);
            let is_wrong = match (entry.author, lsn) {
                (FOREIGN, lsn) => lsn.is_some(),
                // Its version may be gone, or older than the log.
                (_, None) => false,
                (_, lsn) => entry.lsn.is_some() && entry.lsn != lsn,
            };
            if is_wrong {
                return Err(format!("record {id} at {} is {entry:?}, not {mark:?}", row.offset));
            }
        }
        Ok(())
    }

    fn entry(&self, id: u64) -> &Entry {
        &self.entries[index(id)]
    }

    fn entry_mut(&mut self, id: u64) -> &mut Entry {
        &mut self.entries[index(id)]
    }
}

fn index(id: u64) -> usize {
    usize::try_from(id).unwrap()
}
