//! What each form of file carries out of a topic and back into one: every type that a topic can have, and what a form has no
//! place for.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::{Float32Array, Float64Array, RecordBatch, StringArray};
use half::f16;
use serde_json::Value;

use crate::program::Test;

/// Each type, with two values as JSON has them; the third record has a null.
const TYPES: &[(&str, [&str; 2])] = &[
    ("bool", ["true", "false"]),
    ("int8", ["-128", "127"]),
    ("int16", ["-32768", "32767"]),
    ("int32", ["-2147483648", "2147483647"]),
    ("int64", ["-9223372036854775808", "9223372036854775807"]),
    ("uint8", ["0", "255"]),
    ("uint16", ["0", "65535"]),
    ("uint32", ["0", "4294967295"]),
    ("uint64", ["0", "18446744073709551615"]),
    ("float16", ["0.1", "-65504.0"]),
    ("float32", ["0.1", "3.4028235e38"]),
    ("float64", ["0.1", "1.7976931348623157e308"]),
    ("utf8", ["\"a \\\"quoted\\\", line\\nand tab\\t漢😀\"", "\"true\""]),
    ("large_utf8", ["\"00501\"", "\"-1\""]),
    ("binary", ["\"AP8B\"", "\"AAAA\""]),
    ("large_binary", ["\"AP8B\"", "\"AAAA\""]),
    ("fixed_size_binary(3)", ["\"AP8B\"", "\"AAAA\""]),
    ("date32", ["\"1969-12-31\"", "\"2026-02-28\""]),
    ("date64", ["\"1969-12-31\"", "\"2026-02-28\""]),
    ("time32(s)", ["\"00:00:00\"", "\"23:59:59\""]),
    ("time32(ms)", ["\"00:00:00.001\"", "\"23:59:59.999\""]),
    ("time64(us)", ["\"00:00:00.000001\"", "\"23:59:59.999999\""]),
    ("time64(ns)", ["\"00:00:00.000000001\"", "\"23:59:59.999999999\""]),
    ("timestamp(s)", ["\"1969-12-31T23:59:59\"", "\"2026-02-28T01:02:03\""]),
    ("timestamp(ms)", ["\"1969-12-31T23:59:59.999\"", "\"2026-02-28T01:02:03.004\""]),
    ("timestamp(us, UTC)", ["\"1969-12-31T23:59:59.999999Z\"", "\"2026-02-28T01:02:03.000004Z\""]),
    (
        "timestamp(ns, UTC)",
        ["\"1969-12-31T23:59:59.999999999Z\"", "\"2026-02-28T01:02:03.000000004Z\""],
    ),
    ("decimal128(38, 10)", ["\"-0.0000000001\"", "\"1234567890123456789012345678.0123456789\""]),
    ("decimal256(50, 2)", ["\"-0.01\"", "\"123456789012345678901234567890123456789012345678.90\""]),
    ("dictionary<int32, utf8>", ["\"red\"", "\"green\""]),
    ("list<int64>", ["[1,null,-3]", "[]"]),
    ("large_list<utf8>", ["[\"a\",\"\"]", "[null]"]),
    ("fixed_size_list<float32, 2>", ["[0.1,-2.5]", "[0.0,1.0]"]),
    (
        "list<struct<a: list<utf8>, b: timestamp(us)>>",
        ["[{\"a\":[\"x\"],\"b\":\"2026-02-28T01:02:03.000004\"},{\"a\":null,\"b\":null}]", "[]"],
    ),
    (
        "struct<a: int64, b: struct<c: utf8, d: binary>>",
        ["{\"a\":9007199254740993,\"b\":{\"c\":\"x\",\"d\":\"AP8B\"}}", "{\"a\":null,\"b\":null}"],
    ),
];

/// A topic `t` with a column of each type, and the file of its schema.
fn topic() -> Test {
    let name = |index: usize| format!("c{index}");
    let mut schema: Vec<String> = vec!["\"key\": \"utf8\"".into()];
    let mut records: Vec<String> = (0..3).map(|n| format!("{{\"key\":\"{n}\"")).collect();
    for (index, (text, values)) in TYPES.iter().enumerate() {
        schema.push(format!("{:?}: {text:?}", name(index)));
        for (record, value) in records.iter_mut().zip(values.iter().chain(&["null"])) {
            write!(record, ",{:?}:{value}", name(index)).unwrap();
        }
    }
    let lines: String = records.into_iter().map(|record| record + "}\n").collect();
    let test = Test::new().file("s.json", format!("{{{}}}", schema.join(", ")));
    test.run_with(["put", "t", "--schema", "s.json"], lines).code(0);
    test
}

fn schema(test: &Test, topic: &str) -> Value {
    test.run(["schema", topic, "--json"]).code(0).json()["fields"].clone()
}

fn printed(test: &Test, topic: &str) -> String {
    test.run(["get", topic]).code(0).stderr("").stdout
}

