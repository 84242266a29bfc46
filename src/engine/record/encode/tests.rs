//! What is taken, what is refused, and how a refusal names it.

use std::sync::Arc;

use arrow_schema::{Field, Schema, SchemaRef};
use serde_json::{Value, json};

use super::{Strictness, encode};
use crate::engine::record::{EncodeError, FieldPath, JsonObject, parse_type, records};

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

fn object(value: Value) -> JsonObject {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

/// Encodes one value into a column of a type, and gives back what is printed of it.
fn through(data_type: &str, value: &Value, strictness: Strictness) -> Result<Value, EncodeError> {
    let record = object(json!({ "a": value }));
    let batch = encode(&schema(&[("a", data_type)]), &[record], strictness)?;
    Ok(records(&batch).next().unwrap().remove("a").unwrap())
}

#[test]
fn a_value_of_the_columns_kind_comes_back_as_it_was() {
    let cases = [
        ("null", json!(null)),
        ("bool", json!(true)),
        ("int8", json!(-128)),
        ("uint8", json!(255)),
        ("int64", json!(i64::MIN)),
        ("uint64", json!(u64::MAX)),
        ("float64", json!(0.1)),
        ("float64", json!(-0.0)),
        ("float32", json!(0.1)),
        ("float16", json!(0.1)),
        ("utf8", json!("日本語 \u{0} 🚀")),
        ("large_utf8", json!("")),
        ("dictionary<int8, utf8>", json!("red")),
        ("binary", json!("AAEC/w==")),
        ("large_binary", json!("")),
        ("fixed_size_binary(3)", json!("AAEC")),
        ("date32", json!("2024-02-29")),
        ("date64", json!("2024-02-29")),
        ("time32(s)", json!("23:59:59")),
        ("time64(ns)", json!("00:00:00.000000001")),
        ("timestamp(us)", json!("2024-01-01T12:00:00.000001")),
        ("timestamp(ms, UTC)", json!("2024-01-01T12:00:00.500Z")),
        ("duration(ms)", json!(1500)),
        ("decimal128(10, 2)", json!("12.30")),
        ("decimal256(60, 0)", json!("123456789012345678901234567890")),
        ("list<utf8>", json!(["a", null, "b"])),
        ("list<utf8>", json!([])),
        ("large_list<list<int64>>", json!([[1], [], null])),
        ("fixed_size_list<float32, 3>", json!([0.1, 0.2, 0.3])),
        ("list<vector(2)>", json!([[1.0, 2.0], [3.0, 4.0]])),
        ("struct<a: int64, b: struct<c: utf8>>", json!({"a": 1, "b": {"c": "x"}})),
        ("map<utf8, int64>", json!([["k", 1], ["l", null]])),
        ("map<int64, utf8>", json!([[1, "x"]])),
        ("list<struct<role: utf8, n: int64>>", json!([{"role": "user", "n": 1}])),
    ];
    for (data_type, value) in cases {
        let back = through(data_type, &value, Strictness::Strict);
        assert_eq!(back.as_ref(), Ok(&value), "{data_type} {value}");
        assert_eq!(back.unwrap().to_string(), value.to_string(), "{data_type}");
        let back = through(data_type, &Value::Null, Strictness::Strict);
        assert_eq!(back, Ok(Value::Null), "{data_type} null");
    }
}

#[test]
fn a_value_in_another_form_comes_back_in_the_usual_one() {
    let cases = [
        ("float64", json!(3), json!(3.0)),
        ("float64", json!(1_i64 << 60), json!(1_152_921_504_606_846_976.0)),
        ("float32", json!(3), json!(3.0)),
        ("int64", json!(-0.0), json!(0)),
        ("binary", json!("AAEC/w"), json!("AAEC/w==")),
        ("timestamp(s, UTC)", json!("2024-01-01T02:00:00+02:00"), json!("2024-01-01T00:00:00Z")),
        ("timestamp(s)", json!("2024-01-01 00:00:00"), json!("2024-01-01T00:00:00")),
        ("timestamp(us)", json!(0), json!("1970-01-01T00:00:00")),
        ("timestamp(s)", json!(i64::MAX), json!(i64::MAX)),
        ("date32", json!(-1), json!("1969-12-31")),
        ("decimal128(10, 2)", json!(12.3), json!("12.30")),
        ("decimal128(10, 2)", json!(-5), json!("-5.00")),
        ("map<utf8, int64>", json!({"k": 1}), json!([["k", 1]])),
        ("struct<a: int64, b: int64>", json!({"b": 2}), json!({"a": null, "b": 2})),
    ];
    for (data_type, value, printed) in cases {
        let back = through(data_type, &value, Strictness::Strict);
        assert_eq!(back, Ok(printed), "{data_type} {value}");
    }
}

#[test]
fn a_value_of_another_kind_is_refused_with_both_types() {
    let cases = [
        ("int64", json!("300"), "text \"300\""),
        ("int64", json!(3.0), "real 3.0"),
        ("int64", json!(true), "true"),
        ("float64", json!("0.5"), "text \"0.5\""),
        ("utf8", json!(300), "integer 300"),
        ("bool", json!(1), "integer 1"),
        ("null", json!(1), "integer 1"),
        ("date32", json!("Jun 12 1998"), "text \"Jun 12 1998\""),
        ("timestamp(us)", json!(0.5), "real 0.5"),
        ("duration(s)", json!("1s"), "text \"1s\""),
        ("decimal128(10, 2)", json!("twelve"), "text \"twelve\""),
        ("binary", json!(1), "integer 1"),
        ("list<utf8>", json!("a"), "text \"a\""),
        ("struct<a: int64>", json!([1]), "list of 1"),
        ("map<utf8, int64>", json!([["k"]]), "list of 1"),
        ("map<int64, int64>", json!({"k": 1}), "object of 1"),
    ];
    for (data_type, value, found) in cases {
        let refused = EncodeError::WrongType {
            record: 0,
            path: "a".into(),
            expected: data_type.to_owned(),
            found: found.to_owned(),
        };
        assert_eq!(through(data_type, &value, Strictness::Strict), Err(refused), "{value}");
    }
}

#[test]
fn a_value_that_the_type_cannot_hold_is_refused() {
    let cases = [
        ("int8", json!(128)),
        ("uint8", json!(-1)),
        ("int64", json!(u64::MAX)),
        ("float64", json!((1_i64 << 53) + 1)),
        ("float64", json!(i64::MAX)),
        ("float32", json!(1e39)),
        ("float16", json!(65520)),
        ("binary", json!("not base64!")),
        ("timestamp(s)", json!("2024-01-01T00:00:00.5Z")),
        ("timestamp(ns)", json!("2400-01-01T00:00:00Z")),
        ("date32", json!(1_i64 << 40)),
        ("decimal128(4, 2)", json!("100")),
        ("decimal128(4, 2)", json!("0.001")),
    ];
    for (data_type, value) in cases {
        let refused = through(data_type, &value, Strictness::Strict);
        assert!(matches!(refused, Err(EncodeError::OutOfRange { .. })), "{data_type} {refused:?}");
    }
}

#[test]
fn a_vector_of_another_length_is_refused_with_both_lengths() {
    let path = FieldPath::from("a");
    let refused = EncodeError::WrongLength { record: 0, path, expected: 3, found: 2 };
    for (data_type, value) in
        [("vector(3)", json!([1, 2])), ("fixed_size_binary(3)", json!("AAE="))]
    {
        assert_eq!(through(data_type, &value, Strictness::Strict), Err(refused.clone()));
    }
}

#[test]
fn a_refusal_names_the_record_and_the_path() {
    let schema = schema(&[
        ("usage", "struct<tokens: int64>"),
        ("tags", "list<utf8>"),
        ("vector", "vector(2)"),
        ("turns", "list<struct<parts: list<int64>>>"),
        ("map", "map<utf8, int64>"),
    ]);
    let good = json!({
        "usage": {"tokens": 1}, "tags": ["a"], "vector": [1, 2], "turns": [{"parts": [1]}, {}],
        "map": {"k": 1},
    });
    let cases = [
        (json!({"usage": {"tokens": "x"}}), "usage.tokens"),
        (json!({"tags": ["a", "b", 3]}), "tags[2]"),
        (json!({"tags": [], "vector": [1.0, "x"]}), "vector[1]"),
        (json!({"turns": [{}, null, {"parts": [1, 2, "x"]}]}), "turns[2].parts[2]"),
        (json!({"map": [["a", 1], ["b", "x"]]}), "map[1]"),
    ];
    for (bad, expected) in cases {
        let batch = [good.clone(), json!({}), good.clone(), bad, good.clone()].map(object);
        match encode(&schema, &batch, Strictness::Strict) {
            Err(EncodeError::WrongType { record, path, .. }) => {
                assert_eq!((record, path.as_str()), (3, expected));
            }
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[test]
fn new_fields_are_reported_before_anything_else_and_all_of_them() {
    let schema =
        schema(&[("a", "int64"), ("s", "struct<x: int64>"), ("l", "list<struct<y: utf8>>")]);
    let batch = [
        json!({"a": "wrong"}),
        json!({"a": 1, "new": 1}),
        json!({"s": {"x": 1, "deep": true}, "l": [{"y": "", "far": {}}, {"far": 1}], "new": 2}),
    ];
    let paths = ["new", "s.deep", "l.far"].map(FieldPath::from).to_vec();
    assert_eq!(
        encode(&schema, &batch.map(object), Strictness::Strict),
        Err(EncodeError::NewFields { record: 1, paths })
    );
}

#[test]
fn a_new_field_that_holds_nothing_is_not_there() {
    let schema = schema(&[("a", "int64"), ("s", "struct<x: int64>")]);
    let record = json!({
        "b": null, "a": 1, "c": [], "d": {"e": [null, {}]}, "s": {"f": null, "x": 2},
    });
    let batch = encode(&schema, &[object(record)], Strictness::Strict).unwrap();
    let back = records(&batch).next().unwrap();
    assert_eq!(Value::Object(back), json!({"a": 1, "s": {"x": 2}}));
}

#[test]
fn a_required_field_refuses_null_unless_its_parent_is_null() {
    let schema = schema(&[("id", "utf8 not null"), ("s", "struct<x: int64 not null>")]);
    let missing = |record: Value| match encode(&schema, &[object(record)], Strictness::Strict) {
        Err(EncodeError::Missing { record: 0, path, .. }) => path.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(missing(json!({})), "id");
    assert_eq!(missing(json!({"id": null})), "id");
    assert_eq!(missing(json!({"id": "1", "s": {}})), "s.x");
    let fine = [object(json!({"id": "1", "s": null})), object(json!({"id": "2", "s": {"x": 1}}))];
    assert_eq!(encode(&schema, &fine, Strictness::Strict).unwrap().num_rows(), 2);
}

#[test]
fn a_required_item_may_be_absent_only_with_its_list() {
    let schema = schema(&[("v", "fixed_size_list<float32 not null, 2>")]);
    let fine = [json!({"v": null}), json!({"v": [1, 2]})].map(object);
    assert!(encode(&schema, &fine, Strictness::Strict).is_ok());
    let bad = [json!({"v": null}), json!({"v": [1, null]})].map(object);
    let refused = encode(&schema, &bad, Strictness::Strict);
    assert!(matches!(
        refused,
        Err(EncodeError::Missing { record: 1, ref path, .. }) if path.as_str() == "v[1]"
    ));
}

#[test]
fn coercion_turns_texts_and_numbers_into_each_other_and_nothing_else() {
    let cases = [
        ("utf8", json!(300), json!("300")),
        ("utf8", json!(0.1), json!("0.1")),
        ("utf8", json!(true), json!("true")),
        ("int64", json!("300"), json!(300)),
        ("int64", json!(" -3 "), json!(-3)),
        ("int64", json!(3.0), json!(3)),
        ("int64", json!("3.0"), json!(3)),
        ("float64", json!("0.5"), json!(0.5)),
        ("vector(2)", json!(["1", 2]), json!([1.0, 2.0])),
    ];
    for (data_type, value, printed) in cases {
        let back = through(data_type, &value, Strictness::Coerce);
        assert_eq!(back, Ok(printed), "{data_type} {value}");
    }
    let refused = [
        ("int64", json!(3.5)),
        ("int64", json!("x")),
        ("int64", json!("")),
        ("int64", json!(1e30)),
        ("float64", json!("NaN")),
        ("float64", json!(true)),
        ("bool", json!("true")),
        ("utf8", json!(["a"])),
        ("list<int64>", json!(1)),
    ];
    for (data_type, value) in refused {
        let back = through(data_type, &value, Strictness::Coerce);
        assert!(back.is_err(), "{data_type} {value} became {back:?}");
    }
}

#[test]
fn records_without_columns_are_still_counted() {
    let batch = encode(&schema(&[]), &[JsonObject::new(), JsonObject::new()], Strictness::Strict);
    assert_eq!(batch.unwrap().num_rows(), 2);
}
