//! The lines of a record: which values there are, and what each line says of its value.

use arrow_array::{Array as _, ArrayRef};

use super::folds::{Folds, Path};
use super::json;
use super::line::{STEP, Sign, Spot, TreeLine};
use crate::tui::data::{Encoded, Kind, Node, Whole, is_picture, real_name, reals, sniff};
use crate::tui::state::passage::{self, Pieces};
use crate::tui::state::pictures::{Pictures, Preview};
use crate::tui::text::quantity::{bytes, counted, grouped};
use crate::tui::text::{sanitize, spark};
use crate::tui::theme::Meaning;

/// Widest column of names.
const NAMES: u16 = 24;
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
/// Pictures of a record that previews are made of at most.
const PICTURES: usize = 6;
/// Bars in the sparkline of a vector at most.
const BARS: u16 = 24;

/// What is shown of a record.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub(crate) folds: &'a Folds,
    pub(crate) pictures: &'a Pictures,
    /// Whether it is shown as JSON.
    pub(crate) is_json: bool,
    /// The column whose value is being read.
    pub(crate) reading: Option<&'a str>,
}

/// A record in lines.
#[derive(Default)]
pub(crate) struct Laid {
    pub(crate) lines: Vec<TreeLine>,
    /// Where there are pictures, the first few.
    pub(crate) pictures: Vec<Path>,
}

/// All lines of a record in so many cells.
pub(crate) fn outline(record: &Whole, shown: Shown<'_>, width: u16) -> Laid {
    if shown.is_json {
        let lines = json::lines(record, shown.folds, width);
        return Laid { lines, ..Laid::default() };
    }
    let Shown { folds, pictures, reading, .. } = shown;
    let (lines, found) = (Vec::new(), Vec::new());
    let mut outline = Outline { folds, pictures, reading, width, lines, found };
    outline.nodes(&record.fields(), &Path::from([]), 0);
    Laid { lines: outline.lines, pictures: outline.found }
}

struct Outline<'a> {
    folds: &'a Folds,
    pictures: &'a Pictures,
    reading: Option<&'a str>,
    width: u16,
    lines: Vec<TreeLine>,
    /// Where there are pictures.
    found: Vec<Path>,
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
            Kind::Unread(size) => self.unread(size, spot),
            Kind::Text(text) if self.folds.is_hex(&spot.path) => self.hex(text, spot),
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
        let kind = sniff(found);
        let name = kind.map(|kind| format!("{kind}, ")).unwrap_or_default();
        let mut summary = vec![(format!("⟨{name}{}⟩", bytes(found.len() as u64)), Meaning::Rich)];
        if found.is_empty() {
            return self.one(spot, Sign::None, summary);
        }
        let mut below = Vec::new();
        if kind.is_some_and(is_picture) && self.found.len() < PICTURES {
            let room = self.room(spot);
            let (size, lines) = passage::picture(&self.preview(found, spot), room);
            summary.extend(size);
            below = lines;
        }
        self.dump(found, spot, (summary, below));
    }

    /// Bytes in hexadecimal, where they are unfolded, behind what stands below them in any case.
    fn dump(&mut self, found: &[u8], spot: &Spot, (summary, mut below): (Pieces, Vec<Pieces>)) {
        if !self.fold(spot, summary) {
            return self.below(spot, below);
        }
        let shown = self.folds.shown(&spot.path, FIRST_BYTES);
        below.extend(passage::hex(found.get(..shown).unwrap_or(found), self.room(spot)));
        self.below(spot, below);
        self.more(spot, found.len().saturating_sub(shown));
    }

    /// A text in hexadecimal.
    fn hex(&mut self, text: &str, spot: &Spot) {
        let summary = format!("⟨text, {}⟩", bytes(text.len() as u64));
        self.dump(text.as_bytes(), spot, (vec![(summary, Meaning::Rich)], Vec::new()));
    }

    /// A value that was not read.
    fn unread(&mut self, size: u64, spot: &Spot) {
        let is_read = self.reading.is_some_and(|column| [column] == *spot.path);
        let about = if is_read { "reading, esc stops" } else { "↵ reads it" };
        let size = (format!("⟨{}⟩  ", bytes(size)), Meaning::Rich);
        self.one(spot, Sign::Shut, vec![size, (about.into(), Meaning::Muted)]);
    }

    /// The preview of a picture; notes that there is one to be made.
    fn preview(&mut self, found: &[u8], spot: &Spot) -> Preview<'_> {
        if found.len() > Encoded::MOST {
            return Preview::Failed("it has more than 16 MiB");
        }
        self.found.push(spot.path.clone());
        self.pictures.get(&spot.path)
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
