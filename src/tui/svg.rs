//! Draws the cells of a screen as an SVG picture: the same cells give the same bytes.
//!
//! Lines and bars are drawn as shapes, so that the picture does not depend on how a font joins
//! them; each run of text is stretched to its cells.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::style::{Color, Modifier};

const CELL: (f64, f64) = (8.8, 18.0);
const FONT: f64 = 14.5;
const MARGIN: f64 = 14.0;
const BAR: f64 = 34.0;
const BACKGROUND: &str = "#16181e";
const FOREGROUND: &str = "#d3d7de";

/// The picture of a screen, in a window with a title.
pub(crate) fn of_buffer(buffer: &Buffer, title: &str) -> String {
    let area = buffer.area;
    let width = f64::from(area.width) * CELL.0 + 2.0 * MARGIN;
    let height = f64::from(area.height) * CELL.1 + BAR + MARGIN;
    let mut svg = String::new();
    push(&mut svg, &window(width, height, title));
    for y in 0..area.height {
        for run in runs(buffer, y) {
            push(&mut svg, &run.draw(y));
        }
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

fn push(svg: &mut String, element: &str) {
    if !element.is_empty() {
        svg.push_str(element);
        svg.push('\n');
    }
}

fn window(width: f64, height: f64, title: &str) -> String {
    let middle = width / 2.0;
    let title = escaped(title);
    let dots = [("#ef6b73", 20), ("#e2b35c", 38), ("#7fc379", 56)]
        .map(|(fill, x)| format!("<circle cx=\"{x}\" cy=\"17\" r=\"5.5\" fill=\"{fill}\"/>"))
        .concat();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.1} {height:.1}\" \
         width=\"{width:.1}\" height=\"{height:.1}\" role=\"img\" aria-label=\"{title}\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"10\" fill=\"{BACKGROUND}\"/>\n{dots}\n\
         <g font-family=\"ui-monospace, 'JetBrains Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace\" \
         font-size=\"{FONT}\" xml:space=\"preserve\">\n\
         <text x=\"{middle:.1}\" y=\"22\" text-anchor=\"middle\" fill=\"#7d8592\" font-size=\"13\">{title}</text>"
    )
}

/// Neighbouring cells that are drawn alike.
struct Run {
    x: u16,
    cells: u16,
    text: String,
    look: Look,
    kind: Kind,
}

/// Colours and weight.
#[derive(PartialEq, Eq, Clone, Copy)]
struct Look {
    ink: Color,
    paper: Color,
    weight: Modifier,
}

/// How a cell is drawn.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    Text,
    /// A character of two cells, placed by itself.
    Wide,
    /// A line or a bar.
    Shape,
    /// Half a cell of a picture: the upper one where it is true.
    Pixel(bool),
}

fn runs(buffer: &Buffer, y: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut x = 0;
    while let Some(cell) = buffer.cell((x, y)).filter(|_| x < buffer.area.width) {
        let cells = cell.symbol().cell_width().max(1);
        let (look, kind) = (Look::of(cell), kind_of(cell, cells));
        match runs.last_mut() {
            Some(run) if run.look == look && run.kind == kind && kind != Kind::Wide => {
                run.text.push_str(cell.symbol());
                run.cells += cells;
            }
            _ => runs.push(Run { x, cells, text: cell.symbol().into(), look, kind }),
        }
        x += cells;
    }
    runs
}

fn kind_of(cell: &Cell, cells: u16) -> Kind {
    if let (Color::Rgb(..) | Color::Indexed(_), "▀" | "▄") = (cell.fg, cell.symbol()) {
        return Kind::Pixel(cell.symbol() == "▀");
    }
    let shape = cell.symbol().chars().all(|c| bar(c).is_some() || lines(c).is_some());
    match (shape, cells) {
        (true, _) => Kind::Shape,
        (false, 1) => Kind::Text,
        (false, _) => Kind::Wide,
    }
}

impl Look {
    fn of(cell: &Cell) -> Self {
        let reversed = cell.modifier.contains(Modifier::REVERSED);
        let (ink, paper) = if reversed { (cell.bg, cell.fg) } else { (cell.fg, cell.bg) };
        Self { ink, paper, weight: cell.modifier }
    }

    fn ink(self) -> String {
        let reversed = self.weight.contains(Modifier::REVERSED);
        colour(self.ink, if reversed { BACKGROUND } else { FOREGROUND })
    }

