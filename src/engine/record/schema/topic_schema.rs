//! The schema of a topic: an Arrow schema that keeps the rules.

use std::str::FromStr;
use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::error::SchemaError;
use super::json_form;
use super::merge::{self, Extended};
use super::rules;

/// A topic's columns: their names, types, and which may be null.
///
/// Each name is non-empty, without dots, backticks and control characters, different from its siblings
/// also in lower case, and not reserved; each type is one that Lance stores. In JSON it is
/// `{"fields": [{"name": "id", "type": "int64", "nullable": true}]}`, with types as
/// [`type_text`](super::type_text()) writes them and, where a field has any, its `metadata`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicSchema(SchemaRef);

impl TopicSchema {
    /// Takes an Arrow schema, if it keeps the rules; views become plain text and binary columns.
    ///
    /// # Errors
    /// Says which field breaks which rule.
    pub fn new(schema: &Schema) -> Result<Self, SchemaError> {
        rules::check(schema.fields())?;
        let fields = without_views(schema.fields());
        Ok(Self(Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))))
    }

    /// Returns the Arrow schema.
    pub fn as_arrow(&self) -> &SchemaRef {
        &self.0
    }

    /// Reads the JSON form; `nullable` may be left out and is then true.
    ///
    /// Also reads the short form, an object of names and types: `{"id": "int64", "text": "utf8"}`.
    ///
    /// # Errors
    /// Says which part of the form is wrong, or which field breaks which rule.
    pub fn from_json(form: &Value) -> Result<Self, SchemaError> {
        Self::new(&json_form::read(form)?)
    }

    /// Returns the JSON form.
    pub fn to_json(&self) -> Value {
        json_form::schema_json(&self.0)
    }

    /// Extends this schema by the fields that only `other` has, as new nullable columns at the
    /// end, also inside structs and lists of structs. Fields that both have stay as they are here.
    ///
    /// # Errors
    /// [`SchemaError::Duplicate`] if a new name differs from a present one only by case.
    pub fn merge_new_fields(&self, other: &Self) -> Result<Extended, SchemaError> {
        merge::merge_new_fields(self, other)
    }
}

impl From<TopicSchema> for SchemaRef {
    fn from(schema: TopicSchema) -> Self {
        schema.0
    }
}

impl FromStr for TopicSchema {
    type Err = SchemaError;

    /// Reads the text of the JSON form.
    fn from_str(text: &str) -> Result<Self, SchemaError> {
        Self::from_json(&json_form::parse(text)?)
    }
}

impl Serialize for TopicSchema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TopicSchema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = Value::deserialize(deserializer)?;
        Self::from_json(&form).map_err(serde::de::Error::custom)
    }
}

fn without_views(fields: &Fields) -> Fields {
    fields.iter().map(without_view).collect()
}

fn without_view(field: &FieldRef) -> FieldRef {
    let item = |item: &FieldRef| without_view(item);
    let data_type = match field.data_type() {
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::Struct(fields) => DataType::Struct(without_views(fields)),
        DataType::List(inner) => DataType::List(item(inner)),
        DataType::LargeList(inner) => DataType::LargeList(item(inner)),
        DataType::FixedSizeList(inner, size) => DataType::FixedSizeList(item(inner), *size),
        DataType::Map(entries, sorted) => {
            // Some writers say that the entries of a map may be null; none ever is.
            let entries = Field::clone(&item(entries)).with_nullable(false);
            DataType::Map(Arc::new(entries), *sorted)
        }
        _ => return field.clone(),
    };
    Arc::new(Field::clone(field).with_data_type(data_type))
}
