//! The prompt of an export: which records, and into which file.

use super::app::{Screen, State};
use super::listed::Course;
use super::prompt::Prompt;
use super::topics::Topic;
use crate::tui::effect::{Past, Place};
use crate::tui::text::quantity::{counted, grouped};
use crate::tui::work::{Lot, named};

/// What is being asked.
#[derive(Debug)]
pub(crate) struct ExportPrompt {
    pub(crate) prompt: Prompt,
    pub(crate) place: Place,
    /// The version at which the records are read.
    pub(crate) version: Option<Past>,
    /// What there is to choose from; never empty.
    lots: Vec<Choice>,
    chosen: usize,
    /// The name of a file that is there: asked again, it is replaced.
    pub(crate) is_there: Option<String>,
    /// Whether it was asked for, and has not begun yet.
    pub(crate) waits: bool,
}

/// Some records, and what they are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) lot: Lot,
    pub(crate) name: String,
}

impl ExportPrompt {
    /// The records that are chosen.
    pub(crate) fn choice(&self) -> Option<&Choice> {
        self.lots.get(self.chosen)
    }

    /// Chooses the next ones.
    pub(crate) fn turn(&mut self) {
        self.chosen = (self.chosen + 1) % self.lots.len().max(1);
    }

    /// Whether there is more than one choice.
    pub(crate) fn has_others(&self) -> bool {
        self.lots.len() > 1
    }
}

impl State {
    /// What could be exported of what is shown, the likeliest chosen; none where no topic is. Of the records in view,
    /// bucket and offset are given.
    pub(crate) fn export_prompt(&self, in_view: Vec<(u32, u64)>) -> Option<ExportPrompt> {
        let (place, version) = self.exported_place()?;
        let lots: Vec<Choice> = [self.marked(&place), viewed(in_view), self.matching()]
            .into_iter()
            .flatten()
            .chain([self.all(&place)])
            .collect();
        // All, or all of what is asked for.
        let chosen = match lots.iter().position(|choice| matches!(choice.lot, Lot::Matching(_))) {
            Some(at) => at,
            None => lots.len() - 1,
        };
        let version_text =
            version.as_ref().map(|past| format!("-v{}", past.version)).unwrap_or_default();
        let file = format!("{}{version_text}.jsonl", named(&place).replace('/', "-"));
        let prompt = Prompt::after(&self.earlier_files).with(&file);
        Some(ExportPrompt { prompt, place, version, lots, chosen, is_there: None, waits: false })
    }

    /// The topic or bucket that is shown, and at which version.
    fn exported_place(&self) -> Option<(Place, Option<Past>)> {
        if let (Screen::Tail, Some(tail)) = (self.screen, &self.tail) {
            return Some((tail.place.clone(), None));
        }
        let place = self.records.place.clone()?;
        // A version is one of a bucket.
        match &self.records.pin {
            Some(pin) => {
                let bucket = Some(pin.bucket);
                Some((Place { bucket, ..place }, self.records.past()))
            }
            None => Some((place, None)),
        }
    }

    /// The marked ones of the place.
    fn marked(&self, place: &Place) -> Option<Choice> {
        let is_of = |bucket: u32| place.bucket.is_none_or(|own| own == bucket);
        let own = self.marks.list().iter().map(|mark| &mark.record);
        let own = own.filter(|record| record.topic == place.topic && is_of(record.bucket));
        let places: Vec<(u32, u64)> = own.map(|record| (record.bucket, record.offset)).collect();
        let name = format!("the {}", counted(places.len() as u64, "marked record"));
        (!places.is_empty()).then_some(Choice { lot: Lot::These(places), name })
    }

    /// Those that the filter lets through.
    fn matching(&self) -> Option<Choice> {
        let filter = self.asked.filter.clone();
        if filter.is_empty() {
            return None;
        }
        let found = self.records.listed.as_ref().filter(|listed| listed.course == Course::Done);
        let found =
            found.map(|listed| format!("the {} that match", counted(listed.matches, "record")));
        let name = found.unwrap_or_else(|| "all that the filter matches".into());
        Some(Choice { lot: Lot::Matching(filter), name })
    }

    fn all(&self, place: &Place) -> Choice {
        let counts = self.topics.get(&place.topic);
        let records = match (&self.records.pin, place.bucket) {
            (Some(_), _) => Some(self.records.whole().extents.total()),
            (None, Some(bucket)) => counts.and_then(|t| t.bucket(bucket)).map(|b| b.total_count),
            (None, None) => counts.and_then(Topic::known).map(|all| all.total_count),
        };
        let number = records.map(|records| format!("{} ", grouped(records))).unwrap_or_default();
        Choice { lot: Lot::All, name: format!("all {number}records of {}", named(place)) }
    }
}

/// Those that are in view.
fn viewed(places: Vec<(u32, u64)>) -> Option<Choice> {
    let name = format!("the {} in view", counted(places.len() as u64, "record"));
    (!places.is_empty()).then_some(Choice { lot: Lot::These(places), name })
}
