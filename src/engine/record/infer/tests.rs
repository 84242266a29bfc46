//! Which schema follows from which records.

use serde_json::{Value, json};

use super::SchemaInference;
use crate::engine::record::{SchemaError, type_text};

fn infer(records: &[Value]) -> Result<Vec<(String, String)>, SchemaError> {
    let mut inference = SchemaInference::new();
    for record in records {
        inference.observe(record.as_object().unwrap());
    }
    let schema = inference.finish()?;
    let fields = schema.as_arrow().fields().iter();
    assert!(fields.clone().all(|field| field.is_nullable()));
    Ok(fields.map(|field| (field.name().clone(), type_text(field.data_type()))).collect())
}

/// Infers the type of field `a` from its values.
fn of(values: &[Value]) -> Option<String> {
    let records: Vec<_> = values.iter().map(|value| json!({ "a": value })).collect();
    infer(&records).unwrap().pop().map(|(_, data_type)| data_type)
}

#[test]
fn a_type_follows_from_all_values() {
    let cases = [
        (vec![json!(1), json!(null), json!(2)], "int64"),
        (vec![json!(1), json!(0.5)], "float64"),
        (vec![json!(-0.0), json!(1)], "int64"),
        (vec![json!(true)], "bool"),
        (vec![json!("x")], "utf8"),
        (vec![json!([1, 2]), json!([])], "list<int64>"),
        (vec![json!([1, 2.5])], "list<float64>"),
        (vec![json!([["a"], []])], "list<list<utf8>>"),
        (vec![json!({"x": 1}), json!({"y": "z", "x": null})], "struct<x: int64, y: utf8>"),
        (vec![json!([{"x": 1}, {"y": true}])], "list<struct<x: int64, y: bool>>"),
    ];
    for (values, expected) in cases {
        assert_eq!(of(&values).as_deref(), Some(expected), "{values:?}");
    }
}

#[test]
fn a_field_that_said_nothing_has_no_column() {
    for values in
        [vec![json!(null)], vec![json!([]), json!([null, []])], vec![json!({}), json!({"x": null})]]
    {
        assert_eq!(of(&values), None, "{values:?}");
    }
    assert_eq!(of(&[json!({"x": null, "y": 1})]).as_deref(), Some("struct<y: int64>"));
}

#[test]
fn the_majority_decides_and_the_first_if_there_is_none() {
    assert_eq!(of(&[json!(1), json!("x"), json!("y")]).as_deref(), Some("utf8"));
    assert_eq!(of(&[json!(1), json!("x")]).as_deref(), Some("int64"));
    assert_eq!(of(&[json!("x"), json!(1)]).as_deref(), Some("utf8"));
    assert_eq!(of(&[json!([]), json!([]), json!("x")]).as_deref(), Some("utf8"));
}

#[test]
fn lists_of_numbers_are_vectors_by_name() {
    for name in ["vector", "text_embedding", "imageEmb", "Vec"] {
        let fields = infer(&[json!({name: [1, 2.5]}), json!({name: [3, 4]})]).unwrap();
        assert_eq!(fields[0].1, "fixed_size_list<float32, 2>", "{name}");
    }
    let nested = infer(&[json!({"doc": {"vector": [1.0]}})]).unwrap();
    assert_eq!(nested[0].1, "struct<vector: fixed_size_list<float32, 1>>");
    let many = infer(&[json!({"vector": [[1, 2], [3, 4], [5, 6]]})]).unwrap();
    assert_eq!(many[0].1, "list<fixed_size_list<float32, 2>>");
}

#[test]
fn lists_of_many_numbers_are_vectors_whatever_their_name() {
    let numbers = |count: usize| json!(vec![0.5; count]);
    assert_eq!(of(&[numbers(16)]).as_deref(), Some("fixed_size_list<float32, 16>"));
    assert_eq!(of(&[numbers(15)]).as_deref(), Some("list<float64>"));
    assert_eq!(of(&[numbers(16), numbers(17)]).as_deref(), Some("list<float64>"));
}

#[test]
fn lists_that_a_vector_would_damage_stay_lists() {
    let mut tokens = vec![1_u64; 16];
    tokens[0] = (1 << 24) + 1;
    assert_eq!(of(&[json!(tokens)]).as_deref(), Some("list<int64>"));
    for bad in [json!([1, null]), json!([1, 2, 3]), json!([]), json!(["x", 1])] {
        let fields = infer(&[json!({"vector": [1, 2]}), json!({"vector": bad})]).unwrap();
        assert!(fields[0].1.starts_with("list<"), "{bad} gave {}", fields[0].1);
    }
}

#[test]
fn fields_stand_in_the_order_in_which_they_turned_up() {
    let records = [json!({"b": 1, "a": 1}), json!({"c": 1, "a": 1, "b": 1}), json!({"a0": 1})];
    let names: Vec<_> = infer(&records).unwrap().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["b", "a", "c", "a0"]);
}

#[test]
fn objects_whose_keys_are_data_are_refused_and_not_collected() {
    let mut inference = SchemaInference::new();
    for key in 0..20_000 {
        let record = json!({"id": key, "scores": {format!("user {key}"): 1}});
        inference.observe(record.as_object().unwrap());
    }
    match inference.finish() {
        Err(SchemaError::TooManyFields { limit, .. }) => assert_eq!(limit, 10_000),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_name_that_breaks_a_rule_is_refused() {
    assert!(matches!(infer(&[json!({"a.b": 1})]), Err(SchemaError::Name { .. })));
    assert!(matches!(infer(&[json!({"a": 1, "A": 1})]), Err(SchemaError::Duplicate { .. })));
}