    fn paper(self) -> Option<String> {
        let reversed = self.weight.contains(Modifier::REVERSED);
        (reversed || self.paper != Color::Reset).then(|| colour(self.paper, FOREGROUND))
    }

    fn attributes(self) -> String {
        let mut text = format!("fill=\"{}\"", self.ink());
        for (modifier, attribute) in [
            (Modifier::BOLD, " font-weight=\"bold\""),
            (Modifier::DIM, " opacity=\"0.6\""),
            (Modifier::ITALIC, " font-style=\"italic\""),
            (Modifier::UNDERLINED, " text-decoration=\"underline\""),
        ] {
            if self.weight.contains(modifier) {
                text.push_str(attribute);
            }
        }
        text
    }
}

impl Run {
    fn draw(&self, y: u16) -> String {
        let (left, top) = (place(self.x, 0).0, place(0, y).1);
        let width = f64::from(self.cells) * CELL.0;
        let mut element = String::new();
        if let Some(paper) = self.look.paper() {
            element = format!(
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{:.1}\" fill=\"{paper}\"/>",
                CELL.1
            );
        }
        element.push_str(&match self.kind {
            Kind::Shape => self.shapes(y),
            Kind::Pixel(upper) => self.pixels(upper, (left, top)),
            Kind::Text | Kind::Wide => self.letters(left, top),
        });
        if let Kind::Pixel(_) = self.kind {
            // Else the background shows between neighbours.
            return format!("<g shape-rendering=\"crispEdges\">{element}</g>");
        }
        element
    }

    /// Halves of cells that are alike.
    fn pixels(&self, upper: bool, (left, top): (f64, f64)) -> String {
        let (width, height) = (f64::from(self.cells) * CELL.0, CELL.1 / 2.0);
        let top = if upper { top } else { top + height };
        let ink = self.look.ink();
        format!(
            "<path d=\"M{left:.1} {top:.1}h{width:.1}v{height:.1}H{left:.1}z\" fill=\"{ink}\"/>"
        )
    }

    fn letters(&self, left: f64, top: f64) -> String {
        let text = self.text.trim_end_matches(' ');
        let lead = text.len() - text.trim_start_matches(' ').len();
        let text = text.trim_start_matches(' ');
        if text.is_empty() {
            return String::new();
        }
        let x = left + lead as f64 * CELL.0;
        let width = f64::from(text.cell_width()) * CELL.0;
        format!(
            "<text x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{width:.1}\" {}>{}</text>",
            top + CELL.1 * 0.74,
            self.look.attributes(),
            escaped(text)
        )
    }

    fn shapes(&self, y: u16) -> String {
        let mut strokes = String::new();
        let mut bars = String::new();
        for (x, c) in (self.x..).zip(self.text.chars()) {
            let (left, top) = place(x, y);
            if let Some(eighths) = bar(c) {
                let height = CELL.1 * 0.8 * f64::from(eighths) / 8.0;
                let bottom = top + CELL.1 * 0.9;
                let (width, upper) = (CELL.0 - 1.2, bottom - height);
                push_bar(&mut bars, [left + 0.6, upper, width, height]);
            }
            for direction in lines(c).unwrap_or_default() {
                push_line(&mut strokes, (left, top), *direction);
            }
        }
        let mut element = String::new();
        if !bars.is_empty() {
            element = format!("<path d=\"{bars}\" {}/>", self.look.attributes());
        }
        if !strokes.is_empty() {
            let ink = self.look.ink();
            write!(element, "<path d=\"{strokes}\" stroke=\"{ink}\" fill=\"none\"/>").ok();
        }
        element
    }
}

/// The left upper corner of a cell.
fn place(x: u16, y: u16) -> (f64, f64) {
    (MARGIN + f64::from(x) * CELL.0, BAR + f64::from(y) * CELL.1)
}

fn push_bar(path: &mut String, [x, y, width, height]: [f64; 4]) {
    // Writing to a string cannot fail.
    write!(path, "M{x:.1} {y:.1}h{width:.1}v{height:.1}h-{width:.1}z").ok();
}

fn push_line(path: &mut String, (left, top): (f64, f64), (dx, dy): (f64, f64)) {
    let (x, y) = (left + CELL.0 / 2.0, top + CELL.1 / 2.0);
    let (to_x, to_y) = (x + dx * CELL.0 / 2.0, y + dy * CELL.1 / 2.0);
    write!(path, "M{x:.1} {y:.1}L{to_x:.1} {to_y:.1}").ok();
}

