//! Values that take many lines: text wrapped, numbers in columns, bytes in hexadecimal.

use arrow_array::ArrayRef;
use ratatui::style::Color;

use super::outline::{Folds, Sign, Spot, TreeLine};
use super::pictures::Preview;
use crate::tui::data::{HEAVY, Pixels, Thumbnail, real_texts};
use crate::tui::text::quantity::{bytes, counted};
use crate::tui::text::sanitize;
use crate::tui::theme::Meaning;

/// Lines of a text that are shown while it is folded.
const SHORT: usize = 6;
/// Bytes of a text that the first step shows.
const FIRST_TEXT: usize = 16 << 10;
/// Bytes that one character takes at most.
const CHAR: usize = 4;

/// A text: quoted where it takes one line, else wrapped, with its length where some is hidden.
pub(super) fn text(text: &str, folds: &Folds, spot: &Spot) -> Vec<TreeLine> {
    let is_open = folds.steps(&spot.path) > 0;
    let looked_at = if is_open {
        folds.shown(&spot.path, FIRST_TEXT)
    } else {
        (SHORT + 1) * usize::from(spot.width.max(1)) * CHAR
    };
    let start = text.get(..text.floor_char_boundary(looked_at)).unwrap_or(text);
    let quoted = format!("\"{start}\"");
    if start.len() == text.len() && !text.contains('\n') && sanitize::width(&quoted) <= spot.width {
        return vec![spot.line(Sign::None, vec![(quoted, Meaning::Plain)])];
    }
    let mut lines = sanitize::wrap(start, spot.width);
    let is_long = lines.len() > SHORT || start.len() < text.len();
    if !is_open {
        lines.truncate(SHORT);
    }
    let sign = match (is_long, is_open) {
        (false, _) => Sign::None,
        (true, false) => Sign::Shut,
        (true, true) => Sign::Open,
    };
    let hidden = !is_open && is_long || start.len() < text.len();
    // The characters of a heavy text are not counted: that would take as long as reading it.
    let length = match text.len() as u64 {
        size if size >= HEAVY => bytes(size),
        _ => counted(text.chars().count() as u64, "character"),
    };
    let note = match (hidden, is_long) {
        (true, _) => Some((Sign::More, format!("… {length} in all"), Meaning::Key)),
        (false, true) => Some((Sign::None, length, Meaning::Muted)),
        (false, false) => None,
    };
    let mut shown: Vec<TreeLine> = Vec::with_capacity(lines.len() + 1);
    for (part, line) in lines.into_iter().enumerate() {
        let piece = (line, Meaning::Plain);
        shown.push(match part {
            0 => spot.line(sign, vec![piece]),
            part => beside(spot, part, Sign::None, piece),
        });
    }
    shown.extend(note.map(|(sign, text, meaning)| beside(spot, usize::MAX, sign, (text, meaning))));
    shown
}

/// A value of one line, and what is to be said of it; where there is no room beside it, below.
pub(super) fn leaf(
    (text, meaning): (String, Meaning),
    note: Option<String>,
    spot: &Spot,
) -> Vec<TreeLine> {
    let note = note.unwrap_or_default();
    let wide = sanitize::width(&text).saturating_add(sanitize::width(&note)).saturating_add(2);
    let is_narrow = wide > spot.width;
    let mut pieces = vec![(text, meaning)];
    if !note.is_empty() && !is_narrow {
        pieces.push((format!("  {note}"), Meaning::Muted));
    }
    if !is_narrow {
        return vec![spot.line(Sign::None, pieces)];
    }
    pieces.push((note, Meaning::Muted));
    let wrapped =
        pieces.into_iter().filter(|(text, _)| !text.is_empty()).flat_map(|(text, meaning)| {
            sanitize::wrap(&text, spot.width).into_iter().map(move |line| (line, meaning))
        });
    let line = |(part, piece)| match part {
        0 => spot.line(Sign::None, vec![piece]),
        part => beside(spot, part, Sign::None, piece),
    };
    wrapped.enumerate().map(line).collect()
}

