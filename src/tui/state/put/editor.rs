//! A text of several lines that is being typed: where the cursor stands, and how keys change it.
//!
//! Characters are what a reader sees as one (grapheme clusters). No crate: the widgets for this draw by themselves, past the
//! one sanitiser through which all text reaches the terminal, and keep a state of their own.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::tui::text::sanitize;

/// Cells by which a text is moved to the side at once.
const SIDEWAYS: u16 = 8;

/// A text, and the cursor in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Editor {
    text: String,
    /// Bytes before the cursor; it stands between two characters.
    cursor: usize,
    /// The cells before the cursor that going up and down keeps to.
    wanted: Option<u16>,
    /// The first line in view.
    top: usize,
    /// The cells of each line that lie left of the view.
    left: u16,
}

/// What changes a text, or moves the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    Insert(char),
    /// A new line, as far to the right as the one before begins.
    Break,
    DeleteBefore,
    DeleteBehind,
    /// Up to the beginning of the word, or of the line where none lies between.
    DeleteWord,
    /// Up to the beginning of the line; from there, the line end before it.
    DeleteLine,
    Left,
    Right,
    WordLeft,
    WordRight,
    /// Lines up, or down where it is positive.
    Lines(isize),
    LineStart,
    LineEnd,
}

impl Editor {
    /// A text with the cursor at its start.
    pub(crate) fn new(text: String) -> Self {
        Self { text, ..Self::default() }
    }

