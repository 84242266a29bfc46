//! An engine that is not there: it takes effects, and answers late, in any order, wrongly, or when nobody asks any more.
//!
//! Every value of a record says where it comes from (`topic/bucket/epoch#offset`), so whatever stands on a screen can be
//! checked against the place that the screen is about. A bucket's epoch grows when another program rewrites it.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use chrono::{DateTime, NaiveDateTime};

use crate::tui::data::{
    Align, BucketFlush, Cell, Column, Fault, FlushReport, Refusal, Row, Rows, Stored, Trial, Whole,
};
use crate::tui::effect::{
    Effect, LoadId, PageKey, Picked, Place, RecordId, Request, Sifting, Slot,
};
use crate::tui::event::{Answer, Arrival, Complaint, Event, Sifted};
use crate::tui::sample;
use crate::tui::state::PAGE;
use crate::{
    BucketCounts, Change, Cursor, Durability, Estimate, Flushed, JsonObject, Receipt, TopicCounts,
    TopicEntry, TopicName, WatchMode,
};

/// What a refusal begins with; the record follows.
pub(super) const REFUSED: &str = "refused: ";
/// Loads that nobody waits for any more and that may still answer.
const LATE: usize = 12;

/// One bucket: offsets `first..first + rows`, the last `buffered` of them not in a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bucket {
    pub(super) first: u64,
    pub(super) rows: u64,
    pub(super) buffered: u64,
    pub(super) version: u64,
    pub(super) epoch: u64,
}

/// What lies on the disk.
#[derive(Debug, Clone, Default)]
pub(super) struct World {
    pub(super) topics: Vec<(TopicName, Vec<Bucket>)>,
}

/// Something that other programs do.
#[derive(Debug, Clone)]
pub(super) enum Turn {
    /// Puts so many records into a bucket.
    Put(usize, usize, u64),
    /// Persists what is buffered in a topic.
    Flush(usize),
    /// Writes a bucket anew, with so many records.
    Rewrite(usize, usize, u64),
    /// Makes a topic of so many buckets, or removes it where it is there.
    Toggle(usize, usize),
}

/// How a load is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// From what is on the disk now.
    Now,
    /// From what was there when it was asked.
    AsAsked,
    /// With an error.
    Fails,
}

/// A load on its way.
#[derive(Debug)]
struct Load {
    id: LoadId,
    slot: Slot,
    request: Request,
    asked: World,
}

/// The engine.
#[derive(Debug, Default)]
pub(super) struct Fake {
    pub(super) world: World,
    /// Loads that somebody waits for.
    live: Vec<Load>,
    /// Loads that were given up, or that a newer one took the place of.
    late: VecDeque<Load>,
    /// What changed, and was not told yet.
    untold: VecDeque<Change>,
    /// Every slot there ever was.
    seen: BTreeSet<Slot>,
}

pub(super) const NAMES: [&str; 4] = ["aa", "bb", "cc", "dd"];

pub(super) fn name(index: usize) -> TopicName {
    NAMES[index % NAMES.len()].parse().unwrap()
}

impl World {
    pub(super) fn bucket(&self, topic: &TopicName, bucket: u32) -> Option<&Bucket> {
        self.buckets(topic)?.get(bucket as usize)
    }

    fn buckets(&self, topic: &TopicName) -> Option<&Vec<Bucket>> {
        self.topics.iter().find(|(name, _)| name == topic).map(|(_, buckets)| buckets)
    }

    fn buckets_mut(&mut self, topic: &TopicName) -> Option<&mut Vec<Bucket>> {
        self.topics.iter_mut().find(|(name, _)| name == topic).map(|(_, buckets)| buckets)
    }

    pub(super) fn counts(&self, topic: &TopicName) -> Option<TopicCounts> {
        let of = |(bucket_id, b): (u32, &Bucket)| BucketCounts {
            bucket_id,
            total_count: b.rows,
            buffer_count: b.buffered,
            persisted_count: b.rows - b.buffered,
            first_offset: b.first,
            next_offset: b.first + b.rows,
            version: b.version,
        };
        let buckets: Vec<BucketCounts> = (0..).zip(self.buckets(topic)?).map(of).collect();
        let sum = |of: fn(&BucketCounts) -> u64| buckets.iter().map(of).sum();
        Some(TopicCounts {
            total_count: sum(|b| b.total_count),
            buffer_count: sum(|b| b.buffer_count),
            persisted_count: sum(|b| b.persisted_count),
            buckets,
        })
    }