#[test]
fn every_type_comes_back_as_it_was_from_every_form() {
    let test = topic();
    let (fields, records) = (schema(&test, "t"), printed(&test, "t"));
    for (field, (text, _)) in fields.as_array().unwrap().iter().skip(1).zip(TYPES) {
        assert_eq!(field["type"], *text);
    }
    for (name, says_types) in
        [("t.jsonl", false), ("t.csv", false), ("t.parquet", true), ("t.arrow", true)]
    {
        let copy = name.replace('.', "_");
        test.run(["export", "t", name]).code(0);
        // What is text only is told its types.
        let told: &[&str] = if says_types { &[] } else { &["--schema", "s.json"] };
        test.run([&["put", &copy, name], told].concat()).code(0);
        assert_eq!(schema(&test, &copy), fields, "{name}");
        assert_eq!(printed(&test, &copy), records, "{name}");
    }
}

#[test]
fn a_map_comes_back_where_the_dataset_can_hold_it() {
    let test = Test::new().file("s.json", "{\"m\": \"map<utf8, int64>\"}");
    let put =
        test.run_with(["put", "t", "--schema", "s.json"], "{\"m\":[[\"a\",1],[\"b\",null]]}\n");
    if put.exit_code() != Some(0) {
        // Lance's stable file format has no maps: it is said, and nothing is left behind.
        put.stderr_contains("m");
        return;
    }
    let records = printed(&test, "t");
    for name in ["m.jsonl", "m.csv", "m.parquet", "m.arrow"] {
        let copy = name.replace('.', "_");
        test.run(["export", "t", name]).code(0);
        test.run(["put", &copy, name, "--schema", "s.json"]).code(0);
        assert_eq!(printed(&test, &copy), records, "{name}");
    }
}

/// The one batch of an Arrow file that `export` wrote.
fn batch(test: &Test, topic: &str) -> RecordBatch {
    let name = format!("{topic}.back.arrow");
    test.run(["export", topic, &name]).code(0);
    let file = std::fs::File::open(test.path(&name)).unwrap();
    let mut reader = arrow_ipc::reader::FileReader::try_new(file, None).unwrap();
    reader.next().unwrap().unwrap()
}

#[test]
fn nan_and_infinities_come_back_from_columns_and_are_null_in_text() {
    let halves = [0.5, f32::NAN, f32::NEG_INFINITY].map(f16::from_f32);
    let reals = RecordBatch::try_from_iter([
        (
            "half",
            Arc::new(halves.into_iter().map(Some).collect::<arrow_array::Float16Array>()) as _,
        ),
        ("single", Arc::new(Float32Array::from(vec![1.5, f32::NAN, f32::INFINITY])) as _),
        ("double", Arc::new(Float64Array::from(vec![1.5, f64::NAN, f64::NEG_INFINITY])) as _),
    ])
    .unwrap();
    let mut file = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &reals.schema()).unwrap();
    file.write(&reals).unwrap();
    let test = Test::new().file("in.arrow", file.into_inner().unwrap());
    test.run(["put", "t", "in.arrow"]).code(0);
    let bits = |batch: &RecordBatch| format!("{:?}", batch.columns());
    let original = bits(&batch(&test, "t"));
    for name in ["t.parquet", "t.arrow"] {
        let copy = name.replace('.', "_");
        test.run(["export", "t", name]).code(0);
        test.run(["put", &copy, name]).code(0);
        assert_eq!(bits(&batch(&test, &copy)), original, "{name}");
    }
    for name in ["t.jsonl", "t.csv"] {
        let copy = name.replace('.', "_");
        test.run(["export", "t", name]).code(0).stderr_contains("6 values are NaN or infinite");
        test.run(["put", &copy, name]).code(0);
        let expected = "{\"half\":0.5,\"single\":1.5,\"double\":1.5}\n\
                        {\"half\":null,\"single\":null,\"double\":null}\n\
                        {\"half\":null,\"single\":null,\"double\":null}\n";
        assert_eq!(printed(&test, &copy), expected, "{name}");
    }
}

#[test]
fn csv_has_no_empty_text_beside_null_and_the_others_have() {
    let texts = StringArray::from(vec![Some(""), None, Some("x")]);
    let batch = RecordBatch::try_from_iter([("s", Arc::new(texts) as _)]).unwrap();
    let mut file = arrow_ipc::writer::FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    file.write(&batch).unwrap();
    let test = Test::new().file("in.arrow", file.into_inner().unwrap());
    test.run(["put", "t", "in.arrow"]).code(0);
    for (name, first) in
        [("t.jsonl", "\"\""), ("t.csv", "null"), ("t.parquet", "\"\""), ("t.arrow", "\"\"")]
    {
        let copy = name.replace('.', "_");
        test.run(["export", "t", name]).code(0);
        test.run(["put", &copy, name]).code(0);
        let expected = format!("{{\"s\":{first}}}\n{{\"s\":null}}\n{{\"s\":\"x\"}}\n");
        assert_eq!(printed(&test, &copy), expected, "{name}");
    }
}
