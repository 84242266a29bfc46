//! A record as the lines of a JSON object: field by field, so that a line leads to its value.

use std::io::{self, Write};

use serde_json::Value;

use super::folds::{Folds, Path};
use super::line::{STEP, Sign, TreeLine};
use crate::tui::data::{HEAVY, Kind, Node, Whole};
use crate::tui::text::quantity::bytes;
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Bytes of a field's JSON that are shown first; each "more" shows ten times as many.
const FIRST: usize = 16 << 10;
/// Cells that a value has at least, however long its name is.
const NARROWEST: u16 = 8;

/// The lines of a record.
pub(super) fn lines(record: &Whole, folds: &Folds, width: u16) -> Vec<TreeLine> {
    let fields = record.fields();
    let brace = |text: &str| TreeLine {
        path: Path::from([]),
        part: 0,
        sign: Sign::None,
        indent: 0,
        pieces: vec![(text.to_owned(), Meaning::Plain)],
    };
    let mut lines = vec![brace("{")];
    for (number, node) in fields.iter().enumerate() {
        let last = number + 1 == fields.len();
        lines.extend(field(node, folds, width, last));
    }
    lines.push(brace("}"));
    lines
}

fn field(node: &Node, folds: &Folds, width: u16, last: bool) -> Vec<TreeLine> {
    let path = Path::from([node.name.clone()]);
    let line = |part: usize, sign: Sign, pieces: Vec<(String, Meaning)>| TreeLine {
        path: path.clone(),
        part,
        sign,
        indent: STEP,
        pieces,
    };
    let name = format!("{}: ", Value::from(node.name.as_str()));
    let (json, whole) = match written(node, folds.shown(&path, FIRST)) {
        Written::Json(json, whole) => (json, whole),
        Written::Not(sign, text) => {
            return vec![line(0, sign, vec![(name, Meaning::Title), (text, Meaning::Muted)])];
        }
    };
    let comma = if last || !whole { "" } else { "," };
    let text = format!("{name}{json}{comma}");
    let room = width.saturating_sub(2 * STEP);
    let wrapped = text.split('\n').flat_map(|text| coloured(text, room));
    let mut lines: Vec<TreeLine> =
        (0..).zip(wrapped).map(|(part, pieces)| line(part, Sign::None, pieces)).collect();
    if !whole {
        lines.push(line(usize::MAX, Sign::More, vec![("… more".into(), Meaning::Key)]));
    }
    lines
}

/// What there is of a field as JSON.
enum Written {
    /// Its beginning, and whether that is all.
    Json(String, bool),
    /// Why there is none.
    Not(Sign, String),
}

fn written(node: &Node, limit: usize) -> Written {
    let mut out = Bounded { text: Vec::new(), limit };
    let done = match node.kind() {
        Kind::Unread(size) => {
            return Written::Not(Sign::Shut, format!("⟨{}, not read yet⟩", bytes(size)));
        }
        Kind::Text(text) => serde_json::to_writer(&mut out, text),
        _ if node.weight() >= HEAVY => {
            let text = format!("⟨{}: the tree shows it⟩", bytes(node.weight()));
            return Written::Not(Sign::None, text);
        }
        _ => serde_json::to_writer_pretty(&mut out, &node.value()),
    };
    let mut text = String::from_utf8_lossy(&out.text).into_owned();
    if done.is_err() {
        // The cut may have gone through a character.
        text.truncate(text.trim_end_matches('\u{fffd}').len());
    }
    Written::Json(text, done.is_ok())
}

/// A text that takes no more than it is to hold.
struct Bounded {
    text: Vec<u8>,
    limit: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.limit.saturating_sub(self.text.len()).min(bytes.len());
        if room == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.text.extend(bytes.iter().take(room));
        Ok(room)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// One line of JSON in so many cells: name and value in their colours, a long value on further lines below it.
fn coloured(line: &str, width: u16) -> Vec<Vec<(String, Meaning)>> {
    let text = line.trim_start_matches(' ');
    let name = text.starts_with('"').then(|| text.find("\": ")).flatten().map_or(0, |at| at + 3);
    let (name, value) = text.split_at(name);
    let indent = line.len() - text.len();
    let lead = sanitize::width(name).saturating_add(u16::try_from(indent).unwrap_or(u16::MAX));
    let parts = sanitize::wrap(value, width.saturating_sub(lead).max(NARROWEST));
    let name = |number| if number == 0 { name.to_owned() } else { " ".repeat(name.len()) };
    let pieces = |(number, part)| {
        let space = (" ".repeat(indent), Meaning::Plain);
        vec![space, (name(number), Meaning::Title), (part, meaning(value))]
    };
    (0..).zip(parts).map(pieces).collect()
}

fn meaning(value: &str) -> Meaning {
    match value.as_bytes().first() {
        Some(b'-' | b'0'..=b'9' | b't' | b'f') => Meaning::Number,
        Some(b'n') => Meaning::Null,
        _ => Meaning::Plain,
    }
}
