//! The tail: what arrives, newest at the bottom, and which of it is heard.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::across::Across;
use super::held::{Held, last_top};
use super::rate::Rate;
use super::ring::{Came, Line, Ring};
use super::widths::Widths;
use crate::tui::data::{Column, Fault, Filter, Row, Rows};
use crate::tui::effect::Place;
use crate::tui::event::Arrival;
use crate::tui::input::Motion;
use crate::{BucketCounts, Flushed, TopicCounts, TopicName};

/// Where a record comes from: the number of a topic, and a bucket of it.
pub(crate) type Source = (usize, u32);

/// A tail of one place, and of other topics beside it.
#[derive(Debug)]
pub(crate) struct Tail {
    pub(crate) place: Place,
    /// Topics that are followed beside it.
    pub(crate) beside: Vec<TopicName>,
    /// The sources that are not to be heard, as numbers of a topic and of a bucket.
    muted: BTreeSet<Source>,
    pub(crate) ring: Ring,
    pub(crate) following: Following,
    pub(crate) rate: Rate,
    pub(crate) widths: Widths,
    /// The columns of the newest record: those of the heading.
    pub(crate) columns: Arc<[Column]>,
    /// Those that are shown, and the cursor among them.
    pub(crate) across: Across,
    /// The offset behind what has come, or was passed over, of each bucket.
    ends: BTreeMap<Source, u64>,
    /// How long flushes took that were asked for here, by bucket and version.
    took: BTreeMap<(Source, u64), Duration>,
    /// What its records must be like.
    pub(crate) filter: Filter,
    /// Why it ended.
    pub(crate) failed: Option<Fault>,
}

/// Whether the newest line is in view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Following {
    /// It is.
    Live,
    /// The view stays on its lines, whatever arrives.
    Paused(Held),
}

impl Tail {
    /// A tail that has just been opened.
    pub(crate) fn of(place: Place) -> Self {
        Self {
            place,
            beside: Vec::new(),
            muted: BTreeSet::new(),
            ring: Ring::default(),
            following: Following::Live,
            rate: Rate::default(),
            widths: Widths::default(),
            columns: Arc::new([]),
            across: Across::default(),
            ends: BTreeMap::new(),
            took: BTreeMap::new(),
            filter: Filter::default(),
            failed: None,
        }
    }

    /// The same, of records that match.
    pub(crate) fn matching(self, filter: Filter) -> Self {
        Self { filter, ..self }
    }

    /// The same, with other topics beside it.
    pub(crate) fn with(self, beside: Vec<TopicName>) -> Self {
        Self { beside, ..self }
    }

    /// The number of a topic that is followed; the main one has 0.
    pub(crate) fn number_of(&self, topic: &TopicName) -> Option<usize> {
        if *topic == self.place.topic {
            return Some(0);
        }
        self.beside.iter().position(|other| other == topic).map(|at| at + 1)
    }

    /// The topic with a number.
    pub(crate) fn topic(&self, number: usize) -> &TopicName {
        let other = number.checked_sub(1).and_then(|at| self.beside.get(at));
        other.unwrap_or(&self.place.topic)
    }

    /// Takes what arrived of a topic.
    pub(crate) fn take(&mut self, topic: usize, arrivals: Vec<Arrival>, now: NaiveDateTime) {
        for arrival in arrivals {
            match arrival {
                Arrival::Backlog(rows, times) => self.merge(topic, rows, times),
                // They stand in front of the others; that is said elsewhere.
                Arrival::Untimed(_) => {}
                Arrival::Rows(rows) => {
                    self.rate.add(now, rows.rows.len() as u64);
                    self.append(topic, rows, now);
                }
                Arrival::Flushed(flushed) => {
                    let source = (topic, flushed.bucket_id);
                    self.ring.persist(topic, flushed.bucket_id, flushed.next_offset);
                    let took = self.took.remove(&(source, flushed.version));
                    self.push(source, Line::Flush(flushed, took));
                }
                Arrival::Reset(reset) => {
                    self.push((topic, reset.bucket_id), Line::Reset(reset));
                }
                Arrival::Reached(ends) => {
                    let ends = ends.into_iter().map(|(bucket, end)| ((topic, bucket), end));
                    self.ends.extend(ends);
                }
            }
        }
        if let Following::Paused(held) = &mut self.following {
            held.unseen_buffered = self.ring.buffered_from(held.since());
        }
    }