/// A further line in the column of values.
fn beside(spot: &Spot, part: usize, sign: Sign, piece: (String, Meaning)) -> TreeLine {
    let space = (" ".repeat(usize::from(spot.names)), Meaning::Plain);
    TreeLine {
        path: spot.path.clone(),
        part,
        sign,
        indent: spot.indent,
        pieces: vec![space, piece],
    }
}

/// Numbers in columns, each line with the number of its first.
pub(super) fn numbers(values: &ArrayRef, width: u16) -> Vec<Vec<(String, Meaning)>> {
    let texts = real_texts(values);
    let lead = texts.len().saturating_sub(1).to_string().len();
    let cell = texts.iter().map(String::len).max().unwrap_or(1) + 2;
    let room = usize::from(width).saturating_sub(lead);
    // A round number of columns is easier to count in.
    let columns = [16, 10, 8, 5, 4, 3, 2].into_iter().find(|n| n * cell <= room).unwrap_or(1);
    let line = |(number, part): (usize, &[String])| {
        let first = format!("{:>lead$}", number * columns);
        let numbers: Vec<String> = part.iter().map(|text| format!("{text:>cell$}")).collect();
        vec![(first, Meaning::Muted), (numbers.concat(), Meaning::Number)]
    };
    texts.chunks(columns).enumerate().map(line).collect()
}

/// Bytes in hexadecimal, with their text beside them.
pub(super) fn hex(bytes: &[u8], width: u16) -> Vec<Vec<(String, Meaning)>> {
    // The offset and a space take 9 cells, each byte 3 and 1, and one stands between.
    let columns =
        [32, 16, 8, 4].into_iter().find(|n| 10 + 4 * n <= usize::from(width)).unwrap_or(4);
    let line = |(number, part): (usize, &[u8])| {
        let numbers: Vec<String> = part.iter().map(|byte| format!("{byte:02x}")).collect();
        let letter = |byte: &u8| if byte.is_ascii_graphic() { char::from(*byte) } else { '·' };
        vec![
            (format!("{:08x} ", number * columns), Meaning::Muted),
            (format!("{:<room$}", numbers.join(" "), room = columns * 3), Meaning::Number),
            (part.iter().map(letter).collect(), Meaning::Plain),
        ]
    };
    bytes.chunks(columns).enumerate().map(line).collect()
}

/// A line of pieces.
pub(super) type Pieces = Vec<(String, Meaning)>;

/// What is to be said beside a picture, and its lines, or why there are none.
pub(super) fn picture(
    preview: &Preview<'_>,
    width: u16,
) -> (Option<(String, Meaning)>, Vec<Pieces>) {
    let line = |text| vec![(text, Meaning::Muted)];
    let note = |text: String| (None, sanitize::wrap(&text, width).into_iter().map(line).collect());
    match preview {
        Preview::Made(Thumbnail { size: (width, height), rows }) => {
            let size = (format!("  {width} × {height}"), Meaning::Muted);
            (Some(size), rows.iter().map(|row| pixels(row)).collect())
        }
        Preview::Waits => note("·····".into()),
        Preview::Failed(reason) => note(format!("no preview: {reason}")),
        Preview::Colourless => note("no preview without colours (F3)".into()),
    }
}

/// A row of cells, each of two pixels; those that are alike are one piece.
fn pixels(row: &[Pixels]) -> Pieces {
    let alike = row.chunk_by(|one, other| one == other);
    alike.filter_map(|cells| Some(piece_of(*cells.first()?, cells.len()))).collect()
}

fn piece_of(cell: Pixels, cells: usize) -> (String, Meaning) {
    let (sign, meaning) = match (cell.above, cell.below) {
        (None, None) => (" ", Meaning::Plain),
        (None, Some(below)) => ("▄", Meaning::Pixels(below, Color::Reset)),
        (Some(above), below) => ("▀", Meaning::Pixels(above, below.unwrap_or(Color::Reset))),
    };
    (sign.repeat(cells), meaning)
}
