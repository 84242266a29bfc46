//! What a text that is typed into a field says, by the type of the field: a value of JSON, the beginning of one, or none.
//!
//! What a value must be is the engine's to say; this is only how it is typed.

use arrow_schema::DataType;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

use crate::tui::text::one_line::one_line;
use crate::{JsonError, JsonObject, JsonReason, parse_value};

/// What stands for the moment of the put, in a column of dates, times or timestamps.
pub(crate) const NOW: &str = "now";

/// How values of a type are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As they are: what stands there is the text, or base64.
    Text,
    /// By a key that turns them.
    Flag,
    /// RFC 3339, `now`, or a count.
    Moment,
    /// As digits, however many.
    Digits,
    /// As JSON: numbers, lists and objects.
    Json,
    /// In a field that the topic has not yet: as JSON where it is some, else as a text.
    Free,
}

/// How values of a type are typed.
pub(crate) fn manner(data_type: &DataType) -> Manner {
    match data_type {
        DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::BinaryView
        | DataType::FixedSizeBinary(_) => Manner::Text,
        DataType::Boolean => Manner::Flag,
        DataType::Date32
        | DataType::Date64
        | DataType::Time32(_)
        | DataType::Time64(_)
        | DataType::Timestamp(..) => Manner::Moment,
        DataType::Decimal128(..) | DataType::Decimal256(..) => Manner::Digits,
        DataType::Dictionary(_, values) => manner(values),
        _ => Manner::Json,
    }
}

/// Why a text is no value yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Amiss {
    /// Something is missing at its end.
    Unfinished(String),
    /// It is none.
    Wrong(String),
}

impl Manner {
    /// Whether an empty text is a value, and not the same as none.
    pub(crate) fn keeps_empty(self) -> bool {
        self == Self::Text
    }

    /// The value that a text says. What is no JSON where some is asked for is taken for a text, which the engine then
    /// refuses in its own words; but not where a list or an object was begun.
    pub(crate) fn read(self, text: &str) -> Result<Value, Amiss> {
        let trimmed = text.trim();
        match self {
            Self::Text => Ok(text.into()),
            _ if trimmed.is_empty() => Ok(Value::Null),
            Self::Digits => Ok(trimmed.into()),
            Self::Moment => Ok(match parse_value(trimmed) {
                Ok(count @ Value::Number(_)) => count,
                _ => trimmed.into(),
            }),
            Self::Flag | Self::Json | Self::Free => match parse_value(trimmed) {
                Ok(value) => Ok(value),
                Err(error) if trimmed.starts_with(['[', '{', '"']) => Err(amiss(&error)),
                Err(error) if self != Self::Free && is_unfinished(&error) => Err(amiss(&error)),
                Err(JsonError { reason: JsonReason::IntegerTooLarge { digits, .. }, .. }) => {
                    let reason = format!("the integer {digits} is beyond 64 bits");
                    Err(Amiss::Wrong(reason))
                }
                Err(_) => Ok(trimmed.into()),
            },
        }
    }

    /// The text that says a value; none where no text does, and for null.
    pub(crate) fn write(self, value: &Value) -> Option<String> {
        let text = match (self, value) {
            (_, Value::Null) => return None,
            (Self::Digits, Value::Number(number)) => return Some(number.to_string()),
            (_, Value::String(text)) if self.read(text).as_ref() == Ok(value) => text.clone(),
            (_, value) => one_line(value),
        };
        (self.read(&text).as_ref() == Ok(value)).then_some(text)
    }
}

fn is_unfinished(error: &JsonError) -> bool {
    matches!(&error.reason, JsonReason::Syntax { message } if message.starts_with("EOF"))
}

/// What keeps a text from being JSON, and where.
fn amiss(error: &JsonError) -> Amiss {
    let JsonError { column, reason, .. } = error;
    if is_unfinished(error) {
        return Amiss::Unfinished("not finished".into());
    }
    Amiss::Wrong(format!("column {column}: {}", plainly(reason)))
}

/// What the parser says, for somebody who does not know it.
pub(crate) fn plainly(reason: &JsonReason) -> String {
    match reason {
        JsonReason::Syntax { message } if message == "expected ident" => {
            "expected true, false or null".into()
        }
        reason => reason.to_string(),
    }
}

/// How many numbers of a list stand there, also where its end is still to come.
pub(crate) fn items(text: &str) -> Option<usize> {
    let open = text.trim().trim_end_matches(',');
    let whole =
        |text: &str| parse_value(text).ok().as_ref().and_then(Value::as_array).map(Vec::len);
    let closed = || whole(&format!("{open}]"));
    // The last one may be half a number.
    let shorter =
        || whole(&format!("{}]", open.rsplit_once(',').map_or("[", |(before, _)| before)));
    if !open.starts_with('[') {
        return None;
    }
    whole(open).or_else(closed).or_else(shorter)
}

/// A moment as a text that a column of this type takes: no finer than its unit, in UTC.
pub(crate) fn moment(data_type: &DataType, now: DateTime<Utc>) -> Option<String> {
    use arrow_schema::TimeUnit::{Microsecond, Millisecond, Nanosecond, Second};
    Some(match data_type {
        DataType::Date32 | DataType::Date64 => now.format("%Y-%m-%d").to_string(),
        DataType::Time32(unit) | DataType::Time64(unit) => {
            let form = match unit {
                Second => "%H:%M:%S",
                Millisecond => "%H:%M:%S%.3f",
                Microsecond => "%H:%M:%S%.6f",
                Nanosecond => "%H:%M:%S%.9f",
            };
            now.format(form).to_string()
        }
        DataType::Timestamp(unit, _) => {
            let digits = match unit {
                Second => SecondsFormat::Secs,
                Millisecond => SecondsFormat::Millis,
                Microsecond => SecondsFormat::Micros,
                Nanosecond => SecondsFormat::Nanos,
            };
            now.to_rfc3339_opts(digits, true)
        }
        _ => return None,
    })
}

