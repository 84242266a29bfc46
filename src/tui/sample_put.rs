//! The part of the sample that takes records made by hand: it checks them, and keeps none.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use super::data::{Fault, Refusal, Shape, Stored, Trial};
use super::putting::additions;
use super::sample::SCHEMA;
use crate::{Durability, JsonObject, Receipt, Strictness, TopicSchema, bucket_for, encode};

/// Buckets of the topics here that have several.
const BUCKETS: NonZeroU32 = NonZeroU32::MIN.saturating_add(3);
/// The offset that the next record gets.
const NEXT: u64 = 120_577;

/// What every topic here takes.
pub(super) fn shape() -> Result<Shape, Fault> {
    let schema: TopicSchema = SCHEMA.parse().map_err(|_| Fault::new("the sample has no schema"))?;
    Ok(Shape { schema: schema.into(), strictness: Strictness::Strict })
}

/// What would become of records, or why they cannot be put.
pub(super) fn checked(records: &[JsonObject]) -> Result<Trial, Vec<Refusal>> {
    let whole = |fault: Fault| vec![Refusal { record: 0, field: None, reason: fault.message }];
    let schema = shape().map_err(whole)?.schema;
    let refused: Vec<Refusal> =
        (0..).zip(records).filter_map(|(at, record)| refusal(&schema, (at, record))).collect();
    if !refused.is_empty() {
        return Err(refused);
    }
    let added = additions(&schema, &records.iter().collect::<Vec<_>>());
    Ok(Trial { buckets: buckets(records), added })
}

/// Takes records.
pub(super) fn put(records: &[JsonObject]) -> Result<Stored, Fault> {
    if let Some(refusal) = checked(records).err().and_then(|refused| refused.into_iter().next()) {
        return Err(Fault::new(refusal.sentence()));
    }
    let receipt = |(bucket, rows)| Receipt { bucket, lsn: NEXT, rows };
    let receipts = buckets(records).into_iter().map(receipt).collect();
    Ok(Stored { receipts, durability: Durability::default() })
}

/// What the engine says of a record; of new fields it says nothing.
fn refusal(
    schema: &arrow_schema::SchemaRef,
    (at, record): (usize, &JsonObject),
) -> Option<Refusal> {
    let known = record.iter().filter(|(name, _)| schema.field_with_name(name).is_ok());
    let own: JsonObject = known.map(|(name, value)| (name.clone(), value.clone())).collect();
    let error = encode(schema, &[&own], Strictness::Strict).err()?;
    let field = error.path().map(ToString::to_string)?;
    Some(Refusal { record: at, field: Some(field), reason: error.reason() })
}

fn buckets(records: &[JsonObject]) -> Vec<(u32, u64)> {
    let mut buckets = BTreeMap::new();
    for record in records {
        let bucket = bucket_for(record.get("id"), BUCKETS).unwrap_or_default();
        *buckets.entry(bucket).or_default() += 1;
    }
    buckets.into_iter().collect()
}
