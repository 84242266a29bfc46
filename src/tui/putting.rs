//! Puts records that were made by hand, and finds out before what would become of them.

use arrow_schema::{FieldRef, Schema};
use chrono::Utc;
use serde_json::Value;

use super::data::{Fault, Refusal, Shape, Stored, Trial, at_moment};
use super::event::Answer;
use super::writers::Writers;
use crate::{
    Error, JsonObject, Result, SchemaError, SchemaInference, TopicName, TopicSchema, Writer,
    encode, type_text,
};

/// Records that are checked one after the other before others may run.
const AT_ONCE: usize = 200;

/// Finds out what a topic takes.
pub(super) async fn shape(writers: &Writers, topic: &TopicName) -> Result<Answer> {
    let writer = writers.of(topic).await?;
    let schema = writer.schema().unwrap_or_else(|| Schema::empty().into());
    Ok(Answer::Shape(Shape { schema, strictness: writer.strictness() }))
}

/// Finds out whether records could be put together, into which buckets they would go, and what they would add. Puts nothing.
pub(super) async fn check(
    writers: &Writers,
    topic: &TopicName,
    records: Vec<JsonObject>,
) -> Result<Answer> {
    let writer = writers.of(topic).await?;
    let records = at_once(&writer, records);
    let mut refused = Vec::new();
    for (index, few) in records.chunks(AT_ONCE).enumerate() {
        let found = writer.check(few);
        let told = found.iter().map(|(at, error)| refusal(index * AT_ONCE + at, error));
        refused.extend(told);
        tokio::task::yield_now().await;
    }
    if !refused.is_empty() {
        return Ok(Answer::Checked(Err(refused)));
    }
    Ok(Answer::Checked(tried(&writer, &records)))
}

/// What would become of records each of which could be put by itself.
fn tried(writer: &Writer, records: &[Value]) -> Result<Trial, Vec<Refusal>> {
    let objects: Vec<&JsonObject> = records.iter().filter_map(Value::as_object).collect();
    let schema = writer.schema().unwrap_or_else(|| Schema::empty().into());
    let grown = grown(&schema, &objects).map_err(|error| vec![whole(0, error.to_string())])?;
    let batch = encode(grown.schema.as_arrow(), &objects, writer.strictness());
    let batch = batch.map_err(|error| {
        let field = error.path().map(ToString::to_string);
        let record = error.record().unwrap_or_default();
        vec![Refusal { record, field, reason: error.reason() }]
    })?;
    let routed = writer.buckets_of(&batch).map_err(|error| vec![refusal(0, &error)])?;
    let mut buckets = std::collections::BTreeMap::new();
    for bucket in routed {
        *buckets.entry(bucket).or_default() += 1;
    }
    Ok(Trial { buckets: buckets.into_iter().collect(), added: told(&grown.added) })
}

/// Puts records, all or none of each bucket.
pub(super) async fn put(
    writers: &Writers,
    topic: &TopicName,
    records: Vec<JsonObject>,
) -> Result<Answer, Fault> {
    let writer = writers.of(topic).await?;
    let put = writer.put_batch(at_once(&writer, records)).await;
    let durability = writer.durability();
    put.map(|receipts| Answer::Put(Stored { receipts, durability })).map_err(|error| {
        writers.note(topic, &error);
        let message = refusal(0, &error).sentence();
        Fault { message, ..error.into() }
    })
}

/// The records as they are at this moment.
fn at_once(writer: &Writer, records: Vec<JsonObject>) -> Vec<Value> {
    let now = Utc::now();
    let schema = writer.schema().unwrap_or_else(|| Schema::empty().into());
    records.into_iter().map(|record| at_moment(&schema, record, now).into()).collect()
}

/// A schema with what records add to it.
fn grown(schema: &Schema, records: &[&JsonObject]) -> Result<crate::Extended, SchemaError> {
    let mut own = SchemaInference::new();
    for record in records {
        own.observe(record);
    }
    TopicSchema::new(schema)?.merge_new_fields(&own.finish()?)
}

/// The fields that records would add to their topic, each with the type that its values make; of a struct that would
/// grow, the new part. Records that cannot be put add none.
pub(crate) fn additions(schema: &Schema, records: &[&JsonObject]) -> Vec<String> {
    grown(schema, records).map_or_else(|_| Vec::new(), |grown| told(&grown.added))
}

fn told(added: &Schema) -> Vec<String> {
    let field = |field: &FieldRef| format!("{}: {}", field.name(), type_text(field.data_type()));
    added.fields().iter().map(field).collect()
}

fn whole(record: usize, reason: String) -> Refusal {
    Refusal { record, field: None, reason }
}

