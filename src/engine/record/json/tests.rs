//! What counts as a record, and how files of them are read.

use std::io::{BufReader, Cursor, Read as _};

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{JsonArray, JsonLines, JsonReason, Located, ReadError, parse_record};

fn reason(text: &str) -> JsonReason {
    parse_record(text).unwrap_err().reason
}

#[test]
fn one_object_is_a_record_in_the_order_it_was_written() {
    let text = r#" {"b": [1, -2, 3.5, 1e3], "a": {"x": null, "y": true, "z": "é\n"}} "#;
    let record = Value::Object(parse_record(text).unwrap());
    assert_eq!(record.to_string(), r#"{"b":[1,-2,3.5,1000.0],"a":{"x":null,"y":true,"z":"é\n"}}"#);
}

#[test]
fn what_is_no_object_is_refused_as_what_it_is() {
    for (text, found) in [("[1]", "list of 1"), ("3", "integer 3"), ("null", "null")] {
        assert_eq!(reason(text), JsonReason::NotAnObject { found: found.to_owned() });
    }
    for text in ["", "{", "{\"a\":1} {}", "{'a':1}", "{\"a\":NaN}", "{\"a\":01}", "{\"a\":1e999}"] {
        assert!(matches!(reason(text), JsonReason::Syntax { .. }), "{text}");
    }
}

#[test]
fn a_key_that_is_there_twice_is_refused_with_its_path() {
    let cases = [
        (r#"{"a": 1, "a": 2}"#, "a"),
        (r#"{"x": [0, {"b": 1, "c": {"d": 1, "d": 1}}]}"#, "x[1].c.d"),
        (r#"{"a": 1, "\u0061": 2}"#, "a"),
    ];
    for (text, expected) in cases {
        match reason(text) {
            JsonReason::DuplicateKey { path } => assert_eq!(path.as_str(), expected),
            other => panic!("{text}: {other}"),
        }
    }
}

#[test]
fn an_integer_beyond_64_bits_is_refused_where_it_stands() {
    let text = "{\"real\": 1e300, \"text\": \"99999999999999999999 \\\" \",\n \"l\": [true, \
                -9223372036854775808, 18446744073709551615, 18446744073709551616]}";
    let error = parse_record(text).unwrap_err();
    assert_eq!((error.line, error.column), (2, 58));
    match error.reason {
        JsonReason::IntegerTooLarge { path, digits } => {
            assert_eq!((path.as_str(), digits.as_str()), ("l[3]", "18446744073709551616"));
        }
        other => panic!("{other}"),
    }
    for digits in ["-9223372036854775809", "123456789012345678901234567890"] {
        let refused = reason(&format!("{{\"a\": {digits}}}"));
        assert!(matches!(refused, JsonReason::IntegerTooLarge { .. }), "{digits}");
    }
    for real in ["1e19", "-9223372036854775809.0", "1E+30"] {
        assert!(parse_record(&format!("{{\"a\": {real}}}")).is_ok(), "{real}");
    }
}

#[test]
fn nesting_without_end_is_refused() {
    let text = format!("{{\"a\":{}", "[".repeat(100_000));
    assert_eq!(reason(&text), JsonReason::TooDeep);
}

fn located(line: u64, record: &Value) -> Located {
    Located { line, record: record.as_object().unwrap().clone() }
}

/// What a reader gave: records, or the places of errors.
fn outcomes(
    reader: impl Iterator<Item = Result<Located, ReadError>>,
) -> Vec<Result<Located, (u64, u64)>> {
    let outcome = |read| match read {
        Err(ReadError::Record { error, .. } | ReadError::Array { error }) => {
            Err((error.line, error.column))
        }
        Err(ReadError::Io { source }) => panic!("{source}"),
        Ok(record) => Ok(record),
    };
    reader.map(outcome).collect()
}

#[test]
fn lines_are_read_on_after_one_that_is_no_record() {
    let text = "\u{feff}{\"a\":1}\r\n\n  \n{\"a\": x}\n{\"a\":2}";
    let expected =
        [Ok(located(1, &json!({"a": 1}))), Err((4, 7)), Ok(located(5, &json!({"a": 2})))];
    assert_eq!(outcomes(JsonLines::new(text.as_bytes())), expected);
    let bytes = b"{\"a\":\"\xff\"}\n{\"a\":2}\n";
    let expected = [Err((1, 7)), Ok(located(2, &json!({"a": 2})))];
    assert_eq!(outcomes(JsonLines::new(&bytes[..])), expected);
}

#[test]
fn a_refused_line_comes_with_its_text() {
    match JsonLines::new(&b"{oops}\n"[..]).next() {
        Some(Err(ReadError::Record { text, .. })) => assert_eq!(text, b"{oops}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_line_or_element_that_is_too_long_is_skipped_and_refused() {
    let long = |open: &'static str, close: &'static str| {
        let long = std::io::repeat(b' ').take(200 << 20);
        BufReader::new(open.as_bytes().chain(long).chain(close.as_bytes()))
    };
    let expected = [Err((1, 1)), Ok(located(2, &json!({"a": 2})))];
    assert_eq!(outcomes(JsonLines::new(long("{", "}\n{\"a\":2}"))), expected);
    let expected = [Err((1, 2)), Ok(located(2, &json!({"a": 2})))];
    assert_eq!(outcomes(JsonArray::new(long("[{", "},\n{\"a\":2}]"))), expected);
}

#[test]
fn an_array_gives_its_elements_one_by_one() {
    let text = "\u{feff} [ {\"a\": \"],\\\"[{\"} ,\n {\"a\": [[{}]]},3,\n{\"a\"\n:x}\n,{} ]\n ";
    let expected = [
        Ok(located(1, &json!({"a": "],\"[{"}))),
        Ok(located(2, &json!({"a": [[{}]]}))),
        Err((2, 16)),
        Err((4, 2)),
        Ok(located(5, &json!({}))),
    ];
    assert_eq!(outcomes(JsonArray::new(text.as_bytes())), expected);
    assert_eq!(outcomes(JsonArray::new(&b" [ ] "[..])), []);
    // However the bytes arrive.
    let slow = BufReader::with_capacity(1, Cursor::new(text));

    assert_eq!(outcomes(JsonArray::new(slow)), expected);
}

#[test]
fn a_broken_array_ends_the_reading() {
    for (text, records) in
        [("", 0), ("{}", 0), ("[{}", 0), ("[{},", 1), ("[{},]", 1), ("[{}] x", 1), ("[,{}]", 0)]
    {
        let read = outcomes(JsonArray::new(text.as_bytes()));
        assert_eq!(read.len(), records + 1, "{text}");
        assert!(read.last().unwrap().is_err(), "{text}");
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |real| real.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..5)
                .prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn a_record_is_parsed_as_json_has_it(value in any_json()) {
        let record = json!({"a": value});
        let parsed = parse_record(&record.to_string()).map(Value::Object);
        prop_assert_eq!(parsed, Ok(record));
    }

    #[test]
    fn no_text_makes_a_reader_panic(text in "[\\[\\]{}\",:0-9eE.+\\\\\n -]{0,60}|\\PC{0,30}") {
        parse_record(&text).ok();
        JsonLines::new(text.as_bytes()).count();
        JsonArray::new(text.as_bytes()).count();
    }

    #[test]
    fn an_array_and_lines_hold_the_same_records(values in prop::collection::vec(any_json(), 0..6)) {
        let records: Vec<_> = values.iter().map(|value| json!({"a": value})).collect();
        let lines: String = records.iter().flat_map(|record| [record.to_string(), "\n".to_owned()]).collect();
        let array = serde_json::to_string_pretty(&records).unwrap();
        let record = |read: Result<Located, ReadError>| Value::Object(read.unwrap().record);
        let from_lines: Vec<_> = JsonLines::new(lines.as_bytes()).map(record).collect();
        let from_array: Vec<_> = JsonArray::new(array.as_bytes()).map(record).collect();
        prop_assert_eq!(&from_lines, &records);
        prop_assert_eq!(&from_array, &records);
    }
}
