//! The whole state, and the questions that more than one part asks of it.

use std::collections::BTreeMap;

use ratatui::layout::Size;

use super::detail::Detail;
use super::draft::{Draft, PutPrompt};
use super::find::Find;
use super::loads::Loads;
use super::prompt::Prompt;
use super::records::Records;
use super::tail::Tail;
use super::topics::Topics;
use crate::tui::data::{Column, Row};
use crate::tui::effect::{RecordId, Slot};
use crate::tui::input::Context;
use crate::tui::options::{Options, Start};
use crate::tui::theme::Theme;
use crate::{TopicName, WatchMode};

/// Everything that the screen depends on.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) size: Size,
    pub(crate) theme: Theme,
    /// The root, as text.
    pub(crate) root: String,
    pub(crate) watch: WatchMode,
    /// Records that were begun and not put, by topic.
    pub(crate) drafts: BTreeMap<TopicName, Draft>,
    /// The record that is being read to be put again.
    pub(crate) cloned: Option<RecordId>,
    /// What to open as soon as it is there.
    pub(crate) start: Start,
    pub(crate) screen: Screen,
    pub(crate) focus: Focus,
    pub(crate) overlay: Overlay,
    pub(crate) topics: Topics,
    pub(crate) records: Records,
    pub(crate) tail: Option<Tail>,
    pub(crate) detail: Detail,
    pub(crate) loads: Loads,
    /// What was looked for last.
    pub(crate) find: Option<Find>,
    pub(crate) notice: Option<Notice>,
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
}

/// Which pane has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Focus {
    Topics,
    /// The records or the tail.
    Main,
    Detail,
}

/// What lies above the panes.
#[derive(Debug)]
pub(crate) enum Overlay {
    None,
    /// The help, from this line on.
    Help(u64),
    Seek(Prompt),
    Find(Prompt),
    Put(PutPrompt),
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
            theme: options.theme,
            root,
            watch,
            drafts: BTreeMap::new(),
            cloned: None,
            start: options.start.clone(),
            screen: Screen::Records,
            focus: Focus::Topics,
            overlay: Overlay::None,
            topics: Topics::default(),
            records: Records::default(),
            tail: None,
            detail: Detail::default(),
            loads: Loads::default(),
            find: None,
            notice: None,
            ended: false,
            repaint: false,
            suspended: false,
        }
    }

    /// What has the keys: the topmost layer, then the focused pane.
    pub(crate) fn context(&self) -> Context {
        match (&self.overlay, self.focus, self.screen) {
            (Overlay::Help(_), _, _) => Context::Help,
            (Overlay::Seek(_), _, _) => Context::Prompt,
            (Overlay::Find(_), _, _) => Context::Find,
            (Overlay::Put(_), _, _) => Context::Put,
            (Overlay::None, Focus::Topics, _) => Context::Topics,
            (Overlay::None, Focus::Detail, _) => Context::Detail,
            (Overlay::None, Focus::Main, Screen::Records) => Context::Records,
            (Overlay::None, Focus::Main, Screen::Tail) => Context::Tail,
        }
    }

    /// The record that is selected, where it is there.
    pub(crate) fn selected_record(&self) -> Option<RecordId> {
        let topic = self.records.place.as_ref()?.topic.clone();
        let row = match self.screen {
            Screen::Records => self.records.row(self.records.scroll.selected)?,
            Screen::Tail => self.tail.as_ref()?.selected_record()?,
        };
        Some(RecordId { topic, bucket: row.bucket, offset: row.offset })
    }

    /// The columns of what is shown, as far as they are known.
    pub(crate) fn known_columns(&self) -> &[Column] {
        match &self.tail {
            Some(tail) if !tail.columns.is_empty() => &tail.columns,
            _ => &self.records.columns,
        }
    }

    /// How far the tail is behind, where that is known.
    pub(crate) fn lag(&self) -> Option<u64> {
        let tail = self.tail.as_ref()?;
        Some(tail.lag(self.topics.get(&tail.place.topic)?.known()?))
    }

    /// Whether the record of the detail is buffered, as the table or the tail has it by now.
    pub(crate) fn is_buffered(&self, id: &RecordId) -> Option<bool> {
        let row = match self.screen {
            Screen::Records => self.records.row(self.records.scroll.selected),
            Screen::Tail => self.tail.as_ref().and_then(Tail::selected_record),
        };
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
        let tail = self.tail.as_ref().is_some_and(|tail| !tail.rate.is_still());
        tail || self.topics.list.iter().any(|topic| !topic.rates.all.is_still())
    }

    /// Says something in the status line.
    pub(crate) fn say(&mut self, severity: Severity, text: impl Into<String>) {
        self.notice = Some(Notice { severity, text: text.into() });
    }
}