/// A record with the moment in the place of each `now`; in columns of other types that is a text like any other.
pub(crate) fn at_moment(
    schema: &arrow_schema::Schema,
    mut record: JsonObject,
    now: DateTime<Utc>,
) -> JsonObject {
    for (name, value) in &mut record {
        if value.as_str() == Some(NOW)
            && let Ok(field) = schema.field_with_name(name)
            && let Some(text) = moment(field.data_type(), now)
        {
            *value = text.into();
        }
    }
    record
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::parse_type;

    fn of(data_type: &str) -> Manner {
        manner(&parse_type(data_type).unwrap())
    }

    #[test]
    fn a_text_says_a_value_by_the_type_of_its_field() {
        for (data_type, text, value) in [
            ("utf8", " 12 ", json!(" 12 ")),
            ("utf8", "", json!("")),
            ("large_utf8", "null", json!("null")),
            ("dictionary<int8, utf8>", "true", json!("true")),
            ("binary", "AQI=", json!("AQI=")),
            ("int64", " 12", json!(12)),
            ("int64", "", json!(null)),
            ("float64", "fast", json!("fast")),
            ("float64", "1e3", json!(1e3)),
            ("bool", "true", json!(true)),
            ("bool", "yes", json!("yes")),
            ("date32", "2026-01-31 ", json!("2026-01-31")),
            ("timestamp(us)", "now", json!("now")),
            ("timestamp(us)", "17", json!(17)),
            ("decimal128(20, 4)", "12345678901234.5000", json!("12345678901234.5000")),
            ("list<utf8>", "[\"a\"]", json!(["a"])),
            ("struct<a: int64>", "{\"a\": 1}", json!({"a": 1})),
        ] {
            assert_eq!(of(data_type).read(text), Ok(value), "{data_type}: {text}");
        }
    }

    #[test]
    fn what_is_begun_is_unfinished_and_what_is_broken_says_where() {
        let unfinished = Err(Amiss::Unfinished("not finished".into()));
        for (data_type, text) in
            [("int64", "-"), ("bool", "tr"), ("list<int64>", "[1, 2"), ("struct<a: int64>", "{")]
        {
            assert_eq!(of(data_type).read(text), unfinished, "{data_type}: {text}");
        }
        let wrong = |text: &str| Err(Amiss::Wrong(text.into()));
        assert_eq!(of("list<int64>").read("[1 2]"), wrong("column 4: expected `,` or `]`"));
        assert_eq!(of("list<bool>").read("[tru]"), wrong("column 5: expected true, false or null"));
        let huge = "the integer 99999999999999999999 is beyond 64 bits";
        assert_eq!(of("uint64").read("99999999999999999999"), wrong(huge));
        assert_eq!(Manner::Free.read("-"), Ok(json!("-")));
        assert_eq!(Manner::Free.read("[1"), unfinished);
    }

    #[test]
    fn a_value_that_no_text_says_has_none() {
        assert_eq!(Manner::Text.write(&json!(5)), None);
        assert_eq!(Manner::Text.write(&json!(null)), None);
        assert_eq!(Manner::Json.write(&json!("12")), Some("\"12\"".into()));
        assert_eq!(Manner::Json.write(&json!("fast")), Some("fast".into()));
        assert_eq!(Manner::Digits.write(&json!(1.5)), Some("1.5".into()));
    }

    #[test]
    fn the_numbers_of_a_list_are_counted_while_it_is_typed() {
        for (text, count) in [
            ("", None),
            ("x", None),
            ("[", Some(0)),
            ("[0.1", Some(1)),
            ("[0.1,", Some(1)),
            ("[0.1, -", Some(1)),
            ("[0.1, 0.2", Some(2)),
            ("[0.1, 0.2]", Some(2)),
            ("[]", Some(0)),
        ] {
            assert_eq!(items(text), count, "{text}");
        }
    }

    #[test]
    fn now_is_a_moment_in_columns_of_times_only_and_no_finer_than_they_are() {
        let schema: crate::TopicSchema =
            r#"{"a": "timestamp(ms, UTC)", "b": "date32", "c": "utf8", "d": "time32(s)"}"#.parse().unwrap();
        let record = json!({"a": "now", "b": "now", "c": "now", "d": "now", "e": "now"});
        let now = DateTime::from_timestamp_nanos(1_700_000_000_123_456_789);
        let record = at_moment(schema.as_arrow(), record.as_object().unwrap().clone(), now);
        let expected = json!({
            "a": "2023-11-14T22:13:20.123Z", "b": "2023-11-14", "c": "now", "d": "22:13:20", "e": "now"
        });
        assert_eq!(Value::Object(record), expected);
    }

    fn anything() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            (-1e9..1e9).prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
            "[0-9tfn.\\[{\" -]{0,5}".prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map(".{0,3}", inner, 0..3)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(value in anything()) {
            for manner in [Manner::Text, Manner::Flag, Manner::Moment, Manner::Json, Manner::Free] {
                if let Some(text) = manner.write(&value) {
                    prop_assert_eq!(manner.read(&text), Ok(value.clone()), "{:?}", manner);
                }
            }
            // All JSON can be said where JSON is typed.
            prop_assert!(Manner::Json.write(&value).is_some());
            prop_assert!(Manner::Free.write(&value).is_some());
        }

        #[test]
        fn no_text_is_too_strange(text in ".{0,24}") {
            for manner in [Manner::Text, Manner::Flag, Manner::Moment, Manner::Digits, Manner::Json, Manner::Free] {
                manner.read(&text).ok();
            }
            items(&text);
        }
    }
}
