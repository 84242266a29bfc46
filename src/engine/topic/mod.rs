//! L4: one topic over its buckets: metadata, routing, reading, streaming.

mod catalog;
mod cleanup;
mod compact;
mod diff;
mod estimate;
mod indices;
mod input;
mod likeness;
mod meta;
mod narrowed;
mod progress;
mod reader;
mod recall;
mod rows;
mod scan;
mod search;
mod sorted;
mod split;
mod stats;
mod tagging;
mod tail;
mod times;
mod versions;
mod writer;
mod writer_options;

pub(crate) use catalog::Catalog;
pub use diff::Diff;
pub use estimate::Estimate;
pub(crate) use meta::{MAX_BUCKETS, TopicMeta};
pub use progress::Progress;
pub use reader::Reader;
pub use scan::Scan;
pub use sorted::Sorted;
pub use tail::{Tail, TailEvent};
pub(crate) use writer::TopicWriter;
pub(crate) use writer_options::WriterOptions;
