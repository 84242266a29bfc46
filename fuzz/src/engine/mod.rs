//! The engine without what needs Lance: its own sources, under their own paths.

#[path = "../../../src/engine/clock.rs"]
mod clock;
#[path = "../../../src/engine/durable.rs"]
mod durable;
#[path = "../../../src/engine/error.rs"]
mod error;
#[path = "../../../src/engine/facts.rs"]
mod facts;
#[path = "../../../src/engine/fault.rs"]
pub mod fault;
#[path = "../../../src/engine/group_facts.rs"]
mod group_facts;
#[path = "../../../src/engine/group_fault.rs"]
mod group_fault;
#[path = "../../../src/engine/hint.rs"]
mod hint;
#[path = "../../../src/engine/import.rs"]
mod import;
#[path = "../../../src/engine/index.rs"]
mod index;
#[path = "../../../src/engine/index_facts.rs"]
mod index_facts;
#[path = "../../../src/engine/kind.rs"]
mod kind;
#[path = "../../../src/engine/layout.rs"]
mod layout;
#[path = "../../../src/engine/name.rs"]
mod name;
#[path = "../../../src/engine/offset.rs"]
mod offset;
#[path = "../../../src/engine/options.rs"]
mod options;
#[path = "../../../src/engine/query_fault.rs"]
mod query_fault;
#[path = "../../../src/engine/record/mod.rs"]
mod record;
#[path = "../../../src/engine/record_retention.rs"]
mod record_retention;
#[path = "../../../src/engine/retention.rs"]
mod retention;
mod screen;
#[path = "../../../src/engine/search.rs"]
mod search;
#[path = "../../../src/engine/topic_fault.rs"]
mod topic_fault;
#[path = "../../../src/engine/wording.rs"]
mod wording;

pub(crate) mod scratch;
pub(crate) mod store;
pub(crate) mod wal;

pub use error::{Error, Result, Source};
pub use kind::ErrorKind;
pub use name::{MAX_TOPIC_NAME, TopicName};
pub use offset::{Cursor, Position};
pub use options::{At, From};
pub use record::*;
