//! L2: datasets. The only folder that knows Lance; everything above sees [`Table`] and its rows.
//!
//! Lance's futures are boxed where they are called: unboxed, their nesting would make every program
//! that links this crate raise its recursion limit.

mod ahead;
mod blocks;
mod broken;
mod build_index;
mod claims;
mod commit;
mod compact;
mod course;
mod create;
mod described;
mod enter;
mod extend;
mod failure;
mod files;
mod fragment;
mod heal;
mod history;
mod index;
mod index_segments;
mod inspect;
mod kept;
mod known_index;
mod leavings;
mod made;
mod mark;
mod nearest;
mod newer;
mod note;
mod pass;
mod pinned;
mod predicate;
mod projection;
mod read;
mod removal;
mod require;
mod session;
mod sound;
mod spans;
mod stage;
mod syntax;
mod table;
mod tags;

pub(crate) use blocks::keep_decoded;
pub(crate) use broken::Broken;
pub(crate) use build_index::Blueprint;
pub(crate) use commit::Committed;
pub(crate) use compact::Rewritten;
pub(crate) use files::VersionFile;
pub(crate) use heal::{Healed, heal, torn_head};
pub(crate) use history::{Then, Version};
pub(crate) use index_segments::IndexSegments;
pub use inspect::Inspector;
pub(crate) use known_index::KnownIndex;
pub(crate) use leavings::{Leaving, Referred};
pub(crate) use made::Made;
pub(crate) use mark::FlushMark;
pub(crate) use nearest::{Asked, OffsetSet};
pub(crate) use pass::Pass;
pub(crate) use predicate::Predicate;
pub(crate) use read::Rows;
pub(crate) use removal::remove;
pub(crate) use stage::Staged;
pub(crate) use table::Table;