    fn rows(&self, topic: &TopicName, bucket: u32, offsets: std::ops::Range<u64>) -> Option<Rows> {
        let b = self.bucket(topic, bucket)?;
        let end = b.first + b.rows;
        let row = |offset| Row {
            bucket,
            offset,
            buffered: offset >= end - b.buffered,
            cells: vec![Cell::Text(token(topic, bucket, b.epoch, offset))].into(),
            heavy: Vec::new(),
        };
        let columns: Arc<[Column]> =
            Arc::new([Column { name: "token".into(), align: Align::Left, kind: "text".into() }]);
        Some(Rows {
            columns,
            rows: (offsets.start.max(b.first)..offsets.end.min(end)).map(row).collect(),
        })
    }
}

fn token(topic: &TopicName, bucket: u32, epoch: u64, offset: u64) -> String {
    format!("{topic}/{bucket}/{epoch}#{offset}")
}

/// Where a value that stands on a screen comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) topic: TopicName,
    pub(super) bucket: u32,
    pub(super) epoch: u64,
    pub(super) offset: u64,
}

/// The values in a line of a screen; those that are cut are left out.
pub(super) fn origins(line: &str) -> Vec<Origin> {
    let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || "/#…".contains(c)));
    words.filter_map(origin).collect()
}

fn origin(word: &str) -> Option<Origin> {
    let (place, offset) = word.split_once('#')?;
    let mut parts = place.split('/');
    let topic = parts.next().filter(|name| NAMES.contains(name))?.parse().ok()?;
    let (bucket, epoch) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Origin { topic, bucket, epoch, offset: offset.parse().ok()? })
}

/// Whether the fake takes a record, and if not, why.
pub(super) fn refusal(record: &JsonObject) -> Option<String> {
    let text = serde_json::to_string(record).unwrap();
    record.contains_key("x").then(|| format!("{REFUSED}{text}"))
}

/// Why the fake takes some records not.
pub(super) fn refused(records: &[JsonObject]) -> Vec<Refusal> {
    let told = |(record, object)| Some(Refusal { record, field: None, reason: refusal(object)? });
    records.iter().enumerate().filter_map(told).collect()
}

/// What would become of records: all go into the first bucket.
fn trial(records: &[JsonObject]) -> Result<Trial, Vec<Refusal>> {
    let refused = refused(records);
    if !refused.is_empty() {
        return Err(refused);
    }
    Ok(Trial { buckets: vec![(0, records.len() as u64)], added: Vec::new() })
}

