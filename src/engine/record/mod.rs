//! What a record is: JSON objects and rows of Arrow, their schema, and the ways between them.
//!
//! Pure: no file, no clock, no waiting. Records come in as JSON (`json`) or Arrow (`conform`), their
//! schema is inferred (`infer`) or given (`schema`), they are put as Arrow (`encode`) and printed as
//! JSON again (`decode`); `route` says to which bucket each belongs. What `encode` takes, `decode`
//! gives back. `similar` says which vectors are near another, `compare` and `change` what differs between two states.

mod change;
mod compare;
mod conform;
mod decode;
mod encode;
mod encode_error;
mod failure;
mod field_path;
mod found;
mod infer;
mod json;
mod misfit;
mod moment;
mod needle;
mod page;
mod ranking;
mod route;
mod schema;
mod similar;
mod size;
mod sort;
mod sort_key;

pub use change::{ChangeChunk, ChangeKind, ChangedRow, RecordChange};
pub(crate) use compare::differing;
pub use conform::conform;
pub(crate) use conform::{conform_shrunk, takes};
pub use decode::{Decoder, records, value};
pub use encode::{Strictness, encode};
pub use encode_error::EncodeError;
pub use field_path::FieldPath;
pub use infer::SchemaInference;
pub use json::{
    JsonArray, JsonError, JsonLines, JsonObject, JsonReason, Located, ReadError, parse_record,
    parse_value,
};
pub use needle::Needle;
pub use page::{Chunk, Page, Record};
pub use ranking::Ranking;
pub use route::{RouteError, bucket_for, buckets_for, is_routable};
pub use schema::{
    Extended, SchemaError, TopicSchema, TypeError, parse_type, schema_json, type_text,
};
pub(crate) use similar::{Found, Nearest, Target, Vectors, dimension};
pub use similar::{Hit, Matches};
pub(crate) use size::{batch_bytes, own_bytes};
pub use sort::{Order, Sort};

#[cfg(test)]
mod tests;
