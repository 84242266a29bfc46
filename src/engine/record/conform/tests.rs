//! Which types turn into which, and which values stop it.

use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{
    Array, ArrayRef, DictionaryArray, Int64Array, ListArray, RecordBatch, StringArray, UInt32Array,
};
use arrow_schema::{Field, Schema, SchemaRef};
use serde_json::{Value, json};

use super::conform;
use crate::engine::record::{EncodeError, Strictness, encode, parse_type, records};

fn schema(fields: &[(&str, &str)]) -> SchemaRef {
    let fields = fields.iter().map(|(name, text)| {
        let (text, nullable) = match text.strip_suffix(" not null") {
            Some(text) => (text, false),
            None => (*text, true),
        };
        Field::new(*name, parse_type(text).unwrap(), nullable)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// A batch of one column `a`.
fn batch(data_type: &str, values: &[Value]) -> RecordBatch {
    let records: Vec<_> =
        values.iter().map(|value| json!({"a": value}).as_object().unwrap().clone()).collect();
    encode(&schema(&[("a", data_type)]), &records, Strictness::Strict).unwrap()
}

fn through(from: &str, to: &str, values: &[Value]) -> Result<Vec<Value>, EncodeError> {
    let conformed = conform(&batch(from, values), &schema(&[("a", to)]))?;
    assert_eq!(conformed.schema(), schema(&[("a", to)]));
    Ok(records(&conformed).map(|mut record| record.remove("a").unwrap()).collect())
}

#[test]
fn a_type_that_holds_more_takes_all_values_as_they_are() {
    let cases = [
        ("int8", "int64", json!(-128)),
        ("uint32", "int64", json!(u32::MAX)),
        ("uint8", "uint64", json!(255)),
        ("float16", "float32", json!(0.5)),
        ("float32", "float64", json!(0.5)),
        ("utf8", "large_utf8", json!("é")),
        ("large_utf8", "utf8", json!("é")),
        ("large_binary", "binary", json!("AAE=")),
        ("fixed_size_binary(2)", "binary", json!("AAE=")),
        ("dictionary<int8, utf8>", "utf8", json!("red")),
        ("dictionary<int8, utf8>", "dictionary<int32, large_utf8>", json!("red")),
        ("utf8", "dictionary<int32, utf8>", json!("red")),
        ("date32", "date64", json!("2024-01-01")),
        ("time32(s)", "time64(ns)", json!("12:00:00")),
        ("timestamp(s)", "timestamp(ns)", json!("2024-01-01T00:00:00")),
        ("timestamp(s, UTC)", "timestamp(us, +00:00)", json!("2024-01-01T00:00:00Z")),
        ("duration(s)", "duration(s)", json!(3)),
        ("decimal128(10, 2)", "decimal256(40, 2)", json!("12.30")),
        ("list<int32>", "large_list<int64>", json!([1, null])),
        ("large_list<element: int32>", "list<int64>", json!([1, null])),
        ("list<float32>", "vector(2)", json!([0.5, 0.1])),
        ("vector(2)", "list<float32>", json!([0.5, 0.1])),
        ("vector(2)", "fixed_size_list<element: float32, 2>", json!([0.5, 0.1])),
        ("struct<b: int8, a: utf8>", "struct<a: utf8, b: int64>", json!({"a": "x", "b": 1})),
        ("map<keys: utf8, values: int8>", "map<utf8, int64>", json!([["k", 1]])),
        ("list<struct<x: int8>>", "list<struct<x: int64>>", json!([{"x": 1}, null])),
    ];
    for (from, to, value) in cases {
        let values = [value, Value::Null];
        assert_eq!(through(from, to, &values), Ok(values.to_vec()), "{from} to {to}");
    }
    assert_eq!(through("int64", "float64", &[json!(3)]), Ok(vec![json!(3.0)]));
    assert_eq!(through("null", "list<utf8>", &[json!(null)]), Ok(vec![json!(null)]));
    let grown = through("struct<a: int8>", "struct<b: utf8, a: int8>", &[json!({"a": 1})]);
    assert_eq!(grown, Ok(vec![json!({"b": null, "a": 1})]));
}

#[test]
fn a_type_that_holds_less_is_refused_with_both_types() {
    let cases = [
        ("int64", "int32"),
        ("int64", "uint64"),
        ("uint64", "int64"),
        ("int64", "float32"),
        ("float64", "float32"),
        ("float64", "int64"),
        ("int64", "utf8"),
        ("utf8", "int64"),
        ("utf8", "binary"),
        ("timestamp(ns)", "timestamp(s)"),
        ("timestamp(s)", "timestamp(s, UTC)"),
        ("decimal128(10, 2)", "decimal128(10, 3)"),
        ("list<float64>", "vector(2)"),
        ("bool", "int8"),
    ];
    for (from, to) in cases {
        let refused = through(from, to, &[]);
        assert!(matches!(refused, Err(EncodeError::ColumnType { .. })), "{from} to {to}");
    }
    let refused = through("struct<x: utf8>", "struct<x: int64>", &[]);
    let (expected, found) = ("int64".to_owned(), "utf8".to_owned());
    assert_eq!(refused, Err(EncodeError::ColumnType { path: "a.x".into(), expected, found }));
}

#[test]
fn a_value_that_would_change_is_refused_with_its_row() {
    let large = json!((1_i64 << 53) + 1);
    let cases = [
        ("int64", "float64", vec![json!(1), json!(null), large.clone()], "a"),
        ("int64", "float64", vec![json!(1), json!(null), json!(i64::MAX)], "a"),
        ("list<int64>", "list<float64>", vec![json!([1]), json!([]), json!([1, large])], "a[1]"),
        ("timestamp(s)", "timestamp(ns)", vec![json!(0), json!(0), json!(i64::MAX)], "a"),
    ];
    for (from, to, values, expected) in cases {
        match through(from, to, &values) {
            Err(EncodeError::OutOfRange { record, path, .. }) => {
                assert_eq!((record, path.as_str()), (2, expected));
            }
            other => panic!("{from} to {to}: {other:?}"),
        }
    }
    let lengths = through("list<float32>", "vector(2)", &[json!([1, 2]), json!(null), json!([1])]);
    let path = "a".into();
    assert_eq!(lengths, Err(EncodeError::WrongLength { record: 2, path, expected: 2, found: 1 }));
}

#[test]
fn columns_are_taken_by_name_and_missing_ones_are_null() {
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
    let names: ArrayRef = Arc::new(StringArray::from(vec!["x", "y"]));
    let batch = RecordBatch::try_from_iter([("name", names), ("id", ids)]).unwrap();
    let wanted = schema(&[("id", "int64"), ("vector", "vector(2)"), ("name", "utf8 not null")]);
    let conformed = conform(&batch, &wanted).unwrap();
    let rows: Vec<_> = records(&conformed).map(Value::Object).collect();
    assert_eq!(rows[1], json!({"id": 2, "vector": null, "name": "y"}));
    let required = schema(&[("id", "int64"), ("name", "utf8"), ("x", "int64 not null")]);
    let refused = conform(&batch, &required);
    assert!(
        matches!(refused, Err(EncodeError::Missing { record: 0, path, .. }) if path.as_str() == "x")
    );
}

#[test]
fn unknown_columns_are_reported_all_at_once() {
    let batch = batch("list<struct<x: int64, y: int64>>", &[json!([])]);
    let known = schema(&[("a", "list<struct<x: int64>>")]);
    let paths = vec!["a.y".into()];
    assert_eq!(conform(&batch, &known), Err(EncodeError::NewFields { record: 0, paths }));
    let paths = vec!["a".into()];
    assert_eq!(conform(&batch, &schema(&[])), Err(EncodeError::NewFields { record: 0, paths }));
}

#[test]
fn a_slice_of_a_larger_batch_conforms_by_its_own_rows() {
    let values: Vec<_> = (0..10_i64).map(|n| json!(vec![n << 53 | 1; 3])).collect();
    let sliced = batch("list<int64>", &values).slice(0, 1);
    let conformed = conform(&sliced, &schema(&[("a", "list<float64>")])).unwrap();
    assert_eq!(conformed.num_rows(), 1);
    let lists = ListArray::from_iter_primitive::<arrow_array::types::UInt32Type, _, _>([
        Some(vec![Some(7); 3]),
        Some(vec![Some(8), None]),
    ]);
    let sliced: ArrayRef = Arc::new(lists.slice(1, 1));
    let batch = RecordBatch::try_from_iter([("a", sliced)]).unwrap();
    let conformed = conform(&batch, &schema(&[("a", "large_list<int64>")])).unwrap();
    assert_eq!(Value::Object(records(&conformed).next().unwrap()), json!({"a": [8, null]}));
}

#[test]
fn a_required_column_refuses_nulls_hidden_in_a_dictionary() {
    let keys = arrow_array::Int8Array::from(vec![0, 1]);
    let values = StringArray::from(vec![Some("x"), None]);
    let hidden: ArrayRef = Arc::new(DictionaryArray::<Int8Type>::new(keys, Arc::new(values)));
    let batch = RecordBatch::try_from_iter([("a", hidden)]).unwrap();
    let refused = conform(&batch, &schema(&[("a", "utf8 not null")]));
    assert!(matches!(refused, Err(EncodeError::Missing { record: 1, .. })));
}

#[test]
fn a_column_of_the_schemas_type_is_shared() {
    let ids = UInt32Array::from(vec![1, 2]);
    let buffer = ids.values().as_ptr();
    let batch = RecordBatch::try_from_iter([("a", Arc::new(ids) as ArrayRef)]).unwrap();
    let conformed = conform(&batch, &schema(&[("a", "uint32")])).unwrap();
    let column = conformed.column(0).as_any().downcast_ref::<UInt32Array>().unwrap();
    assert_eq!(column.values().as_ptr(), buffer);
}