impl Fake {
    /// Takes what an update asks for.
    pub(super) fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Load { id, slot, request } => {
                    self.give_up(&slot);
                    self.seen.insert(slot.clone());
                    self.live.push(Load { id, slot, request, asked: self.world.clone() });
                }
                Effect::Cancel(slot) => self.give_up(&slot),
                Effect::Stop(_) | Effect::Remember(_) => {}
            }
        }
    }

    fn give_up(&mut self, slot: &Slot) {
        while let Some(at) = self.live.iter().position(|load| load.slot == *slot) {
            self.late.push_back(self.live.remove(at));
        }
        while self.late.len() > LATE {
            self.late.pop_front();
        }
    }

    /// The loads that somebody waits for.
    pub(super) fn live(&self) -> impl Iterator<Item = (&Slot, LoadId)> {
        self.live.iter().map(|load| (&load.slot, load.id))
    }

    /// Every slot that was ever used.
    pub(super) fn seen(&self) -> &BTreeSet<Slot> {
        &self.seen
    }

    /// Whether there is an answer or a change on its way; a tail always is.
    pub(super) fn is_busy(&self) -> bool {
        !self.untold.is_empty() || self.live.iter().any(|load| !goes_on(&load.slot))
    }

    /// Answers one of the loads that somebody waits for.
    pub(super) fn answer(&mut self, pick: usize, fate: Fate) -> Option<Event> {
        let at = pick.checked_rem(self.live.len())?;
        let load = &self.live[at];
        if load.slot == Slot::SiftOn && fate != Fate::Fails {
            let result = read(&self.world, &load.request);
            return Some(Event::Answer { slot: load.slot.clone(), id: load.id, result });
        }
        if matches!(load.slot, Slot::Tail | Slot::TailBeside(_))
            && fate != Fate::Fails
            && let result @ Ok(_) = tail(&self.world, &load.request, pick)
        {
            return Some(Event::Answer { slot: load.slot.clone(), id: load.id, result });
        }
        let load = self.live.remove(at);
        Some(self.answered(&load, fate))
    }

    /// Answers everything but tails, the newest first.
    pub(super) fn answer_next(&mut self) -> Option<Event> {
        let at = self.live.iter().rposition(|load| !goes_on(&load.slot))?;
        let load = self.live.remove(at);
        Some(self.answered(&load, Fate::Now))
    }

    /// Answers a load that nobody waits for any more.
    pub(super) fn answer_late(&mut self, pick: usize, fate: Fate) -> Option<Event> {
        let at = pick.checked_rem(self.late.len())?;
        let load = self.late.remove(at)?;
        Some(self.answered(&load, fate))
    }

    fn answered(&mut self, load: &Load, fate: Fate) -> Event {
        let result = match fate {
            _ if goes_on(&load.slot) => Err(Fault::new("it is gone")),
            Fate::Fails => Err(Fault::new("it fails on purpose")),
            Fate::AsAsked => read(&load.asked, &load.request),
            Fate::Now => {
                self.change(&load.request);
                read(&self.world, &load.request)
            }
        };
        Event::Answer { slot: load.slot.clone(), id: load.id, result }
    }

    /// Does what a load changes.
    fn change(&mut self, request: &Request) {
        match request {
            Request::Put { topic, records } if refused(records).is_empty() => {
                let index = NAMES.iter().position(|name| *name == topic.as_str()).unwrap();
                self.turn(&Turn::Put(index, 0, records.len() as u64));
            }
            Request::Flush(place) => {
                let index = NAMES.iter().position(|name| *name == place.topic.as_str()).unwrap();
                self.turn(&Turn::Flush(index));
            }
            _ => {}
        }
    }

    /// Something changes on the disk; it is told later.
    pub(super) fn turn(&mut self, turn: &Turn) {
        let (Turn::Put(topic, ..)
        | Turn::Flush(topic)
        | Turn::Rewrite(topic, ..)
        | Turn::Toggle(topic, _)) = turn;
        let topic = name(*topic);
        let mut change = Change::Topic(topic.clone());
        match (turn, self.world.buckets_mut(&topic)) {
            (Turn::Toggle(_, buckets), None) => {
                let fresh = Bucket { first: 0, rows: 0, buffered: 0, version: 0, epoch: 1 };
                self.world.topics.push((topic, vec![fresh; (*buckets).max(1)]));
                self.world.topics.sort_by(|a, b| a.0.as_str().cmp(b.0.as_str()));
                change = Change::Topics;
            }
            (Turn::Toggle(..), Some(_)) => {
                self.world.topics.retain(|(name, _)| *name != topic);
                change = Change::Topics;
            }
            (_, None) => return,
            (Turn::Put(_, bucket, rows), Some(buckets)) => {
                let at = bucket % buckets.len();
                buckets[at].rows += rows;
                buckets[at].buffered += rows;
            }
            (Turn::Flush(_), Some(buckets)) => {
                for bucket in buckets.iter_mut().filter(|bucket| bucket.buffered > 0) {
                    bucket.buffered = 0;
                    bucket.version += 1;
                }
            }
            (Turn::Rewrite(_, bucket, rows), Some(buckets)) => {
                let at = bucket % buckets.len();
                let Bucket { first, rows: before, version, epoch, .. } = buckets[at];
                // Who rewrites gives new offsets.
                buckets[at] = Bucket {
                    first: first + before + 1,
                    rows: *rows,
                    buffered: 0,
                    version: version + 1,
                    epoch: epoch + 1,
                };
            }
        }
        self.untold.push_back(change);
    }

    /// Tells of a change.
    pub(super) fn tell(&mut self, pick: usize) -> Option<Event> {
        let at = pick.checked_rem(self.untold.len())?;
        let change = self.untold.remove(at)?;
        Some(Event::Changed(change, WatchMode::Events))
    }
}

