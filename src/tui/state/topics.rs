//! The tree of topics and buckets, with what is known of their counts.

use super::lag::Lag;
use super::rates::Rates;
use super::scroll::Scroll;
use crate::tui::data::Fault;
use crate::tui::effect::Place;
use crate::{BucketCounts, TopicCounts, TopicEntry, TopicName};

/// The tree.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    pub(crate) listing: Listing,
    pub(crate) list: Vec<Topic>,
    pub(crate) scroll: Scroll,
}

/// How far listing the root has come.
#[derive(Debug, Default)]
pub(crate) enum Listing {
    /// Nothing is known yet.
    #[default]
    Loading,
    /// The list is there.
    Ready,
    /// It could not be listed.
    Failed(Fault),
}

/// One topic.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) entry: TopicEntry,
    pub(crate) unfolded: bool,
    pub(crate) counts: Counts,
    /// How many records come.
    pub(crate) rates: Rates,
    /// Whether something changed since the counts were last asked for.
    pub(crate) stale: bool,
    /// How far its groups are behind.
    pub(crate) lag: Lag,
}

/// What is known of a topic's records.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Counts {
    /// Nothing yet.
    #[default]
    Unknown,
    /// So many there are.
    Known(TopicCounts),
    /// It cannot be read.
    Broken(Fault),
}

/// One row of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TreeRow {
    /// The topic with this index.
    Topic(usize),
    /// The bucket of the topic with this index.
    Bucket(usize, u32),
}

impl Topic {
    fn new(entry: TopicEntry) -> Self {
        Self {
            entry,
            unfolded: false,
            counts: Counts::Unknown,
            rates: Rates::default(),
            stale: true,
            lag: Lag::default(),
        }
    }

    /// The counts, where they are known.
    pub(crate) fn known(&self) -> Option<&TopicCounts> {
        match &self.counts {
            Counts::Known(counts) => Some(counts),
            _ => None,
        }
    }

    /// Why it cannot be read, where it cannot.
    pub(crate) fn fault(&self) -> Option<&Fault> {
        match &self.counts {
            Counts::Broken(fault) => Some(fault),
            _ => None,
        }
    }

    /// A bucket's counts, where they are known.
    pub(crate) fn bucket(&self, bucket: u32) -> Option<&BucketCounts> {
        self.known()?.buckets.iter().find(|counts| counts.bucket_id == bucket)
    }

    fn rows(&self) -> u64 {
        if self.unfolded { 1 + u64::from(self.entry.buckets) } else { 1 }
    }
}

impl Topics {
    /// Takes a new list: what is known stays, and so does the selection, by name.
    pub(crate) fn replace(&mut self, entries: Vec<TopicEntry>) {
        let selected = self.selected();
        let mut old = std::mem::take(&mut self.list);
        self.list = entries.into_iter().map(|entry| kept(&mut old, entry)).collect();
        self.listing = Listing::Ready;
        self.scroll.selected = self.scroll.selected.min(self.total().saturating_sub(1));
        if let Some(place) = selected {
            self.select(&place);
        }
    }

    /// How many rows the tree has.
    pub(crate) fn total(&self) -> u64 {
        self.list.iter().map(Topic::rows).sum()
    }

    /// A row of the tree.
    pub(crate) fn row(&self, mut row: u64) -> Option<TreeRow> {
        for (index, topic) in self.list.iter().enumerate() {
            if row < topic.rows() {
                let bucket = row.checked_sub(1).and_then(|bucket| u32::try_from(bucket).ok());
                return Some(bucket.map_or(TreeRow::Topic(index), |b| TreeRow::Bucket(index, b)));
            }
            row -= topic.rows();
        }
        None
    }

    /// The topic or bucket that is selected.
    pub(crate) fn selected(&self) -> Option<Place> {
        let (index, bucket) = match self.row(self.scroll.selected)? {
            TreeRow::Topic(index) => (index, None),
            TreeRow::Bucket(index, bucket) => (index, Some(bucket)),
        };
        Some(Place { topic: self.list.get(index)?.entry.name.clone(), bucket })
    }

