//! The whole state, and the questions that more than one part asks of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::NaiveDateTime;
use ratatui::layout::Size;

use super::arrangement::Arrangement;
use super::clip::Clip;
use super::deeds::Deeds;
use super::detail::Detail;
use super::extents::Extents;
use super::find::Find;
use super::flushes::{Card, FlushRun};
use super::jobs::Jobs;
use super::listed::Asked;
use super::loads::Loads;
use super::log::Log;
use super::look::Look;
use super::marks::Marks;
use super::memory::Resume;
use super::overlay::Overlay;
use super::prompt::Earlier;
use super::put::PutPage;
use super::records::Records;
use super::tail::Tail;
use super::topics::Topics;
use super::tour::Tour;
use super::versions::Versions;
use crate::tui::data::Row;
use crate::tui::effect::{RecordId, Slot};
use crate::tui::input::{Context, Keymap};
use crate::tui::options::{DEFAULT_ROOT, Options, Start};
use crate::tui::work::Outcome;
use crate::{TopicName, WatchMode};

/// How often ages and rates change.
const SECOND: Duration = Duration::from_secs(1);
/// How often a spinner turns.
const TURN: Duration = Duration::from_millis(100);

/// Everything that the screen depends on.
#[expect(clippy::struct_excessive_bools, reason = "each is of another thing")]
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) size: Size,
    /// The time of the last event, where the person is.
    pub(crate) now: NaiveDateTime,
    pub(crate) look: Look,
    /// Which keys mean which actions.
    pub(crate) keymap: Keymap,
    /// Whether nothing is changed from here.
    pub(crate) read_only: bool,
    /// What was said.
    pub(crate) log: Log,
    /// Columns that are hidden, and that stay in view, where a topic's are not arranged.
    pub(crate) preset: (Vec<String>, Vec<String>),
    /// The root, as text.
    pub(crate) root: String,
    /// The root as a command names it; none where it is the one that is taken where none is named.
    pub(crate) named_root: Option<String>,
    pub(crate) watch: WatchMode,
    /// Records that were begun and not put, by topic.
    pub(crate) drafts: BTreeMap<TopicName, Box<PutPage>>,
    /// The record that was put last by hand.
    pub(crate) put_last: Option<RecordId>,
    /// The record that is being read to be put again.
    pub(crate) cloned: Option<RecordId>,
    /// What to open as soon as it is there.
    pub(crate) start: Start,
    /// Where somebody left off the last time, until that is there.
    pub(crate) resume: Option<Resume>,
    pub(crate) screen: Screen,
    pub(crate) focus: Focus,
    pub(crate) overlay: Overlay,
    pub(crate) topics: Topics,
    pub(crate) records: Records,
    pub(crate) tail: Option<Tail>,
    /// The list of versions, while it is shown.
    pub(crate) versions: Option<Versions>,
    /// Steps through the versions that were asked for and have not arrived.
    pub(crate) steps: i64,
    /// Steps from flush to flush that were asked for and have not arrived.
    pub(crate) flush_steps: i64,
    pub(crate) detail: Detail,
    /// How the columns of each topic are arranged.
    pub(crate) arrangements: BTreeMap<TopicName, Arrangement>,
    pub(crate) loads: Loads,
    pub(crate) jobs: Jobs,
    /// A flush of many topics that is under way.
    pub(crate) flush_run: Option<FlushRun>,
    /// What the last flush did; the next key takes it away.
    pub(crate) card: Option<Card>,
    /// What long work did; the next key takes it away.
    pub(crate) outcome: Option<Outcome>,
    /// What was done, as commands.
    pub(crate) deeds: Deeds,
    /// What is being copied.
    pub(crate) clip: Option<Clip>,
    /// A text that the terminal is to keep.
    pub(crate) to_terminal: Option<String>,
    /// What was looked for last.
    pub(crate) find: Option<Find>,
    /// Places that were jumped to, and texts that were looked for.
    pub(crate) earlier_places: Earlier,
    pub(crate) earlier_texts: Earlier,
    pub(crate) earlier_filters: Earlier,
    pub(crate) earlier_words: Earlier,
    pub(crate) earlier_files: Earlier,
    /// Which records of the place are asked for, and in which order.
    pub(crate) asked: Asked,
    /// The state of the counts at which a list was looked for again, because records of it had moved.
    pub(crate) mended_at: Option<u64>,
    pub(crate) marks: Marks,
    /// Topics that are followed together.
    pub(crate) together: BTreeSet<TopicName>,
    pub(crate) notice: Option<Notice>,
    /// The tour, while it is taken.
    pub(crate) tour: Option<Tour>,
    /// Whether the program is to end.
    pub(crate) ended: bool,
    /// The whole screen is to be drawn anew: another program may have written on it.
    pub(crate) repaint: bool,
    /// The program is to stop, and to give the terminal back until it goes on.
    pub(crate) suspended: bool,
}

