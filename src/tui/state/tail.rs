//! The tail: what arrives, newest at the bottom, held still the moment one looks back.

use chrono::NaiveDateTime;

use super::rate::Rate;
use super::ring::{Line, Ring};
use super::scroll::Scroll;
use super::widths::Widths;
use crate::tui::data::{Fault, Row, Rows};
use crate::tui::effect::Place;
use crate::tui::event::Arrival;
use crate::tui::input::Motion;

/// A tail of one place.
#[derive(Debug)]
pub(crate) struct Tail {
    pub(crate) place: Place,
    pub(crate) ring: Ring,
    pub(crate) following: Following,
    pub(crate) rate: Rate,
    pub(crate) widths: Widths,
    /// The first column in view.
    pub(crate) first_column: usize,
    /// Why it ended.
    pub(crate) failed: Option<Fault>,
}

/// Whether the newest line is in view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Following {
    /// It is.
    Live,
    /// The view stays on its lines, whatever arrives; the numbers are those of the ring.
    Paused {
        /// Selection and first line in view.
        scroll: Scroll,
        /// The number of the first line that arrived since.
        since: u64,
        /// Records that arrived since.
        unseen: u64,
        /// How many of them are buffered now.
        unseen_buffered: u64,
        /// How many of them found no room.
        dropped: u64,
    },
}

impl Tail {
    /// A tail that has just been opened.
    pub(crate) fn of(place: Place) -> Self {
        Self {
            place,
            ring: Ring::default(),
            following: Following::Live,
            rate: Rate::default(),
            widths: Widths::default(),
            first_column: 0,
            failed: None,
        }
    }

    /// Takes what arrived.
    pub(crate) fn take(&mut self, arrivals: Vec<Arrival>, now: NaiveDateTime) {
        for arrival in arrivals {
            match arrival {
                Arrival::Backlog(rows) => self.append(rows, None),
                Arrival::Rows(rows) => {
                    self.rate.add(now, rows.rows.len() as u64);
                    self.append(rows, Some(now));
                }
                Arrival::Flushed(flushed) => {
                    self.ring.persist(flushed.bucket_id, flushed.next_offset);
                    self.push(Line::Flush(flushed));
                }
                Arrival::Reset(reset) => self.push(Line::Reset(reset)),
            }
        }
        if let Following::Paused { since, unseen_buffered, .. } = &mut self.following {
            *unseen_buffered = self.ring.buffered_from(*since);
        }
    }

    fn append(&mut self, rows: Rows, arrived: Option<NaiveDateTime>) {
        for row in rows.rows {
            self.push(Line::Record { row, columns: rows.columns.clone(), arrived });
        }
    }

    fn push(&mut self, line: Line) {
        let is_record = matches!(line, Line::Record { .. });
        match &mut self.following {
            Following::Live => {
                self.ring.push(line, u64::MAX);
            }
            Following::Paused { scroll, unseen, dropped, .. } => {
                *unseen += u64::from(is_record);
                let room = *dropped == 0 && self.ring.push(line, scroll.top);
                *dropped += u64::from(is_record && !room);
            }
        }
    }

    /// Moves: upwards holds the tail still, to the end lets it go on.
    pub(crate) fn step(&mut self, motion: Motion, height: u64) {
        match motion {
            Motion::Left => self.first_column = self.first_column.saturating_sub(1),
            Motion::Right => self.first_column = (self.first_column + 1).min(self.columns()),
            Motion::End => self.resume(),
            Motion::Up | Motion::PageUp | Motion::Home => {
                self.pause(height);
                self.scroll_by(motion, height);
            }
            Motion::Down | Motion::PageDown => self.scroll_by(motion, height),
        }
    }

    fn columns(&self) -> usize {
        match self.ring.end().checked_sub(1).and_then(|last| self.ring.get(last)) {
            Some(Line::Record { columns, .. }) => columns.len().saturating_sub(1),
            _ => self.first_column + 1,
        }
    }

    /// Holds the view where it is.
    pub(crate) fn pause(&mut self, height: u64) {
        if self.following == Following::Live {
            let since = self.ring.end();
            let scroll = Scroll { top: self.live_top(height), selected: since.saturating_sub(1) };
            self.following =
                Following::Paused { scroll, since, unseen: 0, unseen_buffered: 0, dropped: 0 };
        }
    }

    /// Goes on at the end; what found no room is told.
    pub(crate) fn resume(&mut self) {
        if let Following::Paused { dropped, .. } =
            std::mem::replace(&mut self.following, Following::Live)
            && dropped > 0
        {
            self.push(Line::Gap(dropped));
        }
    }

    fn scroll_by(&mut self, motion: Motion, height: u64) {
        let first = self.ring.first();
        let total = self.ring.end() - first;
        if let Following::Paused { scroll, .. } = &mut self.following {
            let mut kept = Scroll {
                top: scroll.top.saturating_sub(first),
                selected: scroll.selected.saturating_sub(first),
            };
            kept.step(motion, height, total);
            *scroll = Scroll { top: kept.top + first, selected: kept.selected + first };
        }
    }

    /// Brings a view that was held still back into the lines that are kept.
    pub(crate) fn fit(&mut self, height: u64) {
        self.scroll_by(Motion::Left, height);
    }

