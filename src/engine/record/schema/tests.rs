//! How schemas are written, read, checked and extended.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use proptest::prelude::*;
use serde_json::json;

use super::{SchemaError, TopicSchema, parse_type, type_text};

#[expect(clippy::needless_pass_by_value, reason = "`schema(json!(…))` reads well")]
fn schema(form: serde_json::Value) -> Result<TopicSchema, SchemaError> {
    TopicSchema::from_json(&form)
}

#[test]
fn a_type_reads_as_it_is_documented() {
    let list = |item| DataType::List(Arc::new(Field::new_list_field(item, true)));
    let cases = [
        ("int64", DataType::Int64),
        ("Int64", DataType::Int64),
        ("string", DataType::Utf8),
        ("double", DataType::Float64),
        ("timestamp", DataType::Timestamp(TimeUnit::Microsecond, None)),
        (
            "timestamp( ms , +02:00 )",
            DataType::Timestamp(TimeUnit::Millisecond, Some("+02:00".into())),
        ),
        ("Timestamp(ns, \"UTC\")", DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()))),
        ("list<list<bool>>", list(list(DataType::Boolean))),
        ("List(Utf8)", list(DataType::Utf8)),
        ("FixedSizeList(2 x Float32)", parse_type("vector(2)").unwrap()),
        ("fixed_size_list<float32, 2>", parse_type("vector(2)").unwrap()),
    ];
    for (text, data_type) in cases {
        assert_eq!(parse_type(text), Ok(data_type), "{text}");
    }
}

#[test]
fn a_type_that_cannot_be_read_says_where_and_what_was_expected() {
    let cases = [
        ("int65", 1, "a type, such as int64, utf8 or list<utf8>"),
        ("list<int64", 11, "the closing bracket"),
        ("list<int64>>", 12, "the end of the type"),
        ("vector(many)", 8, "a number in its range"),
        ("timestamp(minutes)", 11, "a unit: s, ms, us or ns"),
        ("struct<int64>", 8, "a field, such as a: int64"),
        ("fixed_size_list<float32>", 24, "a comma and the number of items"),
        ("", 1, "a type, such as int64, utf8 or list<utf8>"),
    ];
    for (text, position, expected) in cases {
        let error = parse_type(text).unwrap_err();
        assert_eq!((error.position, error.expected), (position, expected), "{text}");
    }
}

#[test]
fn a_type_nested_without_end_is_refused_and_not_followed() {
    for open in ["list<", "List(", "struct<a: ", "map<", "dictionary<"] {
        assert!(parse_type(&open.repeat(100_000)).is_err());
    }
}

#[test]
fn names_that_sql_or_lance_cannot_tell_apart_are_refused() {
    for name in ["", "a.b", "a`b", "`a`", "a\nb", "_rowid", "_Distance", "_offset"] {
        let refused = schema(json!({"fields": [{"name": name, "type": "int64"}]}));
        assert!(matches!(refused, Err(SchemaError::Name { .. })), "{name:?}");
    }
    for types in [json!({"a": "int64", "A": "int64"}), json!({"s": "struct<ä: int64, Ä: int64>"})]
    {
        assert!(matches!(schema(types), Err(SchemaError::Duplicate { .. })));
    }
    let inside = schema(json!({"s": "list<struct<\"x.y\": int64>>"})).unwrap_err();
    assert!(matches!(inside, SchemaError::Name { path, .. } if path.as_str() == "s.x.y"));
    assert!(schema(json!({"s": "list<struct<\"x`y\": int64>>"})).is_err());
    assert!(schema(json!({"s": "struct<_rowid: int64>", "US Gross": "int64"})).is_ok());
}

