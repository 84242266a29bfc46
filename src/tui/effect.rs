//! What the update asks of the outside, as data; only the runner carries it out.

use std::sync::Arc;

pub(crate) use super::address::{
    BucketId, ColumnId, Exemplar, PageKey, Past, Place, RecordId, Versus,
};
use super::data::{Chip, Encoded, Filter, Frame, Heavy, Likeness, PathColumns};
use super::reproduce::View;
use super::state::{Asked, Memory, When};
use super::work::{Administration, Chore, Order};
use crate::{Cursor, JsonObject, Needle, TopicName};

/// Something to be done outside the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Does something that takes time, and answers with its slot and id.
    Load {
        /// Which load this is; an answer with another id than the slot's newest is dropped.
        id: LoadId,
        /// What it is for; a newer load of the same slot stops this one.
        slot: Slot,
        /// What to do.
        request: Request,
    },
    /// Stops whatever the slot is doing.
    Cancel(Slot),
    /// Wishes that it comes to an end, and answers what it did until then.
    Stop(Slot),
    /// Remembers it for the next time.
    Remember(Box<Memory>),
}

/// The number of a load; ever growing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LoadId(pub(crate) u64);

/// A place for one load at a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Slot {
    Topics,
    Counts(TopicName),
    /// How far the groups of a topic are behind.
    Lag(TopicName),
    Page(PageKey),
    Detail,
    /// A value of it that was not read with it.
    Value,
    /// A preview of a picture in it.
    Picture,
    /// A record that is to be put again.
    Clone,
    Seek,
    VersionList,
    Versions,
    /// What of the maintenance of a bucket is due.
    Upkeep,
    Branches,
    Pin,
    /// What differs between two versions.
    Diff,
    /// What is being done to a version.
    Alter,
    Similar,
    /// The records that have words.
    Words,
    Find,
    /// A condition that may become one.
    Condition,
    /// How many records a condition that is being typed would leave.
    Estimate,
    /// What is asked of the table.
    Sift,
    /// What comes and is asked for.
    SiftOn,
    Tail,
    /// A topic that is followed beside another.
    TailBeside(TopicName),
    /// What a topic takes.
    Shape,
    Check,
    Put(TopicName),
    Flush(TopicName),
    /// What is being copied.
    Copy,
    /// A text that a program of this machine is to keep.
    Offer,
    /// A picture of the screen.
    Screenshot,
    /// Records that are being written into a file.
    Export,
    /// What a bucket takes on disk.
    Storage,
    /// What goes with a topic.
    Holdings,
    /// What is being done to a topic as a whole.
    Administer,
    /// What would be done to keep a topic in order.
    Preview,
    /// What is being done to keep a topic in order.
    Tend(Chore, Place),
}

/// What a load does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    /// Lists the topics.
    Topics,
    /// Counts the records of a topic.
    Counts(TopicName),
    /// Finds the group of a topic that is farthest behind.
    Lag(TopicName),
    /// Reads a page of a topic, at a state of the counts; of a version where one is named, of a list where some are picked.
    Page {
        topic: TopicName,
        key: PageKey,
        generation: u64,
        version: Option<Past>,
        picked: Option<Picked>,
        inner: PathColumns,
    },
    /// Reads one record in full.
    Record(RecordId),
    /// Reads one record but for some of its values.
    Lighter { record: RecordId, without: Vec<Heavy> },
    /// Reads one value of a record.
    Value { record: RecordId, column: String },
    /// Makes a preview of a picture.
    Picture { encoded: Encoded, frame: Frame },
    /// Finds the row number of an offset in its bucket.
    Locate(RecordId),
    /// Finds the first record that came after a time, in what is there now or in a version.
    Since { bucket: BucketId, version: Option<Past>, time: When },
    /// Finds the first record of a flush: so many on from a record, or back where it is negative.
    FlushFrom { record: RecordId, by: i64 },
    /// Lists the versions of a bucket that are kept.
    VersionNumbers(BucketId),
    /// Describes some versions of a bucket.
    Versions { bucket: BucketId, numbers: Vec<u64> },
    /// Finds out what of a bucket's maintenance is due.
    Upkeep(BucketId),
    /// Lists the branches of a bucket.
    Branches(BucketId),
    /// Looks at a bucket as it was.
    Pin(Look),
    /// Compares two versions of a bucket.
    Diff(Versus),
    /// Does something to a version.
    Alter(Alteration),
    /// Finds the records whose vectors are nearest to what others are to be like; of the first vector column
    /// where none is named.
    Similar { like: Exemplar, column: Option<String> },
    /// Finds the records whose texts match words best.
    Words(WordSearch),
    /// Looks for a text.
    Find(Search),
    /// Finds out whether a wish can be a condition.
    Condition { place: Place, wish: Wish },
    /// Finds out how many records what is asked for would leave, the last condition of which is being typed.
    Estimate(Sifting),
    /// Looks for the records that are asked for.
    Sift(Sifting),
    /// Goes on with what comes, from where a look ended.
    SiftOn { sifting: Sifting, end: Cursor },
    /// Follows what a topic or a bucket has and gets that matches, starting with the last `backlog` records of each bucket.
    Tail { place: Place, backlog: u64, filter: Filter, inner: PathColumns },
    /// Finds out what a topic takes.
    Shape(TopicName),
    /// Finds out whether records could be put, and what would become of them.
    Check { topic: TopicName, records: Vec<JsonObject> },
    /// Puts records, all or none.
    Put { topic: TopicName, records: Vec<JsonObject> },
    /// Flushes what is buffered in a topic or in a bucket of it.
    Flush(Place),
    /// Reads what is to be copied.
    Copy(Wanted),
    /// Gives a text to a program of this machine that keeps it.
    Offer(String),
    /// Writes a picture of the screen into a new file, whose name begins with the stem.
    Screenshot { svg: String, stem: String },
    /// Writes records into a file.
    Export(Order),
    /// Finds out what goes with a topic.
    Holdings(TopicName),
    /// Does something to a topic as a whole.
    Administer(Administration),
    /// Finds out what a bucket takes on disk.
    Storage(BucketId),
    /// Finds out what would be done to keep a topic in order.
    Preview { chore: Chore, place: Place },
    /// Keeps a topic in order.
    Tend { chore: Chore, place: Place },
}

