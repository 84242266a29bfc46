//! L4: one topic over its buckets: metadata, routing, reading, streaming.

mod catalog;
mod cleanup;
mod compact;
mod indices;
mod input;
mod likeness;
mod meta;
mod reader;
mod recall;
mod rows;
mod scan;
mod search;
mod split;
mod stats;
mod tagging;
mod tail;
mod versions;
mod writer;
mod writer_options;

pub(crate) use catalog::Catalog;
pub(crate) use meta::{MAX_BUCKETS, TopicMeta};
pub use reader::Reader;
pub use scan::Scan;
pub use tail::{Tail, TailEvent};
pub(crate) use writer::TopicWriter;
pub(crate) use writer_options::WriterOptions;
