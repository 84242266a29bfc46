//! What the parts promise together: what is taken is given back.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    EncodeError, JsonLines, JsonObject, SchemaInference, Strictness, TopicSchema, encode,
    parse_record, parse_type, records,
};

/// A type and values of it, as `decode` prints them.
#[derive(Debug, Clone)]
struct Column {
    data_type: DataType,
    values: BoxedStrategy<Value>,
}

fn column(text: &str, values: impl Strategy<Value = Value> + 'static) -> Column {
    Column { data_type: parse_type(text).unwrap(), values: values.boxed() }
}

fn leaves() -> Vec<Column> {
    let reals = any::<f64>().prop_filter("finite", |real| real.is_finite());
    let short = any::<f32>().prop_filter("finite", |real| real.is_finite());
    // The shortest text of a real of 32 bits, as a number.
    let short = short.prop_map(|real| serde_json::to_string(&real).unwrap().parse().unwrap());
    let bytes = prop::collection::vec(any::<u8>(), 0..9);
    let base64 = |bytes: Vec<u8>| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(bytes).into()
    };
    let day = (0..=9999, 1..=12, 1..=28).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"));
    let time = (0..24, 0..60, 0..60).prop_map(|(h, m, s)| format!("{h:02}:{m:02}:{s:02}"));
    let moment = (day.clone(), time.clone()).prop_map(|(day, time)| format!("{day}T{time}"));
    vec![
        column("bool", any::<bool>().prop_map(Value::from)),
        column("int8", any::<i8>().prop_map(Value::from)),
        column("int64", any::<i64>().prop_map(Value::from)),
        column("uint64", any::<u64>().prop_map(Value::from)),
        column("float64", reals.prop_map(Value::from)),
        column("float32", short.prop_map(Value::Number)),
        column("utf8", any::<String>().prop_map(Value::from)),
        column("large_utf8", any::<String>().prop_map(Value::from)),
        column("dictionary<int32, utf8>", "[ab]{0,2}".prop_map(Value::from)),
        column("binary", bytes.prop_map(base64)),
        column("fixed_size_binary(4)", any::<[u8; 4]>().prop_map(move |b| base64(b.to_vec()))),
        column("date32", day.clone().prop_map(Value::from)),
        column("date64", day.prop_map(Value::from)),
        column("time32(s)", time.clone().prop_map(Value::from)),
        column("time64(us)", time.prop_map(|time| format!("{time}.000007").into())),
        column("timestamp(s)", moment.clone().prop_map(Value::from)),
        column("timestamp(ms, UTC)", moment.prop_map(|moment| format!("{moment}.120Z").into())),
        column("duration(ns)", any::<i64>().prop_map(Value::from)),
        column("decimal128(38, 3)", any::<i64>().prop_map(|n| format!("{n}.125").into())),
    ]
}

fn columns() -> impl Strategy<Value = Column> {
    prop::sample::select(leaves()).prop_recursive(3, 12, 3, |inner| {
        let field = |name: &str, data_type: &DataType| Field::new(name, data_type.clone(), true);
        let item = move |column: &Column| Arc::new(field("item", &column.data_type));
        prop_oneof![
            inner.clone().prop_map(move |column| {
                let data_type = DataType::List(item(&column));
                let values = prop::collection::vec(nullable(&column), 0..4).prop_map(Value::from);
                Column { data_type, values: values.boxed() }
            }),
            inner.clone().prop_map(move |column| {
                let data_type = DataType::FixedSizeList(item(&column), 3);
                let values = prop::collection::vec(nullable(&column), 3).prop_map(Value::from);
                Column { data_type, values: values.boxed() }
            }),
            inner.clone().prop_map(move |column| {
                let key = Field::new("key", DataType::Utf8, false);
                let entry = Fields::from(vec![key, field("value", &column.data_type)]);
                let entries = Field::new("entries", DataType::Struct(entry), false);
                let pair = ("[a-z]{0,3}", nullable(&column)).prop_map(|(k, v)| json!([k, v]));
                let values = prop::collection::vec(pair, 0..4).prop_map(Value::from);
                Column {
                    data_type: DataType::Map(Arc::new(entries), false),
                    values: values.boxed(),
                }
            }),
            prop::collection::vec(inner, 1..4).prop_map(|columns| {
                let (fields, objects) = object(&columns);
                let values = objects.prop_map(Value::Object).boxed();
                Column { data_type: DataType::Struct(fields), values }
            }),
        ]
    })
}

fn nullable(column: &Column) -> BoxedStrategy<Value> {
    prop_oneof![1 => Just(Value::Null), 6 => column.values.clone()].boxed()
}

