//! What may be put, and how a topic's schema grows.

use lanceq::{Error, ErrorKind, Strictness};
use serde_json::{Value, json};

use crate::setup::Setup;

async fn all(setup: &Setup) -> Vec<Value> {
    let page = setup.engine.reader("t").await.unwrap().get(0, 1000).await.unwrap();
    page.records().map(|record| Value::Object(record.fields)).collect()
}

#[tokio::test]
async fn a_new_field_becomes_a_column_that_is_null_in_older_records() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    writer.put(json!({"id": 1})).await.unwrap();
    writer.flush().await.unwrap();
    writer.put(json!({"id": 2})).await.unwrap();
    writer.put(json!({"id": 3, "score": 0.5, "usage": {"tokens": 7}})).await.unwrap();
    let expected = [
        json!({"id": 1, "score": null, "usage": null}),
        json!({"id": 2, "score": null, "usage": null}),
        json!({"id": 3, "score": 0.5, "usage": {"tokens": 7}}),
    ];
    assert_eq!(all(&setup).await, expected, "while the last two are buffered");
    writer.close().await.unwrap();
    assert_eq!(all(&setup).await, expected, "when all are persisted");
    let reader = setup.other().await.reader("t").await.unwrap();
    assert_eq!(reader.schema().await.unwrap().fields().len(), 3);
}

#[tokio::test]
async fn a_new_field_inside_an_object_becomes_a_field_of_its_column() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    writer.put(json!({"id": 1, "usage": {"in": 3}})).await.unwrap();
    writer.flush().await.unwrap();
    writer.put(json!({"id": 2, "usage": {"in": 4, "out": 5}})).await.unwrap();
    writer.close().await.unwrap();
    assert_eq!(
        all(&setup).await,
        [
            json!({"id": 1, "usage": {"in": 3, "out": null}}),
            json!({"id": 2, "usage": {"in": 4, "out": 5}})
        ]
    );
}

#[tokio::test]
async fn a_refused_batch_puts_nothing_and_names_record_field_and_types() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    writer.put(json!({"id": 1, "usage": {"tokens": 1}})).await.unwrap();
    let batch = vec![json!({"id": 2}), json!({"id": 3, "usage": {"tokens": "many"}})];
    match writer.put_batch(batch).await.unwrap_err() {
        Error::Mismatch { topic, record, field, expected, found } => {
            assert_eq!((topic.as_str(), record, field.as_str()), ("t", 1, "usage.tokens"));
            assert!(expected.contains("int64") && found.contains("many"), "{expected} / {found}");
        }
        other => panic!("{other}"),
    }
    assert_eq!(writer.buffer_count(), 1);
}

/// A list in a list, so deep.
fn nested(levels: usize) -> Value {
    (0..levels)
        .fold(json!(1), |inner, _| json!([inner]))
        .as_array()
        .map_or(json!({}), |l| json!({"a": l}))
}

#[tokio::test]
async fn records_as_deep_as_is_allowed_read_back() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    writer.put(nested(30)).await.unwrap();
    writer.close().await.unwrap();
    assert_eq!(all(&setup).await, [nested(30)]);
}

/// Names that some part of Lance, SQL or a path could take for something else.
const ODD_NAMES: [&str; 18] = [
    " ",
    "two words",
    "a\"b",
    "a'b",
    "a\\b",
    "a/b",
    "a[0]",
    "a{b}",
    "100%",
    "$1",
    "1st",
    "select",
    "null",
    "*",
    "größe",
    "数量",
    "👩‍👩‍👧",
    "a,b;--",
];

#[tokio::test]
async fn every_name_that_a_put_accepts_is_flushed_grown_and_read_back() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    let mut expected = Vec::new();
    for names in [&ODD_NAMES[..9], &ODD_NAMES[..]] {
        let flat = names.iter().map(|name| ((*name).into(), json!(1)));
        let mut record: serde_json::Map<String, Value> = flat.collect();
        record.insert("inner".into(), Value::Object(record.clone()));
        writer.put(Value::Object(record.clone())).await.unwrap();
        writer.flush().await.unwrap();
        expected.push(record);
    }
    writer.close().await.unwrap();
    let second = setup.other().await.reader("t").await.unwrap().get(1, 1).await.unwrap();
    assert_eq!(second.records().next().unwrap().fields, expected[1]);
}

