//! The engine: topics, buckets, and the records in them.

pub mod record;