/// Fields of these columns, and objects that have all of them.
fn object(columns: &[Column]) -> (Fields, BoxedStrategy<JsonObject>) {
    let named = |index: usize| format!("field {index}");
    let fields = columns.iter().enumerate();
    let fields =
        fields.map(|(index, column)| Field::new(named(index), column.data_type.clone(), true));
    let values: Vec<_> = columns.iter().map(nullable).collect();
    let objects = values.prop_map(move |values| {
        values.into_iter().enumerate().map(|(index, value)| (named(index), value)).collect()
    });
    (fields.collect(), objects.boxed())
}

fn topic() -> impl Strategy<Value = (TopicSchema, Vec<JsonObject>)> {
    prop::collection::vec(columns(), 1..5).prop_flat_map(|columns| {
        let (fields, objects) = object(&columns);
        let schema = TopicSchema::new(&Schema::new(fields)).unwrap();
        (Just(schema), prop::collection::vec(objects, 0..6))
    })
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_the_same_text((schema, put) in topic()) {
        let batch = encode(schema.as_arrow(), &put, Strictness::Strict).unwrap();
        let got: Vec<_> = records(&batch).collect();
        prop_assert_eq!(&got, &put);
        let text = |records: &[JsonObject]| serde_json::to_string(records).unwrap();
        prop_assert_eq!(text(&got), text(&put));
    }

    #[test]
    fn what_is_printed_can_be_put_again((schema, put) in topic()) {
        let batch = encode(schema.as_arrow(), &put, Strictness::Strict).unwrap();
        for record in records(&batch) {
            let printed = serde_json::to_string(&record).unwrap();
            let again = encode(schema.as_arrow(), &[parse_record(&printed).unwrap()], Strictness::Strict);
            prop_assert_eq!(records(&again.unwrap()).next(), Some(record));
        }
    }

    #[test]
    fn records_alone_are_as_records_in_a_batch((schema, put) in topic()) {
        let whole = encode(schema.as_arrow(), &put, Strictness::Strict).unwrap();
        for (row, record) in put.iter().enumerate() {
            let one = encode(schema.as_arrow(), &[record], Strictness::Strict).unwrap();
            prop_assert_eq!(records(&one).next(), records(&whole.slice(row, 1)).next());
        }
    }
}

/// Real records: nulls in the first one, integers and reals in one field, nine titles of 3,201
/// that are numbers.
fn movies() -> Option<Vec<JsonObject>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/movies.jsonl");
    let Ok(file) = File::open(&path) else {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    };
    let lines = JsonLines::new(BufReader::new(file));
    Some(lines.map(|line| line.unwrap().record).collect())
}

fn inferred(records: &[JsonObject]) -> TopicSchema {
    let mut inference = SchemaInference::new();
    for record in records {
        inference.observe(record);
    }
    inference.finish().unwrap()
}

#[test]
fn real_records_are_refused_only_where_their_type_is_another() {
    let Some(movies) = movies() else { return };
    let schema = inferred(&movies);
    let ratings = schema.as_arrow().field_with_name("IMDB Rating").unwrap();
    assert_eq!((movies.len(), ratings.data_type()), (3201, &DataType::Float64));
    let refused = movies.iter().filter_map(|movie| {
        let error = encode(schema.as_arrow(), &[movie], Strictness::Strict).err()?;
        assert!(movie["Title"].is_number(), "{error}");
        Some(error)
    });
    let refused: Vec<_> = refused.collect();
    assert_eq!(refused.len(), 9);
    for error in refused {
        let EncodeError::WrongType { record: 0, path, expected, .. } = error else {
            panic!("{error}");
        };
        assert_eq!((path.as_str(), expected.as_str()), ("Title", "utf8"));
    }
}

#[test]
fn real_records_come_back_as_they_were_put() {
    let Some(movies) = movies() else { return };
    let schema = inferred(&movies);
    let batch = encode(schema.as_arrow(), &movies, Strictness::Coerce).unwrap();
    let same = |put: &Value, got: &Value| match (put, got) {
        (Value::Number(put), Value::String(got)) => put.to_string() == *got,
        (Value::Number(put), Value::Number(got)) => put.as_f64() == got.as_f64(),
        _ => put == got,
    };
    assert_eq!(batch.num_rows(), movies.len());
    for (put, got) in movies.iter().zip(records(&batch)) {
        assert!(put.keys().eq(got.keys()));
        for (name, value) in put {
            assert!(same(value, &got[name]), "{name}: {value} came back as {}", got[name]);
        }
    }
}
