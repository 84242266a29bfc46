//! Which fields of records a schema does not have. Runs only when some do not fit.

use std::borrow::Borrow;

use arrow_schema::{DataType, Fields};
use serde_json::Value;

use crate::engine::record::encode_error::EncodeError;
use crate::engine::record::field_path::FieldPath;
use crate::engine::record::infer::has_type;
use crate::engine::record::json::JsonObject;

/// Returns the error that lists all fields which `fields` does not have, at any depth.
pub(super) fn new_fields<R: Borrow<JsonObject>>(
    fields: &Fields,
    records: &[R],
) -> Option<EncodeError> {
    let mut first = None;
    let mut paths: Vec<FieldPath> = Vec::new();
    for (record, object) in records.iter().enumerate() {
        for path in unknown_in_object(fields, object.borrow()) {
            first.get_or_insert(record);
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }
    first.map(|record| EncodeError::NewFields { record, paths })
}

fn unknown_in_object(fields: &Fields, object: &JsonObject) -> Vec<FieldPath> {
    let mut unknown = Vec::new();
    for (name, value) in object {
        let inside = match fields.find(name) {
            Some((_, field)) => unknown_in_value(field.data_type(), value),
            None if has_type(value) => vec![FieldPath::default()],
            None => Vec::new(),
        };
        unknown.extend(inside.into_iter().map(|path| path.in_field(name)));
    }
    unknown
}

fn unknown_in_value(data_type: &DataType, value: &Value) -> Vec<FieldPath> {
    match (data_type, value) {
        (DataType::Struct(fields), Value::Object(object)) => unknown_in_object(fields, object),
        (
            DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _),
            Value::Array(items),
        ) => items.iter().flat_map(|value| unknown_in_value(item.data_type(), value)).collect(),
        _ => Vec::new(),
    }
}
