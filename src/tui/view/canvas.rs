//! What views draw on: the one door to the screen's cells, through which all text is made safe.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::border;
use ratatui::widgets::{Block, Clear, Widget};

use crate::tui::text::sanitize;
use crate::tui::theme::{Meaning, Theme};

/// A piece of text with a meaning.
#[derive(Debug, Clone)]
pub(super) struct Piece<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) meaning: Meaning,
}

/// A piece of text with a meaning.
pub(super) fn piece<'a>(text: impl Into<Cow<'a, str>>, meaning: Meaning) -> Piece<'a> {
    Piece { text: text.into(), meaning }
}

/// How many cells the pieces take.
pub(super) fn width(pieces: &[Piece<'_>]) -> u16 {
    pieces.iter().fold(0_u16, |sum, piece| sum.saturating_add(sanitize::width(&piece.text)))
}

/// The cells, and the theme that they are drawn in.
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    theme: Theme,
    /// Whether lines are drawn with ASCII only.
    ascii: bool,
}

/// Borders of ASCII.
const ASCII: border::Set<'static> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

impl<'a> Canvas<'a> {
    pub(super) fn new(buffer: &'a mut Buffer, theme: Theme, ascii: bool) -> Self {
        Self { buffer, theme, ascii }
    }

    /// One cell of a line from left to right.
    pub(super) fn horizontal(&self) -> &'static str {
        if self.ascii { "-" } else { "─" }
    }

    /// One cell of a line from the top down.
    pub(super) fn vertical(&self) -> &'static str {
        if self.ascii { "|" } else { "│" }
    }

    /// Writes into the first line of an area; returns what is left of the line.
    pub(super) fn text(&mut self, area: Rect, text: &str, meaning: Meaning) -> Rect {
        let area = self.line(area);
        if area.is_empty() {
            return area;
        }
        let shown = sanitize::clip(text, area.width);
        // Whatever was there, a border for one, leaves nothing of its look behind.
        let style = Style::reset().patch(self.theme.style(meaning));
        let (end, _) =
            self.buffer.set_stringn(area.x, area.y, &shown, usize::from(area.width), style);
        Rect { x: end, width: area.right().saturating_sub(end), ..area }
    }

    /// Writes pieces after each other; returns what is left of the line.
    pub(super) fn pieces(&mut self, area: Rect, pieces: &[Piece<'_>]) -> Rect {
        pieces
            .iter()
            .fold(self.line(area), |left, piece| self.text(left, &piece.text, piece.meaning))
    }

    /// Writes pieces at the right end of the line; returns what is left of the line before them.
    pub(super) fn right(&mut self, area: Rect, pieces: &[Piece<'_>]) -> Rect {
        let area = self.line(area);
        let taken = width(pieces).min(area.width);
        let left = Rect { width: area.width - taken, ..area };
        self.pieces(Rect { x: left.right(), width: taken, ..area }, pieces);
        left
    }

    /// Writes lines below each other, as many as there is room for.
    pub(super) fn lines<'l>(&mut self, area: Rect, lines: impl IntoIterator<Item = Piece<'l>>) {
        for (row, line) in rows(area).zip(lines) {
            self.text(row, &line.text, line.meaning);
        }
    }

    /// Draws a frame with a title; returns what is inside.
    pub(super) fn frame(&mut self, area: Rect, border: Meaning, title: &[Piece<'_>]) -> Rect {
        let area = area.intersection(self.buffer.area);
        let set = if self.ascii { ASCII } else { border::PLAIN };
        let block = Block::bordered().border_set(set).border_style(self.theme.style(border));
        let inside = block.inner(area);
        block.render(area, self.buffer);
        self.pieces(on_border(area, area.y), title);
        inside
    }

    /// Writes at the right end of the upper border of a frame.
    pub(super) fn on_top(&mut self, frame: Rect, pieces: &[Piece<'_>]) {
        self.right(on_border(frame, frame.y), pieces);
    }

    /// Writes at the right end of the lower border of a frame.
    pub(super) fn on_bottom(&mut self, frame: Rect, pieces: &[Piece<'_>]) {
        self.right(on_border(frame, frame.bottom().saturating_sub(1)), pieces);
    }

    /// Gives all cells of an area a meaning, whatever is written there.
    pub(super) fn tint(&mut self, area: Rect, meaning: Meaning) {
        let area = area.intersection(self.buffer.area);
        self.buffer.set_style(area, self.theme.style(meaning));
    }

    /// Empties an area.
    pub(super) fn clear(&mut self, area: Rect) {
        Clear.render(area.intersection(self.buffer.area), self.buffer);
    }

    fn line(&self, area: Rect) -> Rect {
        let line = area.intersection(self.buffer.area);
        Rect { height: line.height.min(1), ..line }
    }
}

/// A box of at most this size in the middle of an area.
pub(super) fn centred(body: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (body.width.min(width), body.height.min(height));
    let x = body.x + (body.width - width) / 2;
    let y = body.y + (body.height - height) / 2;
    Rect { x, y, width, height }
}

fn on_border(frame: Rect, y: u16) -> Rect {
    Rect { x: frame.x + 1, y, width: frame.width.saturating_sub(2), height: frame.height.min(1) }
}

/// The lines of an area, from the top.
pub(super) fn rows(area: Rect) -> impl Iterator<Item = Rect> {
    (area.y..area.bottom()).map(move |y| Rect { y, height: 1, ..area })
}
