//! What happens to the explorer, as data.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use ratatui::layout::{Position, Size};

use super::data::{
    Behind, Chip, Difference, Differing, Fault, Finds, FlushReport, Likes, Refusal, Rows, Shape,
    Stored, Thumbnail, Trial, Version, Whole,
};
use super::effect::{Alteration, LoadId, PageKey, Slot, Way};
use super::input::Key;
use super::work::{Administration, Exported, Outcome};
use crate::{
    BranchInfo, BucketStorage, Change, Cursor, Estimate, Flushed, Holdings, Maintenance, Recovery,
    Reset, TopicCounts, TopicEntry, TopicName, WatchMode,
};

/// Something happened.
#[expect(clippy::large_enum_variant, reason = "few are there at a time")]
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
    /// The program that the explorer runs in has something to say.
    Told(String),
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
    /// Clicked at a cell.
    Click(Position),
    /// Turned the wheel over a cell.
    Wheel(Position, Turn),
}

/// A direction of the wheel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Away from the person: towards what stands above.
    Up,
    /// Towards the person.
    Down,
}

/// What a load brought.
#[derive(Debug)]
pub(crate) enum Answer {
    Topics(Vec<TopicEntry>),
    /// How many records there are, and when they were counted.
    Counts(TopicCounts, NaiveDateTime),
    /// The group that is farthest behind, where one is behind, and how long finding it took.
    Lag {
        behind: Option<Behind>,
        took: Duration,
    },
    /// Rows, how long reading them took, and the state of the counts at which they were asked for.
    Page {
        rows: Rows,
        took: Duration,
        generation: u64,
    },
    Record(Whole),
    /// The part of a record that was not read with it.
    Value(Whole),
    Picture(Thumbnail),
    /// An offset was located.
    Row {
        bucket: u32,
        row: u64,
        offset: u64,
    },
    Spot(Spot),
    /// There is no flush in that direction.
    NoFlush(Way),
    /// The numbers of the versions that are kept, ascending.
    VersionNumbers(Vec<u64>),
    Versions(Vec<Version>),
    Upkeep(Maintenance),
    Branches(Vec<BranchInfo>),
    /// The bucket that was looked at, and what was found.
    Pinned(u32, Landing),
    Compared(Compared),
    Altered(Altered),
    Similar(Likes),
    /// Records that have the words that were searched for.
    Words(Finds),
    /// Why nothing can be like a record in this vector column, and which columns there are.
    Unlike {
        column: String,
        columns: Vec<String>,
        fault: Fault,
    },
    /// A record that has what is looked for.
    Found(Hit),
    /// So many records were looked at, and none has it.
    NotFound {
        looked_at: u64,
    },
    /// So many records of so many were looked at; the search goes on.
    Searched {
        looked_at: u64,
        all: u64,
    },
    /// What a wish became, or why it is no condition.
    Condition(Result<Chip, Complaint>),
    /// How many records a condition that is being typed would leave, or why it is none yet.
    Estimated(Result<Estimate, Complaint>),
    Sifted(Sifted),
    /// Records that came and match: bucket and offset.
    SiftedOn(Vec<(u32, u64)>),
    /// What was found is no longer where it was.
    SiftAgain,
    /// Some events of the tail, and when they arrived.
    Tail(Vec<Arrival>, NaiveDateTime),
    /// What a topic takes.
    Shape(Shape),
    /// What would become of records, or why some of them cannot be put.
    Checked(Result<Trial, Vec<Refusal>>),
    Put(Stored),
    Flushed(FlushReport),
    /// What is to be copied.
    Copied(String),
    /// The program that took a text, if any did.
    Offered(Option<&'static str>),
    /// The file that a picture of the screen is in.
    Pictured(String),
    /// So much of so much is done; it goes on.
    Progress(u64, u64),
    /// Nothing was written: there is such a file.
    IsThere(String),
    Exported(Exported),
    /// What goes with a topic.
    Holdings(Box<Holdings>),
    Administered(Administered),
    /// What a bucket takes on disk.
    Storage(Box<BucketStorage>),
    /// What would be done to keep a topic in order, in sentences.
    Preview(Vec<String>),
    Tended(Outcome),
    /// It was stopped by a wish.
    Stopped,
}

/// What was done to a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Altered {
    /// In a sentence.
    pub(crate) said: String,
    pub(crate) alteration: Alteration,
    /// The version that it made, where it made one.
    pub(crate) made: Option<u64>,
}

