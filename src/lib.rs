//! An embedded queue engine on the Lance columnar format.
//!
//! A program puts records into topics and reads them back by offset or as a stream. There is no server: a root is a
//! folder, a topic is a folder in it, and each bucket of a topic is a plain Lance dataset, which `pylance`, LanceDB, DuckDB and
//! Polars read too, with a log beside it for what is not in a version yet. Any number of processes put, read and flush at once.
//!
//! ```
//! use futures::StreamExt;
//! use lanceq::{Engine, StreamOptions};
//! use serde_json::json;
//!
//! # #[tokio::main]
//! # async fn main() -> lanceq::Result<()> {
//! # let folder = tempfile::tempdir().unwrap();
//! # let root = folder.path();
//! let engine = Engine::open(root).await?;
//! let writer = engine.writer("my_topic").flush_threshold(500).open().await?;
//! writer.put(json!({"id": "1", "text": "Hello", "vector": [0.1, 0.2, 0.3]})).await?;
//! writer.flush().await?; // after this, power loss loses nothing of it
//!
//! let reader = engine.reader("my_topic").await?;
//! let page = reader.get(0, 10).await?; // offset, limit
//! assert_eq!(page.records().next().unwrap().fields["text"], "Hello");
//!
//! let mut records = reader.stream(StreamOptions::from_start().blocking()).await?.records();
//! let first = records.next().await.unwrap()?; // and so on, as records come
//! assert_eq!((first.bucket, first.offset), (0, 0));
//! # Ok(())
//! # }
//! ```
//!
//! # Where to go on
//!
//! | to | see |
//! |---|---|
//! | open a root, list its topics | [`Engine`], [`EngineBuilder`] |
//! | put and flush; say what a put survives | [`Writer`], [`WriterBuilder`], [`Durability`], [`TopicSchema`] |
//! | read by offset, or columns, matches and orders of it | [`Reader::get`], [`Reader::columns`], [`Reader::filter`], [`Reader::sorted`] |
//! | follow what comes | [`Reader::stream`], [`Tail`], [`Cursor`]; [`Engine::changes`] for all topics at once |
//! | go on where one was, after a crash, too | [`Reader::group`], [`Group`] |
//! | find what is similar, or has words | [`Reader::search`], [`Reader::search_text`], [`Reader::search_hybrid`], [`Engine::create_index`] |
//! | travel in time | [`Reader::at`], [`Reader::versions`], [`Reader::diff`], [`Engine::tag`], [`Engine::restore`] |
//! | keep cost and disk flat | [`Engine::compact`], [`Engine::cleanup`], [`Retention`]; writers do both in the background |
//! | see whether all is sound, and mend it | [`Engine::verify`], [`Engine::repair`] |
//! | take records apart as Arrow batches | [`Chunk`], [`Page`], [`Reader::scan`], [`Writer::put_arrow`] |
//!
//! # What holds everywhere
//!
//! - **Offsets** count the records of a bucket from 0. That of a persisted record never changes, and is given once; that of a buffered one
//!   may move up while it is buffered, where another program appends to the dataset.
//! - **What was put can be read at once**, in every process, but with [`Durability::Memory`]. A flush makes a Lance version of it.
//! - **Futures** may be dropped at any await. Reads leave nothing behind; where a write does, its documentation says what.
//!   Long work takes a [`Job`], which counts and cancels.
//! - **Errors** are one type, [`Error`], whose [`kind`](Error::kind) says what to do.
//! - **The runtime** is the caller's: tokio, with time enabled. The engine prints nothing, reads no environment, and starts no
//!   runtime of its own. Its warnings go to `tracing`.
//! - **Arrow** types in this interface are those of the `arrow-*` crates of version 58, which Lance uses.
//!
//! # Features
//!
//! `cli` and `tui`, both on by default, are the `lanceq` program and its explorer; `default-features = false` leaves the engine
//! alone.

#![recursion_limit = "256"]

mod engine;

pub use engine::*;

#[cfg(feature = "tui")]
mod files;

#[cfg(feature = "tui")]
pub mod tui;

#[cfg(feature = "cli")]
pub mod cli;