    /// The numbers of the lines in view.
    pub(crate) fn view(&self, height: u64) -> std::ops::Range<u64> {
        let top = match self.following {
            Following::Live => self.live_top(height),
            Following::Paused { scroll, .. } => scroll.top,
        };
        top..top.saturating_add(height).min(self.ring.end())
    }

    fn live_top(&self, height: u64) -> u64 {
        self.ring.end().saturating_sub(height).max(self.ring.first())
    }

    /// The number of the selected line, while the view is held still.
    pub(crate) fn selected(&self) -> Option<u64> {
        match self.following {
            Following::Live => None,
            Following::Paused { scroll, .. } => Some(scroll.selected),
        }
    }

    /// The selected record; where the tail follows, the newest.
    pub(crate) fn selected_record(&self) -> Option<&Row> {
        let number = self.selected().or_else(|| self.ring.end().checked_sub(1))?;
        let mut numbers = (self.ring.first()..=number).rev();
        numbers.find_map(|number| match self.ring.get(number) {
            Some(Line::Record { row, .. }) => Some(row),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::DateTime;

    use super::*;
    use crate::Flushed;

    const HEIGHT: u64 = 10;

    fn rows(offsets: std::ops::Range<u64>) -> Rows {
        let row = |offset| Row { bucket: 0, offset, buffered: true, cells: Vec::new() };
        Rows { columns: Arc::new([]), rows: offsets.map(row).collect() }
    }

    fn tail() -> Tail {
        let mut tail = Tail::of(Place { topic: "t".parse().unwrap(), bucket: None });
        arrive(&mut tail, 0..100);
        tail
    }

    fn arrive(tail: &mut Tail, offsets: std::ops::Range<u64>) {
        tail.take(vec![Arrival::Rows(rows(offsets))], DateTime::UNIX_EPOCH.naive_utc());
    }

    fn in_view(tail: &Tail) -> Vec<u64> {
        let offset = |number| match tail.ring.get(number) {
            Some(Line::Record { row, .. }) => Some(row.offset),
            _ => None,
        };
        tail.view(HEIGHT).filter_map(offset).collect()
    }

    #[test]
    fn a_live_tail_shows_the_newest() {
        let mut tail = tail();
        assert_eq!(in_view(&tail), (90..100).collect::<Vec<_>>());
        arrive(&mut tail, 100..101);
        assert_eq!(in_view(&tail).last(), Some(&100));
    }

    #[test]
    fn looking_back_holds_the_view_on_its_records_and_counts_what_comes() {
        let mut tail = tail();
        tail.step(Motion::Up, HEIGHT);
        let before = in_view(&tail);
        arrive(&mut tail, 100..412);
        assert_eq!(in_view(&tail), before);
        assert_eq!(tail.selected_record().map(|row| row.offset), Some(98));
        let Following::Paused { unseen, unseen_buffered, .. } = tail.following else { panic!() };
        assert_eq!((unseen, unseen_buffered), (312, 312));
        let flushed = Flushed { bucket_id: 0, version: 7, rows: 410, next_offset: 410 };
        tail.take(vec![Arrival::Flushed(flushed)], DateTime::UNIX_EPOCH.naive_utc());
        let Following::Paused { unseen, unseen_buffered, .. } = tail.following else { panic!() };
        assert_eq!((unseen, unseen_buffered), (312, 2));
        tail.step(Motion::End, HEIGHT);
        assert_eq!(in_view(&tail).last(), Some(&411));
    }

    #[test]
    fn moving_down_does_not_let_the_tail_go() {
        let mut tail = tail();
        tail.step(Motion::Up, HEIGHT);
        tail.step(Motion::PageDown, HEIGHT);
        assert!(tail.selected().is_some());
    }

    #[test]
    fn a_full_ring_keeps_what_is_being_read_and_tells_what_went_by() {
        let mut tail = tail();
        tail.ring = Ring::bounded(30 * 200);
        arrive(&mut tail, 0..20);
        tail.step(Motion::PageUp, HEIGHT);
        let before = in_view(&tail);
        arrive(&mut tail, 20..10_000);
        assert_eq!(in_view(&tail), before);
        tail.step(Motion::End, HEIGHT);
        let last = tail.ring.get(tail.ring.end() - 1);
        assert!(matches!(last, Some(Line::Gap(missed)) if *missed > 9_000), "{last:?}");
    }

    #[test]
    fn a_flush_is_a_line_and_turns_the_marks_of_its_records() {
        let mut tail = tail();
        let flushed = Flushed { bucket_id: 0, version: 7, rows: 100, next_offset: 100 };
        tail.take(vec![Arrival::Flushed(flushed)], DateTime::UNIX_EPOCH.naive_utc());
        assert!(tail.selected_record().is_some_and(|row| row.offset == 99 && !row.buffered));
    }

    #[test]
    fn an_empty_tail_can_be_moved_in() {
        let mut tail = Tail::of(Place { topic: "t".parse().unwrap(), bucket: None });
        for motion in [Motion::Up, Motion::Down, Motion::PageUp, Motion::Right, Motion::End] {
            tail.step(motion, HEIGHT);
            assert!(tail.view(HEIGHT).is_empty());
            assert!(tail.selected_record().is_none());
        }
    }
}