    /// Selects a topic or bucket, where it is there.
    pub(crate) fn select(&mut self, place: &Place) {
        let mut row = 0;
        for topic in &self.list {
            if topic.entry.name == place.topic {
                let bucket = place.bucket.filter(|_| topic.unfolded);
                self.scroll.selected = row + bucket.map_or(0, |bucket| 1 + u64::from(bucket));
                return;
            }
            row += topic.rows();
        }
    }

    /// A topic by its name.
    pub(crate) fn get(&self, name: &TopicName) -> Option<&Topic> {
        self.list.iter().find(|topic| topic.entry.name == *name)
    }

    /// A topic by its name, to be changed.
    pub(crate) fn get_mut(&mut self, name: &TopicName) -> Option<&mut Topic> {
        self.list.iter_mut().find(|topic| topic.entry.name == *name)
    }

    /// Folds or unfolds the selected topic; folding a bucket selects its topic.
    pub(crate) fn fold(&mut self, unfolded: Fold) {
        let Some(place) = self.selected() else { return };
        let Some(topic) = self.get_mut(&place.topic) else {
            return;
        };
        topic.unfolded = unfolded == Fold::Open && topic.entry.buckets > 1;
        self.select(&place);
    }

    /// Records of all topics that were counted, and whether that is all of them.
    pub(crate) fn records(&self) -> (u64, Whole) {
        let counted =
            self.list.iter().filter_map(Topic::known).map(|counts| counts.total_count).sum();
        let unknown = self.list.iter().any(|topic| topic.counts == Counts::Unknown);
        (counted, if unknown { Whole::Part } else { Whole::All })
    }

    /// Buckets of all topics.
    pub(crate) fn buckets(&self) -> u64 {
        self.list.iter().map(|topic| u64::from(topic.entry.buckets)).sum()
    }
}

/// Whether the buckets of a topic are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    Open,
    Shut,
}

/// Whether a sum is of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    All,
    Part,
}

fn kept(old: &mut Vec<Topic>, entry: TopicEntry) -> Topic {
    match old.iter().position(|topic| topic.entry == entry) {
        Some(index) => old.swap_remove(index),
        None => Topic::new(entry),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, buckets: u32) -> TopicEntry {
        TopicEntry { name: name.parse().unwrap(), buckets, foreign: false }
    }

    fn place(topic: &str, bucket: Option<u32>) -> Place {
        Place { topic: topic.parse().unwrap(), bucket }
    }

    fn topics() -> Topics {
        let mut topics = Topics::default();
        topics.replace(vec![entry("a", 1), entry("b", 3), entry("c", 2)]);
        topics
    }

    #[test]
    fn an_unfolded_topic_has_a_row_for_each_bucket() {
        let mut topics = topics();
        topics.scroll.selected = 1;
        topics.fold(Fold::Open);
        assert_eq!(topics.total(), 6);
        assert_eq!(topics.row(4), Some(TreeRow::Bucket(1, 2)));
        assert_eq!(topics.row(5), Some(TreeRow::Topic(2)));
        assert_eq!(topics.row(6), None);
    }

    #[test]
    fn folding_a_bucket_selects_its_topic() {
        let mut topics = topics();
        topics.scroll.selected = 1;
        topics.fold(Fold::Open);
        topics.scroll.selected = 3;
        assert_eq!(topics.selected(), Some(place("b", Some(1))));
        topics.fold(Fold::Shut);
        assert_eq!((topics.selected(), topics.total()), (Some(place("b", None)), 3));
    }

    #[test]
    fn a_topic_of_one_bucket_does_not_unfold() {
        let mut topics = topics();
        topics.fold(Fold::Open);
        assert_eq!(topics.total(), 3);
    }

    #[test]
    fn a_new_list_keeps_the_selection_the_folds_and_the_counts() {
        let mut topics = topics();
        topics.scroll.selected = 1;
        topics.fold(Fold::Open);
        topics.scroll.selected = 3;
        topics.get_mut(&"b".parse().unwrap()).unwrap().counts =
            Counts::Known(TopicCounts::default());
        topics.replace(vec![entry("0", 1), entry("a", 1), entry("b", 3)]);
        assert_eq!(topics.selected(), Some(place("b", Some(1))));
        assert!(topics.get(&"b".parse().unwrap()).unwrap().known().is_some());
    }
}
