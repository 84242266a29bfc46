//! Records as JSON: read strictly, put as Arrow under the schema that follows from them, and printed again.

use arrow_schema::{DataType, Fields};
use serde_json::Value;

use super::text_of;
use crate::{
    JsonArray, JsonLines, JsonObject, JsonReason, Located, ReadError, SchemaInference, Strictness,
    TopicSchema, encode, parse_record, records,
};

/// A record is read as any parser reads it, or refused for a reason that holds.
pub(crate) fn record(data: &[u8]) {
    let Some(text) = text_of(data) else { return };
    let plain = serde_json::from_str::<Value>(text);
    match (parse_record(text), plain) {
        (Ok(record), Ok(Value::Object(plain))) => {
            assert_eq!(record, plain);
            let printed = serde_json::to_string(&record).expect("an object has a text");
            assert_eq!(parse_record(&printed), Ok(record));
        }
        (Ok(record), plain) => panic!("{record:?} is {plain:?} for others"),
        (Err(error), Ok(plain)) => match error.reason {
            JsonReason::NotAnObject { .. } => assert!(!plain.is_object(), "{text}"),
            JsonReason::DuplicateKey { .. } | JsonReason::IntegerTooLarge { .. } => {}
            reason => panic!("{reason}: {plain:?}"),
        },
        (Err(error), Err(_)) => {
            assert!(error.line >= 1 && error.line <= 1 + text.matches('\n').count() as u64);
        }
    }
}

/// Every line is a record or an error of its own, and the records come back as they were put.
pub(crate) fn json_lines(data: &[u8]) {
    let mut found = Vec::new();
    let mut lines = 0;
    for line in JsonLines::new(data) {
        match line {
            Ok(Located { line, record }) => {
                assert!(line > lines);
                lines = line;
                found.push(record);
            }
            Err(ReadError::Record { error, .. }) => {
                assert!(error.line > lines);
                lines = error.line;
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert!(lines <= 1 + data.iter().filter(|byte| **byte == b'\n').count() as u64);
    round_trip(&found);
}

/// An array that any parser takes is read whole, and one that is read whole is an array for any parser.
pub(crate) fn json_array(data: &[u8]) {
    let found: Vec<_> = JsonArray::new(data).collect();
    let plain = serde_json::from_slice::<Vec<Value>>(data);
    let is_broken = matches!(found.last(), Some(Err(ReadError::Array { .. })));
    if let Ok(plain) = &plain {
        assert!(!is_broken, "{:?}", found.last());
        assert_eq!(found.len(), plain.len());
        for (found, plain) in found.iter().zip(plain) {
            if let Ok(Located { record, .. }) = found {
                assert_eq!(Some(record), plain.as_object());
            }
        }
    }
    // What only some take for white space, and the mark that only some pass over.
    let is_plain = !data.contains(&0x0c) && data.is_ascii();
    if plain.is_err() && is_plain && !is_broken {
        assert!(found.iter().any(Result::is_err), "it is no array");
    }
    round_trip(&found.into_iter().flatten().map(|found| found.record).collect::<Vec<_>>());
}

/// What is put under the schema that follows from the records is given back, and can be put again.
fn round_trip(found: &[JsonObject]) {
    let mut inference = SchemaInference::new();
    found.iter().for_each(|record| inference.observe(record));
    let Ok(schema) = inference.finish() else { return };
    for strictness in [Strictness::Strict, Strictness::Coerce] {
        let taken: Vec<&JsonObject> = found
            .iter()
            .filter(|record| encode(schema.as_arrow(), &[*record], strictness).is_ok())
            .collect();
        let batch = encode(schema.as_arrow(), &taken, strictness).expect("each was taken alone");
        assert_eq!(batch.num_rows(), taken.len());
        for (put, got) in taken.iter().zip(records(&batch)) {
            if strictness == Strictness::Strict {
                let fields = schema.as_arrow().fields();
                assert!(same_object(fields, put, &got), "{put:?} came back as {got:?}");
            }
            again(&schema, &got);
        }
    }
}

fn again(schema: &TopicSchema, got: &JsonObject) {
    let printed = serde_json::to_string(got).expect("an object has a text");
    let read = parse_record(&printed).expect("what is printed is a record");
    let batch = encode(schema.as_arrow(), &[read], Strictness::Strict);
    let batch = batch.unwrap_or_else(|error| panic!("{printed} cannot be put again: {error}"));
    assert_eq!(records(&batch).next().as_ref(), Some(got));
}

fn same_object(fields: &Fields, put: &JsonObject, got: &JsonObject) -> bool {
    let is_known = |name: &String| fields.iter().any(|field| field.name() == name);
    put.iter().all(|(name, value)| is_known(name) || says_nothing(value))
        && fields.len() == got.len()
        && fields.iter().all(|field| {
            let value = put.get(field.name()).unwrap_or(&Value::Null);
            got.get(field.name()).is_some_and(|got| same(field.data_type(), value, got))
        })
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().all(says_nothing),
        Value::Object(fields) => fields.values().all(says_nothing),
        _ => false,
    }
}

fn same(data_type: &DataType, put: &Value, got: &Value) -> bool {
    match (data_type, put, got) {
        (DataType::Struct(fields), Value::Object(put), Value::Object(got)) => {
            same_object(fields, put, got)
        }
        (
            DataType::List(item) | DataType::FixedSizeList(item, _),
            Value::Array(put),
            Value::Array(got),
        ) => {
            put.len() == got.len()
                && put.iter().zip(got).all(|(put, got)| same(item.data_type(), put, got))
        }
        #[expect(clippy::cast_possible_truncation, reason = "a vector's numbers are of 32 bits")]
        (DataType::Float32, Value::Number(put), Value::Number(got)) => {
            put.as_f64().map(|real| real as f32) == got.as_f64().map(|real| real as f32)
        }
        (DataType::Float64, Value::Number(put), Value::Number(got)) => put.as_f64() == got.as_f64(),
        // The only real that counts as an integer.
        (DataType::Int64, Value::Number(put), got) if put.as_f64() == Some(0.0) => *got == 0,
        _ => put == got,
    }
}
