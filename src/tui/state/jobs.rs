//! What takes long: a view of the loads under way, and what became of those before.

use std::collections::VecDeque;
use std::time::Duration;

use super::app::State;
use super::scroll::Scroll;
use crate::tui::effect::Slot;
use crate::tui::text::quantity::counted;

/// From how long on something is a job.
pub(crate) const LONG: Duration = Duration::from_millis(300);
/// Jobs that have ended and are still told.
const TOLD: usize = 50;

/// One thing under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) work: Work,
    /// What it does, in a few words.
    pub(crate) what: String,
    /// For how long already.
    pub(crate) since: Duration,
    /// How much of how much is done, where that is known.
    pub(crate) progress: Option<(u64, u64)>,
}

/// What can be stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Work {
    Load(Slot),
    /// All pages of records that are being read.
    Pages,
    /// The flush of many topics.
    FlushRun,
}

impl Work {
    /// Why it cannot be stopped, where it cannot.
    pub(crate) fn unstoppable(&self) -> Option<&'static str> {
        match self {
            Self::Load(Slot::Flush(_)) => Some("a flush that has begun goes on to its end"),
            Self::Load(Slot::Alter) => Some("what is done to a version goes on to its end"),
            Self::Load(Slot::Put(_)) => Some("a put that has begun goes on to its end"),
            _ => None,
        }
    }
}

/// Something that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) what: String,
    pub(crate) took: Duration,
    /// What came of it, or why it failed.
    pub(crate) outcome: Result<String, String>,
}

/// What has ended, the newest first, and what the list of jobs has selected.
#[derive(Debug, Default)]
pub(crate) struct Jobs {
    pub(crate) ended: VecDeque<Ended>,
    /// The work that is selected in the list; none where something that has ended is.
    pub(crate) marked: Option<Work>,
}

impl Jobs {
    /// Notes that something has ended.
    pub(crate) fn end(&mut self, what: String, took: Duration, outcome: Result<String, String>) {
        self.ended.push_front(Ended { what, took, outcome });
        self.ended.truncate(TOLD);
    }
}

impl State {
    /// Everything that takes long, the oldest first.
    pub(crate) fn jobs(&self) -> Vec<Job> {
        let run = self.flush_run.as_ref().map(|run| Job {
            work: Work::FlushRun,
            what: format!("flush {}", counted(run.all, "topic")),
            since: self.loads.now().saturating_sub(run.begun),
            progress: Some((run.done(), run.all)),
        });
        let long = || self.loads.running().filter(|(_, since)| *since >= LONG);
        let loads =
            long().filter(|(slot, _)| !self.is_of_run(slot) && !matches!(slot, Slot::Page(_)));
        let mut jobs: Vec<Job> = loads.map(|(slot, since)| job(slot, since)).collect();
        let pages = long().filter(|(slot, _)| matches!(slot, Slot::Page(_)));
        if let (Some(job), Some(listed)) =
            (jobs.iter_mut().find(|job| job.work == Work::Load(Slot::Sift)), &self.records.listed)
        {
            job.progress = Some(listed.progress);
        }
        // Pages in view are read together, and given up together.
        if let Some((slot, since)) = pages.max_by_key(|(_, since)| *since) {
            jobs.push(Job { work: Work::Pages, ..job(slot, since) });
        }
        jobs.extend(run.filter(|run| run.since >= LONG));
        jobs.sort_by_key(|job| std::cmp::Reverse(job.since));
        jobs
    }

    /// Brings the selection in the list of jobs back to its job, wherever that stands now; where it has
    /// ended, to what has ended last.
    pub(crate) fn fit_jobs(&mut self, scroll: &mut Scroll, height: u64) {
        let jobs = self.jobs();
        let under_way = jobs.len() as u64;
        let place = |work: &Work| jobs.iter().position(|job| job.work == *work);
        scroll.selected = match self.jobs.marked.as_ref().map(place) {
            Some(Some(at)) => at as u64,
            Some(None) => under_way,
            None => scroll.selected.max(under_way),
        };
        scroll.fit(height, under_way + self.jobs.ended.len() as u64);
        let selected = usize::try_from(scroll.selected).ok();
        self.jobs.marked = selected.and_then(|at| jobs.get(at)).map(|job| job.work.clone());
    }
}

fn job(slot: &Slot, since: Duration) -> Job {
    Job { what: what(slot), work: Work::Load(slot.clone()), since, progress: None }
}

/// What a load does, in a few words.
pub(crate) fn what(slot: &Slot) -> String {
    match slot {
        Slot::Topics => "list the topics".into(),
        Slot::Counts(topic) => format!("count `{topic}`"),
        Slot::Page(_) => "read records".into(),
        Slot::Detail | Slot::Clone => "read a record".into(),
        Slot::Value => "read a value".into(),
        Slot::Picture => "make a preview".into(),
        Slot::Find => "look for a text".into(),
        Slot::Seek => "look for an offset".into(),
        Slot::Condition => "check a condition".into(),
        Slot::Estimate => "count what would match".into(),
        Slot::Sift => "look for what matches".into(),
        Slot::VersionList => "list the versions".into(),
        Slot::Versions => "read about versions".into(),
        Slot::Upkeep => "look what is due".into(),
        Slot::Branches => "list the branches".into(),
        Slot::Pin => "go to a version".into(),
        Slot::Alter => "change a version".into(),
        Slot::Diff => "compare two versions".into(),
        Slot::Similar => "look for similar records".into(),
        Slot::Words => "search for words".into(),
        Slot::Tail | Slot::TailBeside(_) | Slot::SiftOn => "follow".into(),
        Slot::Check => "check a record".into(),
        Slot::Copy => "read what is to be copied".into(),
        Slot::Offer => "copy".into(),
        Slot::Put(topic) => format!("put into `{topic}`"),
        Slot::Flush(topic) => format!("flush `{topic}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_ends_are_told() {
        let mut jobs = Jobs::default();
        for number in 0..200 {
            jobs.end(number.to_string(), LONG, Ok(String::new()));
        }
        assert_eq!((jobs.ended.len(), jobs.ended[0].what.as_str()), (TOLD, "199"));
    }

    #[test]
    fn what_changes_something_cannot_be_stopped() {
        let topic = "t".parse::<crate::TopicName>().unwrap();
        assert!(Work::Load(Slot::Flush(topic.clone())).unstoppable().is_some());
        assert!(Work::Load(Slot::Put(topic.clone())).unstoppable().is_some());
        assert!(Work::Load(Slot::Counts(topic)).unstoppable().is_none());
        assert!(Work::FlushRun.unstoppable().is_none());
    }
}