    /// Notes how long a flush took, whether it has been told of already or not.
    pub(crate) fn note_flush(&mut self, topic: usize, flushed: &Flushed, took: Duration) {
        if !self.ring.note_flush(topic, flushed, took) {
            self.took.insert(((topic, flushed.bucket_id), flushed.version), took);
        }
    }

    /// How many records of a topic lie behind what has come of it, or was passed over.
    pub(crate) fn lag(&self, topic: usize, counts: &TopicCounts) -> u64 {
        let behind = |bucket: &BucketCounts| {
            let end = self.ends.get(&(topic, bucket.bucket_id))?;
            Some(bucket.next_offset.saturating_sub(*end))
        };
        counts.buckets.iter().filter_map(behind).sum()
    }

    fn append(&mut self, topic: usize, rows: Rows, now: NaiveDateTime) {
        self.head(topic, &rows);
        for row in rows.rows {
            let source = (topic, row.bucket);
            self.ends.insert(source, row.offset + 1);
            let (columns, came) = (rows.columns.clone(), Came::At(now));
            self.push(source, Line::Record { row, columns, came });
        }
    }

    /// Takes records of before in the order of their times, whichever topics and buckets they are of; those of a bucket stay
    /// in theirs.
    fn merge(&mut self, topic: usize, rows: Rows, times: Vec<Option<DateTime<Utc>>>) {
        self.head(topic, &rows);
        let mut latest: BTreeMap<u32, DateTime<Utc>> = BTreeMap::new();
        let times = times.into_iter().chain(std::iter::repeat(None));
        for (row, time) in rows.rows.into_iter().zip(times) {
            let source = (topic, row.bucket);
            self.ends.insert(source, row.offset + 1);
            let before = latest.entry(row.bucket).or_insert(DateTime::<Utc>::MIN_UTC);
            *before = time.unwrap_or(*before).max(*before);
            let came = *before;
            if self.muted.contains(&source) {
                continue;
            }
            let columns = rows.columns.clone();
            let line = Line::Record { row, columns, came: Came::Before(came) };
            let number = self.ring.insert(topic, line, came);
            if let Following::Paused(held) = &mut self.following {
                held.make_room(number);
            }
        }
    }

    /// The heading is that of the main topic, once something of it has come.
    fn head(&mut self, topic: usize, rows: &Rows) {
        if !rows.columns.is_empty() && (topic == 0 || self.columns.is_empty()) {
            self.columns = rows.columns.clone();
        }
    }

    fn push(&mut self, source: Source, line: Line) {
        if self.muted.contains(&source) {
            return;
        }
        let line = (source.0, line);
        let is_record = matches!(line.1, Line::Record { .. });
        match &mut self.following {
            Following::Live => {
                self.ring.push(line, u64::MAX);
            }
            Following::Paused(held) => held.came(is_record, |keep| self.ring.push(line, keep)),
        }
    }

    /// Does not let a source be heard any more; its lines go, and the view stays on the others.
    pub(crate) fn mute(&mut self, source: Source) {
        self.muted.insert(source);
        let (topic, bucket) = source;
        match &mut self.following {
            Following::Live => drop(self.ring.forget(topic, bucket, [0; 3])),
            Following::Paused(held) => held.close_up(|numbers| {
                let now = self.ring.forget(topic, bucket, numbers);
                (now, self.ring.end())
            }),
        }
    }

    /// The sources that are not to be heard.
    pub(crate) fn muted(&self) -> &BTreeSet<Source> {
        &self.muted
    }

    /// The source of the selected record; where the tail follows, of the newest.
    pub(crate) fn selected_source(&self) -> Option<Source> {
        let (number, row) = self.selected_line()?;
        Some((self.ring.topic(number)?, row.bucket))
    }

    /// Moves: upwards holds the tail still, to the end lets it go on.
    pub(crate) fn step(&mut self, motion: Motion, height: u64) {
        match motion {
            Motion::Left | Motion::Right => self.across.step(motion),
            Motion::End => self.resume(),
            Motion::Up | Motion::PageUp | Motion::Home => {
                self.pause(height);
                self.scroll_by(motion, height);
            }
            Motion::Down | Motion::PageDown => self.scroll_by(motion, height),
        }
    }

    /// Holds the view where it is.
    pub(crate) fn pause(&mut self, height: u64) {
        if self.following == Following::Live {
            self.following = Following::Paused(Held::at_end(&self.lines(), height));
        }
    }

