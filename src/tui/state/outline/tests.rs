//! What the lines of a tree promise: every kind of value, folded and unfolded, in any width.

use std::sync::Arc;

use arrow_array::builder::{Int64Builder, MapBuilder, StringBuilder};
use arrow_array::types::{Float32Type, Float64Type, Int32Type};
use arrow_array::{
    ArrayRef, BinaryArray, BooleanArray, DictionaryArray, DurationMicrosecondArray,
    FixedSizeListArray, ListArray, RecordBatch, StringArray, StructArray,
    TimestampMicrosecondArray,
};
use arrow_schema::Field;

use super::*;
use crate::tui::data::Whole;
use crate::tui::state::pictures::Pictures;
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

fn record(columns: Vec<(&str, ArrayRef)>) -> Whole {
    let columns = columns.into_iter().map(|(name, column)| (name, column, true));
    Whole::of_row(&RecordBatch::try_from_iter_with_nullable(columns).unwrap(), false)
}

fn path(names: &[&str]) -> Path {
    names.iter().map(ToString::to_string).collect()
}

/// The lines as text, with the signs before them.
fn shown(record: &Whole, folds: &Folds, width: u16) -> Vec<String> {
    let pictures = Pictures::default();
    let line = |line: TreeLine| {
        let sign = match line.sign {
            Sign::None => "  ",
            Sign::Shut => "▸ ",
            Sign::Open => "▾ ",
            Sign::More => "+ ",
        };
        let text: String = line.pieces.iter().map(|(text, _)| text.as_str()).collect();
        let space = " ".repeat(usize::from(line.indent));
        format!("{space}{sign}{}", sanitize::clean(&text)).trim_end().to_owned()
    };
    let laid =
        outline(record, Shown { folds, pictures: &pictures, is_json: false, reading: None }, width);
    laid.lines.into_iter().map(line).collect()
}

fn opened(record: &Whole, paths: &[&[&str]]) -> Vec<String> {
    let mut folds = Folds::default();
    for names in paths {
        folds.open(&path(names));
    }
    shown(record, &folds, 60)
}

fn map() -> ArrayRef {
    let mut map = MapBuilder::new(None, StringBuilder::new(), Int64Builder::new());
    for (key, value) in [("a", 1), ("b", 2)] {
        map.keys().append_value(key);
        map.values().append_value(value);
    }
    map.append(true).unwrap();
    Arc::new(map.finish())
}

fn usage() -> ArrayRef {
    let tokens: ArrayRef =
        Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some((0..50).map(Some))]));
    let name: ArrayRef = Arc::new(StringArray::from(vec!["x"]));
    let field =
        |name: &str, of: &ArrayRef| Arc::new(Field::new(name, of.data_type().clone(), true));
    Arc::new(StructArray::from(vec![
        (field("name", &name), name),
        (field("tokens", &tokens), tokens),
    ]))
}

#[test]
fn each_kind_of_value_takes_one_line_while_it_is_folded() {
    let vector = FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(
        [Some([Some(0.6), Some(0.8)])],
        2,
    );
    let time = |zone: Option<&str>| -> ArrayRef {
        let time = TimestampMicrosecondArray::from(vec![1_773_489_847_112_000]);
        Arc::new(match zone {
            Some(zone) => time.with_timezone(zone),
            None => time,
        })
    };
    let png = [b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 4192]].concat();
    let record = record(vec![
        ("id", Arc::new(StringArray::from(vec!["t-1"]))),
        ("none", Arc::new(StringArray::new_null(1))),
        ("flag", Arc::new(BooleanArray::from(vec![true]))),
        ("kind", Arc::new(DictionaryArray::<Int32Type>::from_iter(["red"]))),
        ("utc", time(Some("UTC"))),
        ("berlin", time(Some("Europe/Berlin"))),
        ("bare", time(None)),
        ("took", Arc::new(DurationMicrosecondArray::from(vec![37_005_000]))),
        ("embedding", Arc::new(vector)),
        ("image", Arc::new(BinaryArray::from_vec(vec![&png]))),
        ("usage", usage()),
        ("map", map()),
    ]);
    let lines = shown(&record, &Folds::default(), 80);
    let expected = [
        "  id         \"t-1\"",
        "  none       ∅",
        "  flag       true",
        "  kind       \"red\"",
        "  utc        2026-03-14T12:04:07.112Z",
        "  berlin     2026-03-14T12:04:07.112Z  in UTC; kept as Europe/Berlin",
        "  bare       2026-03-14T12:04:07.112  no zone",
        "  took       PT37.005S  37005000 µs",
        "▸ embedding  2 × f32  ‖1.00‖  ▁█",
        "▸ image      ⟨png, 4.2 kB⟩",
        "▸ usage      {name: \"x\", tokens: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13",
    ];
    assert_eq!(lines[10], "    no preview without colours (F3)");
    let values = lines.iter().filter(|line| !line.contains("no preview"));
    for (line, expected) in values.zip(expected) {
        assert!(line.starts_with(expected), "{line:?} for {expected:?}");
    }
    assert_eq!(lines.last().unwrap(), "▸ map        2 entries  [[\"a\", 1], [\"b\", 2]]");
}

#[test]
fn a_value_that_is_too_wide_for_one_line_is_not_cut() {
    let time = TimestampMicrosecondArray::from(vec![1_773_489_847_112_001]);
    let record = record(vec![("time", Arc::new(time) as ArrayRef)]);
    let lines = shown(&record, &Folds::default(), 24);
    assert_eq!(lines, ["  time  2026-03-14T12:04", "        :07.112001", "        no zone"]);
}

