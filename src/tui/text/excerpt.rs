//! A long text cut to where something was found in it, with the words that were found set apart.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::sanitize::{clean, width};

/// A part of a text as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// Cleaned text.
    pub(crate) text: String,
    /// Whether it was looked for.
    pub(crate) is_marked: bool,
}

/// A text cleaned and cut to so many cells, such that the first of the marked words, which ascend, can be seen; with `…`
/// where something is missing.
///
/// Reads what it shows, and what stands before it where all of that may fit.
pub(crate) fn excerpt(text: &str, marks: &[Range<usize>], cells: u16) -> Vec<Part> {
    let start = marks.first().map_or(0, |first| start(text, first, cells));
    let mut parts = Parts::default();
    let mut used = u16::from(start > 0);
    if start > 0 && cells > 0 {
        parts.push("…", false);
    }
    let shown = text.get(start..).unwrap_or_default();
    let mut clusters = shown.grapheme_indices(true).peekable();
    while let Some((at, cluster)) = clusters.next() {
        let wide = width(cluster);
        let room = cells.saturating_sub(used);
        let is_last = clusters.peek().is_none();
        if wide > room || (wide == room && !is_last) {
            if room > 0 {
                parts.push("…", false);
            }
            break;
        }
        used += wide;
        parts.push(&clean(cluster), is_in(marks, start + at));
    }
    parts.all
}

/// Where an excerpt begins: at the text's own beginning where the word can be seen then, else a quarter of the cells before it,
/// at a word where there is one.
fn start(text: &str, first: &Range<usize>, cells: u16) -> usize {
    let until = text.get(..first.end).unwrap_or_default();
    // Each cell is a byte at least: a longer text does not fit, whatever it is.
    if until.len() <= usize::from(cells) * 16 && width(until) < cells {
        return 0;
    }
    let before = text.get(..first.start).unwrap_or_default();
    let (mut start, mut at_a_word, mut used) = (first.start, None, 0);
    for (at, cluster) in before.grapheme_indices(true).rev() {
        used += width(cluster);
        if used > cells / 4 {
            break;
        }
        if cluster.chars().all(char::is_whitespace) {
            at_a_word = Some(at + cluster.len());
        }
        start = at;
    }
    at_a_word.unwrap_or(start)
}

fn is_in(marks: &[Range<usize>], at: usize) -> bool {
    let behind = marks.partition_point(|mark| mark.end <= at);
    marks.get(behind).is_some_and(|mark| mark.start <= at)
}

#[derive(Default)]
struct Parts {
    all: Vec<Part>,
}

impl Parts {
    fn push(&mut self, text: &str, is_marked: bool) {
        match self.all.last_mut() {
            Some(last) if last.is_marked == is_marked => last.text.push_str(text),
            _ => self.all.push(Part { text: text.into(), is_marked }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, marked: &[&str], cells: u16) -> String {
        let marks: Vec<Range<usize>> = marked
            .iter()
            .map(|word| text.find(word).map(|at| at..at + word.len()).unwrap())
            .collect();
        let parts = excerpt(text, &marks, cells);
        let all: String = parts.iter().map(|part| part.text.as_str()).collect();
        assert!(width(&all) <= cells, "{all} in {cells}");
        let part = |part: &Part| {
            if part.is_marked { format!("[{}]", part.text) } else { part.text.clone() }
        };
        parts.iter().map(part).collect()
    }

    #[test]
    fn the_first_word_that_was_found_can_be_seen() {
        let text = "The quick brown fox jumps over the lazy dog";
        assert_eq!(shown(text, &["quick"], 80), "The [quick] brown fox jumps over the lazy dog");
        assert_eq!(shown(text, &["quick", "fox"], 20), "The [quick] brown [fox]…");
        assert_eq!(shown(text, &["lazy"], 20), "…the [lazy] dog");
        assert_eq!(shown(text, &["jumps", "lazy"], 20), "…fox [jumps] over the…");
        assert_eq!(shown(text, &["dog"], 4), "…[dog]");
        assert_eq!(shown(text, &[], 10), "The quick…");
        assert_eq!(shown(text, &["quick"], 0), "");
        assert_eq!(shown("", &[], 10), "");
    }

    #[test]
    fn what_a_terminal_would_obey_is_shown_as_a_sign() {
        assert_eq!(shown("a\u{1b}[2J\nfox", &["fox"], 20), "a␛[2J⏎[fox]");
        assert_eq!(shown("漢字漢字漢字fox漢字", &["fox"], 9), "…字[fox]漢…");
    }

    #[test]
    fn marks_that_lie_outside_of_the_text_mark_nothing() {
        let parts = excerpt("short", std::slice::from_ref(&(90..95)), 10);
        assert_eq!(parts, [Part { text: "short".into(), is_marked: false }]);
    }
}