    /// Selects a line and holds the view there.
    pub(crate) fn select(&mut self, number: u64, height: u64) {
        self.pause(height);
        let lines = self.lines();
        if let Following::Paused(held) = &mut self.following {
            held.select(number, height, &lines);
        }
    }

    /// Goes on at the end; what found no room is told.
    pub(crate) fn resume(&mut self) {
        if let Following::Paused(held) = std::mem::replace(&mut self.following, Following::Live)
            && held.dropped() > 0
        {
            self.ring.push((0, Line::Gap(held.dropped())), u64::MAX);
        }
    }

    fn scroll_by(&mut self, motion: Motion, height: u64) {
        let lines = self.lines();
        if let Following::Paused(held) = &mut self.following {
            held.step(motion, height, &lines);
        }
    }

    /// Brings a view that was held still back into the lines that are kept.
    pub(crate) fn fit(&mut self, height: u64) {
        self.scroll_by(Motion::Left, height);
    }

    /// The numbers of the lines in view.
    pub(crate) fn view(&self, height: u64) -> Range<u64> {
        let top = match self.following {
            Following::Live => last_top(&self.lines(), height),
            Following::Paused(held) => held.scroll.top,
        };
        top..top.saturating_add(height).min(self.ring.end())
    }

    /// The numbers of all lines.
    fn lines(&self) -> Range<u64> {
        self.ring.first()..self.ring.end()
    }

    /// The number of the selected line, while the view is held still.
    pub(crate) fn selected(&self) -> Option<u64> {
        match self.following {
            Following::Live => None,
            Following::Paused(held) => Some(held.scroll.selected),
        }
    }

    /// The selected record; where the tail follows, the newest.
    pub(crate) fn selected_record(&self) -> Option<&Row> {
        self.selected_line().map(|(_, row)| row)
    }

