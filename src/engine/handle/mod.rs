//! L5: the opened handle on a root, and what it hands out.

mod admin;
mod builder;
mod changes;
mod disk_metrics;
mod engine;
mod import;
mod retain;
mod sql;
mod writer;

pub use builder::EngineBuilder;
pub use changes::{Change, Changes};
pub use engine::{Engine, WatchMode};
pub use sql::{Query, SqlOptions};
pub use writer::{Writer, WriterBuilder};
