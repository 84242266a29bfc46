//! A record as the lines of a tree: which values are unfolded, and what each line says.
//!
//! ```text
//!   id         "t-48120"
//! ▸ usage      {input: 775, output: 146}
//! ▾ embedding  64 × f32  ‖1.00‖  ▃▁▂▇▅▂▁▃
//!      0  -0.2158  -0.0481   0.1780
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{Array as _, ArrayRef};

use super::passage;
use crate::tui::data::{Kind, Node, Whole, real_name, reals, sniff};
use crate::tui::text::quantity::{bytes, counted, grouped};
use crate::tui::text::{sanitize, spark};
use crate::tui::theme::Meaning;

/// Widest column of names.
const NAMES: u16 = 24;
/// Cells by which what lies inside a value is moved to the right.
const STEP: u16 = 2;
/// Cells of the sign that tells whether a value is unfolded.
const SIGN: u16 = 2;
/// Items of a list that are shown first; each "more" shows ten times as many.
const FIRST_ITEMS: usize = 20;
/// Fields of an object that are shown first.
const FIRST_FIELDS: usize = 200;
/// Numbers of a vector that are shown first.
const FIRST_NUMBERS: usize = 200;
/// Bytes that are shown first.
const FIRST_BYTES: usize = 256;
/// Bars in the sparkline of a vector at most.
const BARS: u16 = 24;

/// Where a value lies in its record: the names that lead to it.
pub(crate) type Path = Arc<[String]>;

/// Which values are unfolded, and how many steps of each are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Folds(BTreeMap<Path, u32>);

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeLine {
    /// The value that it belongs to.
    pub(crate) path: Path,
    /// Its number among the lines of that value; the first is 0.
    pub(crate) part: usize,
    /// What unfolding does here.
    pub(crate) sign: Sign,
    /// Cells before it.
    pub(crate) indent: u16,
    /// What it says, piece by piece; not yet made safe to show.
    pub(crate) pieces: Vec<(String, Meaning)>,
}

/// Whether there is something inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// Nothing.
    None,
    /// Something, which is not shown.
    Shut,
    /// Something, which is shown.
    Open,
    /// There is more of it than is shown.
    More,
}

impl Folds {
    /// How many steps of a value are shown; none where it is folded.
    pub(super) fn steps(&self, path: &Path) -> u32 {
        self.0.get(path).copied().unwrap_or(0)
    }

    /// Shows one step more.
    pub(crate) fn open(&mut self, path: &Path) {
        *self.0.entry(path.clone()).or_default() += 1;
    }

    /// Shows nothing of it.
    pub(crate) fn shut(&mut self, path: &Path) {
        self.0.remove(path);
    }

    /// How many things of `first` at the beginning are shown by now: ten times as many each step.
    pub(super) fn shown(&self, path: &Path, first: usize) -> usize {
        (1..self.steps(path)).fold(first, |shown, _| shown.saturating_mul(10))
    }
}

/// All lines of a record in so many cells.
pub(crate) fn outline(record: &Whole, folds: &Folds, width: u16) -> Vec<TreeLine> {
    let mut outline = Outline { folds, width, lines: Vec::new() };
    outline.nodes(&record.fields(), &Path::from([]), 0);
    outline.lines
}

struct Outline<'a> {
    folds: &'a Folds,
    width: u16,
    lines: Vec<TreeLine>,
}

/// Where the lines of one value go.
pub(super) struct Spot {
    pub(super) path: Path,
    pub(super) indent: u16,
    /// The value's name, padded to the column of names.
    pub(super) name: String,
    /// Cells of that column, with the space behind it.
    pub(super) names: u16,
    /// Cells of the value.
    pub(super) width: u16,
}

