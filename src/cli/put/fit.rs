//! Which records fit a schema, and as what batch; the schema grows with fields that are new.

use std::num::NonZeroU32;

use arrow_array::RecordBatch;
use serde_json::Value;

use crate::{
    EncodeError, JsonObject, SchemaInference, Strictness, TopicSchema, Writer, bucket_for, encode,
};

/// How a record's bucket is found, where a record could be refused for it.
#[derive(Clone)]
pub(super) enum Routing {
    /// There is one bucket.
    One,
    /// The topic will be made with these.
    New { column: String, buckets: NonZeroU32 },
    /// The topic knows.
    Topic(Writer),
}

/// A schema to fit.
pub(super) struct Fit {
    schema: TopicSchema,
    strictness: Strictness,
    routing: Routing,
}

/// Records that fit, and those that do not.
#[derive(Debug)]
pub(super) struct Fitted {
    /// The ones that do, as one batch; none where no record does.
    pub(super) batch: Option<RecordBatch>,
    /// The index of each that does not, ascending, and why.
    pub(super) misfits: Vec<(usize, String)>,
}

impl Fit {
    /// Starts with a schema.
    pub(super) fn new(schema: TopicSchema, strictness: Strictness, routing: Routing) -> Self {
        Self { schema, strictness, routing }
    }

    /// Fits records: all at once where possible, else one by one.
    pub(super) fn fit(&mut self, records: &[Value]) -> Fitted {
        if let Some(batch) = self.fit_all(records) {
            return Fitted { batch: Some(batch), misfits: Vec::new() };
        }
        let mut fitting = Vec::new();
        let mut misfits = Vec::new();
        for (index, record) in records.iter().enumerate() {
            match self.fit_one(record) {
                Ok(object) => fitting.push(object),
                Err(reason) => misfits.push((index, reason)),
            }
        }
        let schema = self.schema.as_arrow();
        let batch = encode(schema, &fitting, self.strictness).ok();
        Fitted { batch: batch.filter(|batch| batch.num_rows() > 0), misfits }
    }

    fn fit_all(&self, records: &[Value]) -> Option<RecordBatch> {
        let schema = self.schema.as_arrow();
        if schema.fields().is_empty() || !matches!(self.routing, Routing::One) {
            return None;
        }
        let objects: Option<Vec<&JsonObject>> = records.iter().map(Value::as_object).collect();
        encode(schema, &objects?, self.strictness).ok()
    }

    /// Fits one record, letting the schema grow if that makes it fit.
    fn fit_one<'r>(&mut self, record: &'r Value) -> Result<&'r JsonObject, String> {
        let object = record.as_object().ok_or("it is no object")?;
        let grown = match self.encoded(&self.schema, object) {
            Err(EncodeError::NewFields { .. }) => Some(self.grown(object)?),
            other => other.map(|()| None).map_err(|error| reason(&error))?,
        };
        if let Some(schema) = grown {
            self.encoded(&schema, object).map_err(|error| reason(&error))?;
            self.schema = schema;
        }
        if self.schema.as_arrow().fields().is_empty() {
            return Err("no field has a value, so there is no column to start a topic with".into());
        }
        self.route(record, object)?;
        Ok(object)
    }

    fn encoded(&self, schema: &TopicSchema, object: &JsonObject) -> Result<(), EncodeError> {
        encode(schema.as_arrow(), &[object], self.strictness).map(drop)
    }

    fn grown(&self, object: &JsonObject) -> Result<TopicSchema, String> {
        let mut inference = SchemaInference::new();
        inference.observe(object);
        let own = inference.finish().map_err(|error| error.to_string())?;
        let grown = self.schema.merge_new_fields(&own).map_err(|error| error.to_string())?;
        Ok(grown.schema)
    }

    fn route(&self, record: &Value, object: &JsonObject) -> Result<(), String> {
        match &self.routing {
            Routing::One => Ok(()),
            Routing::New { column, buckets } => bucket_for(object.get(column), *buckets)
                .map(drop)
                .map_err(|error| format!("bucket column `{column}`: {error}")),
            Routing::Topic(writer) => match writer.check(std::slice::from_ref(record)).pop() {
                Some((_, crate::Error::InvalidRecord { reason, .. })) => Err(reason),
                _ => Ok(()),
            },
        }
    }
}

/// Why a record that was looked at alone does not fit.
fn reason(error: &EncodeError) -> String {
    match error {
        EncodeError::WrongType { path, expected, found, .. } => {
            format!("field `{path}`: expected {expected}, found {found}")
        }
        EncodeError::OutOfRange { path, expected, found, .. } => {
            format!(
                "field `{path}`: expected {expected}, found {found}, which it cannot hold exactly"
            )
        }
        EncodeError::WrongLength { path, expected, found, .. } => {
            format!("field `{path}`: expected {expected} items, found {found}")
        }
        EncodeError::Missing { path, expected, .. } => {
            format!("field `{path}`: expected {expected}, found no value")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fitted(schema: &str, records: &[Value]) -> (Fitted, TopicSchema) {
        let mut fit = Fit::new(schema.parse().unwrap(), Strictness::Strict, Routing::One);
        let fitted = fit.fit(records);
        (fitted, fit.schema)
    }

    #[test]
    fn what_does_not_fit_is_named_by_field_and_the_rest_goes_on() {
        let (fitted, _) =
            fitted(r#"{"a": "utf8"}"#, &[json!({"a": "x"}), json!({"a": 21}), json!({"a": null})]);
        assert_eq!(fitted.batch.unwrap().num_rows(), 2);
        assert_eq!(fitted.misfits, [(1, "field `a`: expected utf8, found integer 21".into())]);
    }

    #[test]
    fn a_new_field_has_the_type_of_its_first_value() {
        let records = [json!({"a": "x"}), json!({"b": 1}), json!({"b": "one"})];
        let (fitted, schema) = fitted(r#"{"a": "utf8"}"#, &records);
        assert_eq!(schema.as_arrow().fields().len(), 2);
        assert_eq!(fitted.batch.unwrap().num_columns(), 2);
        assert_eq!(fitted.misfits.len(), 1);
    }

    #[test]
    fn a_refused_record_leaves_no_column_behind() {
        let (_, schema) = fitted(r#"{"a": "utf8"}"#, &[json!({"a": 1, "b": 1})]);
        assert_eq!(schema.as_arrow().fields().len(), 1);
    }

    #[test]
    fn a_vector_of_another_length_is_refused_with_both_lengths() {
        let (fitted, _) =
            fitted(r#"{"v": "fixed_size_list<float32, 2>"}"#, &[json!({"v": [1, 2, 3]})]);
        assert!(fitted.batch.is_none());
        assert_eq!(fitted.misfits, [(0, "field `v`: expected 2 items, found 3".into())]);
    }

    #[test]
    fn with_several_buckets_a_record_needs_a_key() {
        let routing = Routing::New { column: "id".into(), buckets: NonZeroU32::new(4).unwrap() };
        let mut fit = Fit::new(r#"{"a": "utf8"}"#.parse().unwrap(), Strictness::Strict, routing);
        let fitted = fit.fit(&[json!({"a": "x"}), json!({"a": "y", "id": "k"})]);
        assert_eq!(fitted.misfits.len(), 1);
        assert!(fitted.misfits[0].1.contains("bucket column `id`"), "{:?}", fitted.misfits);
    }
}
