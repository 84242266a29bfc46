//! One value of a record as a table shows it: its kind, and a preview of bounded length.

use std::borrow::Cow;
use std::fmt;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_schema::{ArrowError, DataType};
use serde_json::Value;

use super::nested;
use super::node::{is_utc, reals};
use super::real::rounded;
use super::sniff::sniff;
use crate::tui::text::{quantity, sanitize, spark};
use crate::tui::theme::Meaning;
use crate::{Decoder, Needle};

/// Cells of the terminal that a preview takes at most.
pub(crate) const PREVIEW: u16 = 200;
/// Bytes of a value that are looked at for a preview.
pub(super) const LOOKED_AT: usize = 1024;
/// Bars in the sparkline of a vector.
const BARS: usize = 5;

/// A value, cut to a preview.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// No value.
    Null,
    /// An integer, a real or a decimal.
    Number(String),
    /// True or false.
    Flag(bool),
    /// Text, and whatever else has a text form: dates, times.
    Text(String),
    /// A list or a struct, like compact JSON.
    Nested(String),
    /// So many bytes, and what they are where they tell.
    Binary(u64, Option<&'static str>),
    /// A vector.
    Vector {
        /// A sparkline over its numbers.
        shape: String,
        /// The Euclidean norm.
        norm: f64,
    },
}

/// To which side a column leans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    /// Text.
    Left,
    /// Numbers: their decimal points stand below each other.
    Right,
}

impl Align {
    /// How a column of this type leans.
    pub(crate) fn of(data_type: &DataType) -> Self {
        if data_type.is_numeric() { Self::Right } else { Self::Left }
    }
}

impl Cell {
    /// What the table shows.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => "∅".into(),
            Self::Number(text) | Self::Text(text) | Self::Nested(text) => text.into(),
            Self::Flag(flag) => if *flag { "true" } else { "false" }.into(),
            Self::Binary(len, None) => format!("⟨{}⟩", quantity::bytes(*len)).into(),
            Self::Binary(len, Some(kind)) => format!("⟨{kind}, {}⟩", quantity::bytes(*len)).into(),
            Self::Vector { shape, norm } => format!("{shape} ‖{norm:.2}‖").into(),
        }
    }

    /// Cells from the decimal point on; none where it is no number that has a place for one.
    pub(crate) fn decimals(&self) -> Option<u16> {
        let Self::Number(text) = self else { return None };
        if text.contains(['e', 'E', 'n', 'N', '…']) {
            return None;
        }
        let point = text.find('.').unwrap_or(text.len());
        u16::try_from(text.len() - point).ok()
    }

    /// Whether a text can be found in it.
    pub(crate) fn is_searched(&self) -> bool {
        !matches!(self, Self::Null | Self::Binary(..) | Self::Vector { .. })
    }

    /// Whether it has a text, as it is shown.
    pub(crate) fn has(&self, needle: &Needle) -> bool {
        self.is_searched() && needle.is_in(&self.text())
    }

    /// How the theme should show it.
    pub(crate) fn meaning(&self) -> Meaning {
        match self {
            Self::Null => Meaning::Null,
            Self::Number(_) | Self::Flag(_) => Meaning::Number,
            Self::Text(_) => Meaning::Plain,
            Self::Nested(_) | Self::Binary(..) | Self::Vector { .. } => Meaning::Rich,
        }
    }

    /// About how many bytes it takes in memory.
    pub(crate) fn bytes(&self) -> usize {
        let text = match self {
            Self::Null | Self::Flag(_) | Self::Binary(..) => 0,
            Self::Number(text) | Self::Text(text) | Self::Nested(text) => text.len(),
            Self::Vector { shape, .. } => shape.len(),
        };
        text + size_of::<Self>()
    }

    /// All values of a column.
    pub(crate) fn of_column(column: &ArrayRef) -> Vec<Self> {
        let rows = 0..column.len();
        match column.data_type() {
            DataType::Dictionary(_, _) => of_dictionary(column),
            DataType::Utf8 => {
                rows.map(|row| text(column, row, |a, i| a.as_string::<i32>().value(i))).collect()
            }
            DataType::LargeUtf8 => {
                rows.map(|row| text(column, row, |a, i| a.as_string::<i64>().value(i))).collect()
            }
            DataType::Utf8View => {
                rows.map(|row| text(column, row, |a, i| a.as_string_view().value(i))).collect()
            }
            DataType::Binary => {
                rows.map(|row| binary(column, row, |a, i| a.as_binary::<i32>().value(i))).collect()
            }
            DataType::LargeBinary => {
                rows.map(|row| binary(column, row, |a, i| a.as_binary::<i64>().value(i))).collect()
            }
            DataType::BinaryView => {
                rows.map(|row| binary(column, row, |a, i| a.as_binary_view().value(i))).collect()
            }
            DataType::FixedSizeBinary(_) => rows
                .map(|row| binary(column, row, |a, i| a.as_fixed_size_binary().value(i)))
                .collect(),
            DataType::FixedSizeList(item, _) if item.data_type().is_floating() => {
                rows.map(|row| vector(column, row)).collect()
            }
            kind if kind.is_nested() => rows.map(|row| nested_json(column, row)).collect(),
            kind if kind.is_floating() => formatted(column, |text| Self::Number(rounded(text))),
            kind if kind.is_numeric() => formatted(column, Self::Number),
            DataType::Boolean => {
                let flags = column.as_boolean().iter();
                flags.map(|flag| flag.map_or(Self::Null, Self::Flag)).collect()
            }
            DataType::Timestamp(..) => moments(column),
            _ => formatted(column, Self::Text),
        }
    }
}