/// Whether a load never comes to an end.
fn goes_on(slot: &Slot) -> bool {
    matches!(slot, Slot::Tail | Slot::TailBeside(_) | Slot::SiftOn)
}

fn missing() -> Fault {
    Fault { missing: true, ..Fault::new("it is not there") }
}

fn entry((name, buckets): &(TopicName, Vec<Bucket>)) -> TopicEntry {
    let buckets = u32::try_from(buckets.len()).unwrap();
    TopicEntry { name: name.clone(), buckets, foreign: false }
}

fn read(world: &World, request: &Request) -> Result<Answer, Fault> {
    Ok(match request {
        Request::Topics => Answer::Topics(world.topics.iter().map(entry).collect()),
        Request::Counts(topic) => Answer::Counts(world.counts(topic).ok_or_else(missing)?, at(0)),
        Request::Lag(_) => Answer::Lag { behind: None, took: Duration::ZERO },
        Request::Page { topic, key, generation, picked, .. } => {
            let rows = page(world, topic, *key, picked.as_ref())?;
            Answer::Page { rows, took: Duration::from_micros(400), generation: *generation }
        }
        Request::Record(id) | Request::Lighter { record: id, .. } => {
            Answer::Record(record(world, id)?)
        }
        Request::Locate(RecordId { topic, bucket, offset, .. }) => {
            let first = world.bucket(topic, *bucket).ok_or_else(missing)?.first;
            let row = offset.saturating_sub(first);
            Answer::Row { bucket: *bucket, row, offset: *offset }
        }
        Request::Check { records, .. } => Answer::Checked(trial(records)),
        Request::Put { topic, records } => {
            if let Some(refusal) = refused(records).into_iter().next() {
                return Err(Fault::new(refusal.sentence()));
            }
            let rows = world.bucket(topic, 0).ok_or_else(missing)?.rows;
            let receipts = vec![Receipt { bucket: 0, lsn: rows, rows: records.len() as u64 }];
            Answer::Put(Stored { receipts, durability: Durability::Os })
        }
        Request::Flush(place) => flush(world, &place.topic)?,
        Request::Condition { .. } => {
            Answer::Condition(Err(Complaint { reason: "no".into(), place: None }))
        }
        Request::Estimate(sifting) => estimated(world, sifting)?,
        Request::Sift(sifting) => sifted(world, sifting)?,
        // A tail goes on and on: see `tail`. What is not modelled here fails.
        Request::Shape(_) | Request::Tail { .. } => return sample::answer(request),
        Request::Offer(_) => Answer::Offered(None),
        Request::Screenshot { stem, .. } => Answer::Pictured(stem.clone()),
        Request::SiftOn { .. } => Answer::SiftedOn(Vec::new()),
        Request::VersionNumbers(_)
        | Request::Since { .. }
        | Request::FlushFrom { .. }
        | Request::Copy(_)
        | Request::Picture { .. }
        | Request::Value { .. }
        | Request::Versions { .. }
        | Request::Upkeep(_)
        | Request::Branches(_)
        | Request::Pin(_)
        | Request::Diff(_)
        | Request::Alter(_)
        | Request::Similar { .. }
        | Request::Words(_)
        | Request::Export(_)
        | Request::Preview { .. }
        | Request::Storage(_)
        | Request::Holdings(_)
        | Request::Administer(_)
        | Request::Tend { .. }
        | Request::Find(_) => return Err(Fault::new("it cannot be read")),
    })
}

fn flush(world: &World, topic: &TopicName) -> Result<Answer, Fault> {
    let buckets = world.buckets(topic).ok_or_else(missing)?;
    let of = |(id, b): (u32, &Bucket)| BucketFlush {
        flushed: flushed(id, b),
        before: BucketCounts::default(),
        after: BucketCounts::default(),
        grown: None,
        took: Duration::from_millis(3),
    };
    let buckets = (0..).zip(buckets).map(of).collect();
    Ok(Answer::Flushed(FlushReport { buckets, took: Duration::from_millis(3) }))
}

