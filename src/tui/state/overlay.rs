//! What lies above the panes, and has the keys then.

use super::chooser::Chooser;
use super::deletion::Deletion;
use super::diff::DiffList;
use super::export::ExportPrompt;
use super::found::Found;
use super::prompt::Prompt;
use super::put::PutPage;
use super::scroll::Scroll;
use super::similar::Similar;
use super::storage::Storage;
use super::tending::Tending;
use crate::TopicName;
use crate::tui::effect::{Alteration, BucketId};
use crate::tui::input::Context;

/// What lies above the panes.
#[derive(Debug)]
pub(crate) enum Overlay {
    None,
    /// The help, from this line on.
    Help(u64),
    Seek(Prompt),
    Find(Prompt),
    Filter(Prompt),
    /// A record that is made by hand.
    Put(Box<PutPage>),
    /// What a flush of all topics would do, from this line on; it waits for a yes.
    FlushAll(u64),
    /// What takes long, and what became of it.
    Jobs(Scroll),
    /// The marked records.
    Marks(Scroll),
    /// The branches of the bucket whose versions are listed.
    Branches(Scroll),
    /// What differs between two versions.
    Diff(DiffList),
    /// A name for a version of a bucket.
    Tag(Prompt, BucketId, u64),
    /// What would be done to a version; it waits for a yes.
    Alter(Alteration),
    Similar(Similar),
    /// Words to search for; behind it what was found for the words before.
    Words(Prompt, Option<Box<Found>>),
    Found(Box<Found>),
    /// Which columns are shown.
    Columns(Chooser),
    /// What may be copied.
    Copy,
    /// All that can be done here.
    Palette(Chooser),
    /// What was said, from this line on.
    Log(Scroll),
    /// What may be copied that reproduces the view.
    Code,
    /// Which records are to be written into which file.
    Export(Box<ExportPrompt>),
    /// What is to be done to keep a topic in order; it waits for a yes.
    Tend(Box<Tending>),
    /// What was done, from this line on.
    Deeds(Scroll),
    /// Another name for a topic.
    Rename(Prompt, TopicName),
    /// The name of a topic that is to be deleted.
    Delete(Box<Deletion>),
    /// What a bucket takes on disk.
    Storage(Box<Storage>),
}

impl Overlay {
    /// What it is to the keys; none where nothing lies above the panes.
    pub(crate) fn context(&self) -> Option<Context> {
        Some(match self {
            Self::None => return None,
            Self::Help(_) => Context::Help,
            Self::Seek(_) => Context::Prompt,
            Self::Find(_) => Context::Find,
            Self::Filter(_) => Context::Filter,
            Self::Put(page) if page.pasted.is_some() => Context::PutLines,
            Self::Put(page) if page.editor.is_some() => Context::PutJson,
            Self::Put(_) => Context::Put,
            Self::FlushAll(_) => Context::FlushAll,
            Self::Jobs(_) => Context::Jobs,
            Self::Marks(_) => Context::Marks,
            Self::Branches(_) => Context::Branches,
            Self::Diff(_) => Context::Diff,
            Self::Tag(..) => Context::Tag,
            Self::Alter(_) => Context::Alter,
            Self::Similar(_) => Context::Similar,
            Self::Words(..) => Context::Words,
            Self::Found(_) => Context::Found,
            Self::Export(_) => Context::Export,
            Self::Tend(_) => Context::Tend,
            Self::Deeds(_) => Context::Deeds,
            Self::Rename(..) => Context::Rename,
            Self::Delete(_) => Context::Delete,
            Self::Storage(_) => Context::Storage,
            Self::Columns(_) => Context::Columns,
            Self::Copy => Context::Copy,
            Self::Palette(_) => Context::Palette,
            Self::Log(_) => Context::Log,
            Self::Code => Context::Code,
        })
    }
}