/// Why a record is refused: its topic needs not be named.
fn refusal(record: usize, error: &Error) -> Refusal {
    match error {
        Error::Mismatch { field, expected, found, .. } => {
            let reason = format!("expected {expected}, found {found}");
            Refusal { record, field: Some(field.clone()), reason }
        }
        Error::InvalidRecord { reason, .. } => whole(record, reason.clone()),
        other => whole(record, Fault::told(other)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;
    use crate::{Engine, parse_record};

    #[test]
    fn a_record_adds_the_fields_that_its_topic_has_not() {
        let schema: TopicSchema =
            r#"{"id": "utf8", "usage": "struct<input: int64>"}"#.parse().unwrap();
        for (text, added) in [
            (r#"{"id": "1", "usage": {"input": 3}}"#, vec![]),
            (r#"{"id": "1", "zzz": null}"#, vec![]),
            (r#"{"idd": "1", "zzz": [1]}"#, vec!["idd: utf8", "zzz: list<int64>"]),
            (r#"{"usage": {"output": 3}}"#, vec!["usage: struct<output: int64>"]),
        ] {
            let record = parse_record(text).unwrap();
            assert_eq!(additions(schema.as_arrow(), &[&record]), added, "{text}");
        }
    }

    fn object(value: &Value) -> JsonObject {
        value.as_object().unwrap().clone()
    }

    async fn checked(writers: &Writers, records: &[Value]) -> Result<Trial, Vec<Refusal>> {
        let topic = "t".parse().unwrap();
        let records = records.iter().map(object).collect();
        let Answer::Checked(found) = check(writers, &topic, records).await.unwrap() else {
            panic!()
        };
        found
    }

    #[tokio::test]
    async fn a_check_says_buckets_and_new_columns_and_agrees_with_the_put_that_follows() {
        let root = TempDir::new().unwrap();
        let engine = Engine::open(root.path()).await.unwrap();
        let writer = engine.writer("t").num_buckets(4).open().await.unwrap();
        writer.put(json!({"id": "a", "n": 1})).await.unwrap();
        let writers = Writers::new(engine.clone(), Vec::new());
        let records = [json!({"id": "1", "x": [1]}), json!({"id": "hello"}), json!({"id": "1"})];
        let trial = checked(&writers, &records).await.unwrap();
        assert_eq!(trial.buckets, [(2, 1), (3, 2)]);
        assert_eq!(trial.added, ["x: list<int64>"]);
        let counts = engine.reader("t").await.unwrap().counts().await.unwrap();
        assert_eq!(counts.total_count, 1, "a check puts nothing");
        let topic = "t".parse().unwrap();
        let records = records.iter().map(object).collect();
        let Answer::Put(stored) = put(&writers, &topic, records).await.unwrap() else { panic!() };
        let put: Vec<(u32, u64)> = stored.receipts.iter().map(|r| (r.bucket, r.rows)).collect();
        assert_eq!(put, trial.buckets);
        assert_eq!(stored.durability, writer.durability());
    }

    #[tokio::test]
    async fn each_refused_record_is_told_and_records_that_only_clash_with_each_other_are_too() {
        let root = TempDir::new().unwrap();
        let engine = Engine::open(root.path()).await.unwrap();
        let writer = engine.writer("t").open().await.unwrap();
        writer.put(json!({"id": "a", "n": 1})).await.unwrap();
        let writers = Writers::new(engine, Vec::new());
        let records = [json!({"n": "x"}), json!({"n": 2}), json!({"id": 3})];
        let refused = checked(&writers, &records).await.unwrap_err();
        let told: Vec<(usize, String)> = refused.iter().map(|r| (r.record, r.sentence())).collect();
        let expected = [
            (0, "field `n`: expected int64, found text \"x\"".to_owned()),
            (2, "field `id`: expected utf8, found integer 3".to_owned()),
        ];
        assert_eq!(told, expected);
        let refused = checked(&writers, &[json!({"new": 1}), json!({"new": "x"})]).await;
        assert!(refused.is_err(), "{refused:?}");
    }

    #[tokio::test]
    async fn now_is_the_moment_of_the_put() {
        let root = TempDir::new().unwrap();
        let engine = Engine::open(root.path()).await.unwrap();
        let schema = r#"{"id": "utf8", "at": "timestamp(us, UTC)"}"#.parse().unwrap();
        let writer = engine.writer("t").schema(schema).open().await.unwrap();
        writer.put(json!({"id": "now"})).await.unwrap();
        let writers = Writers::new(engine.clone(), Vec::new());
        assert!(checked(&writers, &[json!({"at": "now"})]).await.is_ok());
        let before = Utc::now();
        let record = object(&json!({"id": "now", "at": "now"}));
        put(&writers, &"t".parse().unwrap(), vec![record]).await.unwrap();
        let page = engine.reader("t").await.unwrap().get(1, 1).await.unwrap();
        let record = page.records().next().unwrap().fields;
        assert_eq!(record["id"], "now", "it is a text where texts are");
        let at: chrono::DateTime<Utc> = record["at"].as_str().unwrap().parse().unwrap();
        assert!((before - chrono::Duration::seconds(1)..=Utc::now()).contains(&at), "{at}");
    }
}
