//! An embedded queue engine on the Lance columnar format.
//!
//! Programs put records into topics; each topic is split into buckets, and each bucket is a plain
//! Lance dataset that `pylance`, LanceDB, DuckDB and Polars read too. There is no server.
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
//! writer.flush().await?;
//!
//! let reader = engine.reader("my_topic").await?;
//! let page = reader.get(0, 10).await?;
//! assert_eq!(page.records().next().unwrap().fields["text"], "Hello");
//!
//! let mut records = reader.stream(StreamOptions::from_start().blocking()).await?.records();
//! let first = records.next().await.unwrap()?;
//! assert_eq!((first.bucket, first.offset), (0, 0));
//! # Ok(())
//! # }
//! ```
//!
//! [`Engine`] is the door: [`Engine::writer`] puts, [`Engine::reader`] reads by offset, at a
//! version or as a stream. Errors are one type, [`Error`], whose [`kind`](Error::kind) says what
//! to do. The engine prints nothing, reads no environment and starts no runtime: it runs on the
//! tokio runtime of its caller, which needs time enabled.

#![recursion_limit = "256"]

mod engine;

pub use engine::*;

#[cfg(feature = "tui")]
pub mod tui;

#[cfg(feature = "cli")]
pub mod cli;