fn text(
    column: &ArrayRef,
    row: usize,
    value: impl for<'a> Fn(&'a dyn Array, usize) -> &'a str,
) -> Cell {
    if column.is_null(row) {
        return Cell::Null;
    }
    Cell::Text(sanitize::clip(value(column, row), PREVIEW))
}

fn binary(
    column: &ArrayRef,
    row: usize,
    value: impl for<'a> Fn(&'a dyn Array, usize) -> &'a [u8],
) -> Cell {
    if column.is_null(row) {
        return Cell::Null;
    }
    let bytes = value(column, row);
    Cell::Binary(bytes.len() as u64, sniff(bytes))
}

fn vector(column: &ArrayRef, row: usize) -> Cell {
    if column.is_null(row) {
        return Cell::Null;
    }
    let values = column.as_fixed_size_list().value(row);
    let numbers = reals(&values);
    let norm = numbers.iter().map(|v| v * v).sum::<f64>().sqrt();
    Cell::Vector { shape: spark::shape(&numbers, BARS), norm }
}

fn nested_json(column: &ArrayRef, row: usize) -> Cell {
    if column.is_null(row) {
        return Cell::Null;
    }
    Cell::Nested(preview_json(column, row))
}

/// A value like compact JSON, cut to a preview.
pub(super) fn preview_json(column: &ArrayRef, row: usize) -> String {
    let mut json = Preview::default();
    // An overfull preview stops the writing: that is what it is for.
    let full = nested::write_json(&mut json, column, row).is_err();
    json.finish(full)
}

fn of_dictionary(column: &ArrayRef) -> Vec<Cell> {
    let dictionary = column.as_any_dictionary();
    let values = Cell::of_column(dictionary.values());
    let keys = dictionary.normalized_keys();
    let rows = 0..column.len();
    rows.zip(keys)
        .map(|(row, key)| if column.is_null(row) { None } else { values.get(key).cloned() })
        .map(|cell| cell.unwrap_or(Cell::Null))
        .collect()
}

/// Times to the millisecond, in UTC; where the heading of the column says another zone, they say so.
fn moments(column: &ArrayRef) -> Vec<Cell> {
    let is_elsewhere =
        matches!(column.data_type(), DataType::Timestamp(_, Some(zone)) if !is_utc(zone));
    let mark = if is_elsewhere { "Z" } else { "" };
    // A column of its own is always a batch.
    let Ok(batch) = RecordBatch::try_from_iter_with_nullable([("", column.clone(), true)]) else {
        return vec![Cell::Null; column.len()];
    };
    let values = Decoder::new(&batch);
    values.rows().map(|row| row.get("").map_or(Cell::Null, |value| moment(value, mark))).collect()
}

fn moment(value: &Value, mark: &str) -> Cell {
    match value {
        Value::Null => Cell::Null,
        Value::String(text) => Cell::Text(format!("{}{mark}", short_moment(text))),
        // A year that no calendar has.
        other => Cell::Number(other.to_string()),
    }
}

/// `2026-03-14T12:04:07.112345Z` as `2026-03-14 12:04:07.112`.
fn short_moment(text: &str) -> String {
    let text = text.trim_end_matches('Z').replacen('T', " ", 1);
    match text.split_once('.') {
        Some((whole, decimals)) => {
            let millis: String = decimals.chars().chain("000".chars()).take(3).collect();
            format!("{whole}.{millis}")
        }
        None => text,
    }
}

/// Values with a text form of their own: numbers, dates, times of day.
fn formatted(column: &ArrayRef, cell: impl Fn(String) -> Cell) -> Vec<Cell> {
    let options = FormatOptions::default();
    let Ok(formatter) = ArrayFormatter::try_new(column, &options) else {
        return vec![Cell::Text(format!("⟨{}⟩", column.data_type())); column.len()];
    };
    let value = |row| {
        let mut text = Preview::default();
        let full = formatter.value(row).write(&mut text).is_err();
        cell(text.finish(full))
    };
    (0..column.len()).map(|row| if column.is_null(row) { Cell::Null } else { value(row) }).collect()
}

