//! What one call puts: JSON records or an Arrow batch, seen alike.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use serde_json::Value;

use crate::engine::error::{Error, Result};
use crate::engine::name::TopicName;
use crate::engine::record::{
    EncodeError, JsonObject, SchemaError, SchemaInference, Strictness, TopicSchema, conform, encode,
};

/// The records of one call, not yet converted.
pub(super) enum Input<'a> {
    Records(Vec<&'a JsonObject>, Strictness),
    Batch(&'a RecordBatch),
}

impl<'a> Input<'a> {
    /// Takes JSON values, each of which must be an object.
    pub(super) fn records(
        topic: &TopicName,
        values: &'a [Value],
        strictness: Strictness,
    ) -> Result<Self> {
        let object = |(record, value): (usize, &'a Value)| {
            value.as_object().ok_or_else(|| Error::InvalidRecord {
                topic: topic.to_string(),
                record,
                reason: format!("a record is a JSON object, this is {}", kind(value)),
            })
        };
        let objects = values.iter().enumerate().map(object).collect::<Result<_>>()?;
        Ok(Self::Records(objects, strictness))
    }

    /// The schema that a topic would get from these records alone.
    pub(super) fn schema(&self) -> Result<TopicSchema, SchemaError> {
        match self {
            Self::Batch(batch) => TopicSchema::new(&batch.schema()),
            Self::Records(objects, _) => {
                let mut inference = SchemaInference::new();
                for object in objects {
                    inference.observe(object);
                }
                inference.finish()
            }
        }
    }

    /// The records as one batch of `schema`, all or none.
    pub(super) fn convert(&self, schema: &SchemaRef) -> Result<RecordBatch, EncodeError> {
        match self {
            Self::Batch(batch) => conform(batch, schema),
            Self::Records(objects, strictness) => encode(schema, objects, *strictness),
        }
    }

    /// The first record that lacks a field altogether; a null is a value here.
    pub(super) fn first_without(&self, field: &str) -> Option<usize> {
        match self {
            Self::Batch(batch) => batch.column_by_name(field).is_none().then_some(0),
            Self::Records(objects, _) => {
                objects.iter().position(|object| !object.contains_key(field))
            }
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
