//! Flushes: the topics that wait to be flushed one after the other, and the card that tells what was
//! done.

use std::collections::VecDeque;
use std::time::Duration;

use super::app::State;
use super::topics::{Counts, Topic};
use crate::TopicName;
use crate::tui::data::{BucketFlush, Fault, FlushReport};
use crate::tui::effect::Slot;

/// A flush of many topics, one after the other.
#[derive(Debug)]
pub(crate) struct FlushRun {
    /// Those that are still to be flushed.
    pub(crate) waiting: VecDeque<TopicName>,
    /// The one that is being flushed.
    pub(crate) current: Option<TopicName>,
    /// How many there were at the beginning.
    pub(crate) all: u64,
    /// What came of those before.
    pub(crate) card: Card,
    /// When it began.
    pub(crate) begun: Duration,
}

impl FlushRun {
    /// How many topics are done.
    pub(crate) fn done(&self) -> u64 {
        let left = self.waiting.len() as u64 + u64::from(self.current.is_some());
        self.all.saturating_sub(left + self.card.left)
    }

    /// Whether it is this flush that it is at.
    pub(crate) fn is_at(&self, slot: &Slot) -> bool {
        matches!(slot, Slot::Flush(topic) if self.current.as_ref() == Some(topic))
    }
}

/// What flushes did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) lines: Vec<CardLine>,
    /// Topics that were left as they are, because somebody stopped the run.
    pub(crate) left: u64,
    pub(crate) took: Duration,
}

/// One bucket, or a topic that could not be flushed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CardLine {
    Bucket(TopicName, BucketFlush),
    Failed(TopicName, String),
}

impl Card {
    /// Takes what a flush did, or why it failed.
    pub(crate) fn add(&mut self, topic: &TopicName, result: Result<&FlushReport, &Fault>) {
        match result {
            Ok(report) => {
                let line = |bucket: &BucketFlush| CardLine::Bucket(topic.clone(), bucket.clone());
                self.lines.extend(report.changed().map(line));
                self.took += report.took;
            }
            Err(fault) => self.lines.push(CardLine::Failed(topic.clone(), fault.message.clone())),
        }
    }

    /// How many records became persisted.
    pub(crate) fn rows(&self) -> u64 {
        let rows = |line: &CardLine| match line {
            CardLine::Bucket(_, bucket) => bucket.flushed.rows,
            CardLine::Failed(..) => 0,
        };
        self.lines.iter().map(rows).sum()
    }

    /// How many topics could not be flushed.
    pub(crate) fn failed(&self) -> u64 {
        self.lines.iter().filter(|line| matches!(line, CardLine::Failed(..))).count() as u64
    }

    /// Whether more than one topic has a line.
    pub(crate) fn is_of_many(&self) -> bool {
        let mut topics = self.lines.iter().map(CardLine::topic);
        let first = topics.next();
        topics.any(|topic| Some(topic) != first)
    }
}

impl CardLine {
    /// Whose line it is.
    pub(crate) fn topic(&self) -> &TopicName {
        match self {
            Self::Bucket(topic, _) | Self::Failed(topic, _) => topic,
        }
    }
}

/// What a flush of all topics would do.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Topics with something buffered: name, records, buckets that have any.
    pub(crate) topics: Vec<(TopicName, u64, u64)>,
    /// Topics that are not counted yet.
    pub(crate) uncounted: u64,
    /// Topics that other programs made: they are read only.
    pub(crate) foreign: u64,
    /// Topics that cannot be read.
    pub(crate) broken: u64,
}

impl Plan {
    /// Records that would be persisted.
    pub(crate) fn records(&self) -> u64 {
        self.topics.iter().map(|(_, records, _)| records).sum()
    }

    fn note(&mut self, topic: &Topic) {
        match &topic.counts {
            _ if topic.entry.foreign => self.foreign += 1,
            Counts::Unknown => self.uncounted += 1,
            Counts::Broken(_) => self.broken += 1,
            Counts::Known(counts) if counts.buffer_count > 0 => {
                let buckets = counts.buckets.iter().filter(|bucket| bucket.buffer_count > 0);
                let name = topic.entry.name.clone();
                self.topics.push((name, counts.buffer_count, buckets.count() as u64));
            }
            Counts::Known(_) => {}
        }
    }
}

impl State {
    /// What a flush of all topics would do now.
    pub(crate) fn flush_plan(&self) -> Plan {
        let mut plan = Plan::default();
        for topic in &self.topics.list {
            plan.note(topic);
        }
        plan
    }
}
