//! A view of a tail that is held still on its lines, whatever arrives, and what it has not seen.

use std::ops::Range;

use super::scroll::Scroll;
use crate::tui::input::Motion;

/// The view; all numbers are those that lines have in the ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// Selection and first line in view.
    pub(crate) scroll: Scroll,
    /// The number of the first line that arrived since.
    since: u64,
    /// Records that arrived since.
    pub(crate) unseen: u64,
    /// How many of them are buffered now.
    pub(crate) unseen_buffered: u64,
    /// How many of them found no room.
    dropped: u64,
}

impl Held {
    /// A view of the newest of these lines.
    pub(super) fn at_end(lines: &Range<u64>, height: u64) -> Self {
        let scroll = Scroll { top: last_top(lines, height), selected: lines.end.saturating_sub(1) };
        Self { scroll, since: lines.end, unseen: 0, unseen_buffered: 0, dropped: 0 }
    }

    /// The number of the first line that arrived since.
    pub(super) fn since(&self) -> u64 {
        self.since
    }

    /// How many records found no room.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Counts what arrives, and gives it to `push`, which says whether there was room for it without the lines from a
    /// number on. Where something had none, what follows has none either: no line is missing between two others.
    pub(super) fn came(&mut self, is_record: bool, push: impl FnOnce(u64) -> bool) {
        self.unseen += u64::from(is_record);
        let has_room = self.dropped == 0 && push(self.scroll.top);
        self.dropped += u64::from(is_record && !has_room);
    }

    /// Selects a line, and brings it into view.
    pub(super) fn select(&mut self, number: u64, height: u64, lines: &Range<u64>) {
        let row = number.saturating_sub(lines.start);
        self.within(lines, |scroll, total| scroll.jump(row, height, total));
    }

    /// Moves among the lines, and back into those that are kept.
    pub(super) fn step(&mut self, motion: Motion, height: u64, lines: &Range<u64>) {
        self.within(lines, |scroll, total| scroll.step(motion, height, total));
    }

    /// Stays on its lines, one having come in at a number: those from there on have moved by one.
    pub(super) fn make_room(&mut self, number: u64) {
        let moved = |line: u64| line + u64::from(line >= number);
        let Scroll { top, selected } = self.scroll;
        self.scroll = Scroll { top: moved(top), selected: moved(selected) };
        self.since = moved(self.since);
    }

    /// Stays on its lines, others having gone: `forget` says where lines stand then, or those behind them, and where they
    /// end.
    pub(super) fn close_up(&mut self, forget: impl FnOnce([u64; 3]) -> ([u64; 3], u64)) {
        let Scroll { top, selected } = self.scroll;
        let ([top, selected, since], end) = forget([top, selected, self.since]);
        (self.scroll, self.since) = (Scroll { top, selected }, since);
        self.unseen = self.unseen.min(end.saturating_sub(since));
    }

    /// Changes the view as one of a list that begins with row 0.
    fn within(&mut self, lines: &Range<u64>, change: impl FnOnce(&mut Scroll, u64)) {
        let first = lines.start;
        let Scroll { top, selected } = self.scroll;
        let (top, selected) = (top.saturating_sub(first), selected.saturating_sub(first));
        let mut scroll = Scroll { top, selected };
        change(&mut scroll, lines.end - first);
        self.scroll = Scroll { top: scroll.top + first, selected: scroll.selected + first };
    }
}

/// The first line in view where the last of these lines is the last in view.
pub(super) fn last_top(lines: &Range<u64>, height: u64) -> u64 {
    lines.end.saturating_sub(height).max(lines.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEIGHT: u64 = 10;

    fn held(lines: Range<u64>) -> Held {
        Held::at_end(&lines, HEIGHT)
    }

    fn view(held: &Held) -> (u64, u64) {
        (held.scroll.top, held.scroll.selected)
    }

    #[test]
    fn it_begins_at_the_newest_line() {
        assert_eq!(view(&held(40..100)), (90, 99));
        assert_eq!(view(&held(40..43)), (40, 42), "there are fewer lines than room");
        assert_eq!(view(&held(40..40)), (40, 39), "there are none");
    }

    #[test]
    fn what_comes_is_counted_and_nothing_is_kept_behind_what_found_no_room() {
        let mut held = held(0..100);
        held.came(true, |keep| keep == 90);
        held.came(false, |_| true);
        assert_eq!((held.unseen, held.dropped()), (1, 0), "a flush is no record");
        held.came(true, |_| false);
        held.came(true, |_| panic!("it would stand where the one before is missing"));
        assert_eq!((held.unseen, held.dropped()), (3, 2));
        assert_eq!(view(&held), (90, 99));
    }

    #[test]
    fn moves_end_at_the_lines_that_are_kept() {
        let mut held = held(40..100);
        held.step(Motion::PageUp, HEIGHT, &(40..100));
        assert_eq!(view(&held), (81, 90));
        held.step(Motion::Home, HEIGHT, &(40..100));
        assert_eq!(view(&held), (40, 40));
        held.step(Motion::Left, HEIGHT, &(60..120));
        assert_eq!(view(&held), (60, 60), "the lines in view are gone");
        held.select(99, HEIGHT, &(60..120));
        assert_eq!(view(&held), (94, 99));
        held.select(u64::MAX, HEIGHT, &(60..120));
        assert_eq!(view(&held), (110, 119));
        held.select(3, HEIGHT, &(60..120));
        assert_eq!(view(&held), (60, 60));
    }

    #[test]
    fn it_stays_on_its_lines_where_others_come_in_between_or_go() {
        let mut held = held(0..100);
        held.make_room(95);
        assert_eq!((view(&held), held.since()), ((90, 100), 101));
        held.make_room(5);
        assert_eq!((view(&held), held.since()), ((91, 101), 102));
        held.make_room(102);
        assert_eq!((view(&held), held.since()), ((91, 101), 103), "it is no line that came since");
        (0..9).for_each(|_| held.came(true, |_| true));
        held.close_up(|numbers| (numbers.map(|number| number - 50), 58));
        assert_eq!((view(&held), held.since()), ((41, 51), 53));
        assert_eq!(held.unseen, 5, "those that went are not waited for");
    }
}