/// What the middle shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Screen {
    Records,
    Tail,
    Versions,
}

/// Which pane has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Focus {
    Topics,
    /// The records, the tail or the versions.
    Main,
    Detail,
}

/// A sentence in the status line; the next key takes it away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) severity: Severity,
    pub(crate) text: String,
}

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    Done,
    Refused,
    Failed,
}

impl State {
    /// The state before anything is known.
    pub(crate) fn new(root: String, watch: WatchMode, size: Size, options: &Options) -> Self {
        Self {
            size,
            now: NaiveDateTime::default(),
            look: Look::of(options),
            keymap: Keymap::of(&options.config.keys).0,
            read_only: options.read_only,
            log: Log::default(),
            preset: (options.config.hidden.clone(), options.config.frozen.clone()),
            named_root: (root != DEFAULT_ROOT).then(|| root.clone()),
            root,
            watch,
            drafts: BTreeMap::new(),
            put_last: None,
            cloned: None,
            start: options.start.clone(),
            resume: None,
            screen: Screen::Records,
            focus: Focus::Topics,
            overlay: Overlay::None,
            topics: Topics::default(),
            records: Records::default(),
            tail: None,
            versions: None,
            steps: 0,
            flush_steps: 0,
            detail: Detail::default(),
            arrangements: BTreeMap::new(),
            loads: Loads::default(),
            jobs: Jobs::default(),
            flush_run: None,
            card: None,
            outcome: None,
            deeds: Deeds::default(),
            clip: None,
            to_terminal: None,
            find: None,
            earlier_places: Earlier::default(),
            earlier_texts: Earlier::default(),
            earlier_filters: Earlier::default(),
            earlier_words: Earlier::default(),
            earlier_files: Earlier::default(),
            asked: Asked::default(),
            mended_at: None,
            marks: Marks::default(),
            together: BTreeSet::new(),
            notice: None,
            tour: options.tour.then(Tour::default),
            ended: false,
            repaint: false,
            suspended: false,
        }
    }

    /// Says what there is to say at the start: the first sentence, and how many more the log has.
    pub(crate) fn tell(&mut self, told: Vec<String>) {
        let more = match told.len().saturating_sub(1) {
            0 => String::new(),
            more => format!(" · {more} more in the log (F4)"),
        };
        let first = told.first().map(|text| format!("{text}{more}"));
        for text in told.into_iter().skip(1).rev() {
            self.say(Severity::Failed, text);
        }
        if let Some(text) = first {
            self.say(Severity::Failed, text);
        }
    }

    /// What has the keys: the topmost layer, then the focused pane.
    pub(crate) fn context(&self) -> Context {
        self.overlay.context().unwrap_or_else(|| self.pane())
    }

    /// The focused pane, whatever lies above it.
    pub(crate) fn pane(&self) -> Context {
        match (self.focus, self.screen) {
            (Focus::Topics, _) => Context::Topics,
            (Focus::Detail, _) => Context::Detail,
            (Focus::Main, Screen::Records) => Context::Records,
            (Focus::Main, Screen::Tail) => Context::Tail,
            (Focus::Main, Screen::Versions) => Context::Versions,
        }
    }