#[tokio::test]
async fn a_refused_first_record_leaves_no_topic_behind() {
    let setup = Setup::new().await;
    for bad in [
        json!([1, 2]),
        json!("text"),
        json!({}),
        json!({"a": null}),
        json!({"a.b": 1}),
        json!({"a`b": 1}),
        json!({"a": {"b`": 1}}),
        json!({"_rowid": 1}),
        json!({"": 1}),
        json!({"a": 1, "A": 2}),
        json!({"n": u64::MAX}),
        nested(40),
    ] {
        let writer = setup.engine.writer("t").open().await.unwrap();
        let error = writer.put(bad.clone()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{bad}: {error}");
        assert!(setup.is_empty(), "{bad} left something");
    }
    assert!(setup.engine.writer("../x").open().await.is_err());
}

#[tokio::test]
async fn integers_widen_in_a_column_of_reals_and_reals_are_refused_in_one_of_integers() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    writer.put(json!({"real": 0.5, "int": 1})).await.unwrap();
    writer.put(json!({"real": 2, "int": 2})).await.unwrap();
    assert_eq!(
        writer.put(json!({"real": 3, "int": 0.5})).await.unwrap_err().kind(),
        ErrorKind::Invalid
    );
    writer.close().await.unwrap();
    assert_eq!(all(&setup).await, [json!({"real": 0.5, "int": 1}), json!({"real": 2.0, "int": 2})]);
}

#[tokio::test]
async fn coercion_turns_numbers_into_text_where_the_column_is_text() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").strictness(Strictness::Coerce).open().await.unwrap();
    writer.put(json!({"title": "Heat"})).await.unwrap();
    writer.put(json!({"title": 300})).await.unwrap();
    writer.close().await.unwrap();
    assert_eq!(all(&setup).await, [json!({"title": "Heat"}), json!({"title": "300"})]);
}

#[tokio::test]
async fn a_vector_of_another_length_is_refused_with_both_lengths() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    writer.put(json!({"embedding": [0.1, 0.2, 0.3]})).await.unwrap();
    let error = writer.put(json!({"embedding": [0.1, 0.2]})).await.unwrap_err().to_string();
    assert!(error.contains('3') && error.contains('2') && error.contains("embedding"), "{error}");
    writer.close().await.unwrap();
    assert_eq!(all(&setup).await, [json!({"embedding": [0.1, 0.2, 0.3]})]);
}

#[tokio::test]
async fn check_says_what_put_would_refuse_and_puts_nothing() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").open().await.unwrap();
    writer.put(json!({"id": 1})).await.unwrap();
    let records = [json!({"id": 2}), json!({"id": "x"}), json!({"id": 3, "new": true}), json!(7)];
    let refused: Vec<usize> = writer.check(&records).into_iter().map(|(index, _)| index).collect();
    assert_eq!(refused, [1, 3]);
    assert_eq!(writer.buffer_count(), 1);
}

#[tokio::test]
async fn a_topic_with_another_shape_is_not_taken_for_the_wanted_one() {
    let setup = Setup::new().await;
    let writer = setup.engine.writer("t").num_buckets(2).open().await.unwrap();
    writer.put(json!({"id": 1})).await.unwrap();
    writer.close().await.unwrap();
    let schema: lanceq::TopicSchema = r#"{"id": "utf8"}"#.parse().unwrap();
    let wrong = [
        setup.engine.writer("t").num_buckets(3),
        setup.engine.writer("t").bucket_column("user"),
        setup.engine.writer("t").schema(schema),
    ];
    for builder in wrong {
        let Err(error) = builder.open().await else { panic!("taken") };
        assert_eq!(error.kind(), ErrorKind::AlreadyExists, "{error}");
    }
    setup.engine.writer("t").num_buckets(2).bucket_column("id").open().await.unwrap();
}