/// How many eighths of the cell a bar fills.
fn bar(c: char) -> Option<u8> {
    u8::try_from("▁▂▃▄▅▆▇█".chars().position(|bar| bar == c)? + 1).ok()
}

/// From the middle of the cell, to which sides lines go.
fn lines(c: char) -> Option<&'static [(f64, f64)]> {
    const LEFT: (f64, f64) = (-1.0, 0.0);
    const RIGHT: (f64, f64) = (1.0, 0.0);
    const UP: (f64, f64) = (0.0, -1.0);
    const DOWN: (f64, f64) = (0.0, 1.0);
    Some(match c {
        '─' => &[LEFT, RIGHT],
        '│' => &[UP, DOWN],
        '┌' => &[RIGHT, DOWN],
        '┐' => &[LEFT, DOWN],
        '└' => &[RIGHT, UP],
        '┘' => &[LEFT, UP],
        '├' => &[UP, DOWN, RIGHT],
        _ => return None,
    })
}

fn colour(colour: Color, default: &str) -> String {
    match colour {
        Color::Black => "#262a33",
        Color::Red | Color::LightRed => "#ef6b73",
        Color::Green | Color::LightGreen => "#7fc379",
        Color::Yellow | Color::LightYellow => "#e2b35c",
        Color::Blue | Color::LightBlue => "#6cb0f2",
        Color::Magenta | Color::LightMagenta => "#c58af0",
        Color::Cyan | Color::LightCyan => "#58c0c8",
        Color::Gray => "#aab0bb",
        Color::DarkGray => "#59606e",
        Color::White => "#ffffff",
        Color::Rgb(red, green, blue) => return format!("#{red:02x}{green:02x}{blue:02x}"),
        Color::Indexed(number) if number >= 16 => return of_palette(number),
        Color::Reset | Color::Indexed(_) => default,
    }
    .into()
}

/// A colour of the palette of 256: a cube of six steps each, then a ramp of greys.
fn of_palette(number: u8) -> String {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    if number >= 232 {
        let grey = 8 + (number - 232) * 10;
        return format!("#{grey:02x}{grey:02x}{grey:02x}");
    }
    let at = usize::from(number.saturating_sub(16));
    let [red, green, blue] =
        [at / 36, at / 6, at].map(|at| STEPS.get(at % 6).copied().unwrap_or_default());
    format!("#{red:02x}{green:02x}{blue:02x}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn drawn(text: &str, style: Style) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
        buffer.set_string(0, 0, text, style);
        of_buffer(&buffer, "t")
    }

    #[test]
    fn text_is_escaped_and_keeps_its_place() {
        let svg = drawn("  a<b&c", Style::new().fg(Color::Green));
        assert!(svg.contains(">a&lt;b&amp;c</text>"), "{svg}");
        assert!(svg.contains(&format!("x=\"{:.1}\"", MARGIN + 2.0 * CELL.0)), "{svg}");
        assert!(svg.contains("fill=\"#7fc379\""), "{svg}");
    }

    #[test]
    fn cells_of_one_look_are_one_element() {
        assert_eq!(drawn("one two three", Style::new()).matches("</text>").count(), 2);
    }

    #[test]
    fn a_reversed_cell_swaps_ink_and_paper() {
        let svg = drawn("x", Style::new().add_modifier(Modifier::REVERSED));
        assert!(svg.contains(&format!("height=\"18.0\" fill=\"{FOREGROUND}\"")), "{svg}");
        assert!(svg.contains(&format!("fill=\"{BACKGROUND}\">x")), "{svg}");
    }

    #[test]
    fn a_pixel_fills_half_a_cell() {
        let svg = drawn("▀", Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Rgb(4, 5, 6)));
        assert!(svg.contains("h8.8v9.0H14.0z\" fill=\"#010203\""), "{svg}");
        assert!(svg.contains("height=\"18.0\" fill=\"#040506\""), "{svg}");
    }

    #[test]
    fn the_palette_of_256_is_a_cube_and_a_ramp() {
        for (number, expected) in
            [(16, "#000000"), (67, "#5f87af"), (231, "#ffffff"), (244, "#808080")]
        {
            let svg = drawn("▀", Style::new().fg(Color::Indexed(number)));
            assert!(svg.contains(&format!("H14.0z\" fill=\"{expected}\"")), "{number}: {svg}");
        }
    }

    #[test]
    fn borders_and_bars_are_shapes() {
        let svg = drawn("┌─▁█", Style::new());
        assert!(!svg.contains('┌') && !svg.contains('█'), "{svg}");
    }
}
