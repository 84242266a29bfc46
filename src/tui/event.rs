//! What happens to the explorer, as data.

use std::time::Duration;

use chrono::NaiveDateTime;
use ratatui::layout::Size;

use super::data::{Fault, Field, Rows};
use super::effect::{LoadId, Slot};
use super::input::Key;
use crate::{
    Change, Flushed, Receipt, Recovery, Reset, TopicCounts, TopicEntry, TopicName, WatchMode,
};

/// Something happened.
#[derive(Debug)]
pub(crate) enum Event {
    /// A person did something.
    Input(Input),
    /// A load answered.
    Answer {
        /// The load's slot.
        slot: Slot,
        /// The load's id.
        id: LoadId,
        /// What came of it.
        result: Result<Answer, Fault>,
    },
    /// Something may have changed on disk.
    Changed(Change, WatchMode),
    /// Opening a topic for writing had to mend something.
    Mended(TopicName, Vec<Recovery>),
    /// The time, where something on the screen depends on it.
    Tick(NaiveDateTime),
    /// Something of this process panicked that is neither the explorer's loop nor one of its loads.
    Panicked(Fault),
}

/// What a person did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Pressed a key.
    Key(Key),
    /// Pasted text.
    Paste(String),
    /// Changed the size of the terminal.
    Resize(Size),
}

/// What a load brought.
#[derive(Debug)]
pub(crate) enum Answer {
    Topics(Vec<TopicEntry>),
    Counts(TopicCounts),
    /// Rows, how long reading them took, and the state of the counts at which they were asked for.
    Page {
        rows: Rows,
        took: Duration,
        generation: u64,
    },
    Record(Vec<Field>),
    /// The bucket, and the row number in it.
    Row(u32, u64),
    /// Some events of the tail, and when they arrived.
    Tail(Vec<Arrival>, NaiveDateTime),
    /// Why a record cannot be put; none where it can.
    Checked(Option<String>),
    Put(Receipt),
    /// What was flushed, and how long it took.
    Flushed(Vec<Flushed>, Duration),
}

/// One event of a tail.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Arrival {
    /// Records that were there before the tail was opened.
    Backlog(Rows),
    /// New records.
    Rows(Rows),
    /// Records became persisted.
    Flushed(Flushed),
    /// The dataset was rewritten by another program.
    Reset(Reset),
}