impl Outline<'_> {
    /// The lines of siblings: their names make a column.
    fn nodes(&mut self, nodes: &[Node], parent: &Path, indent: u16) {
        let indent = indent.min(self.width / 3);
        let widest = nodes.iter().map(|node| sanitize::width(&node.name)).max().unwrap_or(0);
        let names = widest.min(NAMES).min(self.width / 3);
        for node in nodes {
            let name = sanitize::clip(&node.name, names);
            let space = usize::from(names - sanitize::width(&name).min(names)) + 2;
            let taken = indent + SIGN + names + 2;
            let spot = Spot {
                path: parent.iter().cloned().chain([node.name.clone()]).collect(),
                indent,
                name: format!("{name}{}", " ".repeat(space)),
                names: names + 2,
                width: self.width.saturating_sub(taken),
            };
            self.node(node, &spot);
        }
    }

    fn node(&mut self, node: &Node, spot: &Spot) {
        match node.kind() {
            Kind::Null => self.one(spot, Sign::None, vec![("∅".into(), Meaning::Null)]),
            Kind::Leaf { text, meaning, note } => {
                self.lines.extend(passage::leaf((text, meaning), note, spot));
            }
            Kind::Text(text) => self.lines.extend(passage::text(text, self.folds, spot)),
            Kind::Bytes(found) => self.bytes(found, spot),
            Kind::Numbers(values) => {
                let is_open = self.fold(spot, vector(&values, spot.width));
                if is_open {
                    let shown = self.folds.shown(&spot.path, FIRST_NUMBERS);
                    let all = values.len();
                    self.below(
                        spot,
                        passage::numbers(&values.slice(0, all.min(shown)), self.room(spot)),
                    );
                    self.more(spot, all.saturating_sub(shown));
                }
            }
            Kind::Items(items) => {
                self.inside(node, spot, (items.len(), FIRST_ITEMS), "item");
            }
            Kind::Fields(object) => {
                self.inside(node, spot, (object.num_columns(), FIRST_FIELDS), "field");
            }
            Kind::Entries(keys, _) => {
                self.inside(node, spot, (keys.len(), FIRST_ITEMS), "entry");
            }
        }
    }

    /// A value that has others inside.
    fn inside(&mut self, node: &Node, spot: &Spot, (all, first): (usize, usize), noun: &str) {
        let amount = (format!("{}  ", amount(all, noun)), Meaning::Muted);
        if all == 0 {
            return self.one(spot, Sign::None, vec![amount]);
        }
        let preview = match noun {
            "field" => vec![(node.preview(), Meaning::Rich)],
            _ => vec![amount, (node.preview(), Meaning::Rich)],
        };
        if self.fold(spot, preview) {
            let shown = self.folds.shown(&spot.path, first);
            self.nodes(&node.inside(shown), &spot.path, spot.indent + STEP);
            self.more(spot, all.saturating_sub(shown));
        }
    }

    fn bytes(&mut self, found: &[u8], spot: &Spot) {
        let kind = sniff(found).map(|kind| format!("{kind}, ")).unwrap_or_default();
        let summary = (format!("⟨{kind}{}⟩", bytes(found.len() as u64)), Meaning::Rich);
        if found.is_empty() {
            return self.one(spot, Sign::None, vec![summary]);
        }
        if self.fold(spot, vec![summary]) {
            let shown = self.folds.shown(&spot.path, FIRST_BYTES);
            let dump = passage::hex(found.get(..shown).unwrap_or(found), self.room(spot));
            self.below(spot, dump);
            self.more(spot, found.len().saturating_sub(shown));
        }
    }

    /// The line of a value that can be unfolded; whether it is.
    fn fold(&mut self, spot: &Spot, pieces: Vec<(String, Meaning)>) -> bool {
        let is_open = self.folds.steps(&spot.path) > 0;
        self.one(spot, if is_open { Sign::Open } else { Sign::Shut }, pieces);
        is_open
    }

    fn one(&mut self, spot: &Spot, sign: Sign, pieces: Vec<(String, Meaning)>) {
        self.lines.push(spot.line(sign, pieces));
    }

    /// Cells of what stands below a value.
    fn room(&self, spot: &Spot) -> u16 {
        self.width.saturating_sub(spot.indent + SIGN + STEP)
    }

    fn below(&mut self, spot: &Spot, texts: impl IntoIterator<Item = Vec<(String, Meaning)>>) {
        let parts = texts.into_iter().zip(1..);
        self.lines.extend(parts.map(|(pieces, part)| spot.below(part, Sign::None, pieces)));
    }

    fn more(&mut self, spot: &Spot, hidden: usize) {
        if hidden > 0 {
            let text = format!("… {} more", grouped(hidden as u64));
            self.lines.push(spot.below(usize::MAX, Sign::More, vec![(text, Meaning::Key)]));
        }
    }
}

