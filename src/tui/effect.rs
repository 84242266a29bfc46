//! What the update asks of the outside, as data; only the runner carries it out.

use std::sync::Arc;

use super::data::{Chip, Encoded, Filter, Frame, Heavy, Likeness, PathColumn, PathColumns};
use super::reproduce::View;
use super::state::{Asked, Memory, When};
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
    Check,
    Put(TopicName),
    Flush(TopicName),
    /// What is being copied.
    Copy,
    /// A text that a program of this machine is to keep.
    Offer,
}

/// What a load does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    /// Lists the topics.
    Topics,
    /// Counts the records of a topic.
    Counts(TopicName),
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
    /// Finds out whether a record could be put.
    Check { topic: TopicName, record: JsonObject },
    /// Puts a record.
    Put { topic: TopicName, record: JsonObject },
    /// Flushes what is buffered in a topic or in a bucket of it.
    Flush(Place),
    /// Reads what is to be copied.
    Copy(Wanted),
    /// Gives a text to a program of this machine that keeps it.
    Offer(String),
}

impl Request {
    /// The topic whose writer it uses.
    pub(crate) fn written_topic(&self) -> Option<&TopicName> {
        match self {
            Self::Check { topic, .. }
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

/// A page of a bucket: rows `index * PAGE` to `(index + 1) * PAGE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct PageKey {
    pub(crate) bucket: u32,
    pub(crate) index: u64,
}

/// A topic, or one bucket of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) topic: TopicName,
    pub(crate) bucket: Option<u32>,
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

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ColumnId {
    /// One of the schema, by the name that is shown.
    Own(String),
    Inner(PathColumn),
}

impl ColumnId {
    /// Its name as it is shown.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Own(name) => name,
            Self::Inner(path) => &path.name,
        }
    }
}

/// A direction through a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Down,
    Up,
}

/// A version that is looked at: one of a bucket's own, or one of a branch of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Past {
    pub(crate) branch: Option<Arc<str>>,
    pub(crate) version: u64,
}

impl Past {
    /// One of a bucket's own.
    pub(crate) fn own(version: u64) -> Self {
        Self { branch: None, version }
    }
}

/// One record's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordId {
    pub(crate) topic: TopicName,
    pub(crate) bucket: u32,
    pub(crate) offset: u64,
    /// The version at which it is looked at; none for what is there now.
    pub(crate) version: Option<Past>,
}

/// What others are to be like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exemplar {
    /// A record.
    Record(RecordId),
    /// Several records of a topic, by bucket and offset, as they are now: the mean of their vectors.
    Mean { topic: TopicName, records: Vec<(u32, u64)> },
}

impl Exemplar {
    /// The topic in which others are looked for.
    pub(crate) fn topic(&self) -> &TopicName {
        match self {
            Self::Record(record) => &record.topic,
            Self::Mean { topic, .. } => topic,
        }
    }

    /// The version at which they are; none for what is there now.
    pub(crate) fn version(&self) -> Option<&Past> {
        match self {
            Self::Record(record) => record.version.as_ref(),
            Self::Mean { .. } => None,
        }
    }
}

/// One bucket of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BucketId {
    pub(crate) topic: TopicName,
    pub(crate) bucket: u32,
}

/// Two versions of a bucket, the older one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Versus {
    pub(crate) bucket: BucketId,
    pub(crate) before: u64,
    pub(crate) after: u64,
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
