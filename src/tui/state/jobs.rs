//! What takes long: a view of the loads under way, and what became of those before.

use std::collections::VecDeque;
use std::time::Duration;

use super::app::State;
use super::scroll::Scroll;
use crate::tui::effect::Slot;
use crate::tui::text::quantity::counted;
use crate::tui::work::{Chore, Unit, named};

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
    /// What that is counted in.
    pub(crate) unit: Unit,
    /// Whether it is to end by itself, soon.
    pub(crate) stops: bool,
}

/// From how long on it can be said how fast something goes.
const MEASURED: Duration = Duration::from_millis(500);

impl Job {
    /// How much is done a second, once that can be said.
    pub(crate) fn rate(&self) -> Option<u64> {
        let (done, _) = self.progress.filter(|(done, _)| *done > 0)?;
        let millis = u64::try_from(self.since.as_millis()).ok()?;
        (self.since >= MEASURED).then(|| done.saturating_mul(1_000).checked_div(millis))?
    }

    /// How long it takes still, if it goes on as it went.
    pub(crate) fn left(&self) -> Option<Duration> {
        let (done, all) = self.progress.filter(|(done, all)| *done > 0 && done < all)?;
        self.rate()?;
        let left = self.since.as_secs_f64() * (all - done) as f64 / done as f64;
        Duration::try_from_secs_f64(left).ok()
    }
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
            Self::Load(Slot::Administer) => Some("what is done to a topic goes on to its end"),
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
            unit: Unit::Topics,
            stops: false,
        });
        let long = || self.loads.running().filter(|(_, since)| *since >= LONG);
        let loads =
            long().filter(|(slot, _)| !self.is_of_run(slot) && !matches!(slot, Slot::Page(_)));
        let job = |(slot, since)| self.job(slot, since);
        let mut jobs: Vec<Job> = loads.map(job).collect();
        let pages = long().filter(|(slot, _)| matches!(slot, Slot::Page(_)));
        if let (Some(job), Some(listed)) =
            (jobs.iter_mut().find(|job| job.work == Work::Load(Slot::Sift)), &self.records.listed)
        {
            job.progress = Some(listed.progress);
        }
        // Pages in view are read together, and given up together.
        if let Some((slot, since)) = pages.max_by_key(|(_, since)| *since) {
            jobs.push(Job { work: Work::Pages, ..self.job(slot, since) });
        }
        jobs.extend(run.filter(|run| run.since >= LONG));
        jobs.sort_by_key(|job| std::cmp::Reverse(job.since));
        jobs
    }

    fn job(&self, slot: &Slot, since: Duration) -> Job {
        Job {
            what: what(slot),
            work: Work::Load(slot.clone()),
            since,
            progress: self.loads.progress(slot),
            unit: unit(slot),
            stops: self.loads.stops(slot),
        }
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

/// What a load counts in.
fn unit(slot: &Slot) -> Unit {
    match slot {
        Slot::Tend(Chore::CleanUp | Chore::Verify, _) => Unit::Bytes,
        _ => Unit::Records,
    }
}

/// What a load does, in a few words.
pub(crate) fn what(slot: &Slot) -> String {
    match slot {
        Slot::Topics => "list the topics".into(),
        Slot::Counts(topic) => format!("count `{topic}`"),
        Slot::Lag(topic) => format!("look at the groups of `{topic}`"),
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
        Slot::Shape => "find out what a topic takes".into(),
        Slot::Check => "check records".into(),
        Slot::Copy => "read what is to be copied".into(),
        Slot::Offer => "copy".into(),
        Slot::Screenshot => "keep a picture of the screen".into(),
        Slot::Export => "export".into(),
        Slot::Preview => "look what is to be done".into(),
        Slot::Holdings => "look what goes with a topic".into(),
        Slot::Administer => "rename or delete a topic".into(),
        Slot::Storage => "look what lies on disk".into(),
        Slot::Tend(chore, place) => format!("{} {}", chore.verb(), named(place)),
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
    fn what_is_left_follows_from_what_was_done() {
        let job = |since, progress| Job {
            work: Work::Pages,
            what: String::new(),
            since: Duration::from_millis(since),
            progress,
            unit: Unit::Records,
            stops: false,
        };
        for (job, rate, left) in [
            (job(2_000, Some((500, 2_000))), Some(250), Some(6_000)),
            (job(2_000, Some((2_000, 2_000))), Some(1_000), None),
            (job(100, Some((500, 2_000))), None, None),
            (job(2_000, Some((0, 2_000))), None, None),
            (job(2_000, Some((5, 0))), Some(2), None),
            (job(2_000, None), None, None),
        ] {
            let left = left.map(Duration::from_millis);
            assert_eq!((job.rate(), job.left()), (rate, left), "{job:?}");
        }
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
