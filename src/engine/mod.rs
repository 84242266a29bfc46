//! The engine: topics of buckets, buffered writes, durable flushes, reads by offset, streams.
//!
//! A module imports from the layers below its own only, and only `store` knows Lance:
//!
//! ```text
//! L5 handle → L4 topic → L3 bucket → L2 buffer | wal | store → L1 maintenance | record | words
//!   → L0 access, branch_facts, error, name, offset, clock, durable, facts, fault, group_facts, group_fault, hint, import, index, index_facts, job, kind,
//!   layout, metrics, options, poll, query_fault, recall, record_retention, retention, screen, search, storage_facts, sums, tally, topic_facts, topic_fault, verify_facts, watch, wording
//! ```

mod access;
mod branch_facts;
mod bucket;
mod buffer;
mod clock;
mod durable;
mod error;
mod facts;
#[doc(hidden)]
pub mod fault;
mod group_facts;
mod group_fault;
mod handle;
mod hint;
mod import;
mod index;
mod index_facts;
mod job;
mod kind;
mod layout;
mod maintenance;
mod metrics;
mod name;
mod offset;
mod options;
mod poll;
mod query_fault;
mod recall;
mod record;
mod record_retention;
mod retention;
mod screen;
mod search;
mod storage_facts;
mod store;
mod sums;
mod tally;
mod topic;
mod topic_facts;
mod topic_fault;
mod verify_facts;
mod wal;
mod watch;
mod wording;
mod words;

pub use branch_facts::BranchInfo;
pub use error::{Error, ErrorKind, Result, Source};
pub use facts::{
    BucketCounts, BucketStats, Cleaned, ColumnChange, Compacted, DiffSummary, Flushed, Maintenance,
    Receipt, Recovery, Reset, ResetReason, Restored, Tagging, TopicCounts, TopicEntry, TopicStats,
    VersionInfo,
};
pub use group_facts::{GroupInfo, GroupLag, GroupPlace};
pub use group_fault::GroupFault;
pub use handle::{
    Change, Changes, Engine, EngineBuilder, Query, SqlOptions, WatchMode, Writer, WriterBuilder,
};
pub use import::{Import, ImportFault, ImportProgress};
pub use index::{IndexKind, IndexSpec, WORTH_AN_INDEX};
pub use index_facts::{Dropped, FoundBy, IndexInfo, IndexUse, Indexed};
pub use job::Job;
pub use metrics::{Metrics, MetricsFormat};
pub use name::{MAX_TOPIC_NAME, TopicName};
pub use offset::{Cursor, Position};
pub use options::{At, AtEnd, Columns, Durability, Events, From, InDoubt, StreamOptions};
pub use query_fault::{QueryFault, TextPlace};
pub use recall::{Recall, RecallOptions};
pub use record::{
    ChangeChunk, ChangeKind, ChangedRow, Chunk, Decoder, EncodeError, Extended, FieldPath, Hit,
    JsonArray, JsonError, JsonLines, JsonObject, JsonReason, Located, Matches, Needle, Order, Page,
    Ranking, ReadError, Record, RecordChange, RouteError, SchemaError, SchemaInference, Sort,
    Strictness, TopicSchema, TypeError, bucket_for, buckets_for, conform, encode, is_routable,
    parse_record, parse_type, parse_value, records, schema_json, type_text, value,
};
pub use record_retention::{RecordRetention, RetainOptions, Retained};
pub use retention::{CleanupOptions, Retention};
pub use screen::{Look, Screen, Verdict};
pub use search::{Likeness, Metric, Search};
pub use storage_facts::{
    Advice, AdviceKind, BucketStorage, ColumnBytes, FragmentFacts, VersionBytes,
};
pub use store::Inspector;
pub use tally::ReadCounts;
pub use topic::{
    Diff, Estimate, Group, GroupBuilder, HybridHit, HybridMatches, Progress, Reader, Scan, Sorted,
    Tail, TailEvent, TextHit, TextMatches, TopicNames, TopicSpec,
};
pub use topic_facts::{
    AdoptOptions, AdoptedBucket, AdoptedBy, Adoption, Holdings, TopicOptions, Trashed,
};
pub use topic_fault::TopicFault;
pub use verify_facts::{Damage, FileKind, Verification};
pub use words::{HybridSearch, Mark, QueryError, TextSearch};