    /// The text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The lines, at least one.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &str> {
        self.text.split('\n')
    }

    /// The line of the cursor, from 0, and the bytes before it there.
    pub(crate) fn place(&self) -> (usize, usize) {
        let before = self.before();
        let line = before.matches('\n').count();
        (line, before.len() - before.rfind('\n').map_or(0, |at| at + 1))
    }

    /// The first line in view, and the cells left of it.
    pub(crate) fn view(&self) -> (usize, u16) {
        (self.top, self.left)
    }

    /// Puts the cursor at a byte of a line, both from 0; where there is none, at the nearest place before.
    pub(crate) fn go_to(&mut self, line: usize, byte: usize) {
        let range = self.line(line);
        let text = self.text.get(range.clone()).unwrap_or_default();
        self.cursor = range.start + text.floor_char_boundary(byte);
        self.wanted = None;
    }

    /// Writes a text where the cursor stands.
    pub(crate) fn insert(&mut self, text: &str) {
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
        self.wanted = None;
    }

    /// Does it; whether the text is another then.
    pub(crate) fn edit(&mut self, edit: Edit) -> bool {
        let length = self.text.len();
        if !matches!(edit, Edit::Lines(_)) {
            self.wanted = None;
        }
        match edit {
            Edit::Insert(c) => self.insert(c.encode_utf8(&mut [0; 4])),
            Edit::Break => {
                let line = self.line(self.place().0);
                let line = self.text.get(line.start..self.cursor).unwrap_or_default();
                let inset: String = line.chars().take_while(|c| *c == ' ').collect();
                self.insert(&format!("\n{inset}"));
            }
            Edit::DeleteBefore => self.delete(self.previous()..self.cursor),
            Edit::DeleteBehind => self.delete(self.cursor..self.next()),
            Edit::DeleteWord => self.delete(self.word_before()..self.cursor),
            Edit::DeleteLine => {
                let start = self.cursor - self.place().1;
                let start = if start == self.cursor { self.previous() } else { start };
                self.delete(start..self.cursor);
            }
            Edit::Left => self.cursor = self.previous(),
            Edit::Right => self.cursor = self.next(),
            Edit::WordLeft => self.cursor = self.word_before(),
            Edit::WordRight => self.cursor = self.word_behind(),
            Edit::Lines(by) => self.step(by),
            Edit::LineStart => self.cursor -= self.place().1,
            Edit::LineEnd => self.cursor = self.line(self.place().0).end,
        }
        self.text.len() != length
    }

    /// Brings the cursor into a view of so many lines and cells.
    pub(crate) fn fit(&mut self, height: u16, width: u16) {
        let (line, bytes) = self.place();
        let height = usize::from(height.max(1));
        self.top = self.top.min(line).max((line + 1).saturating_sub(height));
        let start = self.cursor - bytes;
        let before = self.text.get(start..self.cursor).map_or(0, sanitize::width);
        // What stands under the cursor may be wide.
        let room = width.saturating_sub(2).max(1);
        if before < self.left {
            self.left = before.saturating_sub(SIDEWAYS.min(room));
        } else if before - self.left > room {
            self.left = before.saturating_sub(room).saturating_add(SIDEWAYS.min(room / 2));
        }
    }

    fn before(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or_default()
    }

    fn behind(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or_default()
    }

    /// The bytes of a line; of the last one where there are fewer.
    fn line(&self, number: usize) -> Range<usize> {
        let mut start = 0;
        for (index, line) in self.lines().enumerate() {
            if index == number {
                return start..start + line.len();
            }
            start += line.len() + 1;
        }
        self.text.rfind('\n').map_or(0, |at| at + 1)..self.text.len()
    }

    fn delete(&mut self, range: Range<usize>) {
        self.cursor = range.start;
        self.text.replace_range(range, "");
    }

    fn previous(&self) -> usize {
        let last = self.before().graphemes(true).next_back();
        self.cursor - last.map_or(0, str::len)
    }

    fn next(&self) -> usize {
        self.cursor + self.behind().graphemes(true).next().map_or(0, str::len)
    }

    fn word_before(&self) -> usize {
        let mut words = self.before().unicode_word_indices();
        words.next_back().map_or(0, |(at, _)| at)
    }

    fn word_behind(&self) -> usize {
        let mut words = self.behind().unicode_word_indices();
        words.find(|(at, _)| *at > 0).map_or(self.text.len(), |(at, _)| self.cursor + at)
    }

    fn step(&mut self, by: isize) {
        let (line, bytes) = self.place();
        let start = self.cursor - bytes;
        let before = || self.text.get(start..self.cursor).map_or(0, sanitize::width);
        let wanted = self.wanted.unwrap_or_else(before);
        let last = self.text.matches('\n').count();
        let line = line.saturating_add_signed(by).min(last);
        let range = self.line(line);
        let mut cells = 0_u16;
        let mut end = range.start;
        for cluster in self.text.get(range).unwrap_or_default().graphemes(true) {
            cells = cells.saturating_add(sanitize::width(cluster));
            if cells > wanted {
                break;
            }
            end += cluster.len();
        }
        self.cursor = end;
        self.wanted = Some(wanted);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with(text: &str, line: usize, byte: usize) -> Editor {
        let mut editor = Editor::new(text.into());
        editor.go_to(line, byte);
        editor
    }

    #[test]
    fn a_text_is_changed_where_the_cursor_stands() {
        let mut editor = Editor::default();
        for c in "{".chars() {
            editor.edit(Edit::Insert(c));
        }
        editor.edit(Edit::Break);
        editor.insert("  \"a\": 1,");
        editor.edit(Edit::Break);
        assert_eq!((editor.text(), editor.place()), ("{\n  \"a\": 1,\n  ", (2, 2)));
        editor.edit(Edit::DeleteLine);
        editor.edit(Edit::DeleteLine);
        assert_eq!(editor.place(), (1, 9), "the line end goes with the second one");
        editor.edit(Edit::DeleteBefore);
        editor.edit(Edit::LineStart);
        editor.edit(Edit::DeleteBefore);
        assert_eq!(editor.text(), "{  \"a\": 1");
    }

    #[test]
    fn up_and_down_keep_to_the_column_also_through_wide_and_short_lines() {
        let mut editor = with("abcdef\n日本語\n\nabcdef", 0, 5);
        let mut places = Vec::new();
        for by in [1, 1, 1, -3, 99, -99] {
            editor.edit(Edit::Lines(by));
            places.push(editor.place());
        }
        assert_eq!(places, [(1, 6), (2, 0), (3, 5), (0, 5), (3, 5), (0, 5)]);
    }

    #[test]
    fn a_character_of_several_parts_is_one() {
        let mut editor = with("a👩‍💻e\u{301}b", 0, 99);
        let mut seen = Vec::new();
        for _ in 0..5 {
            editor.edit(Edit::Left);
            seen.push(editor.place().1);
        }
        assert_eq!(seen, [15, 12, 1, 0, 0]);
        editor.edit(Edit::Right);
        editor.edit(Edit::DeleteBehind);
        assert_eq!(editor.text(), "ae\u{301}b");
    }

    #[test]
    fn one_moves_by_words_over_the_ends_of_lines() {
        let mut editor = Editor::new("one, two\nthree".into());
        let mut seen = Vec::new();
        for edit in [Edit::WordRight, Edit::WordRight, Edit::WordRight, Edit::WordLeft] {
            editor.edit(edit);
            seen.push(editor.place());
        }
        assert_eq!(seen, [(0, 5), (1, 0), (1, 5), (1, 0)]);
        editor.edit(Edit::DeleteWord);
        assert_eq!(editor.text(), "one, three");
    }

    fn edits() -> impl Strategy<Value = Vec<Edit>> {
        let one = prop_oneof![
            4 => any::<char>().prop_map(Edit::Insert),
            2 => prop::sample::select(vec!['日', '\u{301}', '\u{200d}', ' ', 'x', '👩']).prop_map(Edit::Insert),
            3 => (-3_isize..4).prop_map(Edit::Lines),
            6 => prop::sample::select(vec![
                Edit::Break, Edit::DeleteBefore, Edit::DeleteBehind, Edit::DeleteWord, Edit::DeleteLine, Edit::Left,
                Edit::Right, Edit::WordLeft, Edit::WordRight, Edit::LineStart, Edit::LineEnd,
            ]),
        ];
        prop::collection::vec(one, 0..60)
    }

    proptest! {
        #[test]
        fn the_cursor_stays_in_the_text_and_in_view(edits in edits(), width in 1_u16..30, height in 1_u16..5) {
            let mut editor = Editor::default();
            for edit in edits {
                let before = editor.text().to_owned();
                let changed = editor.edit(edit);
                prop_assert_eq!(changed, editor.text() != before);
                editor.fit(height, width);
                let (line, byte) = editor.place();
                let text = editor.lines().nth(line).unwrap();
                prop_assert!(text.is_char_boundary(byte));
                let (top, left) = editor.view();
                prop_assert!((top..top + usize::from(height)).contains(&line));
                let cells = sanitize::width(&text[..byte]);
                prop_assert!(cells >= left && cells - left < width.max(2), "{} behind {} in {}", cells, left, width);
            }
        }
    }
}