fn record(world: &World, id: &RecordId) -> Result<Whole, Fault> {
    let offsets = id.offset..id.offset + 1;
    let rows = world.rows(&id.topic, id.bucket, offsets).ok_or_else(missing)?;
    let Some(Cell::Text(text)) = rows.rows.first().and_then(|row| row.cells.first()) else {
        return Err(missing());
    };
    let values: ArrayRef = Arc::new(StringArray::from(vec![text.as_str()]));
    let batch = RecordBatch::try_from_iter([("token", values)]).unwrap();
    Ok(Whole::of_row(&batch, rows.rows[0].buffered))
}

fn page(
    world: &World,
    topic: &TopicName,
    PageKey { bucket, index }: PageKey,
    picked: Option<&Picked>,
) -> Result<Rows, Fault> {
    let Some(picked) = picked else {
        let first = world.bucket(topic, bucket).ok_or_else(missing)?.first + index * PAGE;
        return world.rows(topic, bucket, first..first + PAGE).ok_or_else(missing);
    };
    let mut all = Rows::empty();
    for (bucket, offset) in &picked.places {
        let rows = world.rows(topic, *bucket, *offset..offset + 1).ok_or_else(missing)?;
        all.columns = rows.columns;
        all.rows.extend(rows.rows);
    }
    Ok(all)
}

/// As many as there are.
fn estimated(world: &World, sifting: &Sifting) -> Result<Answer, Fault> {
    let total = world.counts(&sifting.place.topic).ok_or_else(missing)?.total_count;
    let estimate = Estimate { matches: total / 2, looked_at: total.min(9), total };
    Ok(Answer::Estimated(Ok(estimate)))
}

/// Every record that has all the texts; sorted, the same.
fn sifted(world: &World, sifting: &Sifting) -> Result<Answer, Fault> {
    let topic = &sifting.place.topic;
    let buckets = u32::try_from(world.buckets(topic).ok_or_else(missing)?.len()).unwrap();
    let mut found = Vec::new();
    let mut end = Cursor::default();
    for bucket in (0..buckets).filter(|id| sifting.place.bucket.is_none_or(|own| own == *id)) {
        let rows = world.rows(topic, bucket, 0..u64::MAX).ok_or_else(missing)?;
        let filter = &sifting.asked.filter;
        let has_all = |row: &&Row| filter.needles().all(|text| row.cells[0].has(text));
        found.extend(rows.rows.iter().filter(has_all).map(|row| (bucket, row.offset)));
        end.set(bucket, 0.into());
    }
    let (matches, sort) = (found.len() as u64, sifting.asked.sort.is_some());
    let (sorted, found) = if sort { (Some(found), Vec::new()) } else { (None, found) };
    let (looked_at, all) = (matches, matches);
    Ok(Answer::Sifted(Sifted { found, matches, looked_at, all, sorted, end: Some(end) }))
}

fn flushed(bucket_id: u32, bucket: &Bucket) -> Flushed {
    let next_offset = bucket.first + bucket.rows - bucket.buffered;
    Flushed { bucket_id, version: bucket.version, rows: bucket.rows, next_offset }
}

/// The last records of a bucket, or its last flush.
fn tail(world: &World, request: &Request, pick: usize) -> Result<Answer, Fault> {
    let Request::Tail { place: Place { topic, bucket, .. }, .. } = request else {
        return sample::answer(request);
    };
    let buckets = world.buckets(topic).ok_or_else(missing)?.len();
    let bucket = bucket.unwrap_or(u32::try_from(pick % buckets).unwrap());
    let known = world.bucket(topic, bucket).ok_or_else(missing)?;
    let end = known.first + known.rows;
    let rows = world.rows(topic, bucket, end.saturating_sub(1 + pick as u64 % 40)..end);
    let arrivals = match pick % 3 {
        0 => vec![Arrival::Flushed(flushed(bucket, known))],
        1 => rows.map(|rows| Arrival::Backlog(rows, Vec::new())).into_iter().collect(),
        _ => rows.map(Arrival::Rows).into_iter().collect(),
    };
    Ok(Answer::Tail(arrivals, at(pick as u64 % 30)))
}

/// A time, so many seconds after the start.
pub(super) fn at(seconds: u64) -> NaiveDateTime {
    let seconds = 1_000_000 + i64::try_from(seconds).unwrap();
    DateTime::from_timestamp(seconds, 0).unwrap().naive_utc()
}