    /// The record that is selected, where it is there.
    pub(crate) fn selected_record(&self) -> Option<RecordId> {
        let topic = self.selected_topic()?;
        let row = self.selected_row()?;
        let version = self.records.past().filter(|_| self.screen == Screen::Records);
        Some(RecordId { topic, bucket: row.bucket, offset: row.offset, version })
    }

    /// The topic of the selected record: in a tail, that of its line.
    fn selected_topic(&self) -> Option<TopicName> {
        if let (Screen::Tail, Some(tail)) = (self.screen, &self.tail) {
            return tail.selected_source().map(|(number, _)| tail.topic(number).clone());
        }
        Some(self.records.place.as_ref()?.topic.clone())
    }

    /// What is shown of the selected record, where it is there.
    pub(crate) fn selected_row(&self) -> Option<&Row> {
        match self.screen {
            Screen::Records => self.records.row(self.records.scroll.selected),
            Screen::Tail => self.tail.as_ref()?.selected_record(),
            Screen::Versions => None,
        }
    }

    /// How what is shown lies in the buckets: a tail shows what is there now, also over a version.
    pub(crate) fn extents(&self) -> &Extents {
        match self.screen {
            Screen::Tail => &self.records.head().extents,
            Screen::Records | Screen::Versions => &self.records.whole().extents,
        }
    }

    /// Whether a flush belongs to the one of many topics.
    pub(crate) fn is_of_run(&self, slot: &Slot) -> bool {
        self.flush_run.as_ref().is_some_and(|run| run.is_at(slot))
    }

    /// How far the tail is behind, where that is known.
    pub(crate) fn lag(&self) -> Option<u64> {
        let tail = self.tail.as_ref()?;
        let topics = std::iter::once(&tail.place.topic).chain(&tail.beside);
        let lag = |(number, topic)| Some(tail.lag(number, self.topics.get(topic)?.known()?));
        (0..).zip(topics).map(lag).sum()
    }

    /// Whether the record of the detail is buffered, as the table or the tail has it by now.
    pub(crate) fn is_buffered(&self, id: &RecordId) -> Option<bool> {
        let row = self.selected_row();
        let is_it = |row: &&Row| row.bucket == id.bucket && row.offset == id.offset;
        let read = self.detail.record().filter(|(shown, _)| *shown == id);
        row.filter(is_it).map(|row| row.buffered).or(read.map(|(_, record)| record.buffered))
    }

    /// Whether a flush of a topic is under way.
    pub(crate) fn is_flushing(&self, topic: &TopicName) -> bool {
        self.loads.is_running(&Slot::Flush(topic.clone()))
    }

    /// Whether a record is being put into a topic.
    pub(crate) fn is_putting(&self, topic: &TopicName) -> bool {
        self.loads.is_running(&Slot::Put(topic.clone()))
    }

    /// Whether time alone changes the screen: then the clock is looked at once a second.
    pub(crate) fn needs_clock(&self) -> bool {
        // The age of a version is on the screen.
        let ages = self.records.pin.is_some();
        let tail = self.tail.as_ref().is_some_and(|tail| !tail.rate.is_still());
        ages || tail || self.topics.list.iter().any(|topic| !topic.rates.all.is_still())
    }

    /// Takes the time, where the person is and since the explorer began.
    pub(crate) fn pass(&mut self, now: NaiveDateTime, since: Duration) {
        self.now = now;
        self.loads.pass(since);
    }

    /// How long the screen may stand still before time alone changes it; none where it never does.
    pub(crate) fn rest(&self) -> Option<Duration> {
        // A spinner turns, or is about to appear.
        let waits = self.loads.running().next().is_some() || self.flush_run.is_some();
        let clock = self.needs_clock().then_some(SECOND);
        // Where nothing is to turn, what takes long still says for how long.
        let turn = if self.look.still { SECOND } else { TURN };
        if waits { Some(turn) } else { clock }
    }

    /// Says something in the status line.
    pub(crate) fn say(&mut self, severity: Severity, text: impl Into<String>) {
        let notice = Notice { severity, text: text.into() };
        self.log.note(self.now, notice.clone());
        self.notice = Some(notice);
    }
}
