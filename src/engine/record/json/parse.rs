//! Parses one JSON object, or one value, strictly.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::error::{JsonError, JsonReason};
use super::integer::{self, LIMIT};
use crate::engine::record::field_path::FieldPath;
use crate::engine::record::found::found;

/// A JSON object: a record as it is put and as it is printed.
pub type JsonObject = Map<String, Value>;

/// A record of a file and the line where it starts, from 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Located {
    /// The line.
    pub line: u64,
    /// The record.
    pub record: JsonObject,
}

/// Parses one record: a text that is one JSON object and nothing else.
///
/// # Errors
/// Line, column and reason: no JSON, no object, a key twice in one object, an integer beyond 64
/// bits (which JSON parsers otherwise round), too deep.
pub fn parse_record(text: &str) -> Result<JsonObject, JsonError> {
    match parse_value(text)? {
        Value::Object(object) => Ok(object),
        other => Err(JsonError {
            line: 1,
            column: 1,
            reason: JsonReason::NotAnObject { found: found(&other) },
        }),
    }
}

/// Parses one value: a text that is one JSON value and nothing else, by the same rules as a record.
///
/// ```
/// assert_eq!(lanceq::parse_value("[1, 2]"), Ok(serde_json::json!([1, 2])));
/// assert!(lanceq::parse_value("18446744073709551616").is_err());
/// ```
///
/// # Errors
/// Line, column and reason, as [`parse_record`].
pub fn parse_value(text: &str) -> Result<Value, JsonError> {
    let mut findings = Findings::default();
    let mut parser = serde_json::Deserializer::from_str(text);
    let value = Strict { findings: &mut findings }.deserialize(&mut parser);
    let value = value.and_then(|value| parser.end().map(|()| value));
    let value = value.map_err(|error| findings.refusal(&error))?;
    if !findings.huge.is_empty() {
        integer::check(text, findings.huge)?;
    }
    Ok(value)
}

/// What the parser came across and could not say by itself.
#[derive(Default)]
struct Findings {
    /// The path of a key that is there twice.
    duplicate: Option<FieldPath>,
    /// The paths of reals that may have been written as integers, in the order of the text.
    huge: Vec<FieldPath>,
}

impl Findings {
    fn refusal(&mut self, error: &serde_json::Error) -> JsonError {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let reason = match self.duplicate.take() {
            Some(path) => JsonReason::DuplicateKey { path },
            None if message == "recursion limit exceeded" => JsonReason::TooDeep,
            None => JsonReason::Syntax { message: message.to_owned() },
        };
        JsonError { line: error.line() as u64, column: error.column() as u64, reason }
    }

    /// Puts a step in front of what was found since `since`.
    fn step(&mut self, since: usize, step: impl Fn(FieldPath) -> FieldPath) {
        let huge = self.huge.iter_mut().skip(since);
        for path in huge.chain(&mut self.duplicate) {
            *path = step(std::mem::take(path));
        }
    }
}

/// Builds a value as `serde_json` does, but for keys that are there twice.
struct Strict<'f> {
    findings: &'f mut Findings,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        if value.abs() >= LIMIT {
            self.findings.huge.push(FieldPath::default());
        }
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let since = self.findings.huge.len();
            let item = items.next_element_seed(Strict { findings: self.findings });
            self.findings.step(since, |path| path.in_item(list.len()));
            match item? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            if object.contains_key(&name) {
                self.findings.duplicate = Some(FieldPath::from(name.as_str()));
                return Err(A::Error::custom("duplicate key"));
            }
            let since = self.findings.huge.len();
            let value = fields.next_value_seed(Strict { findings: self.findings });
            self.findings.step(since, |path| path.in_field(&name));
            object.insert(name, value?);
        }
        Ok(Value::Object(object))
    }
}