impl Request {
    /// Whether it changes something in the root.
    pub(crate) fn changes(&self) -> bool {
        matches!(
            self,
            Self::Put { .. }
                | Self::Flush(_)
                | Self::Alter(_)
                | Self::Tend { .. }
                | Self::Administer(_)
        )
    }

    /// The topic whose writer it uses.
    pub(crate) fn written_topic(&self) -> Option<&TopicName> {
        match self {
            Self::Shape(topic)
            | Self::Check { topic, .. }
            | Self::Put { topic, .. }
            | Self::Flush(Place { topic, .. }) => Some(topic),
            _ => None,
        }
    }
}

/// What is to be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    Record(RecordId),
    Value {
        record: RecordId,
        column: ColumnId,
    },
    /// The values of some records.
    Column {
        records: Vec<RecordId>,
        column: ColumnId,
    },
    /// Python that reads a view.
    Python(Box<View>),
}

/// Where a text is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Search {
    pub(crate) place: Place,
    /// The version that is looked through; it is one of the bucket that the search begins in.
    pub(crate) version: Option<Past>,
    pub(crate) needle: Needle,
    /// A bucket, and a row of it: the first one downwards; upwards, the one behind the first.
    pub(crate) from: (u32, u64),
    pub(crate) way: Way,
    /// The records to look at, in order, where not all are.
    pub(crate) among: Option<Vec<(u32, u64)>>,
}

/// Which words are searched for, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WordSearch {
    pub(crate) place: Place,
    /// The version that is searched; then the place is one bucket.
    pub(crate) version: Option<Past>,
    pub(crate) text: String,
    /// One column; all that hold texts where none is named.
    pub(crate) column: Option<String>,
}

/// Some records of a list: bucket and offset each, in order, and what they must still meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picked {
    pub(crate) places: Vec<(u32, u64)>,
    pub(crate) filter: Filter,
}

/// What is looked for, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sifting {
    pub(crate) place: Place,
    /// The version that is looked through; then the place is one bucket.
    pub(crate) version: Option<Past>,
    pub(crate) asked: Asked,
    /// Columns that it may be sorted by besides those of the schema.
    pub(crate) inner: PathColumns,
}

/// What a condition is to be made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wish {
    Typed(Chip),
    /// The value of a record in a column.
    Cell {
        record: RecordId,
        column: ColumnId,
        likeness: Likeness,
    },
}

/// A direction through a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Down,
    Up,
}

/// What can be done to a version of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Alteration {
    /// It gets a name.
    Tag { bucket: BucketId, version: u64, tag: String },
    /// Its names are taken away.
    Untag { bucket: BucketId, version: u64, tags: Vec<String> },
    /// Its records are the newest again, as a new version.
    Restore { bucket: BucketId, version: u64 },
}

/// A look at a bucket as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) bucket: BucketId,
    pub(crate) to: To,
    /// The record to look for there.
    pub(crate) offset: Option<u64>,
    /// Rows in view, so that what is shown first is there at once.
    pub(crate) height: u64,
    pub(crate) inner: PathColumns,
}

impl To {
    /// The branch that it is on; none where it is one of the bucket's own.
    pub(crate) fn branch(&self) -> Option<&Arc<str>> {
        match self {
            Self::Branch(branch) => Some(branch),
            Self::Steps { from: Some(Past { branch, .. }), .. } => branch.as_ref(),
            _ => None,
        }
    }
}

/// Which version a look is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum To {
    /// The one with this number.
    Version(u64),
    /// The one that has this tag.
    Tag(String),
    /// The newest of a branch.
    Branch(Arc<str>),
    /// So many versions on from one, or from what is there now; back where it is negative.
    Steps { from: Option<Past>, by: i64 },
}
