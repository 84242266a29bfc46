//! How a message names a value that it found: `text "300"`, `list of 3`.

use std::fmt::Write as _;

use serde_json::Value;

/// Characters of a text that a message quotes at most.
const QUOTED_CHARS: usize = 40;

/// Names a JSON value for a message: its kind, and what it is where that is short.
pub(super) fn found(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) if number.is_f64() => format!("real {number}"),
        Value::Number(number) => format!("integer {number}"),
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("list of {}", items.len()),
        Value::Object(fields) => format!("object of {}", fields.len()),
    }
}

/// Quotes a text, escaped and shortened.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from("text \"");
    let mut chars = text.chars();
    for c in chars.by_ref().take(QUOTED_CHARS) {
        out.extend(c.escape_debug());
    }
    let rest = chars.count();
    out.push('"');
    if rest > 0 {
        // Writing to a String cannot fail.
        write!(out, " and {rest} more characters").unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_named_by_kind_and_content() {
        let cases = [
            (json!(null), "null"),
            (json!(true), "true"),
            (json!(300), "integer 300"),
            (json!(3.0), "real 3.0"),
            (json!("a\"b\u{1b}"), "text \"a\\\"b\\u{1b}\""),
            (json!([1, 2, 3]), "list of 3"),
            (json!({"a": 1}), "object of 1"),
        ];
        for (value, named) in cases {
            assert_eq!(found(&value), named);
        }
    }

    #[test]
    fn a_long_text_is_shortened() {
        let named = found(&json!("x".repeat(1000)));
        assert!(named.len() < 80, "{named}");
        assert!(named.ends_with("and 960 more characters"), "{named}");
    }
}