    fn selected_line(&self) -> Option<(u64, &Row)> {
        let number = self.selected().or_else(|| self.ring.end().checked_sub(1))?;
        let mut numbers = (self.ring.first()..=number).rev();
        numbers.find_map(|number| match self.ring.get(number) {
            Some(Line::Record { row, .. }) => Some((number, row)),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    const HEIGHT: u64 = 10;

    fn rows(offsets: Range<u64>) -> Rows {
        let row = |offset| Row {
            bucket: 0,
            offset,
            buffered: true,
            cells: Vec::new().into(),
            heavy: Vec::new(),
        };
        Rows { columns: Arc::new([]), rows: offsets.map(row).collect() }
    }

    fn tail() -> Tail {
        let mut tail = Tail::of(Place { topic: "t".parse().unwrap(), bucket: None });
        arrive(&mut tail, 0..100);
        tail
    }

    fn arrive(tail: &mut Tail, offsets: Range<u64>) {
        tail.take(0, vec![Arrival::Rows(rows(offsets))], DateTime::UNIX_EPOCH.naive_utc());
    }

    fn in_view(tail: &Tail) -> Vec<u64> {
        let offset = |number| match tail.ring.get(number) {
            Some(Line::Record { row, .. }) => Some(row.offset),
            _ => None,
        };
        tail.view(HEIGHT).filter_map(offset).collect()
    }

    /// Records that came since the view was held still, and how many of them are buffered.
    fn unseen(tail: &Tail) -> (u64, u64) {
        let Following::Paused(held) = tail.following else { panic!("it follows") };
        (held.unseen, held.unseen_buffered)
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
        assert_eq!(unseen(&tail), (312, 312));
        let flushed = Flushed { bucket_id: 0, version: 7, rows: 410, next_offset: 410 };
        tail.take(0, vec![Arrival::Flushed(flushed)], DateTime::UNIX_EPOCH.naive_utc());
        assert_eq!(unseen(&tail), (312, 2));
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
        tail.take(0, vec![Arrival::Flushed(flushed)], DateTime::UNIX_EPOCH.naive_utc());
        assert!(tail.selected_record().is_some_and(|row| row.offset == 99 && !row.buffered));
    }

    #[test]
    fn lag_is_what_the_topic_has_behind_the_newest_record_that_came() {
        let tail = tail();
        let counts = |next_offset| TopicCounts {
            buckets: vec![BucketCounts { next_offset, ..BucketCounts::default() }],
            ..TopicCounts::default()
        };
        assert_eq!([90, 100, 112].map(|end| tail.lag(0, &counts(end))), [0, 0, 12]);
    }

    #[test]
    fn a_flush_that_was_timed_says_so_whichever_is_told_first() {
        let flushed = |version| Flushed { bucket_id: 0, version, rows: 9, next_offset: 9 };
        let mut tail = tail();
        let arrival = |tail: &mut Tail, version| {
            let arrivals = vec![Arrival::Flushed(flushed(version))];
            tail.take(0, arrivals, DateTime::UNIX_EPOCH.naive_utc());
        };
        arrival(&mut tail, 7);
        tail.note_flush(0, &flushed(7), Duration::from_millis(3));
        tail.note_flush(0, &flushed(8), Duration::from_millis(4));
        arrival(&mut tail, 8);
        arrival(&mut tail, 9);
        let took = |number| match tail.ring.get(number) {
            Some(Line::Flush(_, took)) => took.map(|took| took.as_millis()),
            other => panic!("{other:?}"),
        };
        assert_eq!([100, 101, 102].map(took), [Some(3), Some(4), None]);
    }

    #[test]
    fn a_selected_line_is_in_view_and_held() {
        let mut tail = tail();
        tail.select(20, HEIGHT);
        assert!(in_view(&tail).contains(&20));
        assert_eq!(tail.selected_record().map(|row| row.offset), Some(20));
    }

    #[test]
    fn what_was_there_before_stands_in_the_order_in_which_it_came() {
        let mut tail = Tail::of(Place { topic: "t".parse().unwrap(), bucket: None });
        let tail = &mut tail;
        let backlog = |tail: &mut Tail, topic, offsets: Range<u64>, seconds: &[i64]| {
            let times = seconds.iter().map(|second| DateTime::from_timestamp(*second, 0));
            let arrivals = vec![Arrival::Backlog(rows(offsets), times.collect())];
            tail.take(topic, arrivals, DateTime::UNIX_EPOCH.naive_utc());
        };
        backlog(tail, 0, 0..3, &[10, 20, 40]);
        arrive(tail, 3..5);
        tail.select(1, HEIGHT);
        backlog(tail, 1, 100..103, &[10, 30, 50]);
        let expected = [0, 100, 1, 101, 2, 102, 3, 4];
        assert_eq!(in_view(tail), expected);
        assert_eq!(tail.selected_record().map(|row| row.offset), Some(1), "the view stays");
        // A record that nobody knows a time of stays behind those of its bucket.
        backlog(tail, 2, 200..202, &[45]);
        assert_eq!(in_view(tail), [0, 100, 1, 101, 2, 200, 201, 102, 3, 4]);
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

    #[test]
    fn a_source_that_is_muted_is_gone_and_the_view_stays_on_the_others() {
        let mut tail = tail();
        tail = Tail { beside: vec!["u".parse().unwrap()], ..tail };
        tail.take(1, vec![Arrival::Rows(rows(500..520))], DateTime::UNIX_EPOCH.naive_utc());
        arrive(&mut tail, 100..110);
        tail.select(125, HEIGHT);
        assert_eq!(tail.selected_source(), Some((0, 0)));
        let before = tail.selected_record().map(|row| row.offset);
        tail.mute((1, 0));
        assert_eq!(tail.selected_record().map(|row| row.offset), before);
        assert_eq!(tail.ring.end(), 110);
        tail.take(1, vec![Arrival::Rows(rows(520..530))], DateTime::UNIX_EPOCH.naive_utc());
        assert_eq!(tail.ring.end(), 110, "what comes of it is not heard");
        arrive(&mut tail, 110..111);
        assert_eq!(unseen(&tail).0, 1);
    }

    #[test]
    fn a_flush_turns_the_marks_of_its_own_topic_only() {
        let mut tail = tail();
        tail.take(1, vec![Arrival::Rows(rows(0..3))], DateTime::UNIX_EPOCH.naive_utc());
        let flushed = Flushed { bucket_id: 0, version: 7, rows: 100, next_offset: 100 };
        tail.take(0, vec![Arrival::Flushed(flushed)], DateTime::UNIX_EPOCH.naive_utc());
        assert!(tail.selected_record().is_some_and(|row| row.buffered));
        assert_eq!(tail.selected_source(), Some((1, 0)));
        let counts = TopicCounts {
            buckets: vec![BucketCounts { next_offset: 9, ..BucketCounts::default() }],
            ..TopicCounts::default()
        };
        assert_eq!((tail.lag(1, &counts), tail.lag(0, &counts)), (6, 0));
    }
}