#[test]
fn types_that_lance_does_not_store_are_refused() {
    let sorted = Field::new_struct("entries", Fields::empty(), false);
    let types = [
        DataType::Interval(arrow_schema::IntervalUnit::DayTime),
        DataType::Struct(Fields::empty()),
        DataType::Map(Arc::new(sorted), true),
        DataType::Decimal32(5, 2),
        DataType::Timestamp(TimeUnit::Second, Some("Atlantis/Center".into())),
        DataType::Time32(TimeUnit::Nanosecond),
        parse_type("vector(0)").unwrap(),
        parse_type("list<vector(-1)>").unwrap(),
        parse_type("vector(2000000000)").unwrap(),
        parse_type("fixed_size_binary(0)").unwrap(),
        parse_type("dictionary<int32, list<utf8>>").unwrap(),
    ];
    for data_type in types {
        let schema = Schema::new(vec![Field::new("a", data_type.clone(), true)]);
        let refused = TopicSchema::new(&schema);
        assert!(matches!(refused, Err(SchemaError::UnsupportedType { .. })), "{data_type}");
    }
}

#[test]
fn views_become_plain_columns() {
    let item = Arc::new(Field::new_list_field(DataType::Utf8View, true));
    let fields = vec![Field::new("a", DataType::List(item), true)];
    let plain = TopicSchema::new(&Schema::new(fields)).unwrap();
    assert_eq!(plain, schema(json!({"a": "list<utf8>"})).unwrap());
}

#[test]
fn a_map_whose_entries_may_be_null_takes_records_all_the_same() {
    let DataType::Map(entries, _) = parse_type("map<utf8, int64>").unwrap() else { panic!() };
    let entries = Arc::new(Field::clone(&entries).with_nullable(true));
    let fields = vec![Field::new("a", DataType::Map(entries, false), true)];
    let plain = TopicSchema::new(&Schema::new(fields)).unwrap();
    assert_eq!(plain, schema(json!({"a": "map<utf8, int64>"})).unwrap());
}

#[test]
fn the_json_form_is_the_documented_one() {
    let form = json!({"fields": [
        {"name": "id", "type": "int64", "nullable": false},
        {"name": "vector", "type": "fixed_size_list<float32, 384>", "nullable": true},
        {"name": "at", "type": "timestamp(us, UTC)", "nullable": true, "metadata": {"k": "v"}},
    ]});
    let read = schema(form.clone()).unwrap();
    assert_eq!(read.to_json(), form);
    assert_eq!(read.to_json().to_string(), form.to_string());
    assert_eq!(form.to_string().parse::<TopicSchema>().unwrap(), read);
    assert_eq!(serde_json::from_value::<TopicSchema>(form).unwrap(), read);
}