/// What was done to a topic as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Administered {
    pub(crate) administration: Administration,
    /// What it is called in the trash, where it went there.
    pub(crate) trashed: Option<String>,
}

/// Where a step through the versions ended.
#[derive(Debug)]
pub(crate) enum Landing {
    /// At a version.
    At(Box<Sight>),
    /// At what is there now.
    Head,
    /// Nowhere: this is the oldest version that is kept, and the step went back from it.
    Oldest(u64),
    /// Nowhere: this is the newest version of a branch, and the step went on from it.
    Newest(u64, Arc<str>),
}

/// What a comparison of two versions has found since it last told.
#[derive(Debug)]
pub(crate) struct Compared {
    pub(crate) rows: Vec<Difference>,
    /// All of it so far.
    pub(crate) differing: Differing,
    /// How long it took, at the end.
    pub(crate) took: Option<Duration>,
}

/// A bucket as it was at a version.
#[derive(Debug)]
pub(crate) struct Sight {
    /// The branch that it is on; none where the version is one of the bucket's own.
    pub(crate) branch: Option<Arc<str>>,
    pub(crate) version: Version,
    /// The newest version, of the same branch.
    pub(crate) newest: u64,
    /// The counts of the bucket as it was.
    pub(crate) counts: TopicCounts,
    /// The row of the record that was looked for.
    pub(crate) row: u64,
    /// The pages round that row.
    pub(crate) pages: Vec<(PageKey, Rows)>,
    pub(crate) took: Duration,
}

/// A place that was looked for in the past of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) bucket: u32,
    /// The row in the bucket; the last one where nothing has come yet.
    pub(crate) row: u64,
    /// The offset that was looked for.
    pub(crate) offset: u64,
    /// Whether the record that was looked for is there.
    pub(crate) is_there: bool,
    /// The version that its flush made; none where it is buffered.
    pub(crate) flush: Option<Version>,
}

/// What is wrong with a condition, and which part of it, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) reason: String,
    pub(crate) place: Option<Range<usize>>,
}

/// What a look has found since it last told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sifted {
    /// Bucket and offset of each, a bucket's ascending.
    pub(crate) found: Vec<(u32, u64)>,
    /// All that match so far.
    pub(crate) matches: u64,
    pub(crate) looked_at: u64,
    pub(crate) all: u64,
    /// At the end, the first ones in the order that was asked for, where one was.
    pub(crate) sorted: Option<Vec<(u32, u64)>>,
    /// Where the look came to its end.
    pub(crate) end: Option<Cursor>,
}

/// Where a text was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) bucket: u32,
    /// The row in the bucket.
    pub(crate) row: u64,
    pub(crate) offset: u64,
    /// The field that has it.
    pub(crate) field: String,
}

/// One event of a tail.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Arrival {
    /// Records that were there before the tail was opened, and when each came, as far as that is known.
    Backlog(Rows, Vec<Option<DateTime<Utc>>>),
    /// Why it could not be found out when some of those came.
    Untimed(Fault),
    /// New records.
    Rows(Rows),
    /// Records became persisted.
    Flushed(Flushed),
    /// The dataset was rewritten by another program.
    Reset(Reset),
    /// In each bucket, the offset of the first record that the tail has not come to.
    Reached(BTreeMap<u32, u64>),
}