#[test]
fn what_is_unfolded_shows_its_inside_and_how_much_more_there_is() {
    let record = record(vec![("usage", usage()), ("map", map())]);
    let lines = opened(&record, &[&["usage"], &["usage", "tokens"], &["map"]]);
    assert!(lines[0].starts_with("▾ usage  {name: \"x\", tokens: [0, 1"), "{}", lines[0]);
    assert_eq!(lines[1], "    name    \"x\"");
    assert!(lines[2].starts_with("  ▾ tokens  50 items  [0, 1"), "{}", lines[2]);
    assert_eq!(lines[3], "      0   0");
    assert_eq!(lines[22], "      19  19");
    assert_eq!(lines[23], "    + … 30 more");
    assert!(lines[24].starts_with("▾ map"), "{}", lines[24]);
    let all = opened(&record, &[&["usage"], &["usage", "tokens"], &["usage", "tokens"]]);
    assert!(all.iter().any(|line| line == "      49  49"), "{all:#?}");
    assert_eq!(lines[25..], ["    a  1", "    b  2"]);
}

#[test]
fn a_vector_unfolds_to_its_numbers_and_says_what_is_wrong_with_it() {
    let vector = |values: Vec<f64>| -> ArrayRef {
        let values = values.into_iter().map(Some);
        Arc::new(ListArray::from_iter_primitive::<Float64Type, _, _>([Some(values)]))
    };
    let record = record(vec![
        ("v", vector((0..10).map(|n| f64::from(n) / 4.0).collect())),
        ("zero", vector(vec![0.0; 8])),
        ("odd", vector(vec![f64::NAN, 1.0, f64::INFINITY, 0.0, 0.0, 0.0, 0.0, 0.0])),
    ]);
    let lines = opened(&record, &[&["v"]]);
    assert_eq!(
        lines[..2],
        [
            "▾ v     10 × f64  ‖4.22‖  ▁▂▃▃▄▅▆▆▇█",
            "    0   0.0  0.25   0.5  0.75   1.0  1.25   1.5  1.75"
        ]
    );
    assert_eq!(lines[2], "    8   2.0  2.25");
    assert!(lines[3].contains("‖0.00‖  all zero"), "{}", lines[3]);
    assert!(lines[4].contains("2 not finite"), "{}", lines[4]);
}

#[test]
fn bytes_unfold_to_hexadecimal() {
    let bytes: ArrayRef = Arc::new(BinaryArray::from_vec(vec![b"\x00\x01hello\xff"]));
    let lines = opened(&record(vec![("b", bytes)]), &[&["b"]]);
    assert_eq!(lines, ["▾ b  ⟨8 B⟩", "    00000000 00 01 68 65 6c 6c 6f ff ··hello·"]);
}

#[test]
fn a_long_text_is_wrapped_cut_and_says_how_long_it_is() {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["one two three ".repeat(40)]));
    let record = record(vec![("text", text)]);
    let folded = opened(&record, &[]);
    assert_eq!(folded.len(), 7);
    assert!(folded[0].starts_with("▸ text  one two three"), "{}", folded[0]);
    assert_eq!(folded[6], "+       … 560 characters in all");
    let open = opened(&record, &[&["text"]]);
    assert!(open.len() > 10 && open[0].starts_with("▾ "), "{open:#?}");
    assert_eq!(open.last().unwrap(), "        560 characters");
}

#[test]
fn a_text_in_hexadecimal_shows_its_bytes() {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["größe"]));
    let record = record(vec![("t", text)]);
    let mut folds = Folds::default();
    folds.turn_to_hex(&path(&["t"]));
    let expected = ["▾ t  ⟨text, 7 B⟩", "    00000000 67 72 c3 b6 c3 9f 65    gr····e"];
    assert_eq!(shown(&record, &folds, 48), expected);
    folds.turn_to_hex(&path(&["t"]));
    assert_eq!(shown(&record, &folds, 48), ["  t  \"größe\""]);
}

#[test]
fn json_is_indented_coloured_and_cut_with_more_to_come() {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["word ".repeat(8_000)]));
    let record = record(vec![
        ("id", Arc::new(StringArray::from(vec!["t-1"]))),
        ("usage", usage()),
        ("text", text),
    ]);
    let (folds, pictures) = (Folds::default(), Pictures::default());
    let sight = Shown { folds: &folds, pictures: &pictures, is_json: true, reading: None };
    let lines = outline(&record, sight, 60).lines;
    let text =
        |line: &TreeLine| -> String { line.pieces.iter().map(|(text, _)| text.as_str()).collect() };
    let texts: Vec<String> = lines.iter().map(text).collect();
    assert_eq!(
        texts[..6],
        [
            "{",
            "\"id\": \"t-1\",",
            "\"usage\": {",
            "  \"name\": \"x\",",
            "  \"tokens\": [",
            "    0,"
        ]
    );
    assert_eq!(lines[1].pieces[1], ("\"id\": ".to_owned(), Meaning::Title));
    assert_eq!(lines[5].pieces[2].1, Meaning::Number);
    assert_eq!(*lines[5].path, ["usage".to_owned()]);
    assert_eq!((lines[lines.len() - 2].sign, texts.last().unwrap().as_str()), (Sign::More, "}"));
    assert!(lines.len() < 600, "{}", lines.len());
}

#[test]
fn a_huge_text_and_a_huge_list_cost_what_they_show() {
    let text: ArrayRef = Arc::new(StringArray::from(vec!["é".repeat(8 << 20)]));
    let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some(
        (0..2_000_000).map(Some),
    )]));
    let record = record(vec![("text", text), ("list", list)]);
    let lines = opened(&record, &[&["list"], &["text"]]);
    assert!(lines.len() < 1_000, "{}", lines.len());
    assert!(lines.iter().any(|line| line.ends_with(" MB in all")), "{lines:#?}");
    assert_eq!(lines.last().unwrap(), "  + … 1 999 980 more");
}
