//! What was acknowledged where, and what the tails saw there.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A record's series and its number in it.
pub(crate) type Id = (u64, u64);

/// One row as a command prints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) offset: u64,
    pub(crate) id: Id,
}

/// The record of everything, and its rules.
pub(crate) struct Book(Mutex<State>);

struct State {
    /// By offset.
    acked: Vec<Option<Id>>,
    /// By offset, as the tail that came first saw it.
    seen: Vec<Id>,
    /// The offset that each tail must deliver next.
    next: Vec<u64>,
    acks: u64,
    counts: Counts,
}

/// How often what was done.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) writer_kills: u64,
    pub(crate) tail_kills: u64,
    pub(crate) flushes: u64,
    pub(crate) gets: u64,
    pub(crate) searches: u64,
}

impl Row {
    /// Reads a line of JSON with `_offset`, `series` and `n`.
    pub(crate) fn of(line: &str) -> Option<Self> {
        let number = |name: &str| {
            let (_, rest) = line.split_once(&format!("\"{name}\":"))?;
            rest.split(|sign: char| !sign.is_ascii_digit()).next()?.parse().ok()
        };
        Some(Self { offset: number("_offset")?, id: (number("series")?, number("n")?) })
    }
}

impl Book {
    pub(crate) fn new(tails: usize) -> Self {
        let state = State {
            acked: Vec::new(),
            seen: Vec::new(),
            next: vec![0; tails],
            acks: 0,
            counts: Counts::default(),
        };
        Self(Mutex::new(state))
    }

    /// A record was acknowledged at an offset: nobody else may be, and nobody may have seen another one there.
    pub(crate) fn acked(&self, row: Row) -> Result<(), String> {
        let mut state = self.state();
        let at = index(row.offset);
        if state.acked.len() <= at {
            state.acked.resize(at + 1, None);
        }
        let other = state.acked.get(at).copied().flatten();
        let other = other.or_else(|| state.seen.get(at).copied().filter(|id| *id != row.id));
        if let Some(other) = other {
            return Err(format!("{row:?} was acknowledged, and {other:?} has that offset"));
        }
        if let Some(place) = state.acked.get_mut(at) {
            *place = Some(row.id);
        }
        state.acks += 1;
        Ok(())
    }

    /// A tail delivered a record: it must be the next one, and the one that was acknowledged there.
    pub(crate) fn delivered(&self, tail: usize, row: Row) -> Result<(), String> {
        let mut state = self.state();
        let next = state.next.get(tail).copied().unwrap_or_default();
        if row.offset != next {
            return Err(format!("tail {tail} delivered {row:?}, and offset {next} was to come"));
        }
        if index(row.offset) == state.seen.len() {
            state.seen.push(row.id);
        }
        state.same(row, "a tail delivered")?;
        if let Some(next) = state.next.get_mut(tail) {
            *next += 1;
        }
        Ok(())
    }

    /// A command printed a record: it must be what others saw there.
    pub(crate) fn printed(&self, row: Row, by: &str) -> Result<(), String> {
        self.state().same(row, by)
    }

    /// Whether anything was acknowledged.
    pub(crate) fn has_begun(&self) -> bool {
        self.state().acks > 0
    }

    /// Where a tail goes on.
    pub(crate) fn next(&self, tail: usize) -> u64 {
        self.state().next.get(tail).copied().unwrap_or_default()
    }

    /// A record that was seen, at a part of the way.
    pub(crate) fn some(&self, part: u64) -> Option<Row> {
        let state = self.state();
        let offset = part % u64::try_from(state.seen.len()).ok().filter(|seen| *seen > 0)?;
        state.seen.get(index(offset)).map(|id| Row { offset, id: *id })
    }

    /// Whether each tail has delivered everything that was acknowledged.
    pub(crate) fn is_all_delivered(&self, tail: usize) -> bool {
        let state = self.state();
        state.next.get(tail).is_some_and(|next| index(*next) >= state.acked.len())
    }

    pub(crate) fn count(&self, one: impl FnOnce(&mut Counts)) {
        one(&mut self.state().counts);
    }

    /// One line of how it stands.
    pub(crate) fn stands(&self) -> String {
        let state = self.state();
        let Counts { writer_kills, tail_kills, flushes, gets, searches } = state.counts;
        let lag: Vec<usize> =
            state.next.iter().map(|next| state.acked.len().saturating_sub(index(*next))).collect();
        format!(
            "{} acknowledged, tails behind by {lag:?}, {writer_kills}+{tail_kills} kills, {flushes} flushes, {gets} gets, {searches} searches",
            state.acks
        )
    }

    pub(crate) fn rows(&self) -> Vec<(&'static str, u64)> {
        let state = self.state();
        let Counts { writer_kills, tail_kills, flushes, gets, searches } = state.counts;
        vec![
            ("acknowledged records", state.acks),
            ("records delivered by tails", state.next.iter().sum()),
            ("kills of writers", writer_kills),
            ("kills of tails", tail_kills),
            ("flushes", flushes),
            ("gets", gets),
            ("searches", searches),
        ]
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn same(&self, row: Row, by: &str) -> Result<(), String> {
        let at = index(row.offset);
        let known = [self.acked.get(at).copied().flatten(), self.seen.get(at).copied()];
        match known.into_iter().flatten().find(|id| *id != row.id) {
            Some(other) => Err(format!("{by} {row:?}, and {other:?} has that offset")),
            None => Ok(()),
        }
    }
}

fn index(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: Row = Row { offset: 0, id: (3, 7) };

    #[test]
    fn a_row_is_read_from_a_line() {
        let line = r#"{"_bucket":0,"_offset":12,"_buffered":true,"series":3,"n":7,"v":[3.0,7.0]}"#;
        assert_eq!(Row::of(line), Some(Row { offset: 12, id: (3, 7) }));
        assert_eq!(Row::of(r#"{"_offset":12,"#), None);
    }

    #[test]
    fn each_rule_finds_what_breaks_it() {
        let book = Book::new(2);
        assert_eq!(book.acked(ROW), Ok(()));
        assert_eq!(book.delivered(0, ROW), Ok(()));
        assert!(book.acked(ROW).is_err(), "an offset given twice");
        assert!(book.delivered(0, ROW).is_err(), "a record delivered twice");
        assert!(book.delivered(1, Row { offset: 1, ..ROW }).is_err(), "one that is skipped");
        assert!(book.delivered(1, Row { id: (3, 8), ..ROW }).is_err(), "another one there");
        assert!(book.printed(Row { id: (3, 8), ..ROW }, "get").is_err(), "another one printed");
        assert!(book.is_all_delivered(0) && !book.is_all_delivered(1));
    }
}