/// Text that refuses to grow beyond what a preview can show.
#[derive(Default)]
pub(super) struct Preview(String);

impl Preview {
    fn finish(mut self, full: bool) -> String {
        if full {
            self.0.push('…');
        }
        sanitize::clip(&self.0, PREVIEW)
    }
}

impl fmt::Write for Preview {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() >= LOOKED_AT {
            return Err(fmt::Error);
        }
        self.0.extend(text.chars().take(LOOKED_AT));
        Ok(())
    }
}

/// Why a preview stopped: it is full, or the value has no text form.
pub(super) fn stopped(_: ArrowError) -> fmt::Error {
    fmt::Error
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::{Float32Type, Int32Type};
    use arrow_array::{
        BinaryArray, BooleanArray, DictionaryArray, FixedSizeListArray, Float64Array, ListArray,
        StringArray, StructArray, TimestampMicrosecondArray, TimestampMillisecondArray,
    };
    use arrow_schema::Field;

    use super::*;

    fn shown(column: impl Array + 'static) -> Vec<String> {
        let column: ArrayRef = Arc::new(column);
        Cell::of_column(&column).iter().map(|cell| cell.text().into_owned()).collect()
    }

    #[test]
    fn each_kind_of_value_has_its_look() {
        assert_eq!(shown(StringArray::from(vec![Some("a\nb"), None])), ["a⏎b", "∅"]);
        assert_eq!(
            shown(Float64Array::from(vec![Some(812.4), Some(1204.0), None])),
            ["812.4", "1204.0", "∅"]
        );
        let long = Float64Array::from(vec![1_251.764_705_882_353, -0.043_278_687, 1e-30, 1e300]);
        assert_eq!(shown(long), ["1251.7647", "-0.043279", "1e-30", "1e300"]);
        let png = [b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 4192]].concat();
        let bytes = BinaryArray::from_vec(vec![&png, &[0; 4200], b""]);
        assert_eq!(shown(bytes), ["⟨png, 4.2 kB⟩", "⟨4.2 kB⟩", "⟨0 B⟩"]);
        assert_eq!(shown(BooleanArray::from(vec![Some(true), None])), ["true", "∅"]);
        assert_eq!(
            shown(DictionaryArray::<Int32Type>::from_iter([Some("x"), None, Some("x")])),
            ["x", "∅", "x"]
        );
        assert_eq!(
            shown(TimestampMillisecondArray::from(vec![0, 1_050]).with_timezone_utc()),
            ["1970-01-01 00:00:00", "1970-01-01 00:00:01.050"]
        );
        let berlin = TimestampMillisecondArray::from(vec![1_050]).with_timezone("Europe/Berlin");
        assert_eq!(shown(berlin), ["1970-01-01 00:00:01.050Z"]);
        let micros = TimestampMicrosecondArray::from(vec![Some(1_999_999), None]);
        assert_eq!(shown(micros), ["1970-01-01 00:00:01.999", "∅"]);
    }

    #[test]
    fn a_number_says_how_much_stands_from_its_point_on() {
        for (text, decimals) in [
            ("12", Some(0)),
            ("12.5", Some(2)),
            ("-0.043279", Some(7)),
            ("1.5e-30", None),
            ("inf", None),
            ("NaN", None),
        ] {
            assert_eq!(Cell::Number(text.into()).decimals(), decimals, "{text}");
        }
    }

    #[test]
    fn a_vector_shows_its_shape_and_its_norm() {
        let rows = [Some(vec![Some(0.6_f32), Some(0.8)]), None];
        let column = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(rows, 2);
        assert_eq!(shown(column), ["▁█ ‖1.00‖", "∅"]);
    }

    #[test]
    fn nested_values_are_like_compact_json() {
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>([
            Some(vec![Some(1), None]),
            Some(vec![]),
        ]);
        let name: ArrayRef = Arc::new(StringArray::from(vec!["a\"b\u{1b}", "c"]));
        let list: ArrayRef = Arc::new(list);
        let fields = vec![
            Field::new("name", DataType::Utf8, true),
            Field::new("list", list.data_type().clone(), true),
        ];
        let column = StructArray::new(fields.into(), vec![name, list], None);
        assert_eq!(
            shown(column),
            [r#"{name: "a\"b\u001b", list: [1, null]}"#, r#"{name: "c", list: []}"#]
        );
    }

    #[test]
    fn a_preview_of_a_huge_value_is_short() {
        let list =
            ListArray::from_iter_primitive::<Int32Type, _, _>([Some((0..100_000).map(Some))]);
        let [json] = &shown(list)[..] else { panic!("one row") };
        assert!(sanitize::width(json) <= PREVIEW && json.ends_with('…'), "{json}");
        let text = "x".repeat(16 << 20);
        assert_eq!(shown(StringArray::from(vec![text]))[0].chars().count(), usize::from(PREVIEW));
    }
}