impl Spot {
    /// The first line of the value, with its name.
    pub(super) fn line(&self, sign: Sign, pieces: Vec<(String, Meaning)>) -> TreeLine {
        let name = (self.name.clone(), Meaning::Title);
        let pieces = [name].into_iter().chain(pieces).collect();
        TreeLine { path: self.path.clone(), part: 0, sign, indent: self.indent, pieces }
    }

    /// A further line, below the name.
    pub(super) fn below(
        &self,
        part: usize,
        sign: Sign,
        pieces: Vec<(String, Meaning)>,
    ) -> TreeLine {
        TreeLine { path: self.path.clone(), part, sign, indent: self.indent + STEP, pieces }
    }
}

/// `3 fields`, `1 entry`.
fn amount(number: usize, noun: &str) -> String {
    match (noun, number) {
        ("entry", 1) => "1 entry".into(),
        ("entry", n) => format!("{} entries", grouped(n as u64)),
        (noun, n) => counted(n as u64, noun),
    }
}

/// A vector in one line, and what is wrong with it.
fn vector(values: &ArrayRef, width: u16) -> Vec<(String, Meaning)> {
    let numbers = reals(values);
    let norm = numbers.iter().map(|v| v * v).sum::<f64>().sqrt();
    let shape = format!(
        "{} × {}  ‖{norm:.2}‖",
        grouped(numbers.len() as u64),
        real_name(values.data_type())
    );
    let odd = numbers.iter().filter(|v| !v.is_finite()).count();
    let trouble = match odd {
        0 if norm == 0.0 && !numbers.is_empty() => Some("  all zero".to_owned()),
        0 => None,
        odd => Some(format!("  {} not finite", grouped(odd as u64))),
    };
    let taken = sanitize::width(&shape) + trouble.as_deref().map_or(0, sanitize::width) + 2;
    let bars = spark::shape(&numbers, usize::from(width.saturating_sub(taken).min(BARS)));
    let trouble = trouble.map(|text| (text, Meaning::Warn));
    let pieces = [(shape, Meaning::Number)].into_iter().chain(trouble);
    pieces.chain([(format!("  {bars}"), Meaning::Rich)]).collect()
}

#[cfg(test)]
mod tests {
    use arrow_array::builder::{Int64Builder, MapBuilder, StringBuilder};
    use arrow_array::types::{Float32Type, Float64Type, Int32Type};
    use arrow_array::{
        BinaryArray, BooleanArray, DictionaryArray, FixedSizeListArray, ListArray, RecordBatch,
        StringArray, StructArray, TimestampMicrosecondArray,
    };
    use arrow_schema::Field;

    use super::*;

    fn record(columns: Vec<(&str, ArrayRef)>) -> Whole {
        let columns = columns.into_iter().map(|(name, column)| (name, column, true));
        Whole::of_row(&RecordBatch::try_from_iter_with_nullable(columns).unwrap(), false)
    }

    fn path(names: &[&str]) -> Path {
        names.iter().map(ToString::to_string).collect()
    }

    /// The lines as text, with the signs before them.
    fn shown(record: &Whole, folds: &Folds, width: u16) -> Vec<String> {
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
        outline(record, folds, width).into_iter().map(line).collect()
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
            "▸ embedding  2 × f32  ‖1.00‖  ▁█",
            "▸ image      ⟨png, 4.2 kB⟩",
            "▸ usage      {name: \"x\", tokens: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13",
        ];
        for (line, expected) in lines.iter().zip(expected) {
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
    fn a_huge_text_and_a_huge_list_cost_what_they_show() {
        let text: ArrayRef = Arc::new(StringArray::from(vec!["é".repeat(8 << 20)]));
        let list: ArrayRef = Arc::new(ListArray::from_iter_primitive::<Int32Type, _, _>([Some(
            (0..2_000_000).map(Some),
        )]));
        let record = record(vec![("text", text), ("list", list)]);
        let lines = opened(&record, &[&["list"], &["text"]]);
        assert!(lines.len() < 1_000, "{}", lines.len());
        assert_eq!(lines.last().unwrap(), "  + … 1 999 980 more");
    }
}