#[test]
fn a_form_of_another_shape_says_where() {
    let cases = [
        (json!([]), "schema"),
        (json!({"fields": [1]}), "fields[0]"),
        (json!({"fields": [{"type": "int64"}]}), "fields[0].name"),
        (json!({"fields": [{"name": "a"}]}), "fields[0].type"),
        (json!({"fields": [{"name": "a", "type": "int64", "nullable": 1}]}), "fields[0].nullable"),
        (json!({"fields": [{"name": "a", "type": "int64", "nulable": true}]}), "fields[0].nulable"),
        (json!({"a": 1}), "a"),
    ];
    for (form, expected) in cases {
        match schema(form) {
            Err(SchemaError::Form { place, .. }) => assert_eq!(place.as_str(), expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
    let wrong_type = schema(json!({"fields": [{"name": "a", "type": "int65"}]}));
    assert!(matches!(wrong_type, Err(SchemaError::Type { path, .. }) if path.as_str() == "a"));
}

#[test]
fn a_schema_grows_by_nullable_columns_at_the_end() {
    let present =
        schema(json!({"id": "int64", "s": "struct<x: int64>", "l": "list<struct<y: utf8>>"}));
    let other = schema(json!({
        "fields": [
            {"name": "new", "type": "utf8", "nullable": false},
            {"name": "l", "type": "list<struct<z: bool>>"},
            {"name": "s", "type": "struct<w: utf8, x: utf8>"},
            {"name": "id", "type": "float64"},
        ],
    }));
    let grown = present.unwrap().merge_new_fields(&other.unwrap()).unwrap();
    let whole = json!({
        "id": "int64",
        "s": "struct<x: int64, w: utf8>",
        "l": "list<struct<y: utf8, z: bool>>",
        "new": "utf8",
    });
    assert_eq!(grown.schema, schema(whole).unwrap());
    let added = json!({"new": "utf8", "l": "list<struct<z: bool>>", "s": "struct<w: utf8>"});
    assert_eq!(&grown.added, schema(added).unwrap().as_arrow());
}

#[test]
fn a_schema_does_not_grow_by_a_name_that_differs_by_case_only() {
    let present = schema(json!({"id": "int64", "s": "struct<x: int64>"})).unwrap();
    for other in [json!({"ID": "int64"}), json!({"s": "struct<X: int64>"})] {
        let grown = present.merge_new_fields(&schema(other).unwrap());
        assert!(matches!(grown, Err(SchemaError::Duplicate { .. })));
    }
    let same = present.merge_new_fields(&present).unwrap();
    assert_eq!((same.schema, same.added.fields().len()), (present, 0));
}

fn leaf() -> impl Strategy<Value = DataType> {
    let unit = prop::sample::select(vec![
        TimeUnit::Second,
        TimeUnit::Millisecond,
        TimeUnit::Microsecond,
        TimeUnit::Nanosecond,
    ]);
    let zone =
        prop::option::of(prop::sample::select(vec!["UTC", "+02:00", "Europe/Berlin", "a, \"b\""]));
    prop_oneof![
        prop::sample::select(vec![
            DataType::Null,
            DataType::Boolean,
            DataType::Int8,
            DataType::UInt64,
            DataType::Float16,
            DataType::Float32,
            DataType::Float64,
            DataType::Utf8,
            DataType::LargeUtf8,
            DataType::Binary,
            DataType::LargeBinary,
            DataType::Date32,
            DataType::Date64,
        ]),
        (unit.clone(), zone)
            .prop_map(|(unit, zone)| DataType::Timestamp(unit, zone.map(Into::into))),
        unit.clone().prop_map(DataType::Duration),
        unit.clone().prop_map(DataType::Time32),
        unit.prop_map(DataType::Time64),
        any::<i32>().prop_map(DataType::FixedSizeBinary),
        any::<(u8, i8)>().prop_map(|(precision, scale)| DataType::Decimal128(precision, scale)),
        any::<(u8, i8)>().prop_map(|(precision, scale)| DataType::Decimal256(precision, scale)),
    ]
}

fn field(data_type: impl Strategy<Value = DataType>) -> impl Strategy<Value = Arc<Field>> {
    let name = prop_oneof![Just("item".to_owned()), "[a-z_]{1,4}", any::<String>()];
    let metadata = prop::collection::hash_map(any::<String>(), any::<String>(), 0..2);
    (name, data_type, any::<bool>(), metadata).prop_map(
        |(name, data_type, nullable, metadata): (_, _, _, HashMap<_, _>)| {
            Arc::new(Field::new(name, data_type, nullable).with_metadata(metadata))
        },
    )
}

fn any_type() -> impl Strategy<Value = DataType> {
    leaf().prop_recursive(4, 24, 3, |inner| {
        let fields = prop::collection::vec(field(inner.clone()), 1..4);
        prop_oneof![
            field(inner.clone()).prop_map(DataType::List),
            field(inner.clone()).prop_map(DataType::LargeList),
            (field(inner.clone()), any::<i32>())
                .prop_map(|(item, n)| DataType::FixedSizeList(item, n)),
            fields.prop_map(|fields| DataType::Struct(fields.into())),
            (inner.clone(), inner.clone())
                .prop_map(|(key, value)| DataType::Dictionary(Box::new(key), Box::new(value))),
            ("entries|[a-z]{1,3}|é \"", field(inner.clone()), field(inner)).prop_map(
                |(name, key, value)| {
                    let entry = DataType::Struct(vec![key, value].into());
                    DataType::Map(Arc::new(Field::new(name, entry, false)), false)
                }
            ),
        ]
    })
}

proptest! {
    #[test]
    fn every_type_that_lance_holds_reads_back_as_it_was_written(data_type in any_type()) {
        let text = type_text(&data_type);
        prop_assert_eq!(parse_type(&text), Ok(data_type), "{}", text);
    }

    #[test]
    fn no_text_makes_the_reader_of_types_panic(text in "[a-z0-9_<>():,\" {}-]{0,40}|\\PC{0,20}") {
        parse_type(&text).ok();
    }
}
