//! One whole record as the detail pane shows it: its fields, each with all of its value.

use serde_json::Value;

use crate::Record;
use crate::tui::text::{quantity, spark};
use crate::tui::theme::Meaning;

/// Bytes of one value that the pane shows.
const LONGEST: usize = 64 << 10;
/// A list of numbers from this length on is shown as a vector.
const VECTOR: usize = 8;
/// Bars in the sparkline of a vector.
const BARS: usize = 24;

/// A field and its value as text, not yet made safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// The field's name.
    pub(crate) name: String,
    /// Its value; it may have many lines.
    pub(crate) text: String,
    /// How the theme should show it.
    pub(crate) meaning: Meaning,
}

impl Field {
    /// All fields of a record.
    pub(crate) fn of_record(record: Record) -> Vec<Self> {
        record.fields.into_iter().map(|(name, value)| Self::new(name, &value)).collect()
    }

    fn new(name: String, value: &Value) -> Self {
        let (text, meaning) = match value {
            Value::Null => ("∅".into(), Meaning::Null),
            Value::Bool(flag) => (flag.to_string(), Meaning::Plain),
            Value::Number(number) => (number.to_string(), Meaning::Number),
            Value::String(text) => (cut(text.clone()), Meaning::Plain),
            Value::Array(items) => (list(items, value), Meaning::Rich),
            Value::Object(_) => (cut(pretty(value)), Meaning::Rich),
        };
        Self { name, text, meaning }
    }
}

fn list(items: &[Value], value: &Value) -> String {
    let numbers: Vec<f64> = items.iter().map_while(Value::as_f64).collect();
    if numbers.len() < VECTOR || numbers.len() < items.len() {
        return cut(pretty(value));
    }
    let norm = numbers.iter().map(|v| v * v).sum::<f64>().sqrt();
    let shape = spark::shape(&numbers, BARS);
    let values: Vec<String> = items.iter().map(Value::to_string).collect();
    cut(format!("{} numbers  ‖{norm:.2}‖  {shape}\n{}", numbers.len(), values.join("  ")))
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string())
}

fn cut(mut text: String) -> String {
    if text.len() > LONGEST {
        let all = text.len() as u64;
        text.truncate(text.floor_char_boundary(LONGEST));
        text = format!("{text}…\n⟨{} in all⟩", quantity::bytes(all));
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(value: &Value) -> String {
        Field::new("f".into(), value).text
    }

    #[test]
    fn a_value_is_shown_whole_and_in_its_own_form() {
        assert_eq!(text(&json!(null)), "∅");
        assert_eq!(text(&json!(1204.0)), "1204.0");
        assert_eq!(text(&json!("two\nlines")), "two\nlines");
        assert_eq!(text(&json!({"a": 1})), "{\n  \"a\": 1\n}");
        assert_eq!(text(&json!([1, 2])), "[\n  1,\n  2\n]");
    }

    #[test]
    fn a_long_list_of_numbers_is_a_vector() {
        let vector = text(&json!([0, 0, 0, 1, 0, 0, 0, 0]));
        assert_eq!(vector, "8 numbers  ‖1.00‖  ▁▁▁█▁▁▁▁\n0  0  0  1  0  0  0  0");
    }

    #[test]
    fn a_huge_value_is_cut_and_says_how_long_it_is() {
        let long = text(&json!("é".repeat(8 << 20)));
        assert!(long.len() < LONGEST + 100 && long.ends_with("⟨17 MB in all⟩"), "{}", long.len());
    }
}
