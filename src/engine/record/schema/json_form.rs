//! The JSON form of a schema: `{"fields": [{"name": "id", "type": "int64", "nullable": true}]}`.

use std::collections::{BTreeMap, HashMap};

use arrow_schema::{Field, Schema};
use serde_json::{Map, Value, json};

use super::error::SchemaError;
use super::type_parse::parse_type;
use super::type_text::type_text;
use crate::engine::record::field_path::FieldPath;
use crate::engine::record::found::found;

/// Parses the text of a JSON form.
pub(super) fn parse(text: &str) -> Result<Value, SchemaError> {
    serde_json::from_str(text).map_err(|error| SchemaError::Form {
        place: "schema".into(),
        expected: "JSON",
        found: error.to_string(),
    })
}

/// Writes any Arrow schema in the JSON form, also one that a topic could not have.
pub fn schema_json(schema: &Schema) -> Value {
    let fields: Vec<_> = schema.fields().iter().map(|field| write_field(field)).collect();
    let mut form = json!({ "fields": fields });
    write_metadata(&mut form, schema.metadata());
    form
}

fn write_field(field: &Field) -> Value {
    let mut form = json!({
        "name": field.name(),
        "type": type_text(field.data_type()),
        "nullable": field.is_nullable(),
    });
    write_metadata(&mut form, field.metadata());
    form
}

fn write_metadata(form: &mut Value, metadata: &HashMap<String, String>) {
    if let (Some(form), false) = (form.as_object_mut(), metadata.is_empty()) {
        let sorted: BTreeMap<_, _> = metadata.iter().collect();
        form.insert("metadata".to_owned(), json!(sorted));
    }
}

/// Reads a schema, in its long or its short form.
pub(super) fn read(form: &Value) -> Result<Schema, SchemaError> {
    let place = || FieldPath::from("schema");
    let object = object(form, "an object with fields", place)?;
    let Some(Value::Array(fields)) = object.get("fields") else {
        return read_short(object);
    };
    refuse_unknown(object, &["fields", "metadata"], place)?;
    let fields = fields.iter().enumerate().map(|(index, field)| {
        read_field(field, || FieldPath::default().in_item(index).in_field("fields"))
    });
    let fields: Vec<_> = fields.collect::<Result<_, _>>()?;
    Ok(Schema::new_with_metadata(fields, read_metadata(object, place)?))
}

fn read_short(object: &Map<String, Value>) -> Result<Schema, SchemaError> {
    let fields = object.iter().map(|(name, form)| {
        let place = || FieldPath::from(name.as_str());
        let text = text(form, "a type, such as \"int64\"", place)?;
        let data_type = parse_type(text);
        let data_type = data_type.map_err(|source| SchemaError::Type { path: place(), source })?;
        Ok(Field::new(name, data_type, true))
    });
    Ok(Schema::new(fields.collect::<Result<Vec<_>, SchemaError>>()?))
}

fn read_field(form: &Value, place: impl Fn() -> FieldPath) -> Result<Field, SchemaError> {
    let object = object(form, "an object with name and type", &place)?;
    refuse_unknown(object, &["name", "type", "nullable", "metadata"], &place)?;
    let part = |name: &str| object.get(name).unwrap_or(&Value::Null);
    let name = text(part("name"), "a name", || within(&place, "name"))?;
    let type_form = text(part("type"), "a type, such as \"int64\"", || within(&place, "type"))?;
    let data_type = parse_type(type_form);
    let data_type = data_type.map_err(|source| SchemaError::Type { path: name.into(), source })?;
    let nullable = match object.get("nullable") {
        None => true,
        Some(Value::Bool(nullable)) => *nullable,
        Some(other) => return Err(refusal(other, "true or false", within(&place, "nullable"))),
    };
    let metadata = read_metadata(object, &place)?;
    Ok(Field::new(name, data_type, nullable).with_metadata(metadata))
}

fn read_metadata(
    object: &Map<String, Value>,
    place: impl Fn() -> FieldPath,
) -> Result<HashMap<String, String>, SchemaError> {
    match object.get("metadata") {
        None => Ok(HashMap::new()),
        Some(form) => serde_json::from_value(form.clone())
            .map_err(|_| refusal(form, "an object of texts", within(&place, "metadata"))),
    }
}

fn refuse_unknown(
    object: &Map<String, Value>,
    known: &[&str],
    place: impl Fn() -> FieldPath,
) -> Result<(), SchemaError> {
    let unknown = object.iter().find(|(name, _)| !known.contains(&name.as_str()));
    unknown.map_or(Ok(()), |(name, value)| Err(refusal(value, "nothing", within(&place, name))))
}

fn object<'a>(
    form: &'a Value,
    expected: &'static str,
    place: impl Fn() -> FieldPath,
) -> Result<&'a Map<String, Value>, SchemaError> {
    form.as_object().ok_or_else(|| refusal(form, expected, place()))
}

fn text<'a>(
    form: &'a Value,
    expected: &'static str,
    place: impl Fn() -> FieldPath,
) -> Result<&'a str, SchemaError> {
    form.as_str().ok_or_else(|| refusal(form, expected, place()))
}

fn refusal(form: &Value, expected: &'static str, place: FieldPath) -> SchemaError {
    SchemaError::Form { place, expected, found: found(form) }
}

/// Returns the place of a part: `fields[2].type`.
fn within(place: impl Fn() -> FieldPath, part: &str) -> FieldPath {
    FieldPath::from(format!("{}.{part}", place()).as_str())
}
